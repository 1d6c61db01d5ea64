"""A process of its own that reads one uploaded file: what a hostile file breaks is this process, not the server.

`python -m core.imports.sandbox PATH LIMITS` writes the file's sheets to standard output as `spool` describes. It takes
its limits of memory and time before it opens the file, knows no settings, no database and no secrets, and imports
nothing of Django. It ends with status 3 and a line of JSON on standard error when the file is refused.
"""

"""What prepares, checks and maintains the program from outside: `make help` names the entrances.

These modules run before the virtual environment exists, so they know the standard library only.
"""

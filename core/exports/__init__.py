"""Files that take longer than a request may: asked for on a page, made by the worker, fetched by who asked.

A page offers its file by `deliver`; a long one becomes an `Export`, whose job asks the same page for it once more.
"""

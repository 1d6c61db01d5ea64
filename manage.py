#!/usr/bin/env python
"""Django's command line for Takt: `python manage.py help` lists the commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A wrong value of the environment: its sentence says what to set, a traceback would only hide it.
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()

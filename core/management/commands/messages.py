"""`manage.py messages`: the interface's messages, collected, checked, compiled (see core/catalogues.py)."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from core import catalogues


class Command(BaseCommand):
    help = "Collects the interface's messages into the Russian catalogues and compiles them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("room", nargs="*", help="only these rooms; all when none is named")
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--check", action="store_true", help="change nothing; fail naming what is not translated"
        )
        what.add_argument("--compile", action="store_true", help="compile only")

    def handle(self, *args: Any, **options: Any) -> None:
        base = Path(settings.BASE_DIR)
        if options["compile"]:
            catalogues.compile_all(base)
            return
        names = [name for name in settings.INSTALLED_APPS if (base / name / "__init__.py").exists()]
        if unknown := set(options["room"]) - set(names):
            raise CommandError(
                f"There is no room named {', '.join(sorted(unknown))}: rooms are {', '.join(names)}."
            )
        rooms = [room for room in catalogues.rooms(base, names) if room.name in (options["room"] or names)]
        if not options["check"]:
            for room in rooms:
                if catalogues.update(room):
                    self.stdout.write(f"{room.po.relative_to(base)} is written anew")
            catalogues.compile_all(base)
        found = catalogues.complaints(rooms)
        for complaint in found:
            self.stdout.write(complaint)
        if found and options["check"]:
            raise CommandError(
                f"{len(found)} messages are not in order: run `make messages`, then translate what it names."
            )

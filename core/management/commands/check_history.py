"""`manage.py check_history`: is the history of every record whole? Says what is not and ends with 1 then."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.history.integrity import faults
from core.history.tracked import tracked_models


class Command(BaseCommand):
    help = "Checks that every record's versions are complete, follow each other and end in the record as it stands."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(faults())
        for fault in found:
            self.stderr.write(str(fault))
        if found:
            raise CommandError(f"{len(found)} fault(s) in the history.", returncode=1)
        self.stdout.write(f"The history of all {len(tracked_models())} kinds of records is whole.")

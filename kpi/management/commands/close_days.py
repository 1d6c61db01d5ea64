"""`manage.py close_days`: closes every working day whose cut-off has passed, as the minute's task does.

For a schedule of the system's own (cron), and for whoever finds a day not closed. Ends with 1 if one is left.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import periods
from kpi import days, sweep
from kpi.models import Closing


class Command(BaseCommand):
    help = "Closes every working day whose cut-off has passed; ends with 1 if one could not be closed."

    def handle(self, *args: Any, **options: Any) -> None:
        for closing in sweep.sweep(Closing.Way.COMMAND):
            self.stdout.write(f"Closed: {closing}, checksum {closing.checksum[:12]}.")
        left = days.due(periods.now())
        for each in left:
            self.stderr.write(f"Not closed: {each.team}, {each.day:%d.%m.%Y}.")
        if left:
            raise CommandError(f"{len(left)} day(s) could not be closed: the log says why.", returncode=1)
        self.stdout.write("Nothing is left to close.")

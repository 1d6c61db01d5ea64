"""`manage.py check_closing`: has every working day been closed? Closes nothing; needs neither worker nor web.

Ends with 0 where all is well, with 1 where a day is more than 5 minutes late, with 2 where one is more than 15 minutes
late (log and letters as everywhere) or frozen rows are not protected. `--verify` counts closed days once more and
compares checksums: 2 where one differs.
"""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import periods
from kpi import alarms, checksums, guard
from kpi.models import Closing

DAYS = 60


class Command(BaseCommand):
    help = "Says which working days are late to be closed: ends with 1 after 5 minutes, with 2 after 15."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--verify",
            nargs="?",
            type=int,
            const=DAYS,
            metavar="DAYS",
            help=f"count the days closed in the last DAYS ({DAYS}) days once more and compare checksums",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        late = alarms.look()
        reasons = alarms.reasons(late)
        for each in late:
            row = reasons.get((each.team.pk, each.day))
            why = f" {row.error}" if row and row.error else ""
            self.stderr.write(
                f"{each.level}: {each.team}, {each.day:%d.%m.%Y}, {each.minutes} minutes late.{why}"
            )
        code = 2 if any(each.level == alarms.RED for each in late) else 1 if late else 0
        if unprotected := guard.missing():
            self.stderr.write(
                f"frozen rows are not protected, run manage.py migrate: {', '.join(unprotected)}"
            )
            code = 2
        if options["verify"] is not None and self._differing(options["verify"]):
            code = 2
        if code:
            raise CommandError("Not all is well with the closing of days.", returncode=code)
        self.stdout.write("Every working day that is due is closed.")

    def _differing(self, count: int) -> bool:
        since = periods.today() - dt.timedelta(count)
        closings = list(Closing.objects.filter(day__gte=since).select_related("team").order_by("day", "team"))
        found = list(checksums.faults(closings))
        for fault in found:
            self.stderr.write(f"differs: {fault}")
        self.stdout.write(f"{len(closings)} closed day(s) of teams counted once more, {len(found)} differ.")
        return bool(found)

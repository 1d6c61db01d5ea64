"""`manage.py demo`: a company to look at, or with `--size large` one to measure on."""

import datetime as dt
import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import periods
from core.history.tracked import tracked_models
from crm.demo.large import MANAGERS, TEAMS, Large
from crm.demo.large_sales import SHIPMENTS
from crm.demo.people import make_many
from crm.demo.small import LAST_HOUR, Small
from people import calendar
from people.login import DEMO_PASSWORD, demo_accounts
from people.models import User


class Command(BaseCommand):
    """Fills an empty database. Refuses one that holds data, and production altogether."""

    help = "Makes the demo company in an empty database (--size large: one for measuring)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=["small", "large"], default="small")
        parser.add_argument(
            "--date", type=dt.date.fromisoformat, help="the day the company has come to (today)"
        )
        parser.add_argument(
            "--scale", type=float, default=1.0, help="a part of the large company, for trying"
        )
        parser.add_argument("--managers", type=int, default=MANAGERS, help="of the large company")
        parser.add_argument("--teams", type=int, default=TEAMS, help="of the large company")
        parser.add_argument(
            "--shipments", type=int, default=SHIPMENTS, help="of the large company, of three years"
        )
        parser.add_argument("--who", action="store_true", help="only print the sign-ins")

    def handle(
        self,
        *args: Any,
        size: str,
        date: dt.date | None,
        scale: float,
        managers: int,
        teams: int,
        shipments: int,
        who: bool,
        **options: Any,
    ) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "Demo accounts cannot exist in production: their password is known to everybody."
            )
        if who:
            self._print_sign_ins(options["verbosity"])
            return
        self._require_empty()
        # Each of many closed days would say so.
        logging.getLogger("kpi.closing").setLevel(logging.WARNING)
        begun = time.monotonic()
        if size == "large":
            Large(scale, say=self.stdout.write, managers=managers, teams=teams, shipments=shipments).fill(
                make_many
            )
        else:
            Small(self._moment(date), say=lambda line: self.stdout.write(f"  … {line}")).live()
        self.stdout.write(f"The demo company is there, made in {time.monotonic() - begun:.0f} s.")

    @staticmethod
    def _moment(date: dt.date | None) -> dt.datetime:
        """The middle of the day, or now where that has not come yet or the day is over: nothing may have been done in
        the future, and no day that is over may be left unclosed."""
        now = periods.now()
        today = periods.day_of(now)
        if date is None and (now > calendar.cutoff(today) or not calendar.is_working(today)):
            return now
        return min(periods.local(date or today, LAST_HOUR), now)

    @staticmethod
    def _require_empty() -> None:
        starting = {"people.company"}
        for model in tracked_models():
            made_by_people = model.versions.filter(operation__by__isnull=False)
            if model is User and User.all_objects.exists():
                raise CommandError("This database has users already: the demo company needs an empty one.")
            if model._meta.label_lower not in starting and made_by_people.exists():
                raise CommandError(f"This database holds data already ({model._meta.verbose_name_plural}).")

    def _print_sign_ins(self, verbosity: int) -> None:
        accounts = demo_accounts()
        if not accounts:
            if verbosity:
                self.stdout.write("There is no demo company in this database.")
            return
        self.stdout.write(f"Sign in as (password {DEMO_PASSWORD}):")
        for account in accounts:
            self.stdout.write(f"  {account['email']:<24} {account['name']:<20} {account['role']}")

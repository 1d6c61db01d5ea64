"""`manage.py rebuild_moves`: makes anew what reports read of the moves of deals: how long each stay was, which stages a
deal has passed, from which it was lost.

For after a restore or a load past the verbs; while it runs, who moves a deal waits.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from pipeline import rebuilding


class Command(BaseCommand):
    help = "Makes anew what reports read of the moves of deals: stays, stages passed, stages lost from."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            moves, deals = rebuilding.rebuild()
        self.stdout.write(f"Moves of deals: {moves} move(s) and {deals} deal(s) said something else.")

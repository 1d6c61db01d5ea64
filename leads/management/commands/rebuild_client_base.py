"""`manage.py rebuild_client_base`: makes anew what clients became by the ends of months (`leads.base`).

For after a restore, a load past the verbs or another `TAKT_ZONE`; while it runs, who writes of clients waits.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from leads import base


class Command(BaseCommand):
    help = "Makes anew what clients became by the ends of months: new, active, sleeping, lost."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            count = base.rebuild()
        self.stdout.write(f"Client base: {count} change(s).")

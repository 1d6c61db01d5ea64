"""`manage.py rebuild_sales`: makes the sales by month anew from shipments, returns and corrections.

For after a restore or a load past the verbs; while it runs, who ships waits.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from orders import rollup


class Command(BaseCommand):
    help = "Makes the sales by month anew from shipments, returns and corrections."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            products, clients = rollup.rebuild()
        self.stdout.write(f"Sales by month: {products} row(s) by product, {clients} by client.")

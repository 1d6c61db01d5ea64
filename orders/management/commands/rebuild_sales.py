"""`manage.py rebuild_sales`: makes anew what is kept beside documents and payments, so that reports need not add it up.

Sales by month from shipments, returns and corrections, what is still to be paid from orders and payments; forecasts of
months that are not written down are. For after a restore or a load past the verbs; while it runs, who ships waits.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from orders import forecasts, open_dues, rollup


class Command(BaseCommand):
    help = "Makes anew the sales by month and what is still to be paid, and writes down missing forecasts."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            products, clients = rollup.rebuild()
            dues = open_dues.rebuild()
        months = forecasts.write_missing()
        self.stdout.write(f"Sales by month: {products} row(s) by product, {clients} by client.")
        self.stdout.write(f"Still to be paid: {dues} part(s). Forecasts written: {months}.")

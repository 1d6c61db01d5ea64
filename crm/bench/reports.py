"""Reports at real size: every one of the catalogue, lists of orders and dashboards, while ten writers enter orders."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.urls import reverse

from core import periods
from crm.bench.cases import Case, get
from leads.models import Client
from orders.actions.orders import create_order
from orders.actions.shipments import ship
from orders.lines import LineDraft
from orders.models import Product
from people.models import Role
from reports.report import Report

GOAL_MS, YEAR_GOAL_MS = 300.0, 100.0
WRITERS = 10
# A writer enters an order of four lines and ships it, then another one so many seconds later: nobody types that fast.
PAUSE = 10.0
# What is asked of each report beside how it opens by itself.
_YEAR = "?period=this-year"


def cases() -> list[Case]:
    """Every report as it opens by itself and, where it has a period, of the whole year."""
    found = []
    for code, report in sorted(Report.registry.items()):
        role = Role.DIRECTOR if Role.DIRECTOR in report.roles else Role.HEAD
        address = reverse("reports:report", args=[code])
        if not report.period or report.period == "this-year":
            found.append(_case(code, role, address, code == "sales-year"))
            continue
        found.append(_case(code, role, address))
        found.append(_case(f"{code}, the year", role, address + _YEAR))
    return found


def _case(name: str, role: str, address: str, is_year: bool = False) -> Case:
    return Case(f"report {name}", role, lambda user: get(address), YEAR_GOAL_MS if is_year else GOAL_MS)


@contextmanager
def orders_elsewhere() -> Iterator[None]:
    """Another process enters and ships orders, as long as the block runs."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench", "--orders-again-and-again"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()  # the first one is in
        yield
    finally:
        process.terminate()
        process.wait()


def order_again_and_again(say: Callable[[str], None]) -> None:
    """Ten writers, each with a connection of their own, until the process is ended."""
    writers = [threading.Thread(target=_write, args=(number, say), daemon=True) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
        time.sleep(PAUSE / WRITERS)
    for writer in writers:
        writer.join()


def _write(number: int, say: Callable[[str], None]) -> None:
    clients = list(Client.objects.select_related("manager").order_by("pk")[number::1000][:50])
    products = list(Product.objects.in_use().order_by("pk")[number::WRITERS][:4])
    try:
        for client in clients * 1000:
            begun = time.monotonic()
            lines = [LineDraft(product, Decimal(5)) for product in products]
            order = create_order(
                by=client.manager, client=client, lines=lines, ship_on=periods.today(), terms_reason="bench"
            )
            ship(order, by=client.manager)
            say(f"{(time.monotonic() - begun) * 1000:.0f}")
            time.sleep(max(0.0, PAUSE - (time.monotonic() - begun)))
    finally:
        connection.close()

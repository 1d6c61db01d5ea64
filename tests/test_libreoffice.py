"""Every report, a list, the scorecard and the payroll as Excel, opened by LibreOffice: what it saves again holds the
same cells, with their kinds and looks. It is started once for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse
from openpyxl import load_workbook

from kpi.actions import later, pay
from people.models import Role, User
from reports.report import Report
from tests.kpi.factories import office
from tests.kpi.paying import NOVEMBER, closed_month, moscow, rest_of_month
from tests.reports.company import company
from tools.office import PACKAGE, saved_again, soffice

pytestmark = [
    pytest.mark.office,
    pytest.mark.django_db,
    pytest.mark.skipif(
        soffice() is None, reason=f"LibreOffice is not installed: run `apt install {PACKAGE}`."
    ),
]
WHOLE = "2026-08-01..2026-11-30"
OTHERS = ("clients", "orders", "scorecard", "payroll")
# Those whose numbers are there for certain.
NUMBERS = ("plan-fact", "cube", "debtors", "clients", "orders", "payroll")
NAMES = [*sorted(Report.registry), *OTHERS]


@pytest.fixture(scope="module")
def books(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, Path]]:
    """{name: (the workbook as it was written, as LibreOffice saved it)}."""
    folder = tmp_path_factory.mktemp("books")
    with django_db_blocker.unblock():
        with rolled_back(), company() as firm:
            for code, report in Report.registry.items():
                user = firm.director if Role.DIRECTOR in report.roles else firm.head
                asked = {"period": WHOLE} if report.period else {}
                fetch(folder / f"{code}.xlsx", user, reverse("reports:report", args=[code]), **asked)
            fetch(folder / "clients.xlsx", firm.director, reverse("leads:list"))
            fetch(folder / "orders.xlsx", firm.director, reverse("orders:orders"))
        with rolled_back(), office() as made:
            pay.set_rate(
                by=None, since=NOVEMBER, plus_rate=100, minus_rate=100, plus_cap=5000, minus_cap=2000
            )
            days = closed_month(made.team, NOVEMBER, {made.anna: [9, -2, 4], made.boris: [-10, -10, -10]})
            later.excuse_day(days[made.anna][1], by=made.head, reason="Больничный")
            rest_of_month(made.team, NOVEMBER)
            made.clock.move_to(moscow(2026, 12, 1, 10))
            fetch(folder / "payroll.xlsx", made.head, reverse("kpi:payroll"), month="2026-11")
            fetch(folder / "scorecard.xlsx", made.head, reverse("kpi:scorecard-file"))
    written = [folder / f"{name}.xlsx" for name in NAMES]
    saved = saved_again(written, folder)
    return dict(zip(NAMES, zip(written, saved, strict=True), strict=True))


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def fetch(file: Path, user: User, address: str, **asked: str) -> None:
    browser = Browser()
    browser.force_login(user, backend="people.backends.DoorKeeper")
    answer = browser.get(address, asked | {"export": "xlsx"})
    file.write_bytes(b"".join(answer.streaming_content))


@pytest.mark.parametrize("name", NAMES)
def test_libreoffice_reads_what_was_written(books: dict[str, tuple[Path, Path]], name: str) -> None:
    before, after = (load_workbook(path) for path in books[name])
    assert before.sheetnames == after.sheetnames
    numbers = 0
    for sheet, read in zip(before.worksheets, after.worksheets, strict=True):
        assert read.auto_filter.ref == sheet.auto_filter.ref
        assert read.print_title_rows == sheet.print_title_rows
        for row in sheet.iter_rows():
            for cell in row:
                found = read[cell.coordinate]
                where = (sheet.title, cell.coordinate)
                if cell.value is None:
                    assert found.value is None, where
                    continue
                assert (found.data_type, found.font.b) == (cell.data_type, cell.font.b), where
                assert found.fill.fill_type == cell.fill.fill_type, where
                if cell.data_type == "n":
                    numbers += 1
                    assert found.value == pytest.approx(cell.value), where
                    assert ("%" in found.number_format) == ("%" in cell.number_format), where
                else:
                    assert found.value == cell.value, where
    assert numbers or name not in NUMBERS

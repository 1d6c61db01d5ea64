"""Debtors (R16), to the kopeck on the firm of `money.py`."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal as D

import pytest

from tests.reports.money import Firm, firm
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db
NOTHING = D("0.00")


@pytest.fixture
def made(db: None) -> Iterator[Firm]:
    with firm() as found:
        yield found


def test_debts_stand_by_their_age(made: Firm) -> None:
    """Новый and Частями owe nothing: nothing has gone out to them."""
    sheet = sheet_of("debtors", made.director)
    assert table(sheet, "debt", "not_due", "to_30", "to_60", "over_60", "overdue") == {
        "Верный": (D("4999.50"), NOTHING, D("4999.50"), NOTHING, NOTHING, D("4999.50")),
        "Старый": (D(1800), NOTHING, NOTHING, D(600), D(1200), D(1800)),
        "=": (D("6799.50"), NOTHING, D("4999.50"), D(600), D(1200), D("6799.50")),
    }
    assert len(behind(sheet, "Старый", "over_60")) == 1 and len(behind(sheet, "=", "debt")) == 3
    assert sheet.report.parts("total", "overdue").keys() == {order.pk for order in behind(sheet, "=", "debt")}  # type: ignore[attr-defined]


def test_limit_and_promise_stand_beside(made: Firm) -> None:
    sheet = sheet_of("debtors", made.director)
    faithful = table(sheet, "limit", "promised")
    assert faithful["Верный"] == (D(4000), dt.date(2026, 11, 10)) and faithful["Старый"] == (None, None)
    tones = {column.key: column.tone(sheet.lines[0]) for column in sheet.columns if column.tone}
    assert tones == {"debt": "missed", "promised": "missed"}
    assert "26 %" not in str(sheet.sentence) and "100" in str(sheet.sentence)


def test_a_manager_sees_their_debtors(made: Firm) -> None:
    assert list(table(sheet_of("debtors", made.boris), "debt")) == ["Старый", "="]

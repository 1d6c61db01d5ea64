"""Expected receipts and the accuracy of past forecasts (R5), to the kopeck on the firm of `money.py`."""

from collections.abc import Iterator
from decimal import Decimal as D
from typing import Any

import pytest
from django.urls import reverse

from people.models import User
from reports.sheet import Sheet
from tests.reports.money import Firm, firm
from tests.reports.sheets import sheet_of

pytestmark = pytest.mark.django_db
NOTHING = D("0.00")


@pytest.fixture
def made(db: None) -> Iterator[Firm]:
    with firm() as found:
        yield found


def asked(user: User, **more: str) -> Sheet:
    return sheet_of("receipts", user, **more)


def cells(sheet: Sheet, *keys: str) -> dict[str, Any]:
    """{line: values}, of lines with something in them; the total as «=»."""
    rows = {line.key: tuple(line.values.get(key) for key in keys) for line in sheet.lines}
    rows["="] = tuple(sheet.total.get(key) for key in keys)
    return {key: values for key, values in rows.items() if any(values)}


def test_what_is_expected_stands_in_its_week_by_form(made: Firm) -> None:
    assert cells(asked(made.director), "non_cash", "cash", "unstated", "expected") == {
        "overdue": (NOTHING, D("4999.50"), D("1800.00"), D("6799.50")),
        "late": (NOTHING, NOTHING, D("2400.00"), D("2400.00")),
        "2026-11-30": (D("5666.67"), NOTHING, NOTHING, D("5666.67")),
        "=": (D("5666.67"), D("4999.50"), D("4200.00"), D("14866.17")),
    }


def test_this_month_and_the_two_next_are_asked_and_a_week_across_months_is_split(made: Firm) -> None:
    keys = [line.key for line in asked(made.director).lines]
    assert keys[:4] == ["overdue", "late", "2026-11-01", "2026-11-02"]
    assert {"2026-11-30", "2026-12-01", "2026-12-07", "2026-12-28", "2027-01-01", "2027-01-25"} <= set(keys)
    months = [line.key for line in asked(made.director, rows="month").lines]
    assert months == ["overdue", "late", "2026-11-01", "2026-12-01", "2027-01-01"]


def test_received_stands_beside_what_was_expected_of_the_weeks_that_are_over(made: Firm) -> None:
    """On 1 November 12,000 were due on the 3rd: Анна's; 7,000.50 and 333.33 came that week."""
    sheet = asked(made.director)
    assert cells(sheet, "then", "received", "came") == {
        "2026-11-02": (D(12000), D("7333.83"), D("7333.83") / 12000),
        "=": (D(12000), D("7333.83"), D("7333.83") / 12000),
    }
    assert sheet.report.parts("2026-11-02", "then")  # type: ignore[attr-defined]


def test_probable_deals_stand_apart(made: Firm) -> None:
    sheet = asked(made.director)
    assert cells(sheet, "probable") == {"2026-11-23": (D(200),), "=": (D(200),)}
    found = sheet.report.records("2026-11-23", "probable")
    assert found is not None and [deal.amount for deal in found.rows] == [D(1000)]


def test_the_sellers_confidence_weighs(made: Firm) -> None:
    """Half of 666.67 is 333.335: half up."""
    sheet = asked(made.director, confidence="weighed")
    assert cells(sheet, "expected")["2026-11-30"] == (D("5333.34"),)


def test_with_a_habit_money_is_expected_later(made: Firm, monkeypatch: Any) -> None:
    """Верный usually pays ten days late: the 13th. Частями has no habit."""
    monkeypatch.setattr("orders.receivables.usual_delay", lambda ids, day: {made.faithful.pk: 10})
    sheet = asked(made.director, delay="usual")
    expected = cells(sheet, "expected")
    assert expected["overdue"] == (D(1800),) and expected["2026-11-09"] == (D("4999.50"),)
    assert expected["2026-11-30"] == (D("5666.67"),)
    # What was due on the 3rd was to come on the 13th, in a week that is not over.
    assert "then" not in {key for line in sheet.lines for key, value in line.values.items() if value}


def test_what_is_behind_a_sum_says_which_part_of_an_order_it_is(made: Firm, client: Any) -> None:
    sheet = asked(made.director)
    assert sum(sheet.report.parts("total", "expected").values()) == sheet.total["expected"]  # type: ignore[attr-defined]
    client.force_login(made.director, backend="people.backends.DoorKeeper")
    page = client.get(reverse("reports:records", args=["receipts"]) + "?line=overdue&column=cash")
    text = page.content.decode()
    for wrong in ("2026-11-03", "overdue", "no-such", "9" * 20):
        address = reverse("reports:records", args=["receipts"]) + f"?line={wrong}&column=received"
        assert client.get(address).status_code == 404
    assert "4 999,50" in text.replace("\xa0", " ") and "Верный" in text and "Старый" not in text


def test_a_manager_expects_what_is_theirs(made: Firm) -> None:
    assert asked(made.boris).total["expected"] == D(1800)
    assert asked(made.director, manager=str(made.anna.pk)).total["expected"] == D("13066.17")


def test_of_a_past_period_nothing_is_expected_any_more(made: Firm) -> None:
    """On 1 September 1,200 and on 2 October 600 were ordered and due the same day: nobody knew of them."""
    sheet = asked(made.director, period="2026-09-01..2026-11-08")
    assert cells(sheet, "expected") == {}
    assert sheet.total["received"] == D("7333.83")


def test_it_says_so_in_words(made: Firm) -> None:
    said = str(asked(made.director).sentence).replace("\xa0", " ")
    assert "5 666,67" in said and "6 799,50" in said and "2 400" in said and "61 %" in said


def test_past_forecasts_are_judged(made: Firm) -> None:
    """November: 12,000 due on the 3rd, 666.67 + … not yet: 2,400 on the 20th, 1,000 and 5,000 on the 30th; overdue
    1,200 and 600. October: nothing was known; 1,200 overdue."""
    sheet = sheet_of("receipts-accuracy", made.director)
    found = {line.key: line.values for line in sheet.lines}
    november = found["2026-11-01"]
    assert (november["expected"], november["overdue"], november["received"]) == (
        D(20400),
        D(1800),
        D("7333.83"),
    )
    assert november["difference"] == D("-13066.17") and november["accuracy"] == 1 - D("13066.17") / 20400
    assert (found["2026-10-01"]["expected"], found["2026-10-01"]["overdue"]) == (NOTHING, D(1200))
    assert found["2026-10-01"]["accuracy"] is None and "2026-12-01" not in found
    assert sheet.total["expected"] == D(20400) and sheet.total["overdue"] is None
    behind = sheet.report.records("2026-11-01", "expected")
    assert behind is not None and behind.rows.count() == 3

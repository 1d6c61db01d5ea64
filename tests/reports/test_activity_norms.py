"""Activity against norms (R10): closed days of Anna and Boris, counted on paper.

At least two conversations a day. Conversations held:

| November   | Anna | Boris |
|------------|------|-------|
| Mon 2nd    | 2    | 1     |
| Tue 3rd    | 3    | 0     |
| Thu 5th    | 1 so far; the day is still running |

Friday, 30 October is the first day that is closed; nobody spoke with anybody. Met is worth +1, missed −2.
"""

from decimal import Decimal as D
from typing import Any

import pytest

from kpi.actions.later import correct_figure, excuse_day
from people.models import User
from tests.activities.factories import make_call
from tests.kpi.conftest import _office  # noqa: F401 - the fixture `office`
from tests.kpi.factories import Office, close_all, figure, make_norm, person_day
from tests.leads.factories import make_client
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db
HELD = "conversations_held"
DAYS = "2026-11-02..2026-11-05"
NAME = "Разговоры"


@pytest.fixture
def lived(office: Office) -> Office:
    make_norm(HELD, 2)
    clients = {person.pk: make_client(manager=person) for person in (office.anna, office.boris)}

    def talks(person: User, count: int) -> None:
        for _ in range(count):
            make_call(clients[person.pk])

    office.at(2)
    talks(office.anna, 2)
    talks(office.boris, 1)
    office.at(3)
    close_all()
    talks(office.anna, 3)
    office.at(5)
    close_all()
    talks(office.anna, 1)
    return office


def of(sheet: Any, *keys: str) -> dict[str, Any]:
    """The lines of conversations: all, Anna, Boris."""
    start = next(n for n, line in enumerate(sheet.lines) if line.level == 0 and line.values.get("norm"))
    return {
        str(line.label): tuple(line.values.get(key) for key in keys)
        for line in sheet.lines[start : start + 3]
    }


def test_closed_days_are_added_up_and_today_stands_apart(lived: Office) -> None:
    sheet = sheet_of("activity", lived.head, period=DAYS)
    found = of(sheet, "value", "norm", "done", "met", "missed", "points", "now")
    assert list(found.values()) == [
        (D(6), D(8), D("0.75"), 2, 2, -2, D(1)),
        # Anna met both days.
        (D(5), D(4), D("1.25"), 2, 0, 2, D(1)),
        (D(1), D(4), D("0.25"), 0, 2, -4, D(0)),
    ]
    assert table(sheet, "met", "missed", "points")["="] == (2, 2, -2)
    assert "18:00" in str(sheet.sentence)


def test_a_number_opens_the_figures_of_its_days(lived: Office) -> None:
    sheet = sheet_of("activity", lived.head, period=DAYS)
    line = next(
        line for line in sheet.lines if line.key.startswith(f"{lived.anna.pk}-") and line.values["norm"]
    )
    for column, count in (("value", 2), ("met", 2), ("points", 2)):
        found = sheet.report.records(line.key, column)
        assert found is not None and found.rows.count() == count
        if found.value is not None:
            assert found.rows.aggregate(value=found.value)["value"] == line.values[column]
    assert len(behind(sheet, "=", "missed")) == 2


def test_a_correction_counts_and_an_excused_day_is_not_judged(lived: Office) -> None:
    correct_figure(figure(lived.boris, 2, HELD), value=D(4), reason="Забыл записать", by=lived.head)
    excuse_day(person_day(lived.boris, 3), reason="Болел", by=lived.head)
    sheet = sheet_of("activity", lived.head, period=DAYS)
    found = list(of(sheet, "value", "norm", "met", "missed", "points").values())
    # Boris: 4 of the 2 that were to be held on the one day that is judged.
    assert found[2] == (D(4), D(2), 1, 0, 1)
    line = next(
        line for line in sheet.lines if line.key.startswith(f"{lived.boris.pk}-") and line.values["norm"]
    )
    # The total is what the days are worth after all, as everywhere.
    assert sheet.total["points"] == sum(result.points for result in sheet.report.discipline.results)
    rows = sheet.report.records(line.key, "value")
    assert rows is not None and rows.rows.aggregate(value=rows.value)["value"] == 4
    assert len(sheet.report.records(line.key, "missed").rows) == 0  # type: ignore[union-attr]


def test_rows_may_be_managers(lived: Office) -> None:
    sheet = sheet_of("activity", lived.head, period=DAYS, rows="managers")
    tops = {str(line.label): line.values for line in sheet.lines if line.level == 0}
    assert {name: values["points"] for name, values in tops.items()}["Белова А."] == 2
    assert "value" not in tops["Белова А."]
    one = sheet_of("activity", lived.head, period=DAYS, manager=str(lived.boris.pk))
    assert one.total["points"] == -4


def test_a_period_that_is_over_has_no_today(lived: Office) -> None:
    sheet = sheet_of("activity", lived.head, period="2026-11-02..2026-11-03")
    assert "now" not in {column.key for column in sheet.columns}
    assert "18:00" not in str(sheet.sentence)

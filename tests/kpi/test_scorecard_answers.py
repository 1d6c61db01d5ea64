"""The scorecard as a workbook, and what is answered on it: corrections, objections, excuses."""

import io
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from kpi.actions.later import object_to
from kpi.models import Figure
from tests.kpi.factories import Office, close_all, figure, indicator, make_norm
from tests.kpi.test_scorecard import HELD, calls, cell, line, page, signed_in

# --- The workbook ---------------------------------------------------------------------------------------------------


def workbook(office: Office, query: str = "") -> Any:
    answer = signed_in(office.head).get(reverse("kpi:scorecard-file") + query)
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]


def rows_of(book: Any) -> dict[str, dict[str, Any]]:
    """{first cell: {heading: value}} of the first sheet."""
    rows = [[value.value for value in row] for row in book.worksheets[0].iter_rows()]
    start = next(index for index, row in enumerate(rows) if len([value for value in row if value]) > 3)
    heads = rows[start]
    return {row[0]: dict(zip(heads, row, strict=True)) for row in rows[start + 1 :] if row[0]}


def test_the_workbook_holds_typed_cells_verdicts_totals_and_formulas(office):
    make_norm(HELD, 2)
    office.at(5, "12:00")
    calls(office, 3)
    office.at(5, "18:30")
    close_all()
    book = workbook(office)
    rows = rows_of(book)
    held = str(indicator(HELD))
    anna = rows[office.anna.name]
    assert anna[held] == 3 and isinstance(anna[held], int)
    assert anna["Баллы"] == 1 and rows[office.boris.name]["Баллы"] == -2
    total = rows["Итого"]
    assert (total[held], total["Баллы"]) == (3, -1)
    formulas = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows(min_row=4)}
    assert formulas[held] == figure(office.anna, 5, HELD).rule.texts["ru"]["formula"]


def test_workbooks_of_a_week_and_a_month_open(office):
    office.at(5, "18:30")
    close_all()
    assert rows_of(workbook(office, "?view=week"))[office.anna.name]["Баллы"] == 0
    assert rows_of(workbook(office, "?view=month"))[office.anna.name]["Баллы"] == 0


# --- What is answered on it -----------------------------------------------------------------------------------------


@pytest.fixture
def missed(office: Office) -> Figure:
    make_norm(HELD, 2)
    office.at(5, "18:30")
    return figure(office.anna, 5, HELD)


def test_a_figure_is_corrected_with_a_reason_and_errors_stand_beside_their_fields(office, missed):
    browser = signed_in(office.head)
    address = reverse("kpi:figure-correct", args=[missed.pk])
    for data, field in (
        ({"value": "много", "reason": "x"}, "value"),
        ({"value": "", "reason": "x"}, "value"),
        ({"value": "-1", "reason": "x"}, "value"),
        ({"value": "0", "reason": "x"}, "value"),
        ({"value": "2", "reason": " "}, "reason"),
    ):
        answer = browser.post(address, data)
        assert answer.status_code == 422
        assert answer.context["form"].errors[field], data
        assert answer.context["form"].data["value"] == data["value"]
    assert browser.post(address, {"value": "2", "reason": "Не было сети"}).status_code == 302
    assert cell(page(office), office.anna).verdict == "met"


def test_nobody_corrects_their_own_day(office, missed):
    answer = signed_in(office.anna).post(
        reverse("kpi:figure-correct", args=[missed.pk]), {"value": "2", "reason": "Я была права"}
    )
    assert answer.status_code == 403
    assert cell(page(office), office.anna).correction is None


def test_a_manager_objects_and_the_head_accepts_with_a_value(office, missed):
    asks = reverse("kpi:figure-object", args=[missed.pk])
    assert signed_in(office.anna).post(asks, {"asked": "2", "reason": "Был в дороге"}).status_code == 302
    assert signed_in(office.anna).post(asks, {"asked": "2", "reason": "Еще раз"}).status_code == 422
    objection = missed.objections.get()
    answers = reverse("kpi:objection", args=[objection.pk])
    assert signed_in(office.anna).post(answers, {"accept": "yes", "value": "2"}).status_code == 403
    browser = signed_in(office.head)
    assert browser.get(answers).status_code == 200
    sent = {"accept": "yes", "value": "2", "reason": "Согласен"}
    assert browser.post(answers, sent).status_code == 302
    objection.refresh_from_db()
    assert (objection.state, objection.correction.value) == ("accepted", 2)
    assert cell(page(office), office.anna).verdict == "met"


def test_the_head_declines_with_a_word(office, missed):
    objection = object_to(missed.person_day, by=office.anna, figure=missed, reason="Был в дороге")
    browser = signed_in(office.head)
    address = reverse("kpi:objection", args=[objection.pk])
    assert browser.post(address, {"decline": "yes", "answer": ""}).status_code == 422
    assert browser.post(address, {"decline": "yes", "answer": "Звонка не было"}).status_code == 302
    objection.refresh_from_db()
    assert (objection.state, objection.answer) == ("declined", "Звонка не было")


def test_an_objection_to_a_whole_day_is_accepted_by_an_excuse(office, missed):
    objection = object_to(missed.person_day, by=office.anna, reason="Была на больничном")
    browser = signed_in(office.head)
    address = reverse("kpi:objection", args=[objection.pk])
    assert browser.post(address, {"accept": "yes", "reason": "Справка есть"}).status_code == 302
    assert not line(page(office), office.anna).is_scored


def test_a_day_is_excused_and_scored_again(office, missed):
    browser = signed_in(office.head)
    day = missed.person_day
    sent = {"reason": "Больничный"}
    assert browser.post(reverse("kpi:day-excuse", args=[day.pk]), sent).status_code == 302
    assert not line(page(office), office.anna).is_scored
    text = browser.get(reverse("kpi:day", args=[day.pk])).content.decode()
    assert "Больничный" in text and office.head.name in text
    assert browser.post(reverse("kpi:day-score", args=[day.pk]), sent).status_code == 302
    assert line(page(office), office.anna).is_scored


def test_an_objection_is_taken_back_by_whose_it_is(office, missed):
    objection = object_to(missed.person_day, by=office.anna, figure=missed, reason="Был в дороге")
    address = reverse("kpi:objection-withdraw", args=[objection.pk])
    assert signed_in(office.anna).post(address).status_code == 302
    assert cell(page(office), office.anna).objection is None


def test_a_persons_days_stand_below_each_other(office, missed):
    found = signed_in(office.head).get(reverse("kpi:person", args=[office.anna.pk]))
    assert found.context["trend"].lines[0].day_id == missed.person_day_id
    assert len(found.context["trend"].lines) == 4  # from 30 October to 5 November

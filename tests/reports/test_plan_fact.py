"""Plan and fact, calculated on paper: see tests/reports/company.py."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal as D
from io import BytesIO

import pytest
from django.test import Client as Browser
from openpyxl import load_workbook

from core import periods
from people.models import User
from pipeline.actions import move_deal, update_deal
from pipeline.models import Stage
from reports.report import Report
from reports.sheet import Sheet
from tests.factories import by_system
from tests.pipeline.factories import make_deal
from tests.reports.company import EVENING, Company, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(db: None) -> Iterator[Company]:
    with company() as made:
        yield made


def sheet_of(user: User, **asked: str) -> Sheet:
    found = Report.registry["plan-fact"]
    form = found.form(user, asked, periods.now())
    assert form.is_valid(), form.errors
    return Sheet(found(form.asked), form)


def values_of(sheet: Sheet, label: str) -> dict[str, object]:
    return next(line.values for line in sheet.lines if str(line.label) == label)


def shown(sheet: Sheet, label: str, *keys: str) -> list[object]:
    values = sheet.total if label == "total" else values_of(sheet, label)
    return [values.get(key) for key in keys]


def test_a_group_is_what_was_shipped_of_it_and_of_those_below(firm: Company) -> None:
    sheet = sheet_of(firm.director)
    assert [(line.label, line.level) for line in sheet.lines][:3] == [
        ("Оболочка", 0),
        ("Черева", 1),
        ("Не распределено", 1),
    ]
    # 12,000 planned, 4,000 shipped. To date 12,000 × 8 / 20 = 4,800.
    assert shown(sheet, "Оболочка", "plan", "fact", "deviation", "to_date") == [
        D(12000),
        D(4000),
        D(-8000),
        D(-800),
    ]
    # Черева is Anna's alone: 8,000 planned, 3,000 shipped, to date 3,200.
    assert shown(sheet, "Черева", "plan", "fact", "deviation", "to_date") == [
        D(8000),
        D(3000),
        D(-5000),
        D(-200),
    ]
    assert shown(sheet, "Не распределено", "plan", "fact") == [D(4000), None]
    # Nothing was sold of Специи in November, but in October: 249.98.
    assert shown(sheet, "Специи", "plan", "fact", "before") == [None, D(0), D("249.98")]
    assert shown(sheet, "total", "plan", "fact", "before") == [D(12000), D(4000), D("-750.02")]


def test_pace_and_forecast_come_from_the_elapsed_days(firm: Company) -> None:
    sheet = sheet_of(firm.director)
    # All: 4,000 / 8 = 500 a day; 4,000 + 12 × 500 = 10,000, that is 83.3 % of 12,000, more than 10 % short.
    assert shown(sheet, "total", "pace", "forecast", "tone") == [D(500), D(10000), "missed"]
    assert round(sheet.total["forecast_share"], 4) == D("0.8333")
    assert round(sheet.total["done"], 4) == D("0.3333")
    # 8,000 / 12 = 666.67 on each of the days left.
    assert sheet.total["needed"] == D("666.67")
    # Черева: 3,000 / 8 = 375; 3,000 + 12 × 375 = 7,500 of 8,000 = 93.75 %: within the tolerance.
    assert shown(sheet, "Черева", "pace", "forecast", "forecast_share", "tone") == [
        D(375),
        D(7500),
        D("0.9375"),
        "near",
    ]


def test_before_five_elapsed_days_the_forecast_has_no_colour(firm: Company) -> None:
    with periods.clock(periods.local(periods.today().replace(day=6), dt.time(12))):
        sheet = sheet_of(firm.director)
        # The 2nd, 3rd and 5th have elapsed: 4,000 / 3 × 20 = 26,666.67.
        assert shown(sheet, "total", "forecast", "tone") == [D("26666.67"), ""]


def test_sellers_have_their_own_plans_and_the_rest_is_not_distributed(firm: Company) -> None:
    sheet = sheet_of(firm.director, rows="sellers")
    assert [str(line.label) for line in sheet.lines] == ["Анна Белова", "Фёдор Рыжов", "Не распределено"]
    assert shown(sheet, "Анна Белова", "plan", "fact") == [D(8000), D(3000)]
    assert shown(sheet, "Фёдор Рыжов", "plan", "fact", "before") == [D(2000), D(1000), D("249.98")]
    assert shown(sheet, "Не распределено", "plan") == [D(2000)]


def test_a_year_by_months_compares_each_with_the_one_before(firm: Company) -> None:
    sheet = sheet_of(firm.director, rows="months", period="this-year")
    assert [
        shown(sheet, f"{name} 2026", "fact")[0] for name in ("Август", "Сентябрь", "Октябрь", "Ноябрь")
    ] == [
        D(10000),
        D(7000),
        D("-750.02"),
        D(4000),
    ]
    assert shown(sheet, "Октябрь 2026", "before") == [D(7000)]
    assert sheet.total["fact"] == D("20249.98")
    assert sheet.total["plan"] == D(12000)


def test_margin_and_quantity_are_measured_too(firm: Company) -> None:
    # November: 3,000 − 1,800 = 1,200 and 1,000 − 750 = 250.
    sheet = sheet_of(firm.director, measure="margin")
    assert shown(sheet, "Оболочка", "fact", "plan") == [D(1450), None]
    assert shown(sheet_of(firm.director, measure="quantity"), "Оболочка", "fact") == [D(35)]


def test_a_deal_in_work_weighs_its_probability(firm: Company) -> None:
    with by_system():
        stage: Stage = firm.deal.stage
        stage.probability = 80
        stage.save()
    sheet = sheet_of(firm.director)
    # 5,000 × 80 % = 4,000; ten of fifteen Синюга are still to go out: 2,000.
    assert shown(sheet, "Черева", "in_work") == [D(4000)]
    assert shown(sheet, "total", "in_work", "portfolio") == [D(4000), D(4000) + D(2000) + D(4000)]
    assert "5\u00a0000\u00a0₽" in str(sheet.sentence)
    assert "83\u00a0%" in str(sheet.sentence) and "8 из 20" in str(sheet.sentence)


def test_a_manager_sees_their_own_plan_and_fact_alone(firm: Company) -> None:
    sheet = sheet_of(firm.anna)
    assert shown(sheet, "total", "plan", "fact") == [D(8000), D(3000)]
    assert {line.label for line in sheet.lines} == {"Оболочка", "Черева"}
    assert shown(sheet_of(firm.head), "total", "plan", "fact") == [D(8000), D(3000)]


def test_what_was_paid_has_rows_of_sellers(firm: Company) -> None:
    sheet = sheet_of(firm.director, basis="paid")
    assert shown(sheet, "Фёдор Рыжов", "fact", "plan") == [D(600), None]


def test_a_part_of_a_month_has_the_plan_of_its_working_days(firm: Company) -> None:
    # 2–6 November has four of the twenty working days: 12,000 × 4 / 20.
    sheet = sheet_of(firm.director, period="2026-11-02..2026-11-06")
    assert shown(sheet, "total", "plan", "fact") == [D(2400), D(4000)]


def test_the_file_says_what_the_page_says(firm: Company) -> None:
    browser = Browser()
    browser.force_login(firm.director, backend="people.backends.DoorKeeper")
    page = browser.get("/reports/plan-fact/").content.decode()
    assert "10\u00a0000" in page and '−750<small class="kop">,02</small>' in page
    answer = browser.get("/reports/plan-fact/?export=xlsx")
    cells = list(load_workbook(BytesIO(answer.getvalue())).active.iter_rows(values_only=True))
    total = next(row for row in cells if row[0] == "Итого")
    head = next(row for row in cells if row[0] == "Товарные группы" or "План" in [str(cell) for cell in row])
    assert total[head.index("План")] == 12000 and total[head.index("Факт")] == 4000
    assert (
        total[head.index("Октябрь 2026")] == D("-750.02")
        or float(total[head.index("Октябрь 2026")]) == -750.02
    )


def test_beside_it_stands_what_changed_since_yesterday_and_what_decides(firm: Company) -> None:
    with periods.clock(EVENING - dt.timedelta(hours=6)):
        moved = make_deal(firm.fedor_client, amount=D(9000), expected_on=dt.date(2026, 11, 20))
        won = make_deal(firm.anna_client, amount=D(700))
    with periods.clock(EVENING + dt.timedelta(hours=15)):
        update_deal(moved, by=firm.director, expected_on=dt.date(2026, 12, 4))
        move_deal(won, Stage.objects.get(kind=Stage.Kind.WON), by=firm.director)
        sheet = sheet_of(firm.director)
        beside = sheet.report.beside()  # type: ignore[attr-defined]
        assert [move.deal for move in beside.won] == [won]
        assert [(each.deal, each.was_on) for each in beside.slipped] == [(moved, dt.date(2026, 11, 20))]
        assert [each.deal for each in beside.deciding] == [firm.deal]
        beside = sheet_of(firm.anna).report.beside()  # type: ignore[attr-defined]
        assert not beside.slipped

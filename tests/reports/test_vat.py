"""Sales without VAT or with it (S3): a switch of every report that shows them. The company of tests/reports/company.py:
20 % of VAT on 20,249.98 make 24,299.97, for the line of 249.98 was 299.97."""

from collections.abc import Iterator
from decimal import Decimal as D

import pytest

from reports.report import Report
from tests.reports.company import Company, company
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db

# Here the measure that is asked for says it.
BY_MEASURE = {"plan-fact", "cube"}


@pytest.fixture
def firm(db: None) -> Iterator[Company]:
    with company() as made:
        yield made


def test_sales_are_shown_with_vat_and_the_margin_never_is(firm: Company) -> None:
    net = sheet_of("sales-year", firm.director)
    gross = sheet_of("sales-year", firm.director, vat="gross")
    assert (net.total["sales"], gross.total["sales"]) == (D("20249.98"), D("24299.97"))
    # The margin is that of the goods, and its share that of sales without VAT.
    for key in ("margin", "share", "shipments"):
        assert table(net, key) == table(gross, key)
    assert (net.total["average"], gross.total["average"]) == (D("3375.00"), D("4050.00"))
    labels = {column.key: str(column.label) for column in gross.columns}
    assert (labels["sales"], labels["margin"]) == ("Продажи с НДС, ₽", "Маржа без НДС, ₽")
    assert len(behind(gross, "Октябрь 2026", "sales")) == 2
    behind(gross, "=", "sales")
    behind(gross, "=", "margin")


def test_orders_and_clients_follow_the_switch(firm: Company) -> None:
    asked = {"period": "this-month", "vat": "gross"}
    averages = sheet_of("averages", firm.director, **asked)
    # November: 30 of 120 and 15 of 240 were ordered; 3,600 and 5 × 240 were shipped.
    assert table(averages, "ordered", "sales") == {
        "Белова А.": (D(3600), D(3600)),
        "Рыжов Ф.": (D(3600), D(1200)),
        "=": (D(7200), D(4800)),
    }
    for column in ("ordered", "sales"):
        behind(averages, "Рыжов Ф.", column)
    assert table(sheet_of("abc", firm.director, **asked), "sales")["="] == D(4800)
    assert sheet_of("sources", firm.director, **asked).total["sales"] == D(4800)
    assert sheet_of("sources", firm.director, **asked).total["margin"] == D(1450)


@pytest.mark.parametrize("code", sorted(set(Report.registry) - BY_MEASURE))
def test_who_shows_sales_without_vat_shows_them_with_it(firm: Company, code: str) -> None:
    def without(**asked: str) -> set[str]:
        heads = sheet_of(code, firm.director, **asked).columns
        return {column.key for column in heads if "без НДС" in str(column.label)}

    has_switch = "vat" in {switch.key for switch in Report.registry[code].switches}
    for rows in ({}, {"rows": "manager"}) if code == "illiquid" else ({},):
        assert not without(**rows) or has_switch
        if has_switch:
            assert without(**rows, vat="gross") <= {"margin"}

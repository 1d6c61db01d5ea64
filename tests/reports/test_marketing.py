"""Sources and campaigns (R12): what they bring and cost, counted on paper.

October and November 2026; a piece is 100 ₽ without VAT and costs 60 ₽. Clients:
- Раз and Два, of the exhibition's campaign, entered in October. Раз has a deal of 1,000 won in October and was shipped
  ten pieces in October: 1,000, a margin of 400.
- Три, of the site, without a campaign, entered in November; its deal is open.
- Четыре, nobody knows where from, entered in October.
The campaign cost 200 in October and 300 in November.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D

import pytest

from core import periods
from leads.campaigns import set_costs
from leads.models import Campaign, Source
from people.models import Role, User
from reports.report import Report
from tests.factories import make_team, make_user
from tests.leads.factories import make_campaign, make_source
from tests.orders.factories import line, make_order, make_product, ship_all
from tests.pipeline.factories import make_funnel, make_plain_client
from tests.reports.deals import at, lived
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db
OCTOBER, BOTH = "2026-10-01..2026-10-31", "2026-10-01..2026-11-30"


@dataclass
class Firm:
    director: User
    head: User
    anna: User
    exhibition: Source
    campaign: Campaign


@pytest.fixture
def firm(db: None) -> Iterator[Firm]:
    with periods.clock(at("09-01")) as clock:
        funnel, team = make_funnel(), make_team()
        anna, admin = make_user("Анна Белова", team=team), make_user(role=Role.ADMIN)
        exhibition, site = make_source("Выставка осенью"), make_source("Наш сайт")
        campaign = make_campaign("Агропродмаш", source=exhibition)
        clock.move_to(at("10-05"))
        one = make_plain_client("Раз", anna, source=exhibition, campaign=campaign)
        make_plain_client("Два", anna, source=exhibition, campaign=campaign)
        make_plain_client("Четыре", anna)
        lived(funnel, "10-06 Новый, 10-20 Продано", client=one, amount=D(1000))
        clock.move_to(at("10-21"))
        ship_all(make_order(one, lines=[line(10, make_product(price=D(120), cost=D(60)))]))
        clock.move_to(at("11-03"))
        three = make_plain_client("Три", anna, source=site)
        lived(funnel, "11-03 Новый", client=three, amount=D(5000))
        set_costs(campaign, {dt.date(2026, 10, 1): D(200), dt.date(2026, 11, 1): D(300)}, by=admin)
        clock.move_to(at("11-05"))
        director, head = make_user(role=Role.DIRECTOR), make_user("Галина Сизова", Role.HEAD, team=team)
        yield Firm(director, head, anna, exhibition, campaign)


def test_a_source_brings_leads_deals_and_sales_and_costs(firm: Firm) -> None:
    sheet = sheet_of("sources", firm.director, period=OCTOBER)
    assert table(sheet, "leads", "deals", "won", "won_amount", "sales", "margin", "cost") == {
        "Выставка осенью": (2, 1, 1, D(1000), D(1000), D(400), D(200)),
        "Не указано": (1, 0, 0, 0, 0, 0, 0),
        "=": (3, 1, 1, D(1000), D(1000), D(400), D(200)),
    }
    assert table(sheet, "per_lead", "per_won", "gain") == {
        # 200 / 2, 200 / 1, 400 / 200.
        "Выставка осенью": (D(100), D(200), D(2)),
        "Не указано": (None, None, None),
        # 200 / 3.
        "=": (D("66.67"), D(200), D(2)),
    }
    for column in ("leads", "deals", "won", "won_amount", "sales", "margin", "cost"):
        behind(sheet, "Выставка осенью", column)
        behind(sheet, "=", column)
    assert [client.name for client in behind(sheet, "Не указано", "leads")] == ["Четыре"]
    assert "2" in str(sheet.sentence)


def test_a_campaign_has_the_costs_of_its_months(firm: Firm) -> None:
    sheet = sheet_of("campaigns", firm.director, period=BOTH)
    assert table(sheet, "leads", "sales", "cost", "gain") == {
        "Агропродмаш": (2, D(1000), D(500), D("0.8")),
        "Не указано": (2, 0, 0, None),
        "=": (4, D(1000), D(500), D("0.8")),
    }
    # A month counts in the period in which it begins, whole.
    november = sheet_of("campaigns", firm.director, period="2026-11-02..2026-11-30")
    assert november.total["cost"] == 0 and november.total["per_lead"] is None
    assert len(behind(sheet, "Агропродмаш", "cost")) == 2


def test_costs_are_those_of_the_whole_company_or_none(firm: Firm) -> None:
    for sheet in (
        sheet_of("sources", firm.head, period=OCTOBER),
        sheet_of("sources", firm.director, period=OCTOBER, manager=str(firm.anna.pk)),
    ):
        assert sheet.total["leads"] == 3
        assert "cost" not in {column.key for column in sheet.columns} and "cost" not in sheet.total
        assert sheet.report.records("total", "cost") is None


def test_managers_are_not_told_margins(firm: Firm) -> None:
    for code in ("sources", "campaigns"):
        assert not Report.registry[code].is_for(firm.anna)

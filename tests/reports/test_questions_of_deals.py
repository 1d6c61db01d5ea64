"""The count of questions of the reports on deals, work and clients does not grow with what they count."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from core import periods
from leads.models import Segment
from people.models import Role
from pipeline.models import LossReason
from tests.activities.factories import make_task
from tests.factories import THURSDAY, by_system, make_team, make_user
from tests.kpi.conftest import _office  # noqa: F401 - the fixture `office`
from tests.kpi.factories import Office, close_all, make_norm
from tests.leads.factories import make_campaign, make_source
from tests.orders.factories import line, make_order, make_product, ship_all
from tests.pipeline.factories import make_funnel, make_plain_client
from tests.reports.deals import at, lived

pytestmark = pytest.mark.django_db
CODES = [
    *("funnel", "stage-time", "moves-back", "lost-where", "loss-reasons", "stuck", "missed-contacts"),
    *("client-base", "abc", "at-risk", "sources", "campaigns"),
]
PERIOD = "period=2026-10-01..2026-11-30"


def questions(browser: Browser, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(address).status_code == 200
    return len(found)


@pytest.fixture
def more(db: None) -> Any:
    """A function that adds a further seller, source, campaign, segment, reason, deals, tasks and shipments."""
    with periods.clock(at("09-01")):
        funnel, team = make_funnel(), make_team()
        product = make_product()

    def add(number: int) -> None:
        with by_system():
            reason = LossReason.objects.create(name=f"Причина {number}", position=50 + number)
            segment = Segment.objects.create(name=f"Сегмент {number}", contact_days=5 + number)
        source = make_source()
        seller = make_user(team=team)
        with periods.clock(at("10-01")) as clock:
            client = make_plain_client(
                f"Клиент {number}",
                seller,
                source=source,
                segment=segment,
                campaign=make_campaign(source=source),
            )
            for path in (
                "10-01 Новый, 10-05 Договор, 10-08 Переговоры",
                "10-02 Новый, 10-06 Продано",
                "10-03 Новый, 10-07 Отказ",
            ):
                lived(funnel, path, client=client, amount=100, reason=reason)
            for day in ("10-05", "10-07", "10-09"):
                clock.move_to(at(day))
                ship_all(make_order(client, lines=[line(1, product)]))
            make_task(client, periods.today())

    return add


@pytest.mark.parametrize("code", CODES)
def test_questions_do_not_grow(more: Any, code: str) -> None:
    with periods.clock(THURSDAY):
        browser = Browser()
        browser.force_login(make_user(role=Role.DIRECTOR), backend="people.backends.DoorKeeper")
        more(1)
        addresses = [f"/reports/{code}/?{PERIOD}"]
        if code == "funnel":
            addresses.append(f"/reports/funnel/?{PERIOD}&view=flow")
        before = [questions(browser, address) for address in addresses]
        for number in range(2, 5):
            more(number)
        assert [questions(browser, address) for address in addresses] == before
        assert max(before) <= 35


def test_questions_about_closed_days_do_not_grow(office: Office) -> None:
    make_norm("conversations_held", 2)
    browser = Browser()
    browser.force_login(office.head, backend="people.backends.DoorKeeper")
    address = "/reports/activity/?period=2026-11-02..2026-11-30"
    office.at(3)
    close_all()
    before = questions(browser, address)
    make_user(team=office.team)
    office.at(10)
    close_all()
    assert questions(browser, address) <= before

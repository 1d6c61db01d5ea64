"""Dashboards: whose they are, that their numbers are the reports', that each tile stands by itself and costs the same
for any number of records."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import periods
from people.models import Role, User
from reports.dashboards import BOARDS, Now, boards_of
from tests.activities.factories import make_deal
from tests.factories import make_user
from tests.leads.factories import make_client
from tests.orders.factories import line, make_order, make_product, ship_all
from tests.reports.company import Company, company

pytestmark = pytest.mark.django_db

# A tile may ask so many questions, a whole page so many, however much there is to say.
MOST_OF_A_TILE, MOST_OF_A_PAGE = 40, 95
CODES = [board.code for board in BOARDS]


@pytest.fixture(scope="module")
def firm(django_db_setup: None, django_db_blocker: Any) -> Iterator[Company]:
    """One company for the whole walk."""
    with django_db_blocker.unblock(), transaction.atomic(), company() as made:
        yield made
        transaction.set_rollback(True)


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="people.backends.DoorKeeper")
    return browser


def reader_of(code: str, firm: Company) -> User:
    return {"director": firm.director, "team": firm.head, "own": firm.anna}[code]


def more_of_everything(firm: Company, count: int) -> None:
    """Clients with a deal and a shipment each."""
    product = make_product()
    for _one in range(count):
        client = make_client(manager=firm.anna)
        make_deal(client, amount=1000)
        ship_all(make_order(client, lines=[line(product=product)]))


@pytest.mark.parametrize(
    ("role", "codes"),
    [
        (Role.DIRECTOR, ["director", "team"]),
        (Role.ADMIN, ["director", "team"]),
        (Role.HEAD, ["team"]),
        (Role.MANAGER, ["own"]),
        (Role.COLLEAGUE, []),
    ],
)
def test_everybody_has_the_dashboards_of_their_role(firm: Company, role: str, codes: list[str]) -> None:
    user = make_user(role=role)
    assert [board.code for board in boards_of(user)] == codes
    for board in BOARDS:
        expected = 200 if board.code in codes else 404
        browser = browser_of(user)
        assert browser.get(f"/dashboard/{board.code}/").status_code == expected
        assert browser.get(f"/dashboard/{board.code}/{board.tiles[0].key}/").status_code == expected
    assert browser_of(user).get("/dashboard/").status_code == (200 if codes else 404)


def test_the_directors_home_is_the_dashboard(firm: Company) -> None:
    answer = browser_of(firm.director).get("/")
    assert answer.context["board"].code == "director"
    assert 'aria-current="page"' in answer.content.decode()


@pytest.mark.parametrize("code", CODES)
def test_a_tile_by_itself_is_the_tile_of_the_page(firm: Company, code: str) -> None:
    browser = browser_of(reader_of(code, firm))
    page = browser.get(reverse("reports:board", args=[code])).content.decode()
    for tile in next(board for board in BOARDS if board.code == code).tiles:
        part = browser.get(reverse("reports:tile", args=[code, tile.key])).content.decode().strip()
        assert part.startswith('<section class="paper tile')
        assert f'id="tile-{tile.key}"' in part and part.count("data-tile") == 1
        assert part in page


@pytest.mark.parametrize("code", CODES)
def test_where_tiles_lead_there_are_pages(firm: Company, code: str) -> None:
    browser = browser_of(reader_of(code, firm))
    page = browser.get(reverse("reports:board", args=[code])).content.decode()
    tiles = page[page.index('<div class="tiles">') : page.index("</main>")]
    found = {address.replace("&amp;", "&") for address in re.findall(r'href="([^"#]+)"', tiles)}
    assert len(found) > 3
    for address in found:
        assert browser.get(address).status_code == 200, address


def test_the_numbers_of_a_tile_are_those_of_the_report_behind_it(firm: Company) -> None:
    browser = browser_of(firm.director)
    report = browser.get("/reports/plan-fact/").context["sheet"]
    now = Now(firm.director, periods.now())
    assert now.sheet("plan-fact").total == report.total
    assert report.total["fact"]
    part = browser.get("/dashboard/director/plan/")
    assert part.status_code == 200
    stages = browser.get("/reports/stuck/?rows=stage").context["sheet"]
    assert now.sheet("stuck", rows="stage").total == stages.total
    assert f"<b>{stages.total['deals']}</b>" in browser.get("/dashboard/director/funnel/").content.decode()


def test_receipts_of_the_month_are_those_the_report_says_by_month(firm: Company) -> None:
    now = Now(firm.director, periods.now())
    tile = next(tile for tile in BOARDS[0].tiles if tile.key == "receipts")
    months = {line.key: line.values for line in now.sheet("receipts", rows="month").lines}
    november = months["2026-11-01"]
    said = tile.numbers(now)
    assert (said["expected"], said["received"]) == (november["expected"], november["received"])
    assert november["received"] == 600


def test_a_manager_sees_own_numbers_alone(firm: Company) -> None:
    own = Now(firm.anna, periods.now()).sheet("plan-fact").total["fact"]
    everybody = Now(firm.director, periods.now()).sheet("plan-fact").total["fact"]
    assert own < everybody


def test_tiles_that_ask_the_same_share_the_answer(firm: Company) -> None:
    now = Now(firm.director, periods.now())
    assert now.sheet("plan-fact") is now.sheet("plan-fact")
    assert now.sheet("stuck") is not now.sheet("stuck", rows="stage")


@pytest.mark.parametrize("code", CODES)
def test_tiles_and_pages_cost_the_same_for_any_number_of_records(firm: Company, code: str) -> None:
    browser = browser_of(reader_of(code, firm))
    board = next(board for board in BOARDS if board.code == code)
    addresses = [reverse("reports:tile", args=[code, tile.key]) for tile in board.tiles]
    addresses.append(reverse("reports:board", args=[code]))

    def queries() -> list[int]:
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(address).status_code == 200
            counts.append(len(asked))
        return counts

    with transaction.atomic():
        more_of_everything(firm, 1)
        queries()
        few = queries()
        more_of_everything(firm, 4)
        many = queries()
        transaction.set_rollback(True)
    assert [more for less, more in zip(few, many, strict=True) if more > less] == []
    assert max(few[:-1]) <= MOST_OF_A_TILE
    assert few[-1] <= MOST_OF_A_PAGE


def test_on_a_wall_there_are_the_tiles_and_nothing_else(firm: Company) -> None:
    html = browser_of(firm.director).get("/dashboard/?wall=1").content.decode()
    assert "data-wall" in html and "data-clock" in html
    assert "refresh.js" in html
    assert 'class="rail"' not in html and "quick-log" not in html
    assert html.count("data-tile") == sum(tile.on_wall for tile in BOARDS[0].tiles)


@pytest.mark.parametrize(
    "address", ["/dashboard/nothing/", "/dashboard/director/nothing/", "/dashboard/own/plan/"]
)
def test_what_is_not_there_and_what_is_not_theirs_answer_alike(firm: Company, address: str) -> None:
    assert browser_of(firm.director).get(address).status_code == 404


def test_a_company_without_anything_has_dashboards_too(db: None) -> None:
    for role in (Role.DIRECTOR, Role.HEAD, Role.MANAGER):
        assert browser_of(make_user(role=role)).get("/dashboard/").status_code == 200

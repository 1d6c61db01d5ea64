"""The pages of sales plans: what the grid takes, what it gives back, what the sheet and the versions say."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from core import periods
from core.history.operations import Operation
from orders.actions.plans import set_cells
from orders.models import PlanCell, SalesPlan
from orders.plans import Where, plan_of
from tests.cast import Cast, Member, cast  # noqa: F401
from tests.orders.factories_catalogue import make_group
from tests.orders.factories_plans import FEB, JAN, make_adopted, make_plan, own_amounts, write
from tests.shown import shown

URL, PLANNING = "/plans/2027/", "/planning/2027/"


@pytest.fixture
def director(cast: Cast) -> Browser:  # noqa: F811
    return signed_in(cast.director)


def signed_in(member: Member) -> Browser:
    browser = Browser()
    browser.force_login(member.user)
    return browser


def name_of(month: int, group: Any = None, manager: Any = None) -> str:
    return f"c-2027-{month:02}-{group.pk if group else 0}-{manager.pk if manager else 0}"


def send(browser: Browser, cells: dict[str, str], *, url: str = URL, **more: str) -> Any:
    """Opens the grid, types, saves."""
    seen = browser.get(url).context["grid"].seen
    return browser.post(url, {**cells, "seen": seen, **more})


def cell_of(page: Any, name: str) -> Any:
    return page.context["grid"].cells[name]


class TestGrid:
    def test_one_send_writes_all_that_was_typed_as_russians_write_it(
        self,
        director: Browser,
        cast: Cast,  # noqa: F811
    ) -> None:
        make_plan()
        spices = make_group("Специи")
        typed = {name_of(1, spices): "1 200 000,50 руб.", name_of(2): "7", name_of(3): ""}
        answer = send(director, typed, note="Первый набросок")
        assert answer.status_code == 302
        assert own_amounts() == {Where(JAN, spices.pk): Decimal("1200000.50"), Where(FEB): 7}
        operation = Operation.objects.latest("id")
        assert (operation.by_id, operation.note) == (cast.director.user.pk, "Первый набросок")
        assert "Записано 2 ячейки" in director.get(URL).content.decode()

    def test_a_bad_cell_is_marked_with_a_sentence_and_everything_typed_stays(self, director: Browser) -> None:
        make_plan(cells={Where(FEB): 5})
        typed = {name_of(1): "abc", name_of(2): "12", name_of(3): "-4", name_of(4): "1,234"}
        answer = send(director, typed, note="Почему")
        page = answer.content.decode()
        assert answer.status_code == 422
        assert [cell_of(answer, name).text for name in typed] == list(typed.values())
        assert [bool(cell_of(answer, name).error) for name in typed] == [True, False, True, True]
        assert "«abc»" in page
        assert 'value="Почему"' in page
        assert own_amounts() == {Where(FEB): 5}

    def test_a_value_of_another_stands_beside_ours_until_we_have_looked_at_it(
        self,
        director: Browser,
        cast: Cast,  # noqa: F811
    ) -> None:
        plan = make_plan(cells={Where(JAN): 100, Where(FEB): 100})
        seen = director.get(URL).context["grid"].seen
        set_cells(plan, {Where(JAN): Decimal(150), Where(FEB): Decimal(130)}, by=cast.admin.user)
        answer = director.post(URL, {name_of(1): "170", name_of(2): "100", "seen": seen})
        january = cell_of(answer, name_of(1))
        assert answer.status_code == 422
        assert (january.text, january.theirs.text, january.theirs.by) == ("170", "150", cast.admin.user.name)
        assert cell_of(answer, name_of(2)).text == "130"  # not ours: only shown as it stands
        assert own_amounts() == {Where(JAN): 150, Where(FEB): 130}
        again = director.post(URL, {name_of(1): "170", "seen": answer.context["grid"].seen})
        assert again.status_code == 302
        assert own_amounts() == {Where(JAN): 170, Where(FEB): 130}

    def test_a_value_of_another_is_named_too_while_a_cell_is_bad(self, director: Browser) -> None:
        plan = make_plan(cells={Where(JAN): 100})
        seen = director.get(URL).context["grid"].seen
        write(plan, {Where(JAN): 150})
        answer = director.post(URL, {name_of(1): "170", name_of(2): "abc", "seen": seen})
        assert cell_of(answer, name_of(1)).theirs.value == 150

    def test_parents_show_what_is_below_and_what_is_not_distributed(self, director: Browser) -> None:
        top = make_group("Оболочка")
        below = make_group("Черева", parent=top)
        make_plan(cells={Where(JAN, top.pk): 1000, Where(JAN, below.pk): 400, Where(FEB, below.pk): 300})
        answer = director.get(URL)
        january, february = cell_of(answer, name_of(1, top)), cell_of(answer, name_of(2, top))
        assert (january.text.replace("\xa0", " "), january.left) == ("1 000", 600)
        assert (february.text, february.hint) == ("", "300")
        worth = {row.key: row.year.worth for row in answer.context["grid"].rows}
        assert (worth["all"], worth[f"g{top.pk}"], worth[f"g{below.pk}"]) == (1300, 1300, 700)
        assert "не распр. 600" in answer.content.decode().replace("\xa0", " ")

    def test_pieces_have_a_table_of_their_own(self, director: Browser) -> None:
        make_plan(cells={Where(JAN): 100})
        url = URL + "?measure=quantity"
        assert send(director, {name_of(1): "1 200,5", name_of(2): "3,0005"}, url=url).status_code == 422
        assert send(director, {name_of(1): "1 200,5"}, url=url).status_code == 302
        cell = PlanCell.objects.get()
        assert (cell.amount, cell.quantity) == (100, Decimal("1200.5"))

    def test_sellers_of_a_group_are_rows_where_the_address_says_so(
        self,
        director: Browser,
        cast: Cast,  # noqa: F811
    ) -> None:
        make_plan()
        spices = make_group("Специи")
        url = f"{URL}?rows=sellers&group={spices.pk}"
        place = name_of(1, spices, cast.fedor.user)
        assert send(director, {place: "30"}, url=url).status_code == 302
        assert own_amounts() == {Where(JAN, spices.pk, cast.fedor.user.pk): 30}

    def test_a_head_writes_the_team_alone_and_reads_nobody_elses(
        self,
        cast: Cast,  # noqa: F811
    ) -> None:
        make_plan(cells={Where(JAN): 900, Where(JAN, None, cast.fedor.user.pk): 777})
        browser = signed_in(cast.head)
        url = f"{URL}?rows=sellers"
        foreign = {name_of(1): "1", name_of(1, None, cast.fedor.user): "1"}
        answer = send(browser, {**foreign, name_of(1, None, cast.anna.user): "5"}, url=url)
        assert answer.status_code == 302
        assert own_amounts()[Where(JAN, None, cast.anna.user.pk)] == 5
        assert own_amounts()[Where(JAN, None, cast.fedor.user.pk)] == 777
        page = browser.get(url)
        assert page.context["grid"].rows[0].cells[0].worth == 5
        assert "777" not in shown(page.content.decode())
        assert cast.fedor.user.name not in page.content.decode()

    @pytest.mark.parametrize("seen", ["", "[]", "nonsense", '{"c": "NaN"}', '{"a": [1]}', "[" * 5000])
    def test_a_spoilt_form_breaks_nothing(self, director: Browser, seen: str) -> None:
        make_plan()
        answer = director.post(URL, {name_of(1): "5", "c-2027-99-0-0": "5", "seen": seen})
        assert answer.status_code == 302

    def test_the_page_asks_as_often_whatever_the_plan_holds(
        self,
        director: Browser,
        cast: Cast,  # noqa: F811
    ) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert director.get(URL).status_code == 200
            return len(asked)

        plan = make_plan(cells={Where(JAN, make_group().pk): 1})
        assert queries()  # what is remembered from the first page on
        before = queries()
        groups = [make_group() for _ in range(5)]
        cells = {Where(JAN, one.pk, seller.user.pk): 1 for one in groups for seller in cast.sellers}
        write(plan, cells)  # type: ignore[arg-type]
        assert queries() == before


class TestAdopted:
    def test_an_adopted_plan_opens_on_the_next_three_months(self, director: Browser) -> None:
        make_adopted(2026)
        make_adopted(2027)
        page = director.get("/plans/2026/")
        assert [month.month for month in page.context["asked"].months] == [12]
        assert len(director.get("/plans/2026/?months=year").context["asked"].months) == 12
        assert len(director.get(URL).context["asked"].months) == 2  # January, February: the next but December

    def test_a_month_that_is_over_is_read_alone(self, director: Browser) -> None:
        make_adopted(2026)
        url = "/plans/2026/?months=year"
        cells = director.get(url).context["grid"].cells
        assert {cell.where.month.month for cell in cells.values()} == {11, 12}
        send(director, {"c-2026-01-0-0": "5", "c-2026-11-0-0": "6"}, url=url)
        assert plan_of(2026).amount.of() == 7

    def test_the_button_keeps_the_original(self, director: Browser, cast: Cast) -> None:  # noqa: F811
        plan = make_plan(cells={Where(JAN): 100})
        with periods.clock(periods.now()) as clock:
            assert director.get(f"{PLANNING}adopt/").status_code == 200
            assert director.post(f"{PLANNING}adopt/").status_code == 302
            assert director.post(f"{PLANNING}adopt/").status_code == 422
            clock.advance(hours=1)
            write(plan, {Where(JAN): 170})
        page = director.get(f"{URL}sheet/?against=original")
        cell = page.context["grid"].rows[0].cells[0]
        assert (cell.worth, cell.before, cell.delta) == (170, 100, 70)
        assert "<del>100</del> +70" in page.content.decode()


class TestVersions:
    def test_every_change_is_listed_with_who_when_why_and_from_what_to_what(
        self,
        director: Browser,
        cast: Cast,  # noqa: F811
    ) -> None:
        spices = make_group("Специи")
        with periods.clock(periods.now()) as clock:
            plan = make_plan(cells={Where(JAN, spices.pk): 100})
            clock.advance(hours=1)
            place = Where(JAN, spices.pk)
            set_cells(plan, {place: Decimal(250)}, by=cast.admin.user, note="Новый клиент")
            listed = director.get(f"{URL}versions/")
            assert [one.note for one in listed.context["versions"]] == ["Новый клиент", ""]
            latest = listed.context["versions"][0]
            assert (latest.by, latest.cells) == (cast.admin.user.name, 1)
            page = director.get(f"{URL}versions/{latest.pk}/")
            [change] = page.context["changes"]
            assert (change.group, change.before, change.after, change.delta) == ("Специи", 100, 250, 150)
            first = listed.context["versions"][1]
            sheet = director.get(f"{URL}sheet/?months=year&against={first.pk}")
            assert sheet.context["grid"].rows[0].cells[0].before == 100

    def test_a_head_sees_the_changes_of_the_team_alone(self, cast: Cast) -> None:  # noqa: F811
        plan = make_plan()
        for seller in (cast.anna, cast.fedor):
            place = Where(JAN, None, seller.user.pk)
            set_cells(plan, {place: Decimal(1)}, by=cast.admin.user, note=seller.token)
        browser = signed_in(cast.head)
        versions = browser.get(f"{URL}versions/").context["versions"]
        assert [one.note for one in versions] == [cast.anna.token]
        foreign = Operation.objects.get(note=cast.fedor.token)
        assert browser.get(f"{URL}versions/{foreign.pk}/").status_code == 404


class TestAround:
    def test_without_a_plan_the_page_says_how_to_begin(self, director: Browser, cast: Cast) -> None:  # noqa: F811
        assert "/planning/new/" in director.get("/plans/").content.decode()
        assert "/planning/new/" not in signed_in(cast.head).get("/plans/").content.decode()
        assert director.post("/planning/new/", {"year": "2027"}).status_code == 302
        assert director.get("/plans/").headers["Location"] == URL
        again = director.post("/planning/new/", {"year": "2027"})
        assert again.status_code == 422
        assert SalesPlan.objects.count() == 1

    def test_the_form_of_a_copy_offers_what_there_is(self, director: Browser) -> None:
        plan = make_plan()
        assert not director.get(f"{URL}copy/").context["form"].has_sources
        make_plan(2026, {Where(JAN.replace(year=2026)): 1000})
        form = {"source": "plan-2026", "growth": "12,5", "round_to": "0.01"}
        assert director.post(f"{URL}copy/", {**form, "growth": "-100"}).status_code == 422
        assert director.post(f"{URL}copy/", {**form, "source": "plan-1999"}).status_code == 422
        assert director.post(f"{URL}copy/", form).status_code == 302
        assert plan_of(plan.year).amount.of() == 1125

    def test_the_tolerance_is_a_share(self, director: Browser) -> None:
        make_plan()
        assert director.post(f"{PLANNING}tolerance/", {"tolerance": "101"}).status_code == 422
        assert director.post(f"{PLANNING}tolerance/", {"tolerance": "5"}).status_code == 302
        assert SalesPlan.objects.get().tolerance == 5

    def test_what_the_page_carries_is_what_stood_when_it_was_opened(self, director: Browser) -> None:
        make_plan(cells={Where(JAN): "100.50"})
        assert json.loads(director.get(URL).context["grid"].seen) == {name_of(1): "100.50"}

    def test_who_configures_finds_the_norms_of_activity_beside_the_plan(
        self,
        director: Browser,
        cast: Cast,  # noqa: F811
    ) -> None:
        make_plan()
        words = "Планы активности: нормы показателей"
        assert words in signed_in(cast.admin).get(URL).content.decode()
        assert words not in director.get(URL).content.decode()

"""Sales plans rolled up: what a level comes to, and what of it is not distributed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from core import periods
from orders.actions.plans import adopt
from orders.plans import ORIGINAL, Measure, PlanFigures, Said, Where, months_of, plan_of, total
from orders.tree import Tree
from pipeline.models import ProductGroup
from tests.cast import Cast, cast  # noqa: F401
from tests.factories import THURSDAY
from tests.orders.factories_catalogue import make_group
from tests.orders.factories_plans import FEB, JAN, make_adopted, make_plan, write


def tree_of(parents: dict[int, int | None]) -> Tree:
    return Tree(
        ProductGroup(pk=pk, parent_id=parent, position=pk, name=f"Группа {pk}")
        for pk, parent in parents.items()
    )


# Casings (1) with natural (2) and artificial (3) ones; spices (4).
CASINGS = tree_of({1: None, 2: 1, 3: 1, 4: None})
ANNA, BORIS = 7, 8


def measure(
    cells: dict[tuple[int | None, int | None], str], tree: Tree = CASINGS, month: dt.date = JAN
) -> Measure:
    return Measure(
        {Where(month, *place): Decimal(value) for place, value in cells.items()}, tree, months_of(2027)
    )


class TestOneMonth:
    def test_a_group_without_a_cell_is_worth_what_its_groups_are(self) -> None:
        plan = measure({(2, None): "100.10", (3, None): "200.20"})
        assert plan.of(1) == Decimal("300.30")
        assert plan.of() == Decimal("300.30")
        assert plan.not_distributed(1) == 0

    def test_what_a_group_says_more_than_its_groups_is_not_distributed(self) -> None:
        plan = measure({(1, None): "1000", (2, None): "100.10", (3, None): "200.20"})
        assert plan.of(1) == Decimal("1000")
        assert plan.not_distributed(1) == Decimal("699.70")

    def test_a_group_never_says_less_than_its_groups(self) -> None:
        plan = measure({(1, None): "10", (2, None): "100", (3, None): "200"})
        assert plan.of(1) == 300
        assert plan.not_distributed(1) == 0

    def test_a_cell_without_a_seller_covers_those_of_sellers(self) -> None:
        plan = measure({(2, None): "500", (2, ANNA): "150", (2, BORIS): "250"})
        assert plan.of(2) == 500
        assert plan.of(2, ANNA) == 150
        assert plan.not_assigned(2) == 100

    def test_sellers_together_are_the_least_a_group_says(self) -> None:
        plan = measure({(2, None): "300", (2, ANNA): "150", (2, BORIS): "250"})
        assert plan.of(2) == 400
        assert plan.not_assigned(2) == 0

    def test_groups_and_sellers_are_two_ways_to_cut_one_plan_and_are_not_added(self) -> None:
        """The example of docs/decisions/sales-plans.md."""
        plan = measure({(1, None): "1000", (2, None): "600", (1, ANNA): "700", (2, ANNA): "200"})
        assert plan.of(1) == 1000
        assert plan.not_distributed(1) == 400  # 600 of natural ones
        assert plan.not_assigned(1) == 300  # 700 are Anna's
        assert plan.of(1, ANNA) == 700
        assert plan.not_distributed(1, ANNA) == 500
        assert plan.not_assigned(2) == 400

    def test_a_team_has_what_its_sellers_have(self) -> None:
        plan = measure({(None, None): "1000", (2, ANNA): "150", (1, BORIS): "250"})
        assert plan.of_sellers([ANNA, BORIS]) == 400
        assert plan.of_sellers([ANNA, BORIS], group=2) == 150
        assert plan.of_sellers([]) is None

    def test_where_nothing_is_planned_there_is_no_plan_and_not_a_plan_of_nothing(self) -> None:
        plan = measure({(1, None): "1000", (4, None): "0"})
        assert plan.of(2) is None
        assert plan.of(1, ANNA) is None
        assert plan.of(4) == 0
        assert plan.not_distributed(1) == 1000

    def test_the_plan_of_a_deleted_group_counts_at_the_top(self) -> None:
        plan = measure({(2, None): "100", (99, None): "11", (99, ANNA): "20"})
        assert plan.strays == [99]
        assert plan.of() == 120
        assert plan.not_distributed() == 0


def test_a_year_is_the_sum_of_its_months_each_rolled_up_alone() -> None:
    own = {
        Where(JAN, 1): Decimal(100),
        Where(JAN, 2): Decimal(130),
        Where(FEB, 1): Decimal(100),
        Where(FEB, 2): Decimal(60),
    }
    plan = Measure(own, CASINGS, months_of(2027))
    assert plan.of(1) == 230
    assert plan.of(1, months=[FEB]) == 100
    assert plan.not_distributed(1) == 40
    assert plan.of(1, months=[]) is None


def test_pieces_are_rolled_up_apart_from_money() -> None:
    cells = {Where(JAN, 2): Said(Decimal(100), None), Where(JAN, 1): Said(None, Decimal("7.500"))}
    plan = PlanFigures(cells, CASINGS, months_of(2027))
    assert (plan.amount.of(1), plan.quantity.of(1)) == (Decimal(100), Decimal("7.500"))
    assert plan.quantity.of(2) is None


# --- Properties -----------------------------------------------------------------------------------------------------

parents = st.lists(st.integers(0, 5), min_size=1, max_size=6).map(
    lambda above: {pk: (value if 0 < value < pk else None) for pk, value in enumerate(above, 1)}
)
sums = st.integers(0, 10**9).map(lambda kopecks: Decimal(kopecks).scaleb(-2))
places = st.tuples(st.one_of(st.none(), st.integers(1, 7)), st.one_of(st.none(), st.integers(1, 3)))


@st.composite
def plans(draw: st.DrawFn) -> tuple[Measure, Tree]:
    tree = tree_of(draw(parents))
    cells = draw(st.dictionaries(places, sums, max_size=14))
    return Measure({Where(JAN, *place): value for place, value in cells.items()}, tree, [JAN]), tree


def partition(
    draw: st.DrawFn, plan: Measure, group: int | None, manager: int | None
) -> list[tuple[int | None, int | None]]:
    """One way of cutting a level into parts that share nothing."""
    way = draw(st.sampled_from(["whole", "groups", "sellers"]))
    if way == "groups" and plan.below(group):
        return [part for child in plan.below(group) for part in partition(draw, plan, child, manager)]
    if way == "sellers" and manager is None and plan.managers:
        return [part for seller in plan.managers for part in partition(draw, plan, group, seller)]
    return [(group, manager)]


@given(st.data(), plans())
def test_no_way_of_cutting_a_plan_into_parts_comes_to_more_than_the_plan(
    data: st.DataObject, made: tuple[Measure, Tree]
) -> None:
    plan, tree = made
    group = data.draw(st.sampled_from([None, *(one.pk for one in tree.order)]))
    manager = data.draw(st.sampled_from([None, *plan.managers]))
    parts = partition(data.draw, plan, group, manager)
    together = total(plan.of(*part) for part in parts)
    whole = plan.of(group, manager)
    assert (together or 0) <= (whole or 0)
    assert whole is not None or together is None
    said = total(plan.own.get(Where(JAN, *part)) for part in parts)
    assert (said or 0) <= (whole or 0)


@given(plans())
def test_every_level_is_its_parts_and_what_is_not_distributed(made: tuple[Measure, Tree]) -> None:
    plan, tree = made
    for group in (None, *(one.pk for one in tree.order)):
        for manager in (None, *plan.managers):
            worth = plan.of(group, manager) or 0
            if plan.below(group):
                left = plan.not_distributed(group, manager)
                assert left >= 0
                assert worth == (plan.of_groups_below(group, manager) or 0) + left
        assert plan.not_assigned(group) >= 0
        assert (plan.of(group) or 0) == (plan.of_all_sellers(group) or 0) + plan.not_assigned(group)


@given(plans())
def test_a_plan_says_no_more_than_somebody_wrote(made: tuple[Measure, Tree]) -> None:
    """What is above its parts is a cell that says so."""
    plan, tree = made
    for group in (None, *(one.pk for one in tree.order), *plan.strays):
        for manager in (None, *plan.managers):
            worth = plan.of(group, manager)
            said = [plan.own.get(Where(JAN, group, manager)), plan.of_groups_below(group, manager)]
            said += [plan.of_all_sellers(group)] if manager is None else []
            assert worth is None or worth in said


# --- As it stands in the database -----------------------------------------------------------------------------------


def test_each_sees_of_the_plan_what_is_theirs(cast: Cast) -> None:  # noqa: F811
    place = Where(JAN, make_group().pk)
    shares = [(cast.anna, 100), (cast.boris, 200), (cast.fedor, 400)]
    make_plan(cells={place: 1000} | {place._replace(manager=who.user.pk): part for who, part in shares})
    asking = (cast.anna, cast.head, cast.director, cast.logistician)
    seen = [plan_of(2027, user=member.user).amount.of() for member in asking]
    assert seen == [100, 300, 1000, None]
    assert plan_of(2027).amount.of() == 1000


def test_the_original_is_what_stood_when_the_plan_was_adopted(db: None) -> None:
    spices = make_group()
    with periods.clock(THURSDAY) as clock:
        plan = make_plan(cells={Where(JAN, spices.pk): 100})
        assert plan_of(2027, moment=ORIGINAL).amount.of() is None
        clock.advance(hours=1)
        adopt(plan, by=None)
        clock.advance(hours=1)
        write(plan, {Where(JAN, spices.pk): 170, Where(FEB, spices.pk): 50})
        assert plan_of(2027).amount.of() == 220
        assert plan_of(2027, moment=ORIGINAL).amount.of() == 100
        assert plan_of(2027, moment=THURSDAY + dt.timedelta(minutes=1)).amount.of() == 100
        assert plan_of(2027, moment=THURSDAY - dt.timedelta(minutes=1)).amount.of() is None


def test_months_of_two_years_are_asked_at_once(db: None) -> None:
    make_plan(2026, {Where(dt.date(2026, 12, 1)): 1, Where(dt.date(2026, 11, 1)): 9})
    make_plan(2027, {Where(JAN): 2})
    figures = plan_of([dt.date(2026, 12, 31), dt.date(2027, 1, 15)])
    assert figures.amount.of() == 3
    assert figures.amount.of(months=[JAN]) == 2


@pytest.mark.parametrize("moment", [None, ORIGINAL, THURSDAY])
def test_a_plan_is_read_by_as_many_queries_whatever_its_size(
    cast: Cast,  # noqa: F811
    moment: dt.datetime | None,
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            plan_of(2027, user=cast.director.user, moment=moment).amount.of()
        return len(asked)

    plan = make_adopted()
    assert cast.director.user.role  # asked once per request, before
    before = queries()
    spices = make_group()
    below = make_group(parent=spices)
    write(
        plan,
        {Where(JAN, spices.pk, seller.user.pk): 1 for seller in cast.sellers} | {Where(JAN, below.pk): 5},
    )
    assert queries() == before

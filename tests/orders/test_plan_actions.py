"""The verbs of sales plans: who writes what, what is locked, what a copy and an adoption do."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core import periods
from core.history import rollback
from core.history.operations import Operation
from orders.actions.plans import (
    BadCells,
    CellsChanged,
    adopt,
    copy_year,
    create_plan,
    is_over,
    set_cells,
    set_tolerance,
)
from orders.models import PlanCell, SalesByProduct, SalesPlan
from orders.plans import ORIGINAL, Where, plan_of
from pipeline.models import ProductGroup
from tests.cast import Cast, cast  # noqa: F401
from tests.factories import THURSDAY, by_system
from tests.orders.factories_catalogue import make_group, make_product
from tests.orders.factories_plans import FEB, JAN, MARCH, make_adopted, make_plan, own_amounts, write


@pytest.fixture
def spices(cast: Cast) -> ProductGroup:  # noqa: F811
    return make_group("Специи")


class TestWhoWrites:
    def test_a_director_and_an_administrator_write_everything(
        self,
        cast: Cast,  # noqa: F811
        spices: ProductGroup,
    ) -> None:
        plan = create_plan(2027, by=cast.director.user)
        set_cells(plan, {Where(JAN, spices.pk): Decimal(100)}, by=cast.director.user)
        set_cells(plan, {Where(JAN, None, cast.fedor.user.pk): Decimal(7)}, by=cast.admin.user)
        assert own_amounts() == {Where(JAN, spices.pk): 100, Where(JAN, None, cast.fedor.user.pk): 7}

    def test_a_head_writes_the_cells_of_the_own_team_alone(
        self,
        cast: Cast,  # noqa: F811
        spices: ProductGroup,
    ) -> None:
        plan = make_plan()
        mine = Where(JAN, spices.pk, cast.boris.user.pk)
        set_cells(plan, {mine: Decimal(100)}, by=cast.head.user)
        for foreign in (mine._replace(manager=None), mine._replace(manager=cast.fedor.user.pk)):
            with pytest.raises(PermissionDenied):
                set_cells(plan, {mine: Decimal(5), foreign: Decimal(5)}, by=cast.head.user)
        assert own_amounts() == {mine: 100}

    def test_nobody_else_writes_anything(self, cast: Cast) -> None:  # noqa: F811
        plan = make_plan()
        operations = Operation.objects.count()
        for member in (cast.anna, cast.logistician):
            with pytest.raises(PermissionDenied):
                set_cells(plan, {Where(JAN, None, member.user.pk): Decimal(1)}, by=member.user)
            with pytest.raises(PermissionDenied):
                copy_year(2026, plan, 0, by=member.user)
        for member in (cast.anna, cast.head, cast.logistician):
            for verb in (adopt, lambda one, by: set_tolerance(one, 5, by=by)):
                with pytest.raises(PermissionDenied):
                    verb(plan, by=member.user)
            with pytest.raises(PermissionDenied):
                create_plan(2028, by=member.user)
        assert Operation.objects.count() == operations


class TestCells:
    def test_a_change_is_one_operation_with_its_note_and_counts_what_changed(
        self,
        cast: Cast,  # noqa: F811
        spices: ProductGroup,
    ) -> None:
        plan = make_plan(cells={Where(JAN, spices.pk): 100, Where(FEB, spices.pk): 100})
        new = {
            Where(JAN, spices.pk): Decimal(100),
            Where(FEB, spices.pk): Decimal("120.50"),
            Where(MARCH): None,
        }
        assert set_cells(plan, new, by=cast.director.user, note="Спрос в феврале") == 1
        operation = Operation.objects.latest("id")
        assert (operation.by_id, operation.note) == (cast.director.user.pk, "Спрос в феврале")
        assert operation.counts == {"orders.plancell": [0, 1]}
        assert own_amounts() == {Where(JAN, spices.pk): 100, Where(FEB, spices.pk): Decimal("120.50")}

    def test_money_and_pieces_of_a_cell_do_not_touch_each_other(self, spices: ProductGroup) -> None:
        plan = make_plan(cells={Where(JAN, spices.pk): 100})
        set_cells(plan, {Where(JAN, spices.pk): Decimal("2.5")}, by=None, measure="quantity")
        write(plan, {Where(JAN, spices.pk): 90})
        cell = PlanCell.objects.get()
        assert (cell.amount, cell.quantity) == (90, Decimal("2.500"))

    def test_an_emptied_cell_says_nothing_and_can_be_filled_again(self, spices: ProductGroup) -> None:
        plan = make_plan(cells={Where(JAN, spices.pk): 100})
        set_cells(plan, {Where(JAN, spices.pk): None}, by=None)
        assert plan_of(2027).amount.of() is None
        write(plan, {Where(JAN, spices.pk): 7})
        assert plan_of(2027).amount.of() == 7
        assert PlanCell.all_objects.count() == 1

    @pytest.mark.parametrize("value", ["-1", "1.005", "90000000000001", "NaN"])
    def test_what_is_no_sum_of_a_plan_is_said_of_its_cell_and_nothing_is_written(
        self,
        cast: Cast,  # noqa: F811
        value: str,
    ) -> None:
        plan = make_plan()
        bad = {Where(JAN): Decimal(value), Where(FEB): Decimal(5)}
        with pytest.raises(BadCells) as refused:
            set_cells(plan, bad, by=cast.director.user)
        assert set(refused.value.cells) == {Where(JAN)}
        assert own_amounts() == {}

    def test_a_cell_of_another_year_or_of_nobody_is_refused(
        self,
        cast: Cast,  # noqa: F811
        spices: ProductGroup,
    ) -> None:
        plan = make_plan()
        places = [
            Where(dt.date(2026, 12, 1)),
            Where(dt.date(2027, 1, 2)),
            Where(JAN, 987_654),
            Where(JAN, None, cast.logistician.user.pk),
        ]
        with pytest.raises(BadCells) as refused:
            set_cells(plan, dict.fromkeys(places, Decimal(1)), by=cast.director.user)
        assert set(refused.value.cells) == set(places)

    def test_what_another_wrote_since_is_neither_lost_nor_overwritten(
        self,
        cast: Cast,  # noqa: F811
        spices: ProductGroup,
    ) -> None:
        plan = make_plan(cells={Where(JAN): 100, Where(FEB): 100})
        seen: dict[Where, Any] = own_amounts()
        write(plan, {Where(JAN): 150, Where(FEB): 110})
        mine = {Where(JAN): Decimal(170), Where(FEB): Decimal(110), Where(MARCH): Decimal(5)}
        with pytest.raises(CellsChanged) as refused:
            set_cells(plan, mine, by=cast.director.user, seen=seen)
        assert refused.value.cells == {Where(JAN): 150}
        assert own_amounts() == {Where(JAN): 150, Where(FEB): 110}
        assert set_cells(plan, mine, by=cast.director.user, seen=seen | {Where(JAN): Decimal(150)}) == 2
        assert own_amounts() == mine


class TestAdopted:
    def test_months_that_are_over_keep_their_plan_once_it_is_adopted(self, cast: Cast) -> None:  # noqa: F811
        october, november = dt.date(2026, 10, 1), dt.date(2026, 11, 1)
        plan = make_plan(2026, {Where(october): 100, Where(november): 100})
        set_cells(plan, {Where(october): Decimal(90)}, by=cast.director.user)
        plan = adopt(plan, by=cast.director.user)
        assert (is_over(plan, october), is_over(plan, november)) == (True, False)
        both = {Where(october): Decimal(1), Where(november): Decimal(1)}
        with pytest.raises(BadCells, match="Октябрь 2026") as refused:
            set_cells(plan, both, by=cast.director.user)
        assert set(refused.value.cells) == {Where(october)}
        both[Where(october)] = Decimal(90)  # as it stands
        assert set_cells(plan, both, by=cast.director.user) == 1

    def test_a_plan_is_adopted_once_and_not_empty(self, cast: Cast) -> None:  # noqa: F811
        plan = make_plan()
        with pytest.raises(ValidationError):
            adopt(plan, by=cast.director.user)
        write(plan, {Where(JAN): 5})
        adopt(plan, by=cast.director.user)
        with pytest.raises(ValidationError):
            adopt(plan, by=cast.director.user)

    def test_a_rollback_changes_no_month_that_is_over_and_takes_no_adoption_back(
        self,
        cast: Cast,  # noqa: F811
    ) -> None:
        october, december = dt.date(2026, 10, 1), dt.date(2026, 12, 1)
        plan = make_plan(2026, {Where(october): 100})
        set_cells(plan, {Where(october): Decimal(1)}, by=cast.admin.user)
        over = Operation.objects.latest("id")
        adopt(plan, by=cast.admin.user)
        adoption = Operation.objects.latest("id")
        set_cells(plan, {Where(december): Decimal(1)}, by=cast.admin.user)
        ahead = Operation.objects.latest("id")
        everything = lambda _model, ids: set(ids)  # noqa: E731
        for operation in (over, adoption):
            with pytest.raises(rollback.Refused):
                rollback.apply(operation, by=cast.admin.user, allowed=everything)
        rollback.apply(ahead, by=cast.admin.user, allowed=everything)
        assert own_amounts(2026) == {Where(october): 1}
        assert plan_of(2026, moment=ORIGINAL).amount.of() == 1


class TestYears:
    def test_a_year_has_one_plan(self, cast: Cast) -> None:  # noqa: F811
        create_plan(2027, by=cast.director.user, tolerance=5)
        with pytest.raises(ValidationError):
            create_plan(2027, by=cast.director.user)
        with pytest.raises(ValidationError):
            create_plan(1999, by=cast.director.user)
        with pytest.raises(ValidationError):
            create_plan(2028, by=cast.director.user, tolerance=101)
        assert SalesPlan.objects.get().tolerance == 5

    def test_a_copy_fills_what_is_empty_with_the_growth_and_leaves_the_rest(
        self,
        cast: Cast,  # noqa: F811
        spices: ProductGroup,
    ) -> None:
        january = dt.date(2026, 1, 1)
        old = make_plan(2026, {Where(january, spices.pk): "1000.05", Where(january): 5000})
        set_cells(old, {Where(january, spices.pk): Decimal(11)}, by=None, measure="quantity")
        plan = make_plan(2027, {Where(JAN): 1})
        copied = copy_year(2026, plan, 10, by=cast.director.user)
        assert copied == (2, 1)
        assert own_amounts() == {Where(JAN, spices.pk): Decimal("1100.06"), Where(JAN): 1}
        assert plan_of(2027).quantity.of() == 12
        assert Operation.objects.latest("id").note
        assert copy_year(2026, plan, 10, by=cast.director.user) == (0, 3)

    def test_a_copy_of_sales_takes_them_by_group_and_seller_without_vat(
        self,
        cast: Cast,  # noqa: F811
        spices: ProductGroup,
    ) -> None:
        first, second = make_product(group=spices), make_product(group=spices)
        for product, seller, net in (
            (first, cast.anna, 1234),
            (second, cast.anna, 1000),
            (first, cast.fedor, 500),
            (first, cast.boris, -30),
        ):
            SalesByProduct.objects.create(
                month=dt.date(2026, 2, 1),
                manager=seller.user,
                product=product,
                amount=net * 2,
                net=net,
                cost=0,
                quantity=3,
            )
        plan = make_plan(2027)
        copy_year(2026, plan, Decimal("-50"), by=cast.director.user, of="sales", round_to=1000)
        place = Where(FEB, spices.pk)
        assert own_amounts() == {
            place._replace(manager=cast.anna.user.pk): 1000,
            place._replace(manager=cast.fedor.user.pk): 0,
        }

    def test_what_somebody_had_who_sells_no_more_falls_to_the_group(
        self,
        cast: Cast,  # noqa: F811
        spices: ProductGroup,
    ) -> None:
        place = Where(dt.date(2026, 1, 1), spices.pk)
        anna, fedor = (place._replace(manager=one.user.pk) for one in (cast.anna, cast.fedor))
        make_plan(2026, {anna: 300, fedor: 700})
        with by_system():
            cast.anna.user.is_active = False
            cast.anna.user.save()
        copy_year(2026, make_plan(2027), 0, by=cast.director.user)
        assert own_amounts() == {Where(JAN, spices.pk): 1000, fedor._replace(month=JAN): 700}
        assert plan_of(2027).amount.not_assigned(spices.pk) == 300

    def test_a_head_copies_the_cells_of_the_team(self, cast: Cast) -> None:  # noqa: F811
        january = dt.date(2026, 1, 1)
        make_plan(
            2026,
            {
                Where(january): 9,
                Where(january, None, cast.boris.user.pk): 10,
                Where(january, None, cast.fedor.user.pk): 20,
            },
        )
        copy_year(2026, make_plan(2027), 0, by=cast.head.user)
        assert own_amounts() == {Where(JAN, None, cast.boris.user.pk): 10}

    @pytest.mark.parametrize("growth", [-100, 1001])
    def test_a_growth_out_of_reason_is_refused(self, cast: Cast, growth: int) -> None:  # noqa: F811
        with pytest.raises(ValidationError):
            copy_year(2026, make_plan(2027), growth, by=cast.director.user)

    def test_a_copy_into_an_adopted_plan_leaves_months_that_are_over(self, cast: Cast) -> None:  # noqa: F811
        make_plan(2025, {Where(dt.date(2025, month, 1)): 5 for month in (10, 11)})
        with periods.clock(THURSDAY - dt.timedelta(90)):
            plan = make_adopted(2026)
        copy_year(2025, plan, 0, by=cast.director.user)
        assert own_amounts(2026) == {Where(dt.date(2026, 1, 1)): 1, Where(dt.date(2026, 11, 1)): 5}

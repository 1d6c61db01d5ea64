"""Verbs of sales plans: open a year, write cells, copy a year, adopt; for who may "plan".

A director and an administrator write everything, a head the cells of the own team's sellers. `by` is None for the
system (the demo, tests). A month that is over keeps its plan once it is adopted; before, everything may be written.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.db.models import Sum
from django.utils.translation import gettext as _

from core import periods, show
from core.history.operations import Operation, operation
from core.history.rollback import Plan as RollbackPlan
from core.money import KOPECK, THOUSANDTH, money, quantity
from orders.models import PlanCell, SalesByProduct, SalesPlan
from orders.plans import PlanFigures, Said, Where, cells_of, months_of
from orders.tree import Tree
from people import access
from people.models import User
from pipeline.models import ProductGroup

MeasureName = Literal["amount", "quantity"]
MEASURES: tuple[MeasureName, ...] = ("amount", "quantity")
FIRST_YEAR, LAST_YEAR = 2000, 2100
# More growth than this is a slip of the finger.
MOST_GROWTH = 1000
_EXACT = {"amount": money, "quantity": quantity}
_AT_ONCE = 500


class BadCells(ValidationError):
    """Some cells cannot be written; `cells` says why, a sentence for each. Nothing was written."""

    def __init__(self, cells: Mapping[Where, str]) -> None:
        super().__init__(sorted(set(cells.values())))
        self.cells = dict(cells)


class CellsChanged(Exception):
    """Somebody wrote other values since they were read; `cells` holds those in force. Nothing was written."""

    def __init__(self, cells: Mapping[Where, Decimal | None]) -> None:
        super().__init__(f"{len(cells)} cells")
        self.cells = dict(cells)


class Copied(NamedTuple):
    """What a copy did: cells it filled, and cells it found filled and left."""

    filled: int
    left: int


def create_plan(year: int, *, by: User | None, tolerance: int = 10) -> SalesPlan:
    """An empty plan of the year; ValidationError where there is one already."""
    _require_whole(by)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        said = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValidationError({"year": _("A year between %(first)s and %(last)s.") % said})
    taken = ValidationError({"year": _("There is a plan of this year already.")})
    if SalesPlan.objects.filter(year=year).exists():
        raise taken
    try:
        with _operation(by):
            plan: SalesPlan = SalesPlan.objects.create(year=year, tolerance=_tolerance(tolerance))
    except IntegrityError:  # two at one moment
        raise taken from None
    return plan


def set_tolerance(plan: SalesPlan, tolerance: int, *, by: User | None) -> SalesPlan:
    """How far below the plan a result is still within tolerance, %."""
    _require_whole(by)
    with _operation(by):
        plan = _locked(plan)
        plan.tolerance = _tolerance(tolerance)
        plan.save()
    return plan


def set_cells(
    plan: SalesPlan,
    values: Mapping[Where, Decimal | None],
    *,
    by: User | None,
    measure: MeasureName = "amount",
    note: str = "",
    seen: Mapping[Where, Decimal | None] | None = None,
) -> int:
    """Writes what the cells say in one measure; None empties one. The number of cells that are changed by it.

    All or nothing. PermissionDenied for a cell that is not theirs, `BadCells` for one that cannot be written. `seen`:
    what the writer had in view; `CellsChanged` where another value stands in its place by now, unless it is the same
    as theirs.
    """
    _require_cells(by, values)
    with _operation(by, note):
        plan = _locked(plan)
        before = _read(plan, {where.month for where in values})
        changes = {
            where: value
            for where, value in _checked(values, measure).items()
            if getattr(before.get(where, Said()), measure) != value
        }
        if seen is not None:
            _require_seen(changes, before, measure, seen)
        _require_writable(plan, changes, by)
        _write(plan, {where: {measure: value} for where, value in changes.items()})
    return len(changes)


def copy_year(
    year: int,
    plan: SalesPlan,
    growth_percent: Decimal | int,
    *,
    by: User | None,
    of: Literal["plan", "sales"] = "plan",
    round_to: Decimal | int = KOPECK,
) -> Copied:
    """Fills the plan's empty cells from another year's plan, or from its sales without VAT, month by month.

    Cells that say something stay as they are, so a copy loses nobody's work. A head copies the cells of the team. Sums
    are rounded to `round_to`, quantities to whole ones where they were whole. What was not sold leaves its cell empty;
    what somebody had who sells no more falls to the group.
    """
    if by is not None:
        access.require(by, "plan")
    growth = Decimal(growth_percent)
    if not -100 < growth <= MOST_GROWTH:
        said = {"most": show.number(MOST_GROWTH)}
        raise ValidationError({"growth": _("Between −99 and %(most)s %%.") % said})
    if of == "plan" and year == plan.year:
        raise ValidationError({"year": _("Choose another year: a plan is not copied onto itself.")})
    source = _still_to_sell(_sales_of(year, by) if of == "sales" else _plan_of(year, by), year, by)
    grown = {
        where._replace(month=where.month.replace(year=plan.year)): _grown(said, growth, Decimal(round_to))
        for where, said in source.items()
    }
    what = _("Sales of %(year)s, %(growth)s %%") if of == "sales" else _("Plan of %(year)s, %(growth)s %%")
    note = what % {"year": year, "growth": show.number(growth, signed=True)}
    filled = left = 0
    with _operation(by, note):
        plan = _locked(plan)
        before = _read(plan, months_of(plan.year))
        alive = set(ProductGroup.objects.values_list("pk", flat=True))
        changes: dict[Where, dict[str, Decimal | None]] = {}
        for where, new in grown.items():
            if (where.group is not None and where.group not in alive) or is_over(plan, where.month):
                continue
            for name in MEASURES:
                value = getattr(new, name)
                if value is None:
                    continue
                if getattr(before.get(where, Said()), name) is None:
                    changes.setdefault(where, {})[name] = value
                    filled += 1
                else:
                    left += 1
        _write(plan, changes)
    return Copied(filled, left)


def adopt(plan: SalesPlan, *, by: User | None) -> SalesPlan:
    """From now on what stands in the cells is the original, and months that are over keep their plan."""
    _require_whole(by)
    with _operation(by) as op:
        plan = _locked(plan)
        if plan.adopted_at is not None:
            raise ValidationError(_("This plan is adopted already."))
        if not PlanCell.objects.filter(plan=plan).exists():
            raise ValidationError(_("There is nothing to adopt yet: write the plan first."))
        plan.adopted_at = op.at
        plan.save()
    return plan


def is_over(plan: SalesPlan, month: dt.date) -> bool:
    """Whether the month keeps its plan: it has passed, and the plan is adopted."""
    return plan.adopted_at is not None and month < periods.first_of("month", periods.today())


def may_write(user: User, manager: int | None) -> bool:
    """Whether the user writes cells of the seller (None: without a seller)."""
    if not access.may(user, "plan"):
        return False
    owners = access.owners_visible_to(user)
    return owners is None or manager in owners


def may_write_all(user: User) -> bool:
    """Whether the user opens and adopts plans, and writes what has no seller."""
    return access.may(user, "plan") and access.owners_visible_to(user) is None


def objection(plan: RollbackPlan) -> str:
    """For `core.history.rollback.objections`: a rollback changes no month that keeps its plan, and takes no adoption
    back."""
    for row in plan.rows:
        changes = row.deletes or row.restore or row.conflicting
        if row.model is SalesPlan and changes and "adopted_at" in {*row.restore, *row.conflicting}:
            return _("A plan that was adopted stays adopted.")
    ids = [
        row.record_id
        for row in plan.rows
        if row.model is PlanCell and (row.deletes or row.restore or row.conflicting)
    ]
    for cell in PlanCell.all_objects.filter(pk__in=ids).select_related("plan"):
        if is_over(cell.plan, cell.month):
            return _("It was about months that are over: they keep their plan.")
    return ""


# --- Rights ---------------------------------------------------------------------------------------------------------


def _require_whole(by: User | None) -> None:
    if by is not None and not may_write_all(by):
        raise PermissionDenied("plan")


def _require_cells(by: User | None, places: Iterable[Where]) -> None:
    if by is None:
        return
    access.require(by, "plan")
    owners = access.owners_visible_to(by)
    if owners is not None and not {where.manager for where in places} <= set(owners):
        raise PermissionDenied("plan")


# --- What may be written --------------------------------------------------------------------------------------------


def _checked(values: Mapping[Where, Decimal | None], measure: MeasureName) -> dict[Where, Decimal | None]:
    """The values with exactly their places; `BadCells` for what is none."""
    exact: dict[Where, Decimal | None] = {}
    wrong: dict[Where, str] = {}
    for where, value in values.items():
        try:
            exact[where] = None if value is None else _not_negative(_EXACT[measure](value))
        except ValidationError as error:
            wrong[where] = error.messages[0]
    if wrong:
        raise BadCells(wrong)
    return exact


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise ValidationError(_("A plan is not negative."))
    return value


def _require_seen(
    changes: Mapping[Where, Decimal | None],
    before: Mapping[Where, Said],
    measure: MeasureName,
    seen: Mapping[Where, Decimal | None],
) -> None:
    stands = {where: getattr(before.get(where, Said()), measure) for where in changes}
    other = {where: value for where, value in stands.items() if value != seen.get(where)}
    if other:
        raise CellsChanged(other)


def _require_writable(plan: SalesPlan, changes: Mapping[Where, Decimal | None], by: User | None) -> None:
    wrong: dict[Where, str] = {}
    groups = set(ProductGroup.objects.values_list("pk", flat=True))
    sellers = set(User.objects.sellers().values_list("pk", flat=True))
    for where, value in changes.items():
        if where.month.year != plan.year or where.month.day != 1:
            wrong[where] = _("This is a month of another year.")
        elif by is not None and is_over(plan, where.month):
            wrong[where] = _("%(month)s is over: its plan stays as it is.") % {
                "month": show.month(where.month)
            }
        elif value is not None and where.group is not None and where.group not in groups:
            wrong[where] = _("This group is not there any more: its plan can only be emptied.")
        elif value is not None and where.manager is not None and where.manager not in sellers:
            wrong[where] = _("This person does not sell any more: their plan can only be emptied.")
    if wrong:
        raise BadCells(wrong)


def _tolerance(percent: int) -> int:
    if not 0 <= percent <= 100:
        raise ValidationError({"tolerance": _("The tolerance is between 0 and 100 %.")})
    return percent


# --- Reading and writing --------------------------------------------------------------------------------------------


def _locked(plan: SalesPlan) -> SalesPlan:
    """The plan as it stands, kept from others until the end of the operation."""
    found: SalesPlan = SalesPlan.objects.select_for_update().get(pk=plan.pk)
    return found


def _read(plan: SalesPlan, months: Iterable[dt.date]) -> dict[Where, Said]:
    return cells_of(PlanCell.objects.filter(plan=plan, month__in=list(months)))


def _write(plan: SalesPlan, changes: Mapping[Where, Mapping[str, Decimal | None]]) -> None:
    """Changes rows that are there, makes those that are not. An emptied cell stays as a row that says nothing."""
    months = {where.month for where in changes}
    rows = {
        Where(cell.month, cell.group_id, cell.manager_id): cell
        for cell in PlanCell.objects.filter(plan=plan, month__in=months)
    }
    changed, made = [], []
    for where, values in changes.items():
        cell = rows.get(where)
        if cell is None:
            if any(value is not None for value in values.values()):
                place = {"month": where.month, "group_id": where.group, "manager_id": where.manager}
                made.append(PlanCell(plan=plan, **place, **values))
            continue
        for name, value in values.items():
            setattr(cell, name, value)
        changed.append(cell)
    PlanCell.objects.bulk_create(made)
    PlanCell.objects.bulk_update(changed, MEASURES, batch_size=_AT_ONCE)


def _plan_of(year: int, by: User | None) -> dict[Where, Said]:
    rows: Any = PlanCell.objects.filter(plan__year=year, plan__deleted_at__isnull=True)
    return cells_of(rows if by is None else rows.visible_to(by))


def _sales_of(year: int, by: User | None) -> dict[Where, Said]:
    """What was sold: by month, group of the product and seller; returns taken off."""
    rows: Any = SalesByProduct.objects.between(dt.date(year, 1, 1), dt.date(year, 12, 31))
    if by is not None:
        rows = rows.visible_to(by)
    summed = rows.order_by().values_list("month", "product__group", "manager")
    return {
        Where(month, group, manager): Said(net if net > 0 else None, pieces if pieces > 0 else None)
        for month, group, manager, net, pieces in summed.annotate(Sum("net"), Sum("quantity"))
    }


def _still_to_sell(source: dict[Where, Said], year: int, by: User | None) -> dict[Where, Said]:
    """The cells without those of people who sell no more; their groups are worth what they were worth with them."""
    sellers = {None, *User.objects.sellers().values_list("pk", flat=True)}
    kept = {where: said for where, said in source.items() if where.manager in sellers}
    if len(kept) == len(source) or (by is not None and not may_write_all(by)):
        return kept
    figures = PlanFigures(source, Tree.read(), months_of(year))
    for month, group, _manager in source.keys() - kept.keys():
        worth = [figures.measure(name).of(group, months=[month]) for name in MEASURES]
        kept[Where(month, group)] = Said(*worth)
    return kept


def _grown(said: Said, growth: Decimal, round_to: Decimal) -> Said:
    factor = 1 + growth / 100
    amount = pieces = None
    if said.amount is not None:
        amount = (said.amount * factor / round_to).quantize(Decimal(1), ROUND_HALF_UP) * round_to
    if said.quantity is not None:
        step = Decimal(1) if said.quantity == said.quantity.to_integral_value() else THOUSANDTH
        pieces = (said.quantity * factor).quantize(step, ROUND_HALF_UP)
    return Said(amount, pieces)


def _operation(by: User | None, note: str = "") -> Any:
    kind = Operation.Kind.FORM if by else Operation.Kind.SYSTEM
    return operation(by=by, kind=kind, note=note.strip())

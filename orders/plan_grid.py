"""The table of a sales plan as a page shows it: its rows, its cells, what was typed into them."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import gettext as _

from core import show
from core.history.operations import Operation
from core.money import parse_money, plain_money, plain_quantity, quantity
from orders.actions.plans import MeasureName, is_over, may_write
from orders.models import PlanCell, SalesPlan
from orders.plan_asked import SELLERS, Asked
from orders.plans import Measure, PlanFigures, Where, months_of, plan_of
from pipeline.models import ProductGroup

ZERO = Decimal(0)


@dataclass
class Cell:
    """One place in a month: what is said there, what it comes to, what was typed."""

    where: Where
    own: Decimal | None
    worth: Decimal | None
    parts: Decimal | None  # what stands below it together, along the rows of the table or else the other way
    rest: Decimal | None  # what it comes to without a word of its own
    measure: MeasureName
    by_sellers: bool = False  # whether the parts are those of sellers
    writable: bool = False
    typed: str | None = None
    error: str = ""
    theirs: "Theirs | None" = None
    before: Decimal | None = None  # in what the table is compared with

    @property
    def name(self) -> str:
        """Of its input: the month, the group, the seller."""
        return f"c-{self.where.month:%Y-%m}-{self.where.group or 0}-{self.where.manager or 0}"

    @property
    def text(self) -> str:
        return self.own_text if self.typed is None else self.typed

    @property
    def hint(self) -> str:
        """What it comes to as long as nothing is said here."""
        return words(self.rest, self.measure)

    @property
    def left(self) -> Decimal:
        """What is said here and in none of the parts; 0 where there are no parts."""
        return ZERO if self.parts is None or self.worth is None else self.worth - self.parts

    @property
    def short(self) -> Decimal:
        """By how much the parts have outgrown what is said here."""
        return ZERO if self.rest is None or self.own is None else max(self.rest - self.own, ZERO)

    @property
    def own_text(self) -> str:
        return words(self.own, self.measure)

    @property
    def month_name(self) -> str:
        return str(MONTHS[self.where.month.month])

    @property
    def worth_text(self) -> str:
        return words(self.worth, self.measure) or show.DASH

    @property
    def left_text(self) -> str:
        return words(self.left or None, self.measure)

    @property
    def short_text(self) -> str:
        return words(self.short or None, self.measure)

    @property
    def before_text(self) -> str:
        return words(self.before, self.measure) or show.DASH

    @property
    def delta(self) -> Decimal | None:
        """The difference to what the table is compared with; None for none."""
        return ((self.worth or ZERO) - (self.before or ZERO)) or None


class Theirs(NamedTuple):
    """A value that another has written since the reader opened the page."""

    value: Decimal | None
    by: str
    at: dt.datetime | None
    text: str


@dataclass
class Row:
    """A group of a seller, or a seller of a group. Depth 0 is the sum of all."""

    key: str
    label: str
    depth: int
    path: str
    cells: list[Cell]
    year: Cell
    note: str = ""

    @property
    def all_cells(self) -> list[Cell]:
        """Of the months, then of the year."""
        return [*self.cells, self.year]

    @property
    def indent(self) -> str:
        """The class of its depth."""
        return f"depth-{min(self.depth, 5)}"


@dataclass
class Grid:
    """The table: `rows` of cells under `asked.months`."""

    asked: Asked
    figures: PlanFigures
    against: PlanFigures | None = None
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def read(cls, asked: Asked, against: PlanFigures | None = None) -> "Grid":
        """The plan as it stands, beside what it is compared with."""
        figures = plan_of(asked.plan.year, user=asked.user)
        grid = cls(asked, figures, against)
        grid.rows = list(grid._rows())
        return grid

    @property
    def measure(self) -> Measure:
        return self.figures.measure(self.asked.measure)

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """The cells one may write, by the names of their inputs."""
        return {cell.name: cell for row in self.rows for cell in row.cells if cell.writable}

    @property
    def month_names(self) -> list[tuple[str, str, bool]]:
        """Of the columns: short, in full, whether the month keeps its plan."""
        return [
            (str(MONTHS_3[month.month]), str(MONTHS[month.month]), is_over(self.asked.plan, month))
            for month in self.asked.months
        ]

    @property
    def group_name(self) -> str:
        """Whose sellers are shown."""
        return self.figures.tree.path(self.asked.group) or _("All groups")

    @property
    def group_links(self) -> list[tuple[str, str, str, bool]]:
        """The groups whose sellers may be looked at: address, name, the class of the depth, whether it is this one."""
        asked, tree = self.asked, self.figures.tree
        found = [(asked.query(group=None), _("All groups"), "depth-0", asked.group is None)]
        for group in tree.order:
            depth = f"depth-{min(tree.depth(group.pk) + 1, 5)}"
            found.append((asked.query(group=group.pk), group.name, depth, asked.group == group.pk))
        return found

    @property
    def seen(self) -> str:
        """What the cells say now, for the page to bring back."""
        said = {name: str(cell.own) for name, cell in self.cells.items() if cell.own is not None}
        return json.dumps(said, separators=(",", ":"))

    @property
    def has_errors(self) -> bool:
        return any(cell.error or cell.theirs for cell in self.cells.values())

    def _rows(self) -> Iterable[Row]:
        asked, tree = self.asked, self.figures.tree
        if asked.rows == SELLERS:
            yield self._row("all", asked.everybody, 0, asked.group, None)
            for seller in asked.sellers.values():
                note = "" if seller.sells else _("sells no more")
                yield self._row(f"s{seller.pk}", seller.name, 1, asked.group, seller.pk, note)
            return
        yield self._row("all", _("All groups"), 0, None, asked.seller)
        for group in tree.order:
            depth = tree.depth(group.pk) + 1
            yield self._row(
                f"g{group.pk}", group.name, depth, group.pk, asked.seller, path=tree.path(group.pk)
            )
        strays = ProductGroup.all_objects.in_bulk(self.measure.strays)
        for pk in self.measure.strays:
            yield self._row(f"g{pk}", strays[pk].name, 1, pk, asked.seller, _("group deleted"))

    def _row(
        self,
        key: str,
        label: str,
        depth: int,
        group: int | None,
        manager: int | None,
        note: str = "",
        path: str = "",
    ) -> Row:
        asked = self.asked
        mine = may_write(asked.user, manager)
        cells = []
        for month in asked.months:
            cell = self._cell(Where(month, group, manager), [month])
            cell.own = self.measure.own.get(cell.where)
            cell.writable = mine and not is_over(asked.plan, month)
            cells.append(cell)
        year = self._cell(Where(asked.months[0], group, manager), months_of(asked.plan.year))
        return Row(key, label, depth, path or label, cells, year, note)

    def _cell(self, where: Where, months: list[dt.date]) -> Cell:
        measure, group, manager = self.measure, where.group, where.manager
        by_groups = measure.of_groups_below(group, manager, months)
        by_sellers = measure.of_all_sellers(group, months) if manager is None else None
        # The parts one sees in this table come first; where there are none, those along the other way.
        sellers_first = self.asked.rows == SELLERS and by_sellers is not None
        parts_are_sellers = sellers_first or by_groups is None
        parts = by_sellers if parts_are_sellers else by_groups
        rest = max((way for way in (by_groups, by_sellers) if way is not None), default=None)
        worth = measure.of(group, manager, months)
        before = self.against.measure(self.asked.measure).of(group, manager, months) if self.against else None
        return Cell(where, None, worth, parts, rest, self.asked.measure, parts_are_sellers, before=before)


@dataclass
class Sent:
    """What a page sent: the texts of its cells, what they mean, what was seen when it was opened."""

    texts: dict[str, str]
    values: dict[str, Decimal | None]
    errors: dict[str, str]
    seen: dict[str, Decimal]

    @classmethod
    def read(cls, data: Mapping[str, str], grid: Grid) -> "Sent":
        """Of the cells that may be written, those that are sent; others are left as they are."""
        texts = {name: data[name].strip() for name in grid.cells if name in data}
        values: dict[str, Decimal | None] = {}
        errors: dict[str, str] = {}
        for name, text in texts.items():
            try:
                values[name] = read_cell(text, grid.asked.measure)
            except ValidationError as error:
                errors[name] = error.messages[0]
        return cls(texts, values, errors, _seen(data.get("seen", "")))

    @property
    def changes(self) -> dict[str, Decimal | None]:
        """What the sender has changed."""
        return {name: value for name, value in self.values.items() if value != self.seen.get(name)}

    def put_into(self, grid: Grid) -> None:
        """Shows what was typed, why it cannot be written, and what others have written in its place since."""
        stale = []
        for name, text in self.texts.items():
            cell = grid.cells[name]
            if name in self.errors:
                cell.typed, cell.error = text, self.errors[name]
            elif name in self.changes:
                cell.typed = text
            else:
                continue
            if cell.own != self.seen.get(name) and (name in self.errors or cell.own != self.values[name]):
                stale.append(cell)
        authors = _authors(grid.asked.plan, stale)
        for cell in stale:
            operation = authors.get(cell.where)
            by = operation.by.name if operation and operation.by else ""
            cell.theirs = Theirs(
                cell.own, by, operation.at if operation else None, words(cell.own, cell.measure)
            )


def read_cell(text: str, measure: MeasureName) -> Decimal | None:
    """The value of a typed cell; None for an empty one. ValidationError with a sentence for what is none."""
    if not text:
        return None
    value = parse_money(text) if measure == "amount" else quantity(text)
    if value < 0:
        raise ValidationError(_("A plan is not negative."))
    return value


def words(value: Decimal | None, measure: str) -> str:
    """The value as a cell shows it: «1 200 000,50», «12,5»; nothing for None."""
    if value is None:
        return ""
    return plain_quantity(value) if measure == "quantity" else plain_money(value)


def _seen(text: str) -> dict[str, Decimal]:
    try:
        raw = json.loads(text or "{}")
        values = {str(name): Decimal(str(value)) for name, value in raw.items()}
    except (ValueError, ArithmeticError, AttributeError, RecursionError):
        return {}
    return {name: value for name, value in values.items() if value.is_finite()}


def _authors(plan: SalesPlan, cells: Iterable[Cell]) -> dict[Where, Operation]:
    """Who wrote what the cells say."""
    wanted = {cell.where for cell in cells}
    if not wanted:
        return {}
    months = {where.month for where in wanted}
    versions: Any = PlanCell.versions.filter(plan=plan, month__in=months, valid_to__isnull=True)
    found = {}
    for version in versions.select_related("operation__by"):
        where = Where(version.month, version.group_id, version.manager_id)
        if where in wanted:
            found[where] = version.operation
    return found

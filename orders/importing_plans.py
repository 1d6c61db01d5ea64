"""The importer of sales plans: rows of groups and sellers, a column for each month (`core.imports.importer.Importer`).

A blank cell leaves what stands there. The year is a question about the whole file, for no such table names it in a way
that could be relied on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import show
from core.history.rollback import Allowed
from core.history.tracked import Tracked
from core.imports import parse
from core.imports.importer import Column, OutOfDate, Parsed, SheetKind, Word
from core.imports.models import ImportRow, ImportRun
from core.imports.parse import CellError
from core.imports.sandbox.spool import Cell
from core.imports.words import Vocabulary, plain
from core.money import quantity
from orders.actions.plans import CellsChanged, MeasureName, is_over, may_write, set_cells
from orders.models import PlanCell, SalesPlan
from orders.plan_asked import next_months
from orders.plan_grid import words
from orders.plans import Said, Where, cells_of, months_of
from orders.tree import Tree
from people import access

Action = ImportRow.Action
GROUPS, SELLERS = "group", "seller"
# In a staged row: what the plan said when it was checked.
SEEN = "seen"
# What the row of everything is called; no group has this id.
EVERYTHING = 0
_SHORT = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_LONG = (
    *("Январь", "Февраль", "Март", "Апрель", "Май", "Июнь"),
    *("Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь"),
)
_ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _amount(cell: Cell) -> str | None:
    return _not_negative(parse.amount(cell))


def _pieces(cell: Cell) -> str | None:
    if parse.is_blank(cell):
        return None
    try:
        return _not_negative(quantity(repr(cell) if isinstance(cell, float) else parse.as_text(cell)))
    except ValidationError as error:
        raise CellError(error.messages[0]) from None


def _not_negative(value: Decimal | None) -> str | None:
    if value is not None and value < 0:
        raise CellError(_("A plan is not negative."))
    return None if value is None else str(value)


def _text(cell: Cell) -> str:
    return parse.line(cell, most=400)


def _columns(measure: MeasureName, read: Callable[[Cell], str | None]) -> list[Column]:
    return [
        Column(
            GROUPS,
            gettext_lazy("Product group"),
            (
                "Товарная группа",
                "Группа",
                "Группа товаров",
                "Номенклатурная группа",
                "Product group",
                "Group",
            ),
            _text,
        ),
        Column(
            SELLERS,
            gettext_lazy("Seller"),
            ("Продавец", "Менеджер", "Ответственный", "Сотрудник", "Seller", "Manager"),
            _text,
        ),
        *(
            Column(
                f"m{number}",
                MONTHS[number],
                (long, short, f"План {long.lower()}", english, english[:3]),
                read,
                words=lambda value: words(Decimal(value), measure),
            )
            for number, (long, short, english) in enumerate(zip(_LONG, _SHORT, _ENGLISH, strict=True), 1)
        ),
    ]


def _count(rows: int) -> str:
    return ngettext("%(n)s row of the plan", "%(n)s rows of the plan", rows) % {"n": show.number(rows)}


AMOUNTS = SheetKind(
    "amount",
    gettext_lazy("Sales plan in sums without VAT"),
    ("план", "план продаж", "суммы", "plan", "sales plan"),
    _columns("amount", _amount),
    _count,
)
PIECES = SheetKind(
    "quantity",
    gettext_lazy("Sales plan in pieces"),
    ("штуки", "план в штуках", "количество", "pieces", "plan in pieces"),
    _columns("quantity", _pieces),
    _count,
)


class Questions(forms.Form):
    """Which year's plan the file is."""

    year = forms.ChoiceField(label=gettext_lazy("Plan of the year"))

    def __init__(self, data: Any = None, *, run: ImportRun) -> None:
        plan = plan_of_run(run)
        initial = {"year": str(plan.year) if plan else ""}
        super().__init__(data, prefix="all", initial=initial)
        year: Any = self.fields["year"]
        year.choices = [(str(one.year), str(one.year)) for one in SalesPlan.objects.order_by("-year")]


def plan_of_run(run: ImportRun) -> SalesPlan | None:
    """The plan that was chosen; before that the one that is being written: the latest with months ahead."""
    plans = list(SalesPlan.objects.order_by("-year"))
    chosen = run.answers.get("all", {}).get("year")
    found = next((one for one in plans if str(one.year) == chosen), None)
    return found or next((one for one in plans if one.adopted_at is None or next_months(one)), None)


class _Check:
    def __init__(self, run: ImportRun) -> None:
        self.user: Any = run.by
        self.plan = plan_of_run(run)
        answers = run.answers.get("words", {})
        self.vocabularies = {GROUPS: groups_of(answers.get(GROUPS, {})), SELLERS: sellers_of(run, answers)}
        self.before = cells_of(PlanCell.objects.filter(plan=self.plan)) if self.plan else {}
        self._met: dict[tuple[str, int | None, int | None], int] = {}

    def words(self) -> dict[str, list[Word]]:
        return {key: one.met for key, one in self.vocabularies.items() if one.met}

    def check(self, kind: str, rows: Sequence[Parsed]) -> None:
        measure: MeasureName = "quantity" if kind == PIECES.key else "amount"
        for parsed in rows:
            self._understand(measure, parsed)

    def _understand(self, measure: MeasureName, parsed: Parsed) -> None:
        row = parsed.row
        row.clean = {key: value for key, value in parsed.values.items() if value not in (None, "")}
        if not row.clean.keys() - {GROUPS, SELLERS}:
            row.action = Action.SKIP if not parsed.is_wrong else row.action
            return
        place: dict[str, int | None] = {}
        for key, vocabulary in self.vocabularies.items():
            text = parsed.values.get(key)
            meaning = vocabulary.meaning(text) if text else None
            if meaning is not None and meaning.leaves_rows:
                row.action = Action.SKIP
                return
            if meaning is not None and meaning.is_open:
                parsed.error(key, _("“%(value)s” is not known here: say above what it is.") % {"value": text})
            place[key] = (meaning.record if meaning else None) or None
        row.clean |= {key: value or EVERYTHING for key, value in place.items()}
        if self.plan is None:
            parsed.error(GROUPS, _("There is no plan to load into: open a year first."))
        elif not may_write(self.user, place[SELLERS]):
            parsed.error(SELLERS, _("You write the plan of your team: name one of its sellers."))
        if not parsed.is_wrong:
            self._compare(measure, parsed, place[GROUPS], place[SELLERS])

    def _compare(self, measure: MeasureName, parsed: Parsed, group: int | None, seller: int | None) -> None:
        key = (measure, group, seller)
        if key in self._met:
            said = _("Row %(row)s says the same group and seller already.")
            parsed.error(GROUPS, said % {"row": self._met[key]})
            return
        self._met[key] = parsed.row.number
        plan: Any = self.plan
        values = values_of(parsed.row, parsed.row.clean, plan.year)
        known = {where: getattr(self.before.get(where, Said()), measure) for where in values}
        parsed.row.clean[SEEN] = {
            f"m{where.month.month}": None if value is None else str(value) for where, value in known.items()
        }
        changed = {where for where, value in values.items() if known[where] != value}
        for where in changed:
            if is_over(plan, where.month):
                said = _("%(month)s is over: its plan stays as it is.") % {"month": show.month(where.month)}
                parsed.error(f"m{where.month.month}", said)
        if not changed:
            parsed.row.action = Action.SKIP
        elif any(value is not None for value in known.values()):
            parsed.row.action = Action.UPDATE


class Plans:
    """Rows of a sales plan; see `core.imports.importer.Importer`."""

    key = "plans"
    title = gettext_lazy("Sales plan")
    text = gettext_lazy(
        "A row for each product group and seller, a column for each month. A subgroup is written with its path, as in "
        "the file that the page of the plan gives. A blank cell leaves what stands there."
    )
    ability = "plan"
    sheets = (AMOUNTS, PIECES)

    def begin(self, run: ImportRun) -> _Check:
        return _Check(run)

    def apply(self, run: ImportRun) -> None:
        by: Any = run.by
        access.require(by, "plan")
        plan = plan_of_run(run)
        if plan is None:
            raise OutOfDate(_("the plan is not there any more."))
        kinds = {place: entry["kind"] for place, entry in enumerate(run.plan)}
        values: dict[MeasureName, dict[Where, Decimal | None]] = {"amount": {}, "quantity": {}}
        seen: dict[MeasureName, dict[Where, Decimal | None]] = {"amount": {}, "quantity": {}}
        for row in run.rows.filter(action__in=[Action.CREATE, Action.UPDATE]).order_by("place", "number"):
            measure: MeasureName = "quantity" if kinds[row.place] == PIECES.key else "amount"
            values[measure] |= values_of(row, row.clean, plan.year)
            seen[measure] |= values_of(row, row.clean[SEEN], plan.year)
        try:
            for name, some in values.items():
                set_cells(plan, some, by=by, measure=name, seen=seen[name])
        except CellsChanged:
            raise OutOfDate(_("somebody has written other values meanwhile.")) from None
        except PermissionDenied:
            raise OutOfDate(_("some of these sellers are not of your team any more.")) from None
        except ValidationError as error:
            raise OutOfDate(" ".join(error.messages)) from None

    def allowed(self, user: Any) -> Allowed:
        def mine(model: type[Tracked], ids: Iterable[int]) -> set[int]:
            return access.changeable(user, model, ids) if access.may(user, "plan") else set()

        return mine

    def vocabulary_label(self, key: str) -> str:
        return {GROUPS: _("Product groups"), SELLERS: _("Sellers")}[key]

    def choices(self, key: str, run: ImportRun) -> Sequence[tuple[str, str]]:
        found = (groups_of({}) if key == GROUPS else sellers_of(run, {})).choices()
        return [(choice, _("leave these rows out") if choice == text else text) for choice, text in found]

    def questions(self, run: ImportRun) -> type[Questions]:
        return Questions

    def links(self, run: ImportRun, ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        return {}

    def row_choices(self) -> Sequence[tuple[str, str]]:
        return ()

    def onward(self) -> tuple[str, str]:
        return _("To the sales plan"), reverse("orders:plans")

    def show(self, run: ImportRun, kind: str, rows: Sequence[ImportRow]) -> Sequence[Mapping[str, str]]:
        sheet = PIECES if kind == PIECES.key else AMOUNTS
        names = {GROUPS: groups_of({}).records, SELLERS: sellers_of(run, {}).records}
        shown = []
        for row in rows:
            said = {}
            for column in sheet.columns:
                value = row.clean.get(column.key)
                if value in (None, ""):
                    continue
                said[column.key] = (
                    names[column.key].get(value, "") if column.key in names else column.words(value)
                )
            shown.append(said)
        return shown


def values_of(row: ImportRow, months: Mapping[str, str | None], year: int) -> dict[Where, Decimal | None]:
    """Values by month of a staged row, by the places of the plan."""
    group, seller = row.clean.get(GROUPS) or None, row.clean.get(SELLERS) or None
    found: dict[Where, Decimal | None] = {}
    for month in months_of(year):
        value = months.get(key := f"m{month.month}")
        if key in months:
            found[Where(month, group, seller)] = None if value is None else Decimal(value)
    return found


def groups_of(answers: Mapping[str, str]) -> Vocabulary:
    """The groups by their paths, and by their names where these are theirs alone."""
    tree = Tree.read()
    records = {EVERYTHING: _("All groups"), **{group.pk: tree.path(group.pk) for group in tree.order}}
    certain = {plain(path): pk for pk, path in records.items()}
    names: dict[str, list[int]] = {}
    for group in tree.order:
        names.setdefault(plain(group.name), []).append(group.pk)
    for name, ids in names.items():
        if len(ids) == 1:
            certain.setdefault(name, ids[0])
    return Vocabulary(GROUPS, records, certain, answers, guesses=False)


def sellers_of(run: ImportRun, answers: Mapping[str, Any]) -> Vocabulary:
    """The sellers whose plan the user writes, by name, family name first or last, and by e-mail."""
    people = list(access.sellers_visible_to(run.by).order_by("name"))
    certain: dict[str, int] = {}
    for one in people:
        for said in (one.name, " ".join(reversed(one.name.split())), one.short_name, one.email):
            certain.setdefault(plain(said), one.pk)
    records = {one.pk: one.name for one in people}
    return Vocabulary(SELLERS, records, certain, answers.get(SELLERS, {}), guesses=False)

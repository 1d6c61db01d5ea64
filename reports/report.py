"""What a report is: one file of `reports/catalog/` declares it, and page, fragment, Excel, CSV, print, drill-down and
comparison come from it.

    class LossReasons(Report):
        code, title, section = "loss-reasons", _("Reasons of loss"), Section.FUNNEL
        about = _("Deals lost in the period, by their reason.")
        narrowings = ("team", "manager", "funnel")

        def columns(self): return [Column("deals", _("Deals"), "int"), ...]
        def lines(self): ...  # Line(key, label, {"deals": 12}) for each reason
        def total(self, lines): ...
        def records(self, line, column): return Found(LOST.records(self.asked, reason=...), Count("pk"))

A report is made anew for every request and asks nothing before it is asked.
"""

from __future__ import annotations

import datetime as dt
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar

from django.db.models import Aggregate, Expression, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from core import periods
from core.places import Text
from core.tables.columns import Column
from people.models import Role, User
from reports.asking import Asked, AskingForm, Switch
from reports.pictures import Picture

SELLERS = frozenset({Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN})
HEADS = frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN})
# The key of the line of totals in addresses.
TOTAL = "total"


class Section(TextChoices):
    """The shelves of the catalogue, in their order."""

    SALES = "sales", _("Sales")
    MONEY = "money", _("Money")
    FUNNEL = "funnel", _("Funnel and deals")
    CLIENTS = "clients", _("Clients")
    WORK = "work", _("Work of the department")
    STOCK = "stock", _("Products and stock")


@dataclass
class Line:
    """One row. `key` names it in addresses; `values` by column key.

    In a tree `level` counts from 0 and `parent` is the key of the line above; a line of sums has `is_sum`. `place` says
    beside which row of another period it stands: a month has one (`place_of`), any other row is the same in both. `url`
    is the address of what the row is about, or makes it: of thousands of rows a page shows some.
    """

    key: str
    label: Text
    values: dict[str, Any]
    level: int = 0
    parent: str = ""
    is_sum: bool = False
    url: str | Callable[[], str] = ""
    place: str = ""


@dataclass(frozen=True)
class Found:
    """The records behind a cell. `value` over `rows` is the number of the cell; None where the cell is no sum of them
    (a stay, an average): `rows` are then those it was computed from."""

    rows: QuerySet[Any]
    value: Aggregate | Expression | None = None
    notes: Sequence[str] = field(default=())


class Report:
    """One report, asked once."""

    code: ClassVar[str]
    title: ClassVar[Text]
    # How it is computed, in words: shown on the page and on the help page of reports.
    about: ClassVar[Text]
    section: ClassVar[Section]
    roles: ClassVar[frozenset[str]] = HEADS
    # The period asked for where the address says none; empty: the report says what stands now.
    period: ClassVar[str] = "this-month"
    narrowings: ClassVar[Sequence[str]] = ()
    switches: ClassVar[Sequence[Switch]] = ()
    # What the first column is called.
    rows_are: Text = ""
    # Columns whose numbers are shown beside those of another period; a report of what stands now that has any
    # answers for its `asked.last`, the day of today or one before.
    compared: ClassVar[Sequence[str]] = ()
    # The icon in the catalogue's list.
    icon: ClassVar[str] = "table"
    # What is shown below the table besides; its template asks the report for what it needs.
    beside_template: ClassVar[str] = ""
    # The catalogue's template shows the class itself.
    do_not_call_in_templates: ClassVar[bool] = True

    registry: ClassVar[dict[str, type[Report]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            return  # a base of reports
        if cls.code in Report.registry:
            raise TypeError(f"Two reports are called {cls.code!r}.")
        Report.registry[cls.code] = cls

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    # --- What a declaration says ---

    def columns(self) -> Sequence[Column]:
        """The columns after the first one. A column's value is found by its key in the line's values."""
        raise NotImplementedError

    def lines(self) -> list[Line]:
        raise NotImplementedError

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        """The values of the line of totals; empty: none is shown. Ratios are those of the totals, never sums."""
        return {}

    def opens(self, line: Line, column: Column) -> bool:
        """Whether the cell leads to its records; `line.key` of the totals is `TOTAL`."""
        return True

    def records(self, line: str, column: str) -> Found | None:
        """The records behind a cell by the keys of its line and column; None where there are none to show."""
        return None

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        """What it looks like."""
        return None

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        """What it says, in words; may hold markup made by `format_html`."""
        return ""

    def heading(self) -> Text:
        """The report's name with what it was asked."""
        return self.title

    # --- What the machine asks of it ---

    @classmethod
    def is_for(cls, user: User) -> bool:
        return user.is_authenticated and user.role in cls.roles

    @classmethod
    def default_period(cls, day: dt.date) -> str:
        """The name (or days) of the period that is asked for on the day where the address says none."""
        return cls.period

    @classmethod
    def form(cls, user: User, data: Mapping[str, Any], moment: dt.datetime) -> AskingForm:
        return AskingForm(
            data,
            user=user,
            moment=moment,
            period=cls.default_period(periods.day_of(moment)) if cls.period else "",
            narrowings=cls.narrowings,
            switches=cls.switches,
            compares=bool(cls.compared),
        )

    @cached_property
    def found_lines(self) -> list[Line]:
        return self.lines()


def added(lines: Sequence[Line], keys: Sequence[str]) -> dict[str, Any]:
    """The sums of the lines that are no sums of others, by column; None where no line has a value."""
    found: dict[str, Any] = {}
    for key in keys:
        values = [line.values[key] for line in lines if not line.is_sum and line.values.get(key) is not None]
        found[key] = sum(values[1:], values[0]) if values else None
    return found


def place_of(unit: periods.Unit, first: dt.date, day: dt.date) -> str:
    """The place of the month (quarter, year) that begins on the day within a period from `first` on: «2» is the third.

    The November of a year stands at the same place as that of the year before it.
    """
    length = {"month": 1, "quarter": 3, "year": 12}[unit]
    begins = periods.first_of(unit, first)
    return str(((day.year - begins.year) * 12 + day.month - begins.month) // length)


def signed(key: str) -> Callable[[Line], str]:
    """The tone of a column whose value is better above zero: up, down, or none at zero."""

    def tone(line: Line) -> str:
        value = line.values.get(key)
        return "" if not value else "up" if value > 0 else "down"

    return tone


def load() -> None:
    """Imports every file of the catalogue, so that each report is in the registry, and the lists of records behind
    them (`reports/records_*.py`); called when the program is ready."""
    import reports
    from reports import catalog

    for package, beginning in ((reports, "records"), (catalog, "")):
        for module in pkgutil.iter_modules(package.__path__):
            if module.name.startswith(beginning):
                import_module(f"{package.__name__}.{module.name}")


def offered(user: User) -> dict[str, list[type[Report]]]:
    """The reports the user may open, by section, in the order of the sections and of the titles."""
    shelves: dict[str, list[type[Report]]] = {section: [] for section in Section}
    for report in sorted(Report.registry.values(), key=lambda each: str(each.title)):
        if report.is_for(user):
            shelves[report.section].append(report)
    return {str(Section(section).label): found for section, found in shelves.items() if found}

"""Where the points of a month come from: its days, their figures, and what each of them adds to the sum."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from kpi.models import Correction, Norm
from kpi.results import Result, Settled, settled
from kpi.rules import expected_of
from kpi.scorecard.days import frozen_column
from kpi.scorecard.sheet import Cell, Column
from people.models import Absence


def points_of(result: Result, said: Settled) -> int:
    """What the figure adds to the points of its day: nothing while the day waits or is not scored, but for the week or
    month that ends with it."""
    if result.waits or result.dropped:
        return 0
    if not result.scored and said.figure.period == Norm.Period.DAY:
        return 0
    return said.points


@dataclass
class TracedDay:
    """One closed day with its figures."""

    result: Result
    figures: list[Settled]

    @property
    def why(self) -> str:
        """Why its points do not count, or what was said about it; empty for a usual day."""
        if self.result.waits:
            return _("the system was unavailable, waits for the head's decision")
        if self.result.dropped:
            return _("the system was unavailable, its points do not count")
        if self.result.day.absence:
            return str(Absence.Kind(self.result.day.absence).label)
        if not self.result.scored:
            return _("not scored: %(reason)s") % {"reason": self.words_on_the_day[-1].reason}
        return ""

    @property
    def words_on_the_day(self) -> list[Correction]:
        return [row for row in self.result.corrections if row.scored is not None]


@dataclass
class Matrix:
    """Days by indicators; those of a week or month have columns of their own."""

    days: list[TracedDay]
    columns: dict[tuple[int, str], Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for day in self.days:
            for said in day.figures:
                self.columns.setdefault(_key(said), frozen_column(said.figure))

    @cached_property
    def keys(self) -> list[tuple[int, str]]:
        """Indicators in their order, those of days before those of weeks and months."""
        order = [Norm.Period.DAY, Norm.Period.WEEK, Norm.Period.MONTH]
        place = {
            key: (order.index(Norm.Period(key[1])), column.position) for key, column in self.columns.items()
        }
        return sorted(self.columns, key=lambda key: (place[key], key))

    @property
    def heads(self) -> list[tuple[str, str, str]]:
        """(name, «a week» where it is of one, formula) of each column."""
        return [
            (
                self.columns[key].name,
                "" if key[1] == Norm.Period.DAY else str(Norm.Period(key[1]).label),
                self.columns[key].formula,
            )
            for key in self.keys
        ]

    @property
    def lines(self) -> list[tuple[TracedDay, list[Cell | None]]]:
        address = reverse("kpi:figure", args=[0])
        found = []
        for day in self.days:
            said = {_key(one): one for one in day.figures}
            found.append((day, [self._cell(day, said.get(key), key, address) for key in self.keys]))
        return found

    def _cell(self, day: TracedDay, said: Settled | None, key: tuple[int, str], address: str) -> Cell | None:
        if said is None:
            return None
        counts = day.result.scored or said.figure.period != Norm.Period.DAY
        return Cell(
            self.columns[key],
            said.value,
            said.base,
            expected_of(said.figure.rule),
            said.verdict if counts else "",
            points_of(day.result, said),
            url=address.replace("/0/", f"/{said.figure.pk}/"),
            figure_id=said.figure.pk,
            frozen=said.figure.value,
            correction=said.correction,
        )


def traced(results: Iterable[Result], *, recalculated: bool = False) -> list[TracedDay]:
    """The results with their figures, as they were approved (of a month not approved: as they are now). Two queries."""
    rows = list(results)
    figures = settled([row.day.pk for row in rows], recalculated=recalculated)
    return [TracedDay(row, figures[row.day.pk]) for row in rows]


def _key(said: Settled) -> tuple[int, str]:
    return said.figure.indicator_id, said.figure.period

"""What a scorecard is made of: columns of indicators, lines of people, cells, totals of teams."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import show
from core.money import format_money
from core.periods import Window
from kpi.measuring import ratio
from kpi.models import Closing, Correction, Decision, Figure, Norm, Objection, Rule
from kpi.norms import words_of
from kpi.verdicts import Expected
from people.models import Absence, Team

# The words of static/css/base.css for the verdicts.
TONES = {Figure.Verdict.MET: "met", Figure.Verdict.WITHIN: "near", Figure.Verdict.MISSED: "missed"}


@dataclass(frozen=True)
class Column:
    """An indicator as it stood on the day that is shown."""

    key: int
    name: str
    unit: str
    is_flow: bool
    position: int
    formula: str = ""
    # Values and norms in words: hundreds of cells say few different ones.
    _words: dict[Decimal | Fraction | None, str] = field(default_factory=dict, compare=False, repr=False)
    _norms: dict[Expected, tuple[str, str]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_percent(self) -> bool:
        return self.unit == Rule.Unit.PERCENT

    @property
    def is_ratio(self) -> bool:
        return self.unit in (Rule.Unit.PERCENT, Rule.Unit.NUMBER)

    def words(self, value: Decimal | Fraction | None) -> str:
        """The number as the table shows it; a sum without its ₽, which the head of the column says."""
        said = self._words.get(value)
        if said is None:
            said = self._words[value] = in_words(value, self.unit)
        return said

    def norm(self, expected: Expected) -> tuple[str, str]:
        """The norm beside the value, and in a sentence."""
        said = self._norms.get(expected)
        if said is None:
            sentence = _("norm %(norm)s") % {"norm": words_of(expected)}
            said = self._norms[expected] = norm_mark(expected, self.unit), sentence
        return said


def in_words(value: Decimal | Fraction | None, unit: str, *, full: bool = False) -> str:
    """«1 284 500», «44 %», «12,5»; with `full` sums bear their ₽."""
    if value is None:
        return show.DASH
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    if unit == Rule.Unit.PERCENT:
        return f"{show.number(value, 0)}{show.NBSP}%"
    if unit == Rule.Unit.MONEY:
        return format_money(value) if full else show.number(value, 0)
    if unit == Rule.Unit.NUMBER:
        return show.number(value, 2)
    return show.number(value)


def norm_mark(expected: Expected | None, unit: str) -> str:
    """The norm beside its value: «/ 15», «/ ≤ 2», «/ 2–5»; nothing for "at most 0", which needs no words."""
    if expected is None:
        return ""
    low, high = (in_words(limit, unit) for limit in (expected.low, expected.high))
    if expected.direction == Norm.Direction.AT_LEAST:
        return f"/ {low}"
    if expected.direction == Norm.Direction.AT_MOST:
        return f"/ ≤{show.NBSP}{high}" if expected.high else ""
    return f"/ {low}–{high}"


@dataclass
class Cell:
    """One figure: of a day judged by its norm; of a week or month with the days on which its norm was met."""

    column: Column
    value: Decimal | None = Decimal(0)
    base: Decimal | None = None
    expected: Expected | None = None
    verdict: str = ""
    points: int = 0
    url: str = ""
    figure_id: int | None = None
    frozen: Decimal | None = None
    correction: Correction | None = None
    objection: Objection | None = None
    usual: Decimal | None = None
    # Of a week or month: on how many of how many judged days the norm was met; the norms of its days added up.
    days_met: int = 0
    days_judged: int = 0
    norms: Decimal | None = None
    period: str = Norm.Period.DAY

    @cached_property
    def exact(self) -> Fraction | None:
        return ratio(self.value, self.base, is_percent=self.column.is_percent)

    @property
    def words(self) -> str:
        return self.column.words(self.exact)

    @property
    def mark(self) -> str:
        if self.expected is None and self.norms is not None:
            return f"/ {self.column.words(self.norms)}"
        return self.column.norm(self.expected)[0] if self.expected else ""

    @property
    def tone(self) -> str:
        return TONES.get(Figure.Verdict(self.verdict), "")

    @property
    def is_unusual(self) -> bool:
        """Half of what is usual for the person, or less; half as much again, or more."""
        if not self.usual or self.exact is None or not self.column.is_flow or self.column.is_ratio:
            return False
        return abs(self.exact - Fraction(self.usual)) * 2 >= max(Fraction(self.usual), Fraction(2))

    @property
    def said(self) -> str:
        """The cell in a sentence, for who hovers or listens."""
        parts = [f"{self.column.name}: {in_words(self.exact, self.column.unit, full=True)}"]
        if self.expected is not None:
            parts.append(self.column.norm(self.expected)[1])
        if self.verdict:
            parts.append(str(Figure.Verdict(self.verdict).label))
            parts.append(_("points %(points)s") % {"points": show.number(self.points, signed=True)})
        if self.correction is not None:
            was = in_words(self.frozen, self.column.unit, full=True)
            parts.append(_("corrected, was %(value)s") % {"value": was})
        if self.usual is not None:
            parts.append(_("usually %(value)s") % {"value": self.column.words(self.usual)})
        return ", ".join(parts)

    @cached_property
    def html(self) -> SafeString:
        """The cell with its link. In Python, as the cells of lists: a page of fifty people has five hundred of them."""
        was = ""
        if self.correction is not None:
            was = f"<del>{escape(self.column.words(self.frozen))}</del> "
        mark = f"<small>\u00a0{escape(self.mark)}</small>" if self.mark else ""
        shown = f'<span class="verdict {self.tone or "idle"}">{was}{escape(self.words)}{mark}</span>'
        if self.url:
            shown = f'<a href="{escape(self.url)}" data-dialog title="{escape(self.said)}">{shown}</a>'
        if self.objection is not None:
            shown += self._objection
        return mark_safe(shown + self._below)  # noqa: S308 - of escaped pieces

    @property
    def _below(self) -> str:
        if self.days_judged:
            words = _("%(met)s of %(days)s days") % {"met": self.days_met, "days": self.days_judged}
            return f'<span class="under">{escape(words)}</span>'
        if self.is_unusual:
            words = _("usually %(value)s") % {"value": self.column.words(self.usual)}
            return f'<span class="under">{escape(words)}</span>'
        return ""

    @property
    def _objection(self) -> str:
        assert self.objection is not None
        return objection_mark(self.objection)


def objection_mark(objection: Objection) -> str:
    """The word at a cell or a day that an objection waits for an answer; leads to where it is answered."""
    from django.urls import reverse

    return format_html(
        '<a class="tag late asks" href="{}" data-dialog title="{}">{}</a>',
        reverse("kpi:objection", args=[objection.pk]),
        objection.reason,
        _("objection"),
    )


@dataclass(frozen=True)
class Mark:
    """One day of the strip: met, near, missed, waits; "" where it was not scored."""

    day: dt.date
    tone: str
    points: int


@dataclass
class Line:
    """One person."""

    person_id: int
    name: str
    cells: dict[int, Cell]
    points: int | None = None
    # What a week or month that ends with the day adds to its points.
    beyond: int = 0
    day_id: int | None = None
    absence: str = ""
    # «until 14:00»: there for a part of the day.
    share: Fraction = Fraction(1)
    # What was said about the whole day; the latest holds.
    words: list[Correction] = field(default_factory=list)
    excuse: Correction | None = None
    of_periods: list[Cell] = field(default_factory=list)
    objection: Objection | None = None
    waits: bool = False
    dropped: bool = False
    month_points: int | None = None
    money: Decimal | None = None
    strip: list[Mark] = field(default_factory=list)
    # Whether the reader may excuse the day.
    may_correct: bool = False
    # Of a week or month: its closed days, and those of them that are scored.
    days: int = 0
    days_scored: int = 0

    @property
    def is_scored(self) -> bool:
        return not self.absence and (self.excuse is None or self.excuse.scored is not False)

    @property
    def in_order(self) -> Iterable[Cell]:
        """The cells in the order of the columns."""
        return sorted(self.cells.values(), key=lambda cell: (cell.column.position, cell.column.key))

    @property
    def absence_name(self) -> str:
        return str(Absence.Kind(self.absence).label)

    @property
    def share_percent(self) -> str:
        return show.percent(Decimal(self.share.numerator) / self.share.denominator)

    @property
    def objection_html(self) -> str:
        return objection_mark(self.objection) if self.objection else ""

    @property
    def strip_html(self) -> SafeString:
        marks = "".join(f'<i class="{mark.tone}"></i>' if mark.tone else "<i></i>" for mark in self.strip)
        return mark_safe(  # noqa: S308 - of escaped pieces
            f'<span class="strip" role="img" aria-label="{escape(self.strip_said)}" title="{escape(self.strip_said)}">'
            f"{marks}</span>"
        )

    @property
    def strip_said(self) -> str:
        count = {tone: sum(mark.tone == tone for mark in self.strip) for tone in ("met", "near", "missed")}
        return _("%(met)s green days, %(near)s yellow, %(missed)s red") % count


@dataclass
class Total:
    """The sums of a column over people: Σ value over Σ norm, a ratio Σ over Σ."""

    column: Column
    value: Decimal = Decimal(0)
    base: Decimal | None = None
    norms: Decimal | None = None

    @classmethod
    def of(cls, column: Column, lines: Iterable[Line]) -> "Total":
        total = cls(column)
        for line in lines:
            cell = line.cells.get(column.key)
            if cell is None:
                continue
            total.value += cell.value or 0
            if cell.base is not None:
                total.base = (total.base or Decimal(0)) + cell.base
            norm = cell.norms
            if cell.expected is not None and line.is_scored and cell.expected.low is not None:
                norm = cell.expected.low
            if norm is not None and not column.is_ratio:
                total.norms = (total.norms or Decimal(0)) + norm
        return total

    @property
    def exact(self) -> Fraction | None:
        return ratio(self.value, self.base, is_percent=self.column.is_percent)

    @property
    def words(self) -> str:
        return self.column.words(self.exact)

    @property
    def mark(self) -> str:
        return "" if self.norms is None else f"/ {self.column.words(self.norms)}"


@dataclass
class Section:
    """One team's lines, and how its day stands."""

    team: Team
    lines: list[Line] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    closing: Closing | None = None
    decision: Decision | None = None
    # The cut-off, where the figures are preliminary; None where they are frozen.
    cutoff: dt.datetime | None = None
    is_running: bool = False
    # The window of a day.
    window: Window | None = None
    # How long until the cut-off of a running day.
    left: dt.timedelta | None = None

    @cached_property
    def totals(self) -> list[Total]:
        return [Total.of(column, self.lines) for column in self.columns]

    @property
    def points(self) -> int:
        return sum(line.points or 0 for line in self.lines)

    @property
    def month_points(self) -> int:
        return sum(line.month_points or 0 for line in self.lines)

    @property
    def money(self) -> Decimal | None:
        sums = [line.money for line in self.lines if line.money is not None]
        return sum(sums, Decimal(0)) if sums else None

    @property
    def at_work(self) -> str:
        """«7 of 8 at work»; empty where everybody is."""
        there = sum(not line.absence for line in self.lines)
        if there == len(self.lines):
            return ""
        words = ngettext("%(there)s of %(all)s at work", "%(there)s of %(all)s at work", there)
        return words % {"there": there, "all": len(self.lines)}

    @property
    def waits_for_decision(self) -> bool:
        return self.closing is not None and self.closing.system_down and self.decision is None


@dataclass
class Sheet:
    """A scorecard: the teams' sections under the same columns."""

    columns: list[Column]
    sections: list[Section]

    def __post_init__(self) -> None:
        for section in self.sections:
            section.columns = self.columns
            for line in section.lines:
                for column in self.columns:
                    line.cells.setdefault(column.key, Cell(column, None))

    @property
    def lines(self) -> list[Line]:
        return [line for section in self.sections for line in section.lines]

    @property
    def people(self) -> list[int]:
        return [line.person_id for line in self.lines]

    @cached_property
    def whole(self) -> Section:
        """All teams together."""
        return Section(Team(name=_("All teams")), self.lines, self.columns)

    @property
    def is_preliminary(self) -> bool:
        return any(section.cutoff is not None for section in self.sections)

    @property
    def has_money(self) -> bool:
        return any(line.money is not None for line in self.lines)

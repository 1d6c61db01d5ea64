"""My figures: the closed days of one person's month as they count now, what they come to, what was objected to."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import show
from core.money import format_money
from core.periods import first_of
from kpi.models import Correction, Objection, PersonDay
from kpi.pay import Share, month_at, month_of, next_month, rates_in_force
from kpi.results import Result, Settled, results, results_of, settled
from kpi.scorecard.around import STRIP, mark_of, tone_of
from kpi.scorecard.days import frozen_column, frozen_line
from kpi.scorecard.sheet import Cell, Column, Line, Mark, in_words
from people import calendar
from people.models import User


@dataclass
class DayLine:
    """One closed day: its figures, what it is worth, what was said about it later."""

    result: Result
    line: Line
    objections: list[Objection] = field(default_factory=list)

    @property
    def day(self) -> PersonDay:
        return self.result.day

    @property
    def tone(self) -> str:
        return tone_of(self.result)

    @property
    def cells(self) -> list[Cell]:
        return list(self.line.in_order)

    @property
    def is_asked(self) -> bool:
        """An objection to the whole day waits for its answer."""
        return any(row.figure_id is None and row.state == Objection.State.OPEN for row in self.objections)


@dataclass
class MyMonth:
    """The month of one person, its first day given; a fixed number of queries."""

    user: User
    month: dt.date
    moment: dt.datetime

    @cached_property
    def lines(self) -> list[DayLine]:
        """The latest day first."""
        days = PersonDay.objects.filter(
            person=self.user, day__gte=self.month, day__lt=next_month(self.month)
        ).select_related("closing")
        found = results_of(days.order_by("-day"))
        figures = settled([result.day.pk for result in found])
        lines = []
        for result in found:
            line = frozen_line(result, figures[result.day.pk], self._columns)
            asked = [row for row in self.objections if row.person_day_id == result.day.pk]
            lines.append(DayLine(result, line, asked))
        for each in lines:
            for column in self._columns.values():
                each.line.cells.setdefault(column.key, Cell(column, None))
        return lines

    @cached_property
    def _columns(self) -> dict[int, Column]:
        return {}

    @property
    def columns(self) -> list[Column]:
        """Filled by `lines`."""
        assert self.lines is not None
        return sorted(self._columns.values(), key=lambda column: (column.position, column.key))

    @cached_property
    def objections(self) -> list[Objection]:
        """To days of the month, the latest first."""
        rows = Objection.objects.filter(
            manager=self.user, person_day__day__gte=self.month, person_day__day__lt=next_month(self.month)
        )
        related = ("person_day", "figure__rule", "figure__indicator", "decided_by")
        return list(rows.select_related(*related).order_by("-pk"))

    @cached_property
    def corrections(self) -> list[Correction]:
        """Of days of the month, the latest first; what followed from one says nothing new."""
        rows = Correction.objects.filter(
            follows__isnull=True,
            person_day__person=self.user,
            person_day__day__gte=self.month,
            person_day__day__lt=next_month(self.month),
        )
        related = ("person_day", "figure__rule", "figure__indicator", "operation__by")
        return list(rows.select_related(*related).order_by("-pk"))

    @cached_property
    def strip(self) -> Line:
        """The last working days up to now, whatever the month."""
        today = calendar.working_day_of(self.moment, self.user.team)
        since = calendar.add_working_days(today, -STRIP, self.user.team)
        found = results([self.user.pk], since, today)
        marks: list[Mark] = [mark_of(found[key]) for key in sorted(found)]
        return Line(self.user.pk, self.user.name, {}, strip=marks)

    @cached_property
    def shares(self) -> list[Share]:
        """What the month comes to, team by team: mostly one."""
        return month_of(self.month, people=[self.user])

    @cached_property
    def has_rate(self) -> bool:
        return bool(rates_in_force([share.team.pk for share in self.shares], self.month))

    @property
    def points(self) -> int:
        return sum(share.points for share in self.shares)

    @property
    def formulas(self) -> list[str]:
        """How points become money, in words."""
        return [formula_of(share) for share in self.shares] if self.has_rate else []

    @cached_property
    def earlier(self) -> dt.date | None:
        """The month before, where it has closed days."""
        before = PersonDay.objects.filter(person=self.user, day__lt=self.month).order_by("-day").first()
        return month_at(before.day) if before else None

    @property
    def later(self) -> dt.date | None:
        following = next_month(self.month)
        return following if following <= first_of("month", self._running) else None

    @property
    def _running(self) -> dt.date:
        return calendar.working_day_of(self.moment, self.user.team)


def formula_of(share: Share) -> str:
    """«+14 баллов × 300 ₽ = 4 200 ₽ к премии», «−4 балла × 500 ₽ = 2 000 ₽: снижение премии», with cap and bonus."""
    points = ngettext("%(points)s point", "%(points)s points", abs(share.points)) % {
        "points": show.number(share.points, signed=True)
    }
    worth = share.worth
    rate, cap = (
        (worth.plus_rate, worth.plus_cap) if share.points >= 0 else (worth.minus_rate, worth.minus_cap)
    )
    said = {
        "team": share.team.name,
        "points": points,
        "rate": format_money(rate),
        "amount": format_money(abs(share.amount)),
    }
    if share.points >= 0:
        words = _("%(points)s × %(rate)s = %(amount)s to the bonus") % said
    else:
        words = _("%(points)s × %(rate)s = %(amount)s: reduction of the bonus") % said
    if cap is not None:
        words += ", " + _("at most %(cap)s a month") % {"cap": format_money(cap)}
    if share.points < 0 and not share.bonus:
        words += ", " + _("no bonus is set that could be reduced")
    elif share.points < 0:
        words += ", " + _("never more than the bonus, %(bonus)s") % {"bonus": format_money(share.bonus)}
    return words


def title_of(said: Objection | Correction) -> str:
    """«Разговоры, вт 3 ноября», «Весь день, вт 3 ноября»."""
    name = frozen_column(said.figure).name if said.figure else _("The whole day")
    return f"{name}, {show.day(said.person_day.day)}"


def change_words(correction: Correction) -> str:
    """«12 → 15», «не оценивается»."""
    figure = correction.figure
    if figure is None:
        return _("is scored") if correction.scored else _("is not scored")
    values = (Settled(figure).value, correction.value)
    return " → ".join(in_words(value, figure.rule.unit, full=True) for value in values)


def asked_words(objection: Objection) -> str:
    """The value that is asked for, with its unit; empty where none is."""
    if objection.asked is None or objection.figure is None:
        return ""
    return in_words(objection.asked, objection.figure.rule.unit, full=True)


def month_asked(value: str, user: User, moment: dt.datetime) -> dt.date:
    """The month an address names («2026-11»), else the one that the reader's last closed day lies in."""
    try:
        return dt.date.fromisoformat(f"{value}-01")
    except ValueError:
        last = PersonDay.objects.filter(person=user).order_by("-day").values_list("day", flat=True).first()
        return month_at(last or calendar.working_day_of(moment, user.team))

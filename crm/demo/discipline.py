"""The daily discipline of a demo company: what is counted and expected, and its days closed at their cut-offs."""

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from activities.models import ActivityKind
from core import periods
from core.periods import Clock
from crm.demo.people import Cast
from kpi.actions.later import correct_figure, decide, decline, object_to
from kpi.actions.norms import set_norm
from kpi.actions.pay import approve_month, set_bonus, set_rate
from kpi.actions.settings import add_indicator
from kpi.closing import close_due
from kpi.heartbeat import beat
from kpi.models import Closing, Figure, Indicator, Norm, PersonDay
from kpi.payroll import hurdles, next_to_approve
from people import calendar
from people.models import User


@dataclass(frozen=True)
class Expectation:
    """A norm of the company: at least `low` or at most `high` a day (or a week), and what it is worth."""

    code: str
    low: int | None = None
    high: int | None = None
    tolerance: int = 0
    period: str = Norm.Period.DAY
    met: int = 1
    missed: int = -2


# What a good manager mostly reaches, and now and then does not.
EXPECTED = (
    Expectation("companies_added", low=1, period=Norm.Period.WEEK, met=2),
    Expectation("meetings_held", low=1, missed=-1),
    Expectation("conversations_held", low=4, tolerance=25, met=2),
    Expectation("overdue_tasks", high=0),
    Expectation("deals_without_task", high=2, missed=-1),
)


def take_up(since: dt.date, by: User | None = None, *, trips: bool = False) -> None:
    """Two indicators of the company's own, and norms from the day on: a later one than the clock's.

    Samples shipped, and `trips` (which ask the database) or else a ratio, which people look at.
    """
    kinds = {kind.name: kind for kind in ActivityKind.objects.all()}
    indicators = {indicator.code: indicator for indicator in Indicator.objects.all()}
    quantity, ratio = Indicator.Kind.QUANTITY, Indicator.Kind.RATIO
    # The built-in ones fill the scorecard's width: these are looked at on the pages of a person.
    add = partial(add_indicator, by=by, on_scorecard=False)
    add(name="Образцы, шт.", kind=quantity, activity_kind=kinds["Образцы отгружены"])
    if trips:
        add(name="Командировки, дн.", kind=quantity, activity_kind=kinds["Командировка"])
    else:
        add(
            name="Встреч из разговоров, %", kind=ratio,
            numerator=indicators["meetings_held"], denominator=indicators["conversations_held"],
        )  # fmt: skip
    for said in EXPECTED:
        set_norm(
            indicators[said.code], by=by, since=since, low=said.low, high=said.high, tolerance=said.tolerance,
            direction=Norm.Direction.AT_LEAST if said.high is None else Norm.Direction.AT_MOST,
            period=said.period, points_met=said.met, points_missed=said.missed,
        )  # fmt: skip


def close(clock: Clock, day: dt.date) -> list[Closing]:
    """The clock goes on to the day's cut-off and a few seconds further; every minute's task comes by and closes it."""
    clock.move_to(calendar.cutoff(day) + dt.timedelta(seconds=4))
    beat()
    return close_due(Closing.Way.BEAT, periods.now())


class Evenings:
    """What becomes of the days of a company that is lived through: closed at six, objected to, corrected, approved."""

    def __init__(
        self, cast: Cast, clock: Clock, working: list[dt.date], end: dt.datetime, rng: random.Random
    ) -> None:
        self.cast, self.clock, self.end, self.rng = cast, clock, end, rng
        self.first, self.last = working[0], working[-1]
        count = len(working)
        # A power cut in the afternoon: nobody was there at six.
        self.without_system = working[count * 2 // 3] if count > 20 else None
        # The evenings after which heads and managers have something to say about somebody's day.
        self.said = {working[count * part // 20]: what for part, what in enumerate(_SAYINGS, 9)}
        self.said |= {working[-3]: "objection"} if count > 3 else {}

    def begin(self) -> None:
        """What is expected from the first of the days on, and what it is worth."""
        admin, month = self.cast.admin, periods.today().replace(day=1)
        take_up(self.first, admin)
        set_rate(
            by=admin, since=month, plus_rate=150, minus_rate=200, plus_cap=15_000, minus_cap=10_000,
        )  # fmt: skip
        for manager in self.cast.managers:
            set_bonus(manager, by=admin, since=month, amount=self.rng.choice([15_000, 20_000, 25_000]))

    def morning(self, day: dt.date) -> None:
        """Whatever waits from the days before."""
        before = calendar.add_working_days(day, -1)
        if before == self.without_system:
            self.clock.move_to(periods.local(day, dt.time(8, 40)))
            beat()
            for closing in close_due(Closing.Way.START, periods.now()):
                head = next(head for head in self.cast.heads if head.team == closing.team)
                counts = closing.team != self.cast.teams[-1]
                reason = (
                    "Почти всё внесли до отключения" if counts else "После обеда никто не мог ничего внести"
                )
                decide(closing, by=head, counts=counts, reason=reason)
        if before.month != day.month:
            self._approve(day)

    def evening(self, day: dt.date) -> None:
        """The day is over."""
        if day == self.without_system or calendar.cutoff(day) >= self.end:
            return
        close(self.clock, day)
        if day in self.said:
            self.clock.advance(minutes=20)
            getattr(self, f"_{self.said[day]}")(day)

    def _approve(self, day: dt.date) -> None:
        """Heads approve what is over; the last team's is late by a month."""
        self.clock.move_to(periods.local(day, dt.time(8, 50)))
        for team, head in zip(self.cast.teams, self.cast.heads, strict=True):
            month = next_to_approve(team)
            is_late = team == self.cast.teams[-1] and (self.last - day).days < 31
            if month is not None and not is_late and not hurdles(team, month):
                approve_month(team, month, by=head)

    def _missed(self, day: dt.date, code: str) -> Figure | None:
        """Somebody's figure that missed its norm that day."""
        figures = Figure.objects.filter(
            person_day__day=day,
            person_day__scored=True,
            indicator__code=code,
            period=Norm.Period.DAY,
            verdict=Figure.Verdict.MISSED,
        )
        return figures.select_related("person_day__person", "rule").order_by("person_day__person").last()

    def _head_of(self, day: PersonDay) -> User:
        return next(head for head in self.cast.heads if head.team == day.person.team)

    def _correction(self, day: dt.date) -> None:
        if figure := self._missed(day, "conversations_held"):
            correct_figure(
                figure, by=self._head_of(figure.person_day), value=(figure.value or Decimal(0)) + 2,
                reason="Два разговора с выставки внесены после шести",
            )  # fmt: skip

    def _declined(self, day: dt.date) -> None:
        if figure := self._missed(day, "meetings_held"):
            person = figure.person_day.person
            asked = object_to(
                figure.person_day, by=person, figure=figure, asked=Decimal(1),
                reason="Встреча была, но клиент перенёс её на вечер",
            )  # fmt: skip
            self.clock.advance(minutes=25)
            decline(
                asked, by=self._head_of(figure.person_day), answer="Вечерняя встреча войдёт в следующий день"
            )

    def _accepted(self, day: dt.date) -> None:
        if figure := self._missed(day, "meetings_held"):
            asked = object_to(
                figure.person_day, by=figure.person_day.person, figure=figure, asked=Decimal(1),
                reason="Встречу провёл вместе с руководителем, записана на него",
            )  # fmt: skip
            self.clock.advance(minutes=15)
            correct_figure(
                figure, by=self._head_of(figure.person_day), value=Decimal(1), objection=asked,
                reason="Встреча общая: засчитана",
            )  # fmt: skip

    def _objection(self, day: dt.date) -> None:
        if figure := self._missed(day, "overdue_tasks") or self._missed(day, "meetings_held"):
            object_to(
                figure.person_day, by=figure.person_day.person, figure=figure,
                reason="Клиент просил не звонить до четверга, задачу я перенести не успел",
            )  # fmt: skip


_SAYINGS = ("correction", "declined", "accepted", "correction")

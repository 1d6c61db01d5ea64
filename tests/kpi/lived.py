"""Days of an office as they are lived through by the program's own verbs, each test twice: every day is closed a second
after its cut-off, or when all is over, days later. What a closed day says must not depend on that.

`counted(person, code)` tells all days that counted something, so a test sees what was lost and what was doubled, too.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import translation

from activities.actions import log_activity, plan_activity
from activities.models import Activity, ActivityKind
from core import periods
from kpi import days as working_days
from kpi import heartbeat
from kpi.actions.norms import set_norm
from kpi.actions.pay import approve_month
from kpi.closing import close_due
from kpi.drill import Why, figure_or_404, why_frozen
from kpi.models import Closing, Figure, Norm, Payroll, PersonDay
from kpi.payroll import next_to_approve
from leads.actions import create_client
from leads.models import Client
from people import actions as people
from people.models import Company, Role, Team, User
from pipeline.actions import create_deal, move_deal
from pipeline.models import Deal, LossReason, Stage
from tests.factories import make_team, make_user
from tests.kpi.factories import indicator, office

# How long after the cut-off the closing runs; None: when everything is over.
LAGS = {"at 18:00:01": dt.timedelta(seconds=1), "days later": None}
AT_23 = dt.timedelta(hours=5)
OVER = dt.date(2026, 11, 10), dt.time(20)
A_LONG_TIME_AHEAD = dt.date(2026, 12, 25)


MICROSECOND = dt.timedelta.resolution


def november(day: int | dt.date, time: str | dt.time = "12:00") -> dt.datetime:
    """A moment by Moscow's clocks; a number is a day of November 2026."""
    date = dt.date(2026, 11, day) if isinstance(day, int) else day
    return periods.local(date, dt.time.fromisoformat(time) if isinstance(time, str) else time)


@dataclass
class Life:
    """The office, a client of Anna's that has long been there, and the clock, which closes days on its way."""

    clock: Any
    team: Team
    anna: User
    boris: User
    head: User
    admin: User
    client: Client
    lag: dt.timedelta | None
    down: bool = False
    """Nobody closes anything or leaves a sign of life."""

    def at(self, day: int | dt.date, time: str | dt.time = "12:00", *, microseconds: int = 0) -> dt.datetime:
        """Moves the clock on to the moment; what is to be closed on the way is closed when its time comes."""
        moment = november(day, time) + dt.timedelta(microseconds=microseconds)
        assert moment >= periods.now(), "time runs forward"
        if not self.down:
            self._live_until(moment)
        self.clock.move_to(moment)
        return moment

    def _live_until(self, moment: dt.datetime) -> None:
        for each in working_days.due(moment):
            end = each.window.end
            # A sign of life about every cut-off, whenever the closing runs.
            self.clock.move_to(min(end + dt.timedelta(seconds=1), moment))
            heartbeat.beat()
            if self.lag is None:
                continue
            on_time = self.lag < dt.timedelta(minutes=1)
            if on_time or end + self.lag <= moment:
                self.clock.move_to(min(end + self.lag, moment))
                close_due("beat")

    def close(self) -> None:
        """Closes what is due now."""
        close_due("beat")

    def over(self) -> None:
        """All is over and closed."""
        if periods.now() < november(*OVER):
            self.at(*OVER)
        self.close()

    # What closed days say

    def days_of(self, person: User) -> dict[int | dt.date, PersonDay]:
        """{day: the person's closed day}; days of November 2026 go by their numbers."""
        self.over()
        found = PersonDay.objects.filter(person=person).order_by("day")
        return {named(row.day): row for row in found}

    def counted(self, person: User, code: str) -> dict[int | dt.date, int]:
        """{day: value} of all closed days on which the indicator counted something of the person's."""
        self.over()
        figures = Figure.objects.filter(
            person_day__person=person, indicator__code=code, period="day"
        ).select_related("person_day")
        return {
            named(one.person_day.day): int(one.value) for one in figures.order_by("person_day") if one.value
        }

    def figure(self, person: User, day: int | dt.date, code: str, period: str = "day") -> Figure:
        found: Figure = (
            self.days_of(person)[day].figures.select_related("rule").get(indicator__code=code, period=period)
        )
        return found

    def value(self, person: User, day: int | dt.date, code: str) -> int:
        return int(self.figure(person, day, code).value)

    def judged(
        self, person: User, day: int | dt.date, code: str, period: str = "day"
    ) -> tuple[int, str, int]:
        """(value, verdict, points)."""
        figure = self.figure(person, day, code, period)
        return int(figure.value), str(figure.verdict), figure.points

    def why(self, person: User, day: int | dt.date, code: str, *, to: User | None = None) -> Why:
        """What the head (or `to`) reads when they open the frozen figure, in English."""
        figure = self.figure(person, day, code)
        with translation.override("en"):
            return why_frozen(figure_or_404(to or self.head, figure.pk), to or self.head)

    def nearly(
        self, person: User, day: int | dt.date, code: str, *, to: User | None = None
    ) -> dict[int, str]:
        """{record: why it nearly counted, but did not}."""
        return {record.pk: record.reason for record in self.why(person, day, code, to=to).nearly}

    # What people do

    def norm(self, code: str, low: int | None = None, high: int | None = None, **fields: Any) -> Norm:
        """At least `low`, at most `high`, between where both are given; the company's, from Monday the 2nd on."""
        direction = Norm.Direction.BETWEEN
        if low is None or high is None:
            direction = Norm.Direction.AT_MOST if low is None else Norm.Direction.AT_LEAST
        fields = {"since": dt.date(2026, 11, 2), "direction": direction, "low": low, "high": high} | fields
        return set_norm(indicator(code), by=self.admin, **fields)

    def client_of(self, manager: User, name: str = "") -> Client:
        number = Client.all_objects.count() + 1
        return create_client(by=manager, manager=manager, name=name or f"Клиент {number}")

    def call(self, by: User, happened: dt.datetime | None = None, **fields: Any) -> Activity:
        """A conversation with the client (Anna's one by default), entered now."""
        fields = {
            "client": self.client,
            "kind": kind(ActivityKind.Group.CONVERSATION),
            "outcome": Activity.Outcome.REACHED,
        } | fields
        return log_activity(by=by, happened_at=happened, **fields)

    def meeting(self, by: User, happened: dt.datetime | None = None, **fields: Any) -> Activity:
        return self.call(by, happened, kind=kind(ActivityKind.Group.MEETING), **fields)

    def task(self, by: User, due: dt.datetime | dt.date, **fields: Any) -> Activity:
        """A call planned for a moment, or for a day without a time."""
        has_time = isinstance(due, dt.datetime)
        when = {"due_on": periods.day_of(due), "due_at": due} if has_time else {"due_on": due}
        fields = {"client": self.client, "kind": kind(ActivityKind.Group.CONVERSATION)} | when | fields
        return plan_activity(by=by, **fields)

    def deal(self, manager: User, amount: int = 100_000, **fields: Any) -> Deal:
        """An open deal of the client, with a task that is far from due."""
        deal = create_deal(self.client, by=self.head, manager=manager, amount=Decimal(amount), **fields)
        self.task(manager, A_LONG_TIME_AHEAD, deal=deal)
        return deal

    def win(self, deal: Deal, by: User, **fields: Any) -> None:
        move_deal(fresh(deal), stage(Stage.Kind.WON), by=by, **fields)

    def lose(self, deal: Deal, by: User) -> None:
        move_deal(fresh(deal), stage(Stage.Kind.LOST), by=by, loss_reason=LossReason.objects.first())

    def reopen(self, deal: Deal, by: User) -> None:
        move_deal(fresh(deal), stage(Stage.Kind.OPEN), by=by)

    def approve(self, month: dt.date) -> Payroll:
        """The head approves the month (its first day), and the months before it that wait."""
        self.close()
        while (waiting := next_to_approve(self.team)) and waiting < month:
            approve_month(self.team, waiting, by=self.head)
        return approve_month(self.team, month, by=self.head)

    def away(self, person: User, since: int, until: int | None = None, **fields: Any) -> Any:
        """The head enters an absence of the person."""
        first, last = dt.date(2026, 11, since), dt.date(2026, 11, until or since)
        fields = {"kind": "sick"} | fields
        return people.add_absence(person, since=first, until=last, by=self.head, **fields)


def named(day: dt.date) -> int | dt.date:
    """The number of a day of November 2026, else the date."""
    return day.day if (day.year, day.month) == (2026, 11) else day


def kind(group: str) -> ActivityKind:
    """The first kind that counts as the group."""
    found: ActivityKind = ActivityKind.objects.filter(group=group).order_by("pk").first()
    return found


def stage(of: str) -> Stage:
    """The first stage of the kind: where deals begin, are won, are lost."""
    found: Stage = (
        Stage.objects.in_use().filter(kind=of).select_related("funnel").order_by("position").first()
    )
    return found


def fresh(record: Any) -> Any:
    """The record as it stands now."""
    return type(record).objects.get(pk=record.pk)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written in the block is as if it had never been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def checksums(*days: int) -> dict[tuple[int, int], str]:
    """{(team, day): checksum} of the closed days."""
    found = Closing.objects.filter(day__in=[dt.date(2026, 11, day) for day in days])
    return {(row.team_id, row.day.day): row.checksum for row in found}


@contextmanager
def life(lag: dt.timedelta | None) -> Iterator[Life]:
    """From Friday, 30 October 2026, 18:30 on: the window of Monday, 2 November has begun."""
    with office() as made:
        begins = periods.now()
        made.clock.move_to(begins - dt.timedelta(days=1, hours=5))  # before the first day that is closed
        people.update_company(Company.get(), by=made.admin, deal_for_new_client=False)
        client = create_client(by=made.anna, manager=made.anna, name="ООО «Вектор»")
        made.clock.move_to(begins)
        yield Life(
            made.clock, made.team, made.anna, made.boris, made.head, made.admin, client=client, lag=lag
        )


def another_team(name: str, manager: str, *, zone: str = "", by: User) -> tuple[Team, User, User]:
    """A team with a zone of its own, its manager and head, there since today."""
    team = people.create_team(name=name, by=by, zone=zone) if zone else make_team(name)
    return team, make_user(manager, team=team), make_user(f"Руководитель {name}", Role.HEAD, team=team)

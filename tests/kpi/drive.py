"""A history of the script lived through by the program's own verbs, under its clock, and what its closed days say.

company = Company(ground)       # once: people, stages, kinds, indicators, what the founding says
with company.living(history):   # everything it does is taken back at the end
    company.live(close_at=[…])
    company.closed()
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import singledispatchmethod
from typing import Any

from django.db import connection, transaction

from activities.actions import (
    cancel_task,
    delete_activity,
    log_activity,
    move_task,
    plan_activity,
    update_activity,
)
from activities.bulk import record_activities
from activities.models import Activity, ActivityKind
from core import periods, starting
from core.history.operations import Operation, operation
from kpi import guard
from kpi.closing import close_due
from kpi.models import Closing, Counted, Figure, Indicator, Norm, PersonDay
from leads.actions import assign_clients, create_client, delete_client, merge_clients
from leads.list_actions import add_entry, update_entry
from leads.models import Client
from people import actions as people
from people.models import Absence, Appointment, Role, Team, User
from people.models import Company as Settings
from pipeline.actions import assign_deals, create_deal, delete_deal, move_deal, update_deal
from pipeline.bulk import place_deals
from pipeline.models import Deal, Funnel, LossReason, Stage
from tests.factories import by_system, make_user
from tests.kpi import events as ev
from tests.kpi.deeds import ALWAYS, PEOPLE
from tests.kpi.histories import Ground, History, founding

# Before every history.
FOUNDED = dt.datetime(2026, 1, 5, 6, tzinfo=dt.UTC)


class Company:
    """The company in the database: names of the script → ids, verbs for its events, what its closed days say."""

    def __init__(self, ground: Ground) -> None:
        self.ids: dict[type[Any], dict[str, int]] = defaultdict(dict)
        with periods.clock(FOUNDED) as self.clock:
            starting.backdate(FOUNDED)
            self.admin = make_user("Алла Русакова", Role.ADMIN)
            with by_system():
                settings = Settings.get()
                settings.deal_for_new_client = False
                settings.save()
                for name in PEOPLE:
                    user = User(email=f"{name}@example.test", name=name)
                    user.set_unusable_password()
                    user.save()
                    self.ids[User][name] = user.pk
                funnel: Funnel = Funnel.objects.create(name="Опт", position=9)
                self.stages = {
                    name: Stage.objects.create(funnel=funnel, name=name, kind=kind, position=number, colour=1)
                    for number, (name, kind) in enumerate(ev.STAGES.items())
                }
                self.reason = LossReason.objects.first()
                letters = Indicator.objects.create(
                    code="letters", name="Письма", kind=Indicator.Kind.COUNT, group=ActivityKind.Group.LETTER
                )
                Indicator.objects.create(
                    code="talks_per_letter", name="Разговоров на письмо", kind=Indicator.Kind.RATIO,
                    numerator=Indicator.objects.get(code="conversations_held"), denominator=letters, as_percent=False,
                )  # fmt: skip
            self.clock.move_to(ground.began)
            for name, zone in ground.zones.items():
                self.ids[Team][name] = people.create_team(name=name, by=self.admin, zone=zone).pk
            for event in founding(ground):
                self.do(event)

    @contextmanager
    def living(self, history: History) -> Iterator[None]:
        """The history takes place within the block; afterwards nothing of it has happened."""
        self.history, ids = history, self.ids
        self.ids = defaultdict(dict, {model: dict(known) for model, known in ids.items()})
        with transaction.atomic(), periods.clock(history.ground.began) as self.clock:
            yield
            transaction.set_rollback(True)
        self.ids = ids

    def live(self, close_at: Sequence[dt.datetime] = ()) -> None:
        """Every event at its moment; days that are due are closed at the moments given, before what happens then."""
        closings = sorted(close_at, reverse=True)
        for event in self.history.own:
            while closings and closings[-1] <= event.at:
                self.close(closings.pop())
            self.clock.move_to(event.at)
            self.do(event)
        while closings:
            self.close(closings.pop())

    def close(self, moment: dt.datetime, of: dt.datetime | None = None) -> None:
        """At the moment, what was due by it, or by an earlier one."""
        self.clock.move_to(moment)
        close_due("beat", of)

    def forget_closings(self) -> None:
        """As if nobody had closed anything yet."""
        if connection.vendor == "postgresql":
            connection.check_constraints()  # deferred ones would keep triggers from being lifted
        with guard.lifted():
            for model in (Counted, Figure, PersonDay, Closing):
                model._base_manager.all()._raw_delete(connection.alias)

    # What was closed

    def closed(self) -> dict[tuple[Any, ...], Any]:
        """Everything that closed days say, in the words of the script; as `test_oracle_agrees.said_by` does."""
        names = {model: {pk: name for name, pk in known.items()} for model, known in self.ids.items()}
        whose, codes = names[User], dict(Indicator.objects.values_list("pk", "code"))
        found: dict[tuple[Any, ...], Any] = {}
        for closing in Closing.objects.select_related("team"):
            found[closing.team.name, closing.day] = (closing.starts, closing.ends)
        rows = {row.pk: row for row in PersonDay.objects.select_related("closing__team")}
        for row in rows.values():
            found[row.closing.team.name, row.day, whose[row.person_id]] = {
                "window": (row.starts, row.ends),
                "scored": row.scored,
                "time": (row.seconds_present, row.seconds_of_day),
                "points": row.points,
            }
        for figure in Figure.objects.select_related("rule"):
            row, code = rows[figure.person_day_id], codes[figure.indicator_id]
            of = names.get(_MODELS.get(code, Activity), {})
            key = (row.closing.team.name, row.day, whose[row.person_id], code, figure.period)
            rule = figure.rule
            found[key] = (
                figure.value, figure.base, sorted(of[pk] for pk in figure.record_ids),
                (rule.low, rule.high, rule.tolerance) if rule.direction else None, figure.verdict, figure.points,
            )  # fmt: skip
        return found

    # The verbs

    def the(self, model: type[Any], name: str) -> Any:
        """Read anew, as a request would; None for no name."""
        return model.objects.get(pk=self.ids[model][name]) if name else None

    @contextmanager
    def by_import(self, imported: bool) -> Iterator[None]:
        if not imported:
            yield
            return
        with operation(by=self.admin, kind=Operation.Kind.IMPORT):
            yield

    @singledispatchmethod
    def do(self, event: ev.Event) -> None:
        raise TypeError(event)

    @do.register
    def _(self, event: ev.Appointed) -> None:
        user = self.the(User, event.person)
        if event.role:
            people.appoint(
                user, role=event.role, team=self.the(Team, event.team), since=event.since, by=self.admin
            )
        else:
            covering = Appointment.objects.in_force(event.since).get(user=user)
            people.end_appointment(covering, until=event.since - dt.timedelta(1), by=self.admin)

    @do.register
    def _(self, event: ev.Absent) -> None:
        absence = people.add_absence(
            self.the(User, event.person), kind="sick", since=event.since, until=event.until,
            from_time=event.from_time, until_time=event.until_time, by=self.admin,
        )  # fmt: skip
        self.ids[Absence][event.absence] = absence.pk

    @do.register
    def _(self, event: ev.AbsenceDropped) -> None:
        people.remove_absence(self.the(Absence, event.absence), by=self.admin)

    @do.register
    def _(self, event: ev.HoursSet) -> None:
        if event.since != ALWAYS:  # else the team was made so
            people.set_working_hours(
                by=self.admin, team=self.the(Team, event.team), since=event.since, starts=event.starts,
                cutoff=event.cutoff, zone=event.zone,
            )  # fmt: skip

    @do.register
    def _(self, event: ev.DayExcepted) -> None:
        people.add_calendar_exception(
            event.day,
            is_working=event.works,
            team=self.the(Team, event.team),
            cutoff=event.cutoff,
            by=self.admin,
        )

    @do.register
    def _(self, event: ev.KindSet) -> None:
        if event.kind in self.ids[ActivityKind]:
            update_entry(self.the(ActivityKind, event.kind), by=self.admin, group=event.group)
        else:
            made = add_entry(ActivityKind, by=self.admin, name=event.kind, group=event.group)
            self.ids[ActivityKind][event.kind] = made.pk

    @do.register
    def _(self, event: ev.ImportsCounted) -> None:
        with operation(by=self.admin):
            row = Indicator.objects.get(code=event.indicator)
            row.counts_imports = event.counts
            row.save()

    @do.register
    def _(self, event: ev.NormSet) -> None:
        met, within, missed = event.points
        with operation(by=self.admin):
            Norm.objects.create(
                indicator=Indicator.objects.get(code=event.indicator), team=self.the(Team, event.team),
                user=self.the(User, event.person), since=event.since, until=event.until, period=event.period,
                weekday=event.weekday, direction=event.direction, low=event.low, high=event.high,
                tolerance=event.tolerance, points_met=met, points_within=within, points_missed=missed,
            )  # fmt: skip

    @do.register
    def _(self, event: ev.ClientCreated) -> None:
        manager = self.the(User, event.manager)
        if event.by:
            with self.by_import(event.imported):
                made = create_client(by=self.the(User, event.by), manager=manager, name=event.client)
        else:
            with by_system():
                made = create_client(by=self.admin, manager=manager, name=event.client)
        self.ids[Client][event.client] = made.pk

    @do.register
    def _(self, event: ev.ClientAssigned) -> None:
        assign_clients([self.ids[Client][event.client]], self.the(User, event.manager), by=self.admin)

    @do.register
    def _(self, event: ev.ClientsMerged) -> None:
        merge_clients(self.the(Client, event.survivor), self.the(Client, event.away), by=self.admin)

    @do.register
    def _(self, event: ev.ClientDeleted) -> None:
        delete_client(self.the(Client, event.client), by=self.admin)

    @do.register
    def _(self, event: ev.DealCreated) -> None:
        made = create_deal(
            self.the(Client, event.client), by=self.admin, manager=self.the(User, event.manager),
            stage=self.stages["first"], amount=event.amount,
        )  # fmt: skip
        self.ids[Deal][event.deal] = made.pk

    @do.register
    def _(self, event: ev.AmountSet) -> None:
        update_deal(self.the(Deal, event.deal), by=self.admin, amount=event.amount)

    @do.register
    def _(self, event: ev.WaitingSet) -> None:
        update_deal(self.the(Deal, event.deal), by=self.admin, waiting_until=event.until)

    @do.register
    def _(self, event: ev.DealMoved) -> None:
        deal, stage = self.the(Deal, event.deal), self.stages[event.stage]
        if event.imported:
            with self.by_import(True):
                place_deals([(deal, stage)], by=self.admin, loss_reason=self.reason)
        else:
            reason = self.reason if stage.kind == Stage.Kind.LOST else None
            move_deal(deal, stage, by=self.admin, loss_reason=reason)

    @do.register
    def _(self, event: ev.DealHanded) -> None:
        assign_deals([self.the(Deal, event.deal)], manager=self.the(User, event.manager), by=self.admin)

    @do.register
    def _(self, event: ev.DealDeleted) -> None:
        delete_deal(self.the(Deal, event.deal), by=self.admin)

    @do.register
    def _(self, event: ev.Planned) -> None:
        made = plan_activity(
            by=self.admin, client=self.the(Client, event.client), kind=self.the(ActivityKind, event.kind),
            due_on=event.due_on, due_at=event.due_at, deal=self.the(Deal, event.deal),
            manager=self.the(User, event.manager),
        )  # fmt: skip
        self.ids[Activity][event.activity] = made.pk

    @do.register
    def _(self, event: ev.Logged) -> None:
        client, manager = self.the(Client, event.client), self.the(User, event.manager)
        deal, kind = self.the(Deal, event.deal), self.the(ActivityKind, event.kind)
        if event.imported:
            with self.by_import(True):
                record = Activity(
                    client=client, deal=deal, kind=kind, manager=manager, outcome=event.outcome,
                    happened_at=event.happened,
                )  # fmt: skip
                [made] = record_activities([record], by=self.admin)
        else:
            made = log_activity(
                by=self.admin, client=client, deal=deal, kind=kind, manager=manager,
                outcome=event.outcome, happened_at=event.happened,
                planned=self.the(Activity, event.activity) if event.of_task else None,
            )  # fmt: skip
        self.ids[Activity][event.activity] = made.pk

    @do.register
    def _(self, event: ev.TaskMoved) -> None:
        move_task(self.the(Activity, event.activity), by=self.admin, due_on=event.due_on, due_at=event.due_at)

    @do.register
    def _(self, event: ev.TaskCancelled) -> None:
        cancel_task(self.the(Activity, event.activity), by=self.admin)

    @do.register
    def _(self, event: ev.ActivityEdited) -> None:
        changes: dict[str, Any] = {}
        for name, value in event.changes.items():
            if name == "kind":
                changes["kind"] = self.the(ActivityKind, str(value))
            elif name == "deal":
                changes["deal"] = self.the(Deal, str(value))
            else:
                changes["happened_at" if name == "happened" else name] = value
        update_activity(self.the(Activity, event.activity), by=self.admin, **changes)

    @do.register
    def _(self, event: ev.ActivityDeleted) -> None:
        delete_activity(self.the(Activity, event.activity), by=self.admin)


# Of which model the records of an indicator are; of the others: activities.
_MODELS: dict[str, type[Any]] = {
    "companies_added": Client,
    **dict.fromkeys(("deals_won", "sum_won", "deals_lost", "deals_in_work", "deals_without_task"), Deal),
}


def as_kopecks(value: Any) -> Decimal | None:
    """A number of the oracle as the program keeps it."""
    return None if value is None else Decimal(value).quantize(Decimal("0.01"))

"""The company for measuring: rows are written straight into the tables, with versions, moves and operations.

The verbs would need hours for a million activities. What they would have left is left here too, so that
`manage.py check_history` finds nothing: every record has its open version, a moved deal has two and its moves, what was
planned and done has two. The discipline was taken up a month ago: those days are really closed.
"""

import datetime as dt
import itertools
import random
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

from django.db import connection, models, transaction

from activities.models import Activity, ActivityKind
from core import periods, starting
from core.history.operations import Operation
from core.names import name_key
from core.text import normal
from crm.demo import discipline, words
from crm.demo.bare import bare
from crm.demo.large_sales import SHIPMENTS, LargeSales
from crm.demo.tables import Table, batches, go_on_counting
from crm.demo.versions import write_deal_versions, write_earlier_versions, write_versions
from leads import base
from leads.models import Client, Contact, ContactPoint, Segment, Source
from people import calendar
from people.models import User
from pipeline import rebuilding
from pipeline.models import Deal, LossReason, Stage, StageMove

TEAMS, MANAGERS, CLIENTS, DEALS, ACTIVITIES = 5, 50, 100_000, 200_000, 1_000_000
# The client whose card is measured.
BUSY_CLIENT_ACTIVITIES = 500
DAYS = 365
# So many working days back people work at their usual pace (the year before fills up what is left), of them so many
# closed; and how much a person does on one.
BUSY_DAYS, CLOSED_DAYS, A_DAY = 20, 30, 20
OPEN_DEALS, OVERDUE = 0.14, 0.08
# A deal begins within so many working days of its client, and ends and has its contacts within so many of its own.
COURTING, COURSE = 90, 60
# Of a hundred contacts: calls, meetings, letters, messages, visits, trips, samples.
KINDS = (62, 8, 14, 6, 3, 2, 5)


class Large:
    """Fills an empty company up to yesterday; the same every time for one day."""

    def __init__(
        self,
        scale: float = 1.0,
        say: Callable[[str], None] = lambda line: None,
        *,
        managers: int = MANAGERS,
        teams: int = TEAMS,
        closed_days: int = CLOSED_DAYS,
        shipments: int = SHIPMENTS,
    ) -> None:
        self.rng = random.Random(7)
        self.say = say
        self.count_of_people = teams, managers
        self.closed_days = closed_days
        self.shipments = int(shipments * scale)
        self.clients = int(CLIENTS * scale)
        self.deals = int(DEALS * scale)
        self.activities = int(ACTIVITIES * scale)
        self.today = periods.today()
        self.first_day = self.today - dt.timedelta(days=DAYS)
        with calendar.kept():
            days = [self.first_day + dt.timedelta(days=number) for number in range(DAYS)]
            self.working = [day for day in days if calendar.is_working(day)]
        self.stages = list(Stage.objects.filter(retired_at=None).order_by("position"))
        self.kinds = list(ActivityKind.objects.order_by("position").values_list("pk", flat=True))
        self.open_weight = (
            OPEN_DEALS * 68 / (1 - OPEN_DEALS) / sum(stage.kind == Stage.Kind.OPEN for stage in self.stages)
        )
        self.sources = list(Source.objects.values_list("pk", flat=True))
        self.segments = list(Segment.objects.values_list("pk", flat=True))
        self.reasons = list(LossReason.objects.values_list("pk", flat=True))

    def fill(self, make_people: Callable[[int, int], list[User]]) -> None:
        """People by `make_people(teams, managers)`, then clients, deals, activities, versions, closed days."""
        with periods.clock(periods.local(self.first_day - dt.timedelta(days=1), dt.time(9))):
            people = make_people(*self.count_of_people)
        self.managers = [user.pk for user in people]
        tracked = (Client, Contact, ContactPoint, Deal, Activity)
        filled: list[type[models.Model]] = [
            Operation,
            StageMove,
            *tracked,
            *(model.versions.model for model in tracked),
        ]
        with transaction.atomic():
            with bare(filled):
                self._rows()
                rebuilding.rebuild()
                self.say("indexes")
            go_on_counting([Operation, StageMove, *tracked])
        self.say(f"shipments: {self.shipments}")
        self._sales()
        self._analyze()
        self._close_days()
        self._analyze()

    def _sales(self) -> None:
        stamp_of = {
            periods.day_of(moment): stamp for moment, stamp in zip(self.hours, self.stamps, strict=True)
        }
        operation = self.operation_of[self.stamps[0]]
        # After the last day's work, and at a moment that no row is stamped with.
        with periods.clock(self.hours[-1] + dt.timedelta(seconds=1)):
            LargeSales(self.client_manager, stamp_of, operation, self.today, self.shipments).fill()
        self.say("client base")
        with transaction.atomic():
            base.rebuild()

    @staticmethod
    def _analyze() -> None:
        with connection.cursor() as cursor:
            # PostgreSQL answers by an index alone what a vacuum has seen; it comes by itself, but not at once.
            vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
            cursor.execute("VACUUM ANALYZE" if vacuum else "ANALYZE")

    def _rows(self) -> None:
        self._operations()
        self.say(f"clients: {self.clients}")
        self._clients()
        self.say(f"deals: {self.deals}, activities: {self.activities}")
        self._deals_and_activities()
        self.say("versions")
        write_earlier_versions(
            Activity, status="'planned'", outcome="''", happened_at="NULL", entered_at="NULL", stage_id="NULL"
        )
        for model in (Client, Contact, ContactPoint, Activity):
            write_versions(model)
        write_deal_versions(self.stages[0])

    # --- moments: one operation a minute (an hour in a small part), so that versions find theirs by its stamp -----

    def _operations(self) -> None:
        base = Operation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        an_hour = max(1, min(60, self.activities // 15_000))
        self.a_day = 9 * an_hour
        self.hours = [
            periods.local(day, dt.time(hour, 60 * part // an_hour))
            for day in self.working
            for hour in range(9, 18)
            for part in range(an_hour)
        ]
        self.stamps = [self._stamp(hour) for hour in self.hours]
        self.operation_of = {stamp: base + 1 + index for index, stamp in enumerate(self.stamps)}
        # The share of activities that is needed for a usual pace of the last days.
        # (A part of the others falls on them as well.)
        usual = 0.7 * A_DAY * BUSY_DAYS * len(self.managers)
        is_sparse = self.activities < A_DAY * len(self.working) * len(self.managers)
        self.share_of_busy_days = min(0.8, usual / self.activities) if is_sparse else 0.0
        Table(Operation).fill(
            {
                "id": self.operation_of[stamp],
                "at": stamp,
                "by_id": self.managers[index % len(self.managers)],
                "kind": "form",
                "note": "demo",
                "counts": "{}",
            }
            for index, stamp in enumerate(self.stamps)
        )

    @staticmethod
    def _stamp(moment: dt.datetime) -> str:
        return str(connection.ops.adapt_datetimefield_value(moment))

    def _hour(self, low: int = 0, within: int = 0) -> int:
        """A random moment of the year not before `low`, within so many working days of it (to the end without)."""
        high = low + within * self.a_day if within else len(self.hours)
        return self.rng.randrange(low, max(high, low + 1))

    def _busy_hour(self, low: int) -> int:
        """A moment of somebody's work on what began at `low`."""
        busy = len(self.hours) - BUSY_DAYS * self.a_day
        if self.rng.random() >= self.share_of_busy_days:
            hour = self._hour(low, COURSE)
            if hour < len(self.hours):
                return hour
        # What began lately has not seen much yet.
        return self.rng.randrange(busy, len(self.hours)) if low < busy else low

    def _hour_of(self, manager: int) -> int:
        """A random moment at which an operation of the manager stands."""
        many = len(self.managers)
        hour = self._hour()
        hour = hour - hour % many + manager
        return hour if hour < len(self.hours) else manager

    # --- rows -----------------------------------------------------------------------------------------------------

    def _clients(self) -> None:
        rng, contacts, points = self.rng, [], []
        ids = itertools.count(1)
        self.client_manager: list[int] = []
        self.client_hour: list[int] = []

        def rows() -> Iterator[dict[str, Any]]:
            for number in range(1, self.clients + 1):
                hour = self._hour_of(number % len(self.managers))
                name = words.firm_name(rng, number)
                person, phone, inn = words.person_name(rng), words.phone(number), words.inn(rng)
                mail = f"office{number}@firm{number % 997}.example"
                city, region = rng.choice(words.CITIES)
                manager = self.managers[number % len(self.managers)]
                self.client_manager.append(manager)
                self.client_hour.append(hour)
                stamp = self.stamps[hour]
                common = {"version": 1, "created_at": stamp, "changed_at": stamp, "client_id": number}
                contacts.append(
                    common | {"id": number, "name": person, "position": rng.choice(words.POSITIONS)}
                )
                points.append(
                    common | {"id": next(ids), "contact_id": number, "kind": "phone", "value": phone}
                )
                points.append(common | {"id": next(ids), "kind": "email", "value": mail})
                yield {
                    "id": number, "version": 1, "created_at": stamp, "changed_at": stamp,
                    "name": name, "inn": inn, "city": city, "region": region,
                    "source_id": rng.choice(self.sources), "segment_id": rng.choice(self.segments),
                    "manager_id": manager, "name_key": name_key(name),
                    "search": normal(f"{number} {name} {inn} {phone} {mail} {person}"),
                }  # fmt: skip

        # Rows are written before what points to them is known in full: contacts wait in memory.
        Table(Client).fill(rows())
        Table(Contact).fill(contacts)
        Table(ContactPoint).fill(points)

    def _deals_and_activities(self) -> None:
        """Deals client by client, each with its moves and activities, so that next steps and contacts agree."""
        moves: list[dict[str, Any]] = []
        activities: list[dict[str, Any]] = []
        self.deal_first: dict[int, tuple[int, str]] = {}
        activity_table, move_table = Table(Activity), Table(StageMove)
        per_deal = (self.activities - BUSY_CLIENT_ACTIVITIES) / self.deals
        ids, owed = itertools.count(1), 0.0
        contact: dict[int, str] = {}
        step: dict[int, tuple[dt.date, str | None]] = {}

        def rows() -> Iterator[dict[str, Any]]:
            nonlocal owed
            for number in range(1, self.deals + 1):
                client = (number - 1) % self.clients + 1
                manager = self.client_manager[client - 1]
                began = self.client_hour[client - 1]
                born = self._hour(began, COURTING)
                born = born if born < len(self.hours) else began
                stage, since = self._stage(), born
                if stage is not self.stages[0]:
                    since = self._hour(born, COURSE)
                    if since >= len(self.hours):  # it will end some day
                        stage, since = self.stages[0], born
                owed += per_deal
                count = int(owed) + (BUSY_CLIENT_ACTIVITIES if number == 1 else 0)
                owed -= int(owed)
                deal = self._deal(number, client, manager, stage, born, since)
                planned = stage.kind == "open" and self.rng.random() < 0.75
                for index in range(count):
                    is_plan = planned and index == 0
                    row = self._activity(next(ids), number, client, manager, stage, born, is_plan)
                    activities.append(row)
                    if is_plan:
                        deal |= {"next_step_on": row["due_on"], "next_step_at": row["due_at"]}
                        known = step.get(client)
                        if known is None or row["due_on"] < known[0]:
                            step[client] = (row["due_on"], row["due_at"])
                    elif row["outcome"] != "no_answer":
                        last = deal["last_contact_at"]
                        deal["last_contact_at"] = (
                            row["happened_at"] if last is None else max(last, row["happened_at"])
                        )
                        contact[client] = max(contact.get(client, ""), row["happened_at"])
                moves.extend(self._moves(deal, stage, born, since))
                yield deal

        deals = rows()
        for batch in batches(deals, 20_000):
            Table(Deal).fill(batch)
            move_table.fill(moves)
            activity_table.fill(activities)
            moves.clear()
            activities.clear()
        self._client_steps(contact, step)

    def _stage(self) -> Stage:
        weights = [
            self.open_weight if s.kind == "open" else 30 if s.kind == "won" else 38 for s in self.stages
        ]
        return self.rng.choices(self.stages, weights)[0]

    def _deal(
        self, number: int, client: int, manager: int, stage: Stage, born: int, since: int
    ) -> dict[str, Any]:
        rng = self.rng
        open_deal = stage.kind == "open"
        return {
            "id": number, "version": 1 if since == born else 2,
            "created_at": self.stamps[born], "changed_at": self.stamps[since],
            "client_id": client, "manager_id": manager, "stage_id": stage.pk, "state": stage.kind,
            "name": rng.choice(words.GOODS), "amount": rng.randrange(20, 2_000) * 100_000,
            "stage_since": self.stamps[since], "closed_at": None if open_deal else self.stamps[since],
            "expected_on": self.today + dt.timedelta(days=rng.randrange(1, 90)) if open_deal else None,
            "loss_reason_id": rng.choice(self.reasons) if stage.kind == "lost" else None,
            "last_contact_at": None, "next_step_on": None, "next_step_at": None,
        }  # fmt: skip

    def _moves(self, deal: dict[str, Any], stage: Stage, born: int, since: int) -> Iterator[dict[str, Any]]:
        first = self.stages[0]
        self.deal_first[deal["id"]] = (born, self.stamps[born])
        steps: list[tuple[Stage | None, Stage, int]] = [(None, first if since != born else stage, born)]
        if since != born:
            steps.append((first, stage, since))
        for before, after, hour in steps:
            day = self._day_of(hour)
            yield {
                "deal_id": deal["id"], "from_stage_id": before and before.pk, "to_stage_id": after.pk,
                "at": self.stamps[hour], "day": day, "month": day.replace(day=1), "by_id": deal["manager_id"],
                "manager_id": deal["manager_id"], "amount": deal["amount"],
                "operation_id": self.operation_of[self.stamps[hour]], "id": next(self._move_ids),
            }  # fmt: skip

    _move_ids = itertools.count(1)

    def _activity(
        self, pk: int, deal: int, client: int, manager: int, stage: Stage, born: int, is_plan: bool
    ) -> dict[str, Any]:
        rng = self.rng
        hour = self._busy_hour(born)
        stamp = self.stamps[hour]
        row: dict[str, Any] = {
            "id": pk, "version": 1, "created_at": stamp, "changed_at": stamp, "client_id": client, "deal_id": deal,
            "contact_id": client, "manager_id": manager, "kind_id": rng.choices(self.kinds, KINDS)[0],
            "direction": "out", "due_at": None, "due_on": None, "happened_at": None,
        }  # fmt: skip
        if is_plan:
            text = rng.choice(words.STEPS)
            late = rng.random() < OVERDUE
            due = self.today + dt.timedelta(days=rng.randrange(-5, 0) if late else rng.randrange(0, 25))
            return row | {"status": "planned", "due_on": due, "text": text, "search": normal(text)}
        if rng.random() < 0.5:  # planned before, for the day on which it was done
            planned = max(born, hour - rng.randrange(1, 8) * self.a_day)
            if planned < hour:
                row |= {"version": 2, "created_at": self.stamps[planned], "due_on": self._day_of(hour)}
        reached = rng.random() < 0.7
        text = words.talk(rng) if reached else rng.choice(words.NO_ANSWER)
        return row | {
            "status": "done", "outcome": "reached" if reached else "no_answer", "text": text, "search": normal(text),
            "happened_at": stamp, "entered_at": stamp, "stage_id": stage.pk,
            "quantity": rng.randrange(1, 9) if row["kind_id"] in self.kinds[-2:] else None,
        }  # fmt: skip

    def _day_of(self, hour: int) -> dt.date:
        return self.working[hour // self.a_day]

    def _client_steps(self, contact: dict[int, str], step: dict[int, tuple[dt.date, str | None]]) -> None:
        values = [
            (contact.get(client), *(step.get(client) or (None, None)), client)
            for client in sorted({*contact, *step})
        ]
        table = connection.ops.quote_name(Client._meta.db_table)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.executemany(
                    f"UPDATE {table} SET last_contact_at=%s, next_step_on=%s, next_step_at=%s WHERE id=%s",
                    values,
                )
                return
            cursor.execute(
                "CREATE TEMP TABLE steps (contact timestamptz, day date, at timestamptz, id bigint) ON COMMIT DROP"
            )
            text = "".join("\t".join("\\N" if v is None else str(v) for v in row) + "\n" for row in values)
            cursor.copy_expert("COPY steps FROM STDIN", StringIO(text))
            cursor.execute(
                f"UPDATE {table} c SET last_contact_at=s.contact, next_step_on=s.day, next_step_at=s.at"
                " FROM steps s WHERE s.id = c.id"
            )

    # --- the discipline --------------------------------------------------------------------------------------------

    def _close_days(self) -> None:
        """Indicators, norms, and the last days closed as every minute's task would have: but for the very last."""
        since = self.working[-self.closed_days - 2]
        with periods.clock(periods.local(since, dt.time(12))) as clock:
            starting.backdate(clock.moment)
            discipline.take_up(since, trips=True)
            for day in self.working[-self.closed_days - 1 : -1]:
                discipline.close(clock, day)
        self.say(f"closed days: {self.closed_days}")

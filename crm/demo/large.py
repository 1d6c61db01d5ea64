"""The company for measuring: rows are written straight into the tables, with versions, moves and operations.

The verbs would need hours for a million activities. What they would have left is left here too, so that
`manage.py check_history` finds nothing: every record has its open version, a moved deal has two and its moves.
"""

import datetime as dt
import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.db import connection, models, transaction

from activities.models import Activity, ActivityKind
from core import periods
from core.history.operations import Operation
from core.history.tracked import Tracked
from core.names import name_key
from core.text import normal
from crm.demo import words
from crm.demo.bare import bare
from leads.models import Client, Contact, ContactPoint, Segment, Source
from people.models import User
from pipeline.models import Deal, LossReason, Stage, StageMove

TEAMS, MANAGERS, CLIENTS, DEALS, ACTIVITIES = 5, 50, 100_000, 200_000, 1_000_000
# The client whose card is measured.
BUSY_CLIENT_ACTIVITIES = 500
DAYS = 365


@dataclass
class Table:
    """One table being filled: rows as {column: database value}; what is not named takes the field's default."""

    model: type[models.Model]

    def __post_init__(self) -> None:
        self.defaults = {
            f.column: _plain(f.get_default()) for f in self.model._meta.concrete_fields if f.column
        }
        self.columns = list(self.defaults)

    def fill(self, rows: Iterable[dict[str, Any]]) -> None:
        """Writes the rows in batches: COPY on PostgreSQL, executemany on SQLite."""
        for batch in _batches(rows, 20_000):
            values = [tuple((self.defaults | row).values()) for row in batch]
            (_copy if connection.vendor == "postgresql" else _executemany)(self, values)

    @property
    def quoted(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value) if connection.vendor == "sqlite" else value
    return value


def _batches(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    rows = iter(rows)
    while batch := list(itertools.islice(rows, size)):
        yield batch


def _executemany(table: Table, values: list[tuple[Any, ...]]) -> None:
    names = ", ".join(map(connection.ops.quote_name, table.columns))
    places = ", ".join(["%s"] * len(table.columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table.quoted} ({names}) VALUES ({places})", values)


def _copy(table: Table, values: list[tuple[Any, ...]]) -> None:
    def cell(value: Any) -> str:
        if value is None:
            return "\\N"
        text = str(value)
        return (
            text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
            if isinstance(value, str)
            else text
        )

    text = StringIO("".join("\t".join(map(cell, row)) + "\n" for row in values))
    names = ", ".join(map(connection.ops.quote_name, table.columns))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table.quoted} ({names}) FROM STDIN", text)


class Large:
    """Fills an empty company; the same every time for one day."""

    def __init__(self, scale: float = 1.0, say: Callable[[str], None] = lambda line: None) -> None:
        self.rng = random.Random(7)
        self.say = say
        self.clients = int(CLIENTS * scale)
        self.deals = int(DEALS * scale)
        self.activities = int(ACTIVITIES * scale)
        self.today = periods.today()
        self.first_day = self.today - dt.timedelta(days=DAYS)
        self.stages = list(Stage.objects.filter(retired_at=None).order_by("position"))
        self.kinds = list(ActivityKind.objects.order_by("position"))
        self.sources = list(Source.objects.values_list("pk", flat=True))
        self.segments = list(Segment.objects.values_list("pk", flat=True))
        self.reasons = list(LossReason.objects.values_list("pk", flat=True))

    def fill(self, make_people: Callable[[int, int], list[User]]) -> None:
        """People by `make_people(teams, managers)`, then clients, deals, activities, versions."""
        self.managers = [user.pk for user in make_people(TEAMS, MANAGERS)]
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
                self.say("indexes")
            self._sequences()
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
        for model in (Client, Contact, ContactPoint, Activity):
            self._versions(model)
        self._deal_versions()

    # --- moments: one operation an hour, so that versions find theirs by its stamp --------------------------------

    def _operations(self) -> None:
        base = Operation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.hours = [
            periods.local(self.first_day + dt.timedelta(days=day), dt.time(hour))
            for day in range(DAYS)
            for hour in range(9, 18)
        ]
        self.stamps = [self._stamp(hour) for hour in self.hours]
        self.operation_of = {stamp: base + 1 + index for index, stamp in enumerate(self.stamps)}
        admin = User.objects.order_by("pk").values_list("pk", flat=True).first()
        Table(Operation).fill(
            {
                "id": self.operation_of[s],
                "at": s,
                "by_id": admin,
                "kind": "system",
                "note": "demo",
                "counts": "{}",
            }
            for s in self.stamps
        )

    @staticmethod
    def _stamp(moment: dt.datetime) -> str:
        return str(connection.ops.adapt_datetimefield_value(moment))

    def _hour(self, low: int = 0) -> int:
        """A random hour of the year not before `low`; more of the recent ones."""
        return low + int((len(self.hours) - 1 - low) * self.rng.random() ** 0.7)

    # --- rows -----------------------------------------------------------------------------------------------------

    def _clients(self) -> None:
        rng, contacts, points = self.rng, [], []
        ids = itertools.count(1)
        self.client_manager: list[int] = []
        self.client_hour: list[int] = []

        def rows() -> Iterator[dict[str, Any]]:
            for number in range(1, self.clients + 1):
                hour = self._hour()
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
                born = self._hour(self.client_hour[client - 1])
                stage = self._stage()
                since = self._hour(born) if stage is not self.stages[0] else born
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
                    else:
                        last = deal["last_contact_at"]
                        deal["last_contact_at"] = (
                            row["happened_at"] if last is None else max(last, row["happened_at"])
                        )
                        contact[client] = max(contact.get(client, ""), row["happened_at"])
                moves.extend(self._moves(deal, stage, born, since))
                yield deal

        deals = rows()
        for batch in _batches(deals, 20_000):
            Table(Deal).fill(batch)
            move_table.fill(moves)
            activity_table.fill(activities)
            moves.clear()
            activities.clear()
        self._client_steps(contact, step)

    def _stage(self) -> Stage:
        weights = [4 if s.kind == "open" else 30 if s.kind == "won" else 38 for s in self.stages]
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
            day = periods.day_of(self.hours[hour])
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
        hour = self._hour(born)
        stamp = self.stamps[hour]
        row: dict[str, Any] = {
            "id": pk, "version": 1, "created_at": stamp, "changed_at": stamp, "client_id": client, "deal_id": deal,
            "contact_id": client, "manager_id": manager, "kind_id": rng.choice(self.kinds[:3]).pk, "direction": "out",
            "due_at": None, "due_on": None, "happened_at": None,
        }  # fmt: skip
        if is_plan:
            text = rng.choice(words.STEPS)
            due = self.today + dt.timedelta(days=rng.randrange(-5, 25))
            return row | {"status": "planned", "due_on": due, "text": text, "search": normal(text)}
        reached = rng.random() < 0.7
        text = words.talk(rng) if reached else rng.choice(words.NO_ANSWER)
        return row | {
            "status": "done", "outcome": "reached" if reached else "no_answer", "text": text, "search": normal(text),
            "happened_at": stamp, "entered_at": stamp, "stage_id": stage.pk,
        }  # fmt: skip

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

    # --- history ---------------------------------------------------------------------------------------------------

    def _versions(self, model: type[Tracked], where: str = "") -> None:
        quote = connection.ops.quote_name
        version_model = model.versions.model
        names = ", ".join(map(quote, version_model.copied_columns()))
        selected = ", ".join(f"t.{quote(column)}" for column in version_model.copied_columns())
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {quote(version_model._meta.db_table)} (record_id, operation_id, valid_from, {names}) "
                f"SELECT t.id, o.id, t.changed_at, {selected} FROM {quote(model._meta.db_table)} t "
                f"JOIN {quote(Operation._meta.db_table)} o ON o.at = t.changed_at {where}"
            )

    def _deal_versions(self) -> None:
        """A deal that moved held its first stage until the move; then the state it has now."""
        quote = connection.ops.quote_name
        version_model = Deal.versions.model
        columns = version_model.copied_columns()
        first, stamped = self.stages[0], {
            "version": "1", "changed_at": "t.created_at", "stage_id": str(self.stages[0].pk), "state": "'open'",
            "stage_since": "t.created_at", "closed_at": "NULL", "loss_reason_id": "NULL",
            "last_contact_at": "NULL", "next_step_on": "NULL", "next_step_at": "NULL",
        }  # fmt: skip
        assert first.kind == "open"
        if connection.vendor == "postgresql":
            casts = {"closed_at": "::timestamptz", "last_contact_at": "::timestamptz", "next_step_on": "::date",
                     "next_step_at": "::timestamptz", "loss_reason_id": "::bigint"}  # fmt: skip
            stamped |= {column: stamped[column] + cast for column, cast in casts.items()}
        names = ", ".join(map(quote, columns))
        selected = ", ".join(stamped.get(column, f"t.{quote(column)}") for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {quote(version_model._meta.db_table)} "
                f"(record_id, operation_id, valid_from, valid_to, {names}) "
                f"SELECT t.id, o.id, t.created_at, t.changed_at, {selected} FROM {quote(Deal._meta.db_table)} t "
                f"JOIN {quote(Operation._meta.db_table)} o ON o.at = t.created_at WHERE t.version = 2"
            )
        self._versions(Deal)

    def _sequences(self) -> None:
        """The next record gets the next number on PostgreSQL too."""
        if connection.vendor != "postgresql":
            return
        with connection.cursor() as cursor:
            for model in (Operation, Client, Contact, ContactPoint, Deal, StageMove, Activity):
                table = model._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), (SELECT MAX(id) FROM \"{table}\"))"
                )

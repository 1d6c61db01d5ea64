"""What a client is to us at the end of a day: new, active, sleeping or lost (R11). The limits stand here and nowhere
else.

New: the card was made within the last `NEW_DAYS` days. Else active: goods were shipped to it, or somebody spoke with
it, within the last `ACTIVE_DAYS` days. Else sleeping: within the last `SLEEPING_DAYS` days (a card that was made within
them sleeps too). Else lost. The day itself is one of the days.

What every client becomes by the ends of months is kept in `BaseChange`, so that the base of years is counted without
looking at what was done in them. Time alone makes a client sleep and get lost: those changes are written beforehand,
for months that have not ended yet, and go on when something happens. So nothing is to be done when a month ends.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import DateField, DateTimeField, F, Func, IntegerField, QuerySet, Value

from core import periods
from core.prepared import Prepared, together
from leads.models import BaseChange, Client

NEW_DAYS, ACTIVE_DAYS, SLEEPING_DAYS = 30, 90, 365
NEW, ACTIVE, SLEEPING, LOST = STATES = ("new", "active", "sleeping", "lost")

_AT_ONCE = 500
_CREATED, _TOUCHED, _KNOWN = range(3)
_NO_MOMENT, _NO_DAY = (Func(template="NULL", output_field=of()) for of in (DateTimeField, DateField))

Change = tuple[dt.date, str, str]
# What upper rooms know of being in touch; filled by `touched_by` in `AppConfig.ready()`.
_touches: list[Prepared] = []


def touched_by(rows: Callable[[], QuerySet[Any]], *, moment: str = "", day: str = "") -> None:
    """Lets each of these rows, which have a `client`, count as being in touch at its `moment` or on its `day`."""
    _touches.append(_question(_TOUCHED, rows, "client", moment=moment, day=day))


def _question(
    kind: int, rows: Callable[[], QuerySet[Any]], key: str, *, moment: str = "", day: str = "", **columns: str
) -> Prepared:
    words = {name: F(columns[name]) if name in columns else Value("") for name in ("was", "became")}
    place = F(columns["place"]) if "place" in columns else Value(0)
    return Prepared(
        lambda: rows().values_list(
            Value(kind, IntegerField()),
            key,
            F(moment) if moment else _NO_MOMENT,
            F(day) if day else _NO_DAY,
            place,
            words["was"],
            words["became"],
        ),
        key,
    )


_CARDS = _question(_CREATED, lambda: Client.all_objects.all(), "pk", moment="created_at")
_CHANGES = _question(
    _KNOWN,
    lambda: BaseChange.objects.all(),
    "client",
    day="month",
    place="place",
    was="was",
    became="became",
)


def changes(created: dt.date, touched: Iterable[dt.date]) -> list[Change]:
    """What a client becomes by the end of which month, (first day of the month, was, became), from the day its card was
    made and the days it was in touch."""
    days = sorted(set(touched))
    over = max([created, *days[-1:]])
    found: list[Change] = []
    month, state, seen, at = created.replace(day=1), "", None, 0
    while state != LOST or month <= over:
        following = _following(month)
        end = following - dt.timedelta(1)
        while at < len(days) and days[at] <= end:
            seen = days[at]
            at += 1
        age = (end - created).days
        since = min(age, (end - seen).days) if seen else age
        if age < NEW_DAYS:
            now = NEW
        elif seen and (end - seen).days < ACTIVE_DAYS:
            now = ACTIVE
        else:
            now = SLEEPING if since < SLEEPING_DAYS else LOST
        if now != state:
            found.append((month, state, now))
            state = now
        month = following
    return found


@cache
def _following(month: dt.date) -> dt.date:
    return periods.add_months(month, 1)


def refresh(client_ids: Iterable[int | None]) -> None:
    """Brings the changes of these clients up to what is known of them; None is passed by.

    One statement reads, another one writes if something has changed. Inside an operation that has locked the clients.
    """
    wanted = sorted({pk for pk in client_ids if pk is not None})
    for at in range(0, len(wanted), _AT_ONCE):
        _write(*_compared(wanted[at : at + _AT_ONCE]))


def rebuild() -> int:
    """Makes the changes of all clients anew; how many there are then. In a transaction of the caller's, until whose end
    nobody writes anything of clients."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Client._meta.db_table} IN EXCLUSIVE MODE")
    BaseChange.objects.all().delete()
    ids = list(Client.all_objects.order_by("pk").values_list("pk", flat=True))
    refresh(ids)
    return BaseChange.objects.count()


def _compared(ids: list[int]) -> tuple[list[BaseChange], list[tuple[int, int]]]:
    """The rows to be written, and (client, how many) where there are more than there should be."""
    created: dict[int, dt.date] = {}
    touched: dict[int, set[dt.date]] = defaultdict(set)
    known: dict[int, dict[int, Change]] = defaultdict(dict)
    for kind, client, moment, day, place, was, became in together([_CARDS, _CHANGES, *_touches], ids):
        if kind == _CREATED:
            created[client] = _local_day(moment)
        elif kind == _TOUCHED:
            touched[client].add(_local_day(moment) if moment else _as_day(day))
        else:
            known[client][place] = (_as_day(day), was, became)
    rows, surplus = [], []
    for client, day in created.items():
        true, told = changes(day, touched[client]), known[client]
        rows += [
            BaseChange(client_id=client, place=place, month=month, was=was, became=became)
            for place, (month, was, became) in enumerate(true)
            if told.get(place) != (month, was, became)
        ]
        if len(told) > len(true):
            surplus.append((client, len(true)))
    return rows, surplus


def _write(rows: list[BaseChange], surplus: list[tuple[int, int]]) -> None:
    BaseChange.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["client", "place"],
        update_fields=["month", "was", "became"],
        batch_size=_AT_ONCE,
    )
    for client, count in surplus:
        BaseChange.objects.filter(client=client, place__gte=count).delete()


def _local_day(moment: Any) -> dt.date:
    """Of a moment as the database has it."""
    known = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return periods.day_of(known if known.tzinfo else known.replace(tzinfo=dt.UTC))


def _as_day(day: Any) -> dt.date:
    return dt.date.fromisoformat(day) if isinstance(day, str) else day

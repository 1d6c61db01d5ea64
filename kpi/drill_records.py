"""The records behind a figure, line by line: those it counted, as they stood then and as they are now, and those that
nearly counted, each with the reason. Of one the reader may not see they learn no more than that it is there.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from activities.models import Activity
from core import periods, show
from kpi.indicators.base import Changed, Definition, Near
from kpi.indicators.near import at_clock
from kpi.measuring import CENT, Measuring
from kpi.scorecard.sheet import in_words
from leads.models import Client
from people.models import User
from pipeline.models import Deal

# More records than these are not listed.
LONGEST = 200
_ZERO = Decimal(0)


@dataclass
class Record:
    """One record: what it is, when it happened and was entered, what it adds, why it does not count."""

    title: str
    url: str | None = None
    note: str = ""
    happened: str = ""
    entered: str = ""
    amount: str = ""
    reason: str = ""
    changed: Changed | None = None
    remark: str = ""
    moment: dt.datetime | None = None
    pk: int = 0


@dataclass
class Counted:
    """The records a figure counted, of which not more than `LONGEST` are listed."""

    records: list[Record] = field(default_factory=list)
    left_out: int = 0
    # What the records are worth as they stand now, where one of them is another than it was.
    value_now: Decimal | None = None


def counted(
    definition: Definition,
    ids: Collection[int],
    moment: dt.datetime,
    day: dt.date,
    user: User,
    *,
    is_frozen: bool,
) -> Counted:
    """The counted records of the day as they stood at the moment and, of a frozen figure, what has become of them."""
    listed = set(list(ids)[:LONGEST])
    found = Counted(left_out=len(ids) - len(listed))
    then = {
        row.record_id: row for row in definition.model.versions.at(moment).filter(record_id__in=list(ids))
    }
    now = _records(definition, ids)
    visible = _visible(definition, now, user)
    value = _ZERO
    differs = False
    for pk in ids:
        row = then.get(pk)
        if row is None or pk not in now:
            continue
        changed = definition.changed(row, now[pk]) if is_frozen and definition.is_flow else None
        differs = differs or changed is not None
        value += definition.worth(now[pk]) if changed is None or changed.counts else _ZERO
        if pk in listed:
            record = _record(row, now[pk], definition, moment, is_visible=pk in visible)
            record.changed = changed
            if definition.is_flow and record.moment and periods.day_of(record.moment) < day:
                record.remark = _(
                    "after the cut-off before: counts for this day, in reports for its own date"
                )
            found.records.append(record)
    found.records.sort(key=lambda record: record.moment or moment)
    if differs:
        found.value_now = value.quantize(CENT)
    return found


def nearly(definition: Definition, measuring: Measuring, ids: Collection[int], user: User) -> list[Record]:
    """What nearly counted for the one person who is measured, without the records counted, `ids`."""
    seen = set(ids)
    near: dict[int, Near] = {}
    for span in measuring.spans():
        for one in definition.nearly(span):
            if one.record_id not in seen:
                near.setdefault(one.record_id, one)
    now = _records(definition, near)
    visible = _visible(definition, now, user)
    found = []
    for pk, one in list(near.items())[:LONGEST]:
        if pk in now:
            record = _record(now[pk], now[pk], definition, measuring.of.moment, is_visible=pk in visible)
            record.reason, record.pk = str(one.reason), pk
            found.append(record)
    return found


_WITH: dict[type, tuple[str, ...]] = {
    Activity: ("client", "kind", "manager"),
    Deal: ("client", "stage", "manager"),
    Client: (),
}


def _records(definition: Definition, ids: Iterable[int]) -> dict[int, Any]:
    model = definition.model
    rows = model.all_objects.filter(pk__in=list(ids)).select_related(*_WITH.get(model, ()))
    return {row.pk: row for row in rows}


def _visible(definition: Definition, records: dict[int, Any], user: User) -> set[int]:
    """Which of the records the user may read, deleted ones among them."""
    rows: Any = definition.model.all_objects.filter(pk__in=list(records))
    found = set(rows.visible_to(user).values_list("pk", flat=True))
    if definition.model is Activity:  # as on the card: whatever happened with a client one sees
        theirs = Client.all_objects.filter(pk__in={record.client_id for record in records.values()})
        clients = set(theirs.visible_to(user).values_list("pk", flat=True))
        found |= {pk for pk, record in records.items() if record.client_id in clients}
    return found


def _record(then: Any, now: Any, definition: Definition, moment: dt.datetime, *, is_visible: bool) -> Record:
    """One line; `then` is the version that was counted, or the row itself."""
    record = Record("")
    if isinstance(now, Activity):
        record.title = now.client.name
        record.note = _of_activity(then, now)
        if then.happened_at:
            record.happened, record.moment = at_clock(then.happened_at, moment), then.happened_at
        if then.entered_at:
            record.entered = at_clock(then.entered_at, moment)
    elif isinstance(now, Deal):
        record.title = str(now.client) if not now.name else f"{now.client}: {now.name}"
        record.note = _("No. %(number)s") % {"number": now.pk}
        if then.closed_at:
            record.happened, record.moment = at_clock(then.closed_at, moment), then.closed_at
        if then.amount is not None:
            record.amount = in_words(then.amount, "money", full=True)
    elif isinstance(now, Client):
        record.title = now.name
        record.happened, record.moment = at_clock(now.created_at, moment), now.created_at
    if definition.unit == "quantity":
        record.amount = in_words(definition.worth(then), definition.unit)
    if not is_visible:
        return Record(
            _("A record of somebody else's"),
            note=_("No. %(number)s") % {"number": now.pk},
            happened=record.happened,
            entered=record.entered,
            amount=record.amount,
        )
    if now.deleted_at is None:
        record.url = now.get_absolute_url()
    return record


def _of_activity(then: Any, now: Activity) -> str:
    parts = [str(now.kind)]
    if then.status == Activity.Status.PLANNED:
        if then.due_on is not None:
            due = then.due_at or periods.local(then.due_on)
            words = show.day(then.due_on) + (f", {show.clock_time(due)}" if then.due_at else "")
            parts.append(_("due %(when)s") % {"when": words})
        if then.subject:
            parts.append(then.subject)
        if then.times_moved:
            parts.append(_("moved %(count)s×") % {"count": then.times_moved})
    elif then.outcome:
        parts.append(str(Activity.Outcome(then.outcome).label))
    return ", ".join(parts)

"""What nearly counted, and why it did not; what of a counted record is another now than when it was counted.

Asked for one person's figure at a time, by who opens it: so these ask plainly, a few queries each.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.utils.translation import gettext as _

from activities.models import Activity
from core import periods, show
from core.history.operations import Operation
from core.money import format_money
from core.periods import Window
from kpi.indicators.base import Changed, Definition, Near, Rows, Span
from kpi.models import Counted
from leads.models import Client
from pipeline.models import Deal, StageMove


def at_clock(moment: dt.datetime, beside: dt.datetime) -> str:
    """«18:07» on the same date as `beside`, else with the date."""
    if periods.day_of(moment) == periods.day_of(beside):
        return show.clock_time(moment)
    return f"{show.day(moment)}, {show.clock_time(moment)}"


def rest_of_day(window: Window) -> Window:
    """From the window's end to the end of its date: what happens then counts for the next working day."""
    midnight = periods.local(periods.day_of(window.end) + dt.timedelta(1))
    return Window(window.end, max(midnight, window.end))


def _counted_on(source: str, ids: Iterable[int]) -> dict[int, dt.date]:
    rows = Counted.objects.filter(source=source, record_id__in=list(ids))
    return dict(rows.values_list("record_id", "closing__day"))


def _counts_elsewhere(day: dt.date) -> str:
    return _("counted for %(day)s: a record counts once") % {"day": show.day(day)}


def _next_day(moment: dt.datetime, span: Span) -> str:
    words = _("%(time)s, after the cut-off: counts for the next working day")
    return words % {"time": at_clock(moment, span.window.end)}


# --- Activities -----------------------------------------------------------------------------------------------------


def activities(definition: Any, span: Span) -> Iterator[Near]:
    """Of an `ActivitiesDone`: entered late, of another outcome, cancelled, deleted, imported, counted before."""
    end, late = span.window.end, rest_of_day(span.window)
    whose = Q(manager__in=span.people, kind__in=list(definition.kinds(span)))
    in_time = Q(**span.window.lookup("happened_at"))
    due = Q(due_on__gt=periods.day_of(span.window.start), due_on__lte=span.today)
    # What was cancelled had been planned, and so is found by the index of that.
    planned = Activity.versions.filter(due, status=Activity.Status.PLANNED, manager__in=span.people)
    versions = Activity.versions.at(end).filter(whose)
    done = versions.filter(in_time, status=Activity.Status.DONE)
    cancelled = versions.filter(
        due, status=Activity.Status.CANCELLED, record_id__in=planned.values("record_id")
    )
    then = {row.record_id: row for row in [*done, *cancelled]}
    now = {
        row.pk: row
        for row in Activity.all_objects.filter(
            Q(pk__in=list(then)) | (whose & (in_time | Q(**late.lookup("happened_at"))))
        )
    }
    imported = set(
        Activity.versions.filter(operation__in=span.imports, entered_at=F("operation__at")).values_list(
            "record_id", "entered_at"
        )
    )
    counted = _counted_on(definition.source, now)
    for pk, row in sorted(now.items(), key=lambda pair: (pair[1].happened_at or end, pair[0])):
        if row.status == Activity.Status.DONE and row.happened_at is not None and row.happened_at in late:
            if row.deleted_at is None:
                yield Near(pk, _next_day(row.happened_at, span))
            continue
        reason = _of_late_one(row, then.get(pk), span) or _of_activity(definition, then.get(pk))
        if (
            not reason
            and pk in then
            and (pk, then[pk].entered_at) in imported
            and not definition.counts_imports
        ):
            reason = _("imported: imports do not count")
        if not reason and pk in counted:
            reason = _counts_elsewhere(counted[pk])
        if reason:
            yield Near(pk, reason)


def _of_late_one(row: Activity, then: Any, span: Span) -> str:
    """Entered, or made into what counts, after the end."""
    if row.status != Activity.Status.DONE or row.entered_at is None or row.entered_at <= span.window.end:
        return ""
    time = {"time": at_clock(row.entered_at, span.window.end)}
    if then is not None and then.status == Activity.Status.DONE and then.outcome != row.outcome:
        return _("its outcome was changed at %(time)s, after the cut-off") % time
    if row.deleted_at is not None:
        return ""
    return _("entered at %(time)s, after the cut-off") % time


def _of_activity(definition: Any, then: Any) -> str:
    if then is None:
        return ""
    if then.deleted_at is not None:
        return _("deleted at %(time)s") % {"time": show.clock_time(then.deleted_at)}
    if then.status == Activity.Status.CANCELLED:
        return _("cancelled")
    if (
        then.status == Activity.Status.DONE
        and definition.outcomes
        and then.outcome not in definition.outcomes
    ):
        if not then.outcome:
            return _("no outcome is given")
        return str(Activity.Outcome(then.outcome).label)
    return ""


def activity_changed(definition: Any, then: Any, now: Activity) -> Changed | None:
    """Deleted, undone, of another outcome, kind, person, moment or quantity since it was counted."""
    if now.deleted_at is not None:
        return Changed(_("deleted"), False)
    if now.status != then.status:
        return Changed(str(Activity.Status(now.status).label), False)
    if now.kind_id != then.kind_id:
        return Changed(_("another kind: %(kind)s") % {"kind": now.kind}, False)
    if now.manager_id != then.manager_id:
        return Changed(_("now of %(name)s") % {"name": now.manager}, False)
    if now.outcome != then.outcome:
        counts = not definition.outcomes or now.outcome in definition.outcomes
        return Changed(
            _("its outcome now: %(outcome)s") % {"outcome": now.get_outcome_display() or "—"}, counts
        )
    if now.happened_at != then.happened_at and now.happened_at is not None:
        return Changed(_("its time now: %(moment)s") % {"moment": show.moment(now.happened_at)}, True)
    if now.quantity != then.quantity:
        words = _("now %(now)s instead of %(then)s")
        return Changed(words % {"now": show.number(now.quantity), "then": show.number(then.quantity)}, True)
    return None


# --- Deals ----------------------------------------------------------------------------------------------------------


def deals_closed(definition: Any, span: Span) -> Iterator[Near]:
    """Of a `DealsClosed`: reopened, handed over, deleted, imported, counted before, closed after the cut-off."""
    whole = Window(span.window.start, rest_of_day(span.window).end)
    moves = (
        StageMove.objects.filter(
            Q(manager__in=span.people) | Q(deal__manager__in=span.people) | Q(by__in=span.people),
            to_stage__kind=definition.state,
            **whole.lookup("at"),
        )
        .select_related("manager", "operation")
        .order_by("at", "pk")
    )
    last: dict[int, StageMove] = {move.deal_id: move for move in moves}
    then = {row.record_id: row for row in Deal.versions.at(span.window.end).filter(record_id__in=list(last))}
    counted = _counted_on(definition.source, last)
    for pk, move in last.items():
        reason = ""
        row = then.get(pk)
        if pk in counted:
            reason = _counts_elsewhere(counted[pk])
        if move.at > span.window.end:
            reason = reason or _next_day(move.at, span)
        elif row is None or row.deleted_at is not None:
            reason = _("deleted")
        elif row.state != definition.state:
            reason = _("reopened at %(time)s") % {"time": at_clock(row.stage_since, span.window.end)}
        elif move.manager_id not in span.people:
            reason = _("credited to %(name)s, who was responsible then") % {"name": move.manager}
        elif move.operation.kind == Operation.Kind.IMPORT and not definition.counts_imports:
            reason = _("imported: imports do not count")
        if reason:
            yield Near(pk, reason)


def deal_changed(definition: Any, then: Any, now: Deal) -> Changed | None:
    """Deleted, reopened or of another amount since it was counted."""
    if now.deleted_at is not None:
        return Changed(_("deleted"), False)
    if now.state != then.state:
        return Changed(_("stands in “%(stage)s” now") % {"stage": now.stage}, False)
    if now.amount != then.amount:
        amounts = [show.DASH if value is None else format_money(value) for value in (now.amount, then.amount)]
        return Changed(_("now %(now)s instead of %(then)s") % {"now": amounts[0], "then": amounts[1]}, True)
    return None


def deals_without_task(definition: Definition, open_deals: Rows, span: Span) -> Iterator[Near]:
    """Open deals that wait until a date, or whose only task is overdue."""
    waits = Q(next_step_on__isnull=True, waiting_until__gte=span.today)
    overdue = Q(next_step_on__lt=span.today) | Q(next_step_at__lt=span.window.end)
    for row in open_deals.filter(waits | overdue).order_by("waiting_until", "next_step_on", "record_id"):
        if row.next_step_on is None:
            yield Near(row.record_id, _("waits until %(day)s") % {"day": show.day(row.waiting_until)})
        else:
            yield Near(row.record_id, _("has a task, though an overdue one"))


# --- Clients --------------------------------------------------------------------------------------------------------


def companies(definition: Definition, span: Span) -> Iterator[Near]:
    """Cards the person entered: merged away, with an older one merged in, deleted, imported, entered after the end."""
    first = Client.versions.filter(record_id=OuterRef("pk")).order_by("valid_from", "pk")
    whole = Window(span.window.start, rest_of_day(span.window).end)
    found = (
        Client.all_objects.filter(**whole.lookup("created_at"))
        .annotate(way=Subquery(first.values("operation__kind")[:1]))
        .annotate(
            person=Case(
                When(way=Operation.Kind.IMPORT, then=Subquery(first.values("manager_id")[:1])),
                default=Subquery(first.values("operation__by_id")[:1]),
            )
        )
        .filter(person__in=span.people)
        .order_by("created_at", "pk")
    )
    cards: list[Any] = list(found)
    then = {
        row.record_id: row
        for row in Client.versions.at(span.window.end).filter(record_id__in=[card.pk for card in cards])
    }
    counts = set(definition.records(span).values_list("record_id", flat=True))
    for card in cards:
        row = then.get(card.pk)
        reason = ""
        if card.created_at > span.window.end:
            reason = _next_day(card.created_at, span)
        elif card.pk in counts or row is None:
            continue
        elif row.merged_into_id is not None:
            reason = _("merged into card No. %(number)s") % {"number": row.merged_into_id}
        elif row.deleted_at is not None:
            reason = _("deleted at %(time)s") % {"time": at_clock(row.deleted_at, span.window.end)}
        elif card.way == Operation.Kind.IMPORT and not definition.counts_imports:
            reason = _("imported: imports do not count")
        else:
            reason = _("an older card was merged with it")
        yield Near(card.pk, reason)


def client_changed(definition: Any, then: Any, now: Client) -> Changed | None:
    """Deleted or merged away since it was counted."""
    if now.merged_into_id is not None:
        return Changed(_("merged into card No. %(number)s") % {"number": now.merged_into_id}, False)
    return Changed(_("deleted"), False) if now.deleted_at is not None else None


# --- Tasks ----------------------------------------------------------------------------------------------------------


def overdue_tasks(definition: Definition, span: Span) -> Iterator[Near]:
    """Due, but forgiven: they fell due in an absence, or came overdue from somebody else. Put off within the window."""
    forgiving = replace(span, excuses=(), window=Window(span.window.end, span.window.end), fell_due=())
    counts = set(definition.records(span).values_list("record_id", flat=True))
    for row in definition.records(forgiving).order_by("due_on", "record_id"):
        if row.record_id in counts:
            continue
        excuse = next((each for each in span.excuses if each.since <= row.due_on <= each.until), None)
        if excuse is not None:
            words = _("fell due during an absence: does not count on the first day back")
            yield Near(row.record_id, words)
        else:
            yield Near(
                row.record_id, _("came overdue from somebody else: counts from the next working day on")
            )
    yield from _put_off(span)


def _put_off(span: Span) -> Iterator[Near]:
    end = span.window.end
    due = Q(due_at__lt=end) | Q(due_at__isnull=True, due_on__lte=span.due_through)
    were_due = Activity.versions.filter(
        due,
        due_on__lte=span.today,
        manager__in=span.people,
        status=Activity.Status.PLANNED,
        **span.window.lookup("valid_to"),
    )
    moved = (
        Activity.versions.at(end)
        .filter(
            record_id__in=were_due.values("record_id"),
            manager__in=span.people,
            status=Activity.Status.PLANNED,
            deleted_at__isnull=True,
            times_moved__gt=0,
        )
        .exclude(due)
        .order_by("due_on", "record_id")
    )
    for row in moved:
        words = _("put off to %(day)s, %(count)s×")
        yield Near(row.record_id, words % {"day": show.day(row.due_on), "count": row.times_moved})

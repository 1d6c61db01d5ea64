"""Signs of gaming (K12), for the head's eyes: each is a question to ask, none is a verdict.

What was entered in the last minutes before the cut-off, tasks put off again and again, many contacts with one client in
a day, counted records changed after the closing. Nothing here changes points.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.models import Activity
from core import show
from core.periods import Window
from kpi.indicators import definition_of
from kpi.models import Closing, Counted, Figure, Norm
from leads.models import Client
from pipeline.models import Deal

LAST_MINUTES = dt.timedelta(minutes=15)
# From this share on of at least so many records, what was entered in the last minutes is worth a question.
_SHARE = 0.5
_AT_LEAST = 4
# A task put off so often, contacts with one client in a day as many.
OFTEN = 3


@dataclass(frozen=True)
class Sign:
    """One question about one person."""

    person_id: int
    text: str
    url: str = ""


def signs(people: Collection[int], window: Window, closings: Sequence[Closing] = ()) -> list[Sign]:
    """What is worth a question about the people's window, by person. A fixed number of queries.

    `closings`: the closed days the window is of; what they counted is compared with the records as they stand now.
    """
    found = [
        *_entered_last(people, window),
        *_put_off(people, window),
        *_again_and_again(people, window),
        *_changed_after(closings),
    ]
    return sorted(found, key=lambda sign: sign.person_id)


def _entered_last(people: Collection[int], window: Window) -> Iterable[Sign]:
    since = max(window.start, window.end - LAST_MINUTES)
    rows = (
        Activity.versions.at(window.end)
        .filter(
            deleted_at__isnull=True,
            status=Activity.Status.DONE,
            manager_id__in=people,
            **window.lookup("happened_at"),
        )
        .order_by()
        .values_list("manager_id")
        .annotate(all=Count("pk"), last=Count("pk", filter=Q(entered_at__gt=since)))
    )
    for person, count, last in rows:
        if last >= _AT_LEAST and last >= count * _SHARE:
            words = _("%(last)s of %(all)s contacts were entered in the last 15 minutes")
            yield Sign(person, words % {"last": show.number(last), "all": show.number(count)})


def _put_off(people: Collection[int], window: Window) -> Iterable[Sign]:
    """Tasks moved within the window and by now so often that it is a habit."""
    rows = (
        Activity.versions.at(window.end)
        .filter(
            deleted_at__isnull=True,
            status=Activity.Status.PLANNED,
            times_moved__gte=OFTEN,
            manager_id__in=people,
            valid_from__gt=window.start,
        )
        .order_by("-times_moved", "record_id")
        .values_list("manager_id", "record_id", "times_moved", "client_id")
    )
    by_person: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for person, *row in rows:
        by_person[person].append(tuple(row))
    names = _names(row[2] for tasks in by_person.values() for row in tasks[:1])
    for person, tasks in by_person.items():
        pk, times, client = tasks[0]
        words = _("the task with %(client)s was moved %(count)s×")
        text = words % {"client": names.get(client, "—"), "count": times}
        if len(tasks) > 1:
            more = ngettext("and %(count)s task more", "and %(count)s tasks more", len(tasks) - 1)
            text += ", " + more % {"count": show.number(len(tasks) - 1)}
        yield Sign(person, text, Activity(pk=pk).get_absolute_url())


def _again_and_again(people: Collection[int], window: Window) -> Iterable[Sign]:
    rows = (
        Activity.versions.at(window.end)
        .filter(
            deleted_at__isnull=True,
            status=Activity.Status.DONE,
            outcome__in=Activity.HELD,
            manager_id__in=people,
            **window.lookup("happened_at"),
        )
        .order_by()
        .values_list("manager_id", "client_id")
        .annotate(count=Count("pk"))
        .filter(count__gte=OFTEN)
    )
    rows = sorted(rows, key=lambda row: -row[2])
    names = _names(row[1] for row in rows)
    for person, client, count in rows:
        words = ngettext(
            "%(count)s contact with %(client)s in one day",
            "%(count)s contacts with %(client)s in one day",
            count,
        )
        text = words % {"count": show.number(count), "client": names.get(client, "—")}
        yield Sign(person, text, Client(pk=client).get_absolute_url())


def _names(ids: Iterable[int]) -> dict[int, str]:
    return dict(Client.all_objects.filter(pk__in=set(ids)).values_list("pk", "name"))


# --- Changed after the closing --------------------------------------------------------------------------------------

# By what it counts (`Counted.source`): the model, and the columns whose change makes it another record.
_COMPARED: dict[str, tuple[Any, tuple[str, ...]]] = {
    "activity": (
        Activity,
        ("status", "outcome", "kind_id", "manager_id", "happened_at", "quantity", "deleted_at"),
    ),
    "won": (Deal, ("state", "amount", "deleted_at")),
    "lost": (Deal, ("state", "deleted_at")),
    "client": (Client, ("merged_into_id", "deleted_at")),
}


def _changed_after(closings: Sequence[Closing]) -> Iterable[Sign]:
    changed: dict[str, set[int]] = {}
    for source, (model, columns) in _COMPARED.items():
        changed[source] = _differing(closings, source, model, columns)
    if not any(changed.values()):
        return
    for person, (count, figure) in _whose(closings, changed).items():
        words = ngettext(
            "%(count)s counted record was changed after the day was closed",
            "%(count)s counted records were changed after the day was closed",
            count,
        )
        yield Sign(person, words % {"count": show.number(count)}, figure)


def _differing(closings: Sequence[Closing], source: str, model: Any, columns: tuple[str, ...]) -> set[int]:
    """The counted records that are something else now. Two queries a source for closings with one end."""
    found: set[int] = set()
    by_end: dict[dt.datetime, list[Closing]] = defaultdict(list)
    for closing in closings:
        by_end[closing.ends].append(closing)
    for end, together in by_end.items():
        counted = Counted.objects.filter(source=source, closing__in=together).values("record_id")
        now = {
            row[0]: row[1:]
            for row in model.all_objects.filter(pk__in=counted, changed_at__gt=end).values_list(
                "pk", *columns
            )
        }
        if now:
            then = model.versions.at(end).filter(record_id__in=list(now)).values_list("record_id", *columns)
            found |= {row[0] for row in then if row[1:] != now[row[0]]}
    return found


def _whose(closings: Sequence[Closing], changed: dict[str, set[int]]) -> dict[int, tuple[int, str]]:
    """{person: how many of their counted records, the address of a figure that counted one}."""
    found: dict[int, tuple[set[tuple[str, int]], str]] = {}
    figures = Figure.objects.filter(
        person_day__closing__in=closings, period=Norm.Period.DAY, rule__is_flow=True
    ).exclude(records="[]")
    for figure in figures.select_related("person_day", "indicator"):
        source = definition_of(figure.indicator).source
        hit = {(source, pk) for pk in figure.record_ids if pk in changed.get(source, ())}
        if hit:
            person = figure.person_day.person_id
            known, url = found.get(person, (set(), reverse("kpi:figure", args=[figure.pk])))
            found[person] = (known | hit, url)
    return {person: (len(records), url) for person, (records, url) in found.items()}

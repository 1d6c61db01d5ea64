"""Exceptions first: whom to talk to now and about what, at most five lines, each with the way to its remedy."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from activities.models import Activity
from core import periods, show
from core.money import format_money
from kpi.models import Objection
from kpi.scorecard.sheet import Line, Mark
from pipeline import marks
from pipeline.models import Deal, Stage

LONGEST = 5
# No person takes more lines than this: five lines are for the team.
_PER_PERSON = 2
_PER_KIND = 2


@dataclass(frozen=True)
class Topic:
    """One line: `weight` says how pressing it is among the others."""

    person_id: int
    name: str
    text: str
    url: str
    action: str
    # The kind of trouble, the worse the higher, and how much of it.
    weight: tuple[int, Decimal]
    in_dialog: bool = False


def topics(lines: Collection[Line], moment: dt.datetime) -> list[Topic]:
    """The most pressing ones, as of the moment. A fixed number of queries."""
    names = {line.person_id: line.name for line in lines}
    found = [
        *_objections(names),
        *_red_days(lines),
        *_deals(names, moment),
        *_longest_stuck(names, moment),
        *_overdue(names, moment),
    ]
    return _chosen(sorted(found, key=lambda one: one.weight, reverse=True))


def _chosen(found: list[Topic]) -> list[Topic]:
    """The worst first, but not all of one kind or one person while there is something else to say."""
    chosen: list[Topic] = []
    for most in (_PER_KIND, LONGEST):
        for topic in found:
            of_kind = sum(one.weight[0] == topic.weight[0] for one in chosen)
            of_person = sum(one.person_id == topic.person_id for one in chosen)
            if topic not in chosen and of_kind < most and of_person < _PER_PERSON:
                chosen.append(topic)
    return sorted(chosen[:LONGEST], key=lambda one: one.weight, reverse=True)


def _objections(names: dict[int, str]) -> Iterator[Topic]:
    waiting = Objection.objects.filter(manager__in=names, state=Objection.State.OPEN)
    for row in waiting.select_related("person_day").order_by("pk")[:LONGEST]:
        said = {"day": show.day(row.person_day.day), "reason": row.reason}
        yield Topic(
            row.manager_id,
            names[row.manager_id],
            _("objects to a figure of %(day)s: “%(reason)s”") % said,
            reverse("kpi:objection", args=[row.pk]),
            _("answer"),
            (5, Decimal(0)),
            in_dialog=True,
        )


def _red_days(lines: Collection[Line]) -> Iterator[Topic]:
    """Two closed days below zero in a row, days that were not scored left out."""
    for line in lines:
        scored = [mark for mark in line.strip if mark.tone]
        red = _red_at_end(scored)
        if red >= 2:
            words = ngettext(
                "%(count)s red day in a row, the last one with %(points)s points",
                "%(count)s red days in a row, the last one with %(points)s points",
                red,
            )
            yield Topic(
                line.person_id,
                line.name,
                words % {"count": red, "points": show.number(scored[-1].points, signed=True)},
                reverse("kpi:person", args=[line.person_id]),
                pgettext("where a line leads", "open"),
                (4, Decimal(min(red, 5) * 1000 - scored[-1].points)),
            )


def _red_at_end(scored: list[Mark]) -> int:
    count = 0
    for mark in reversed(scored):
        if mark.tone != "missed":
            break
        count += 1
    return count


def _deals(names: dict[int, str], moment: dt.datetime) -> Iterator[Topic]:
    """Deals with nothing planned and forgotten ones, with their money. One query and the norms of the stages."""
    stages = list(Stage.objects.open())
    nothing = marks.step_condition(marks.NOTHING, moment)
    forgotten = marks.forgotten_condition(moment, stages)
    rows = (
        Deal.objects.filter(manager__in=names)
        .open()
        .order_by()
        .values("manager")
        .annotate(
            without=Count("state", filter=nothing & ~forgotten),
            without_sum=Sum("amount", filter=nothing & ~forgotten),
            forgotten=Count("state", filter=forgotten),
            forgotten_sum=Sum("amount", filter=forgotten),
        )
        .filter(Q(without__gt=0) | Q(forgotten__gt=0))
    )
    address = reverse("pipeline:deals")
    for row in rows:
        person = row["manager"]
        if row["forgotten"]:
            words = ngettext("%(count)s forgotten deal", "%(count)s forgotten deals", row["forgotten"])
            query = urlencode({"mark": "forgotten", "manager": person, "sort": "-amount"})
            yield _about_deals(
                person, names, words, row["forgotten"], row["forgotten_sum"], f"{address}?{query}", 3
            )
        if row["without"]:
            words = ngettext(
                "%(count)s deal without a task", "%(count)s deals without a task", row["without"]
            )
            query = urlencode({"step": marks.NOTHING, "manager": person, "sort": "-amount"})
            yield _about_deals(
                person, names, words, row["without"], row["without_sum"], f"{address}?{query}", 2
            )


def _about_deals(
    person: int, names: dict[int, str], words: str, count: int, total: Decimal | None, url: str, weight: int
) -> Topic:
    text = words % {"count": show.number(count)}
    if total:
        text += f", {format_money(total)}"
    return Topic(person, names[person], text, url, _("set tasks"), (weight, total or Decimal(0)))


def _longest_stuck(names: dict[int, str], moment: dt.datetime) -> Iterator[Topic]:
    """The stuck deals with the most money."""
    rows = (
        Deal.objects.filter(manager__in=names)
        .open()
        .filter(marks.stuck_condition(moment))
        .exclude(amount=None)
        .select_related("client", "stage")
        .order_by("-amount", "pk")
    )
    seen: set[int] = set()
    for deal in rows[: 3 * LONGEST]:
        if deal.manager_id in seen:
            continue
        seen.add(deal.manager_id)
        days = marks.days_in_stage(deal, moment)
        words = ngettext(
            "%(client)s: %(days)s day in “%(stage)s”, %(sum)s",
            "%(client)s: %(days)s days in “%(stage)s”, %(sum)s",
            days,
        )
        said = {
            "client": deal.client.name,
            "days": show.number(days),
            "stage": deal.stage.name,
            "sum": format_money(deal.amount or Decimal(0)),
        }
        yield Topic(
            deal.manager_id,
            names[deal.manager_id],
            words % said,
            deal.get_absolute_url(),
            pgettext("where a line leads", "open"),
            (3, deal.amount or Decimal(0)),
        )


def _overdue(names: dict[int, str], moment: dt.datetime) -> Iterator[Topic]:
    rows = (
        Activity.objects.filter(manager__in=names)
        .overdue(periods.day_of(moment), moment)
        .order_by()
        .values_list("manager")
        .annotate(count=Count("pk"))
    )
    address = reverse("activities:tasks")
    for person, count in rows:
        words = ngettext("%(count)s overdue task", "%(count)s overdue tasks", count)
        yield Topic(
            person,
            names[person],
            words % {"count": show.number(count)},
            f"{address}?{urlencode({'when': 'overdue', 'manager': person})}",
            pgettext("where a line leads", "open"),
            (1, Decimal(count)),
        )

"""What reports may be narrowed to: each said once, with what a reader may choose from.

A choice that a reader may not see is not offered, and answers like one that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.places import Text
from leads.models import Campaign, Client, Segment, Source
from orders.tree import Tree
from people import access
from people.models import Appointment, Team, User
from pipeline.models import Funnel

Choices = Mapping[str, Text]


@dataclass(frozen=True)
class Narrowing:
    """`choices(user)`: {key in the address: words}. `values(key)`: what facts compare their column with."""

    key: str
    label: Text
    all_words: Text
    choices: Callable[[User], Choices]
    values: Callable[[str], Iterable[Any]] = lambda key: (int(key),)


def _teams(user: User) -> Choices:
    owners = access.owners_visible_to(user)
    if owners is not None:
        return {}
    return {str(team.pk): team.name for team in Team.objects.order_by("name")}


def _team_members(key: str) -> Iterable[int]:
    """The people of the team today."""
    return Appointment.objects.in_force().filter(team=int(key)).values_list("user_id", flat=True)


def _managers(user: User) -> Choices:
    """Those who sell today, and those who did and have left: their sales stay."""
    owners = access.owners_visible_to(user)
    people = User.objects.filter(pk__in=Appointment.objects.filter(team__isnull=False).values("user"))
    if owners is not None:
        if len(owners) < 2:
            return {}
        people = people.filter(pk__in=owners)
    return {str(person.pk): person.short_name for person in people.order_by("name")}


def _regions(user: User) -> Choices:
    found = Client.objects.visible_to(user).exclude(region="").order_by("region")
    return {region: region for region in found.values_list("region", flat=True).distinct()}


def _named(model: Any) -> Callable[[User], Choices]:
    def choices(user: User) -> Choices:
        return {str(row.pk): str(row) for row in model.objects.order_by("position", "name")}

    return choices


def _groups(user: User) -> Choices:
    tree = Tree.read()
    return {str(group.pk): "\u2003" * tree.depth(group.pk) + group.name for group in tree.order}


def _with_subgroups(key: str) -> Iterable[int]:
    return Tree.read().within(int(key))


NARROWINGS: dict[str, Narrowing] = {
    each.key: each
    for each in (
        Narrowing("team", _("Team"), _("All teams"), _teams, _team_members),
        Narrowing("manager", _("Manager"), _("All managers"), _managers),
        Narrowing("region", _("Region"), _("All regions"), _regions, lambda key: (key,)),
        Narrowing("source", _("Source"), _("All sources"), _named(Source)),
        Narrowing("campaign", _("Campaign"), _("All campaigns"), _named(Campaign)),
        Narrowing("segment", _("Segment"), _("All segments"), _named(Segment)),
        Narrowing("funnel", _("Funnel"), _("All funnels"), _named(Funnel)),
        Narrowing("group", _("Product group"), _("All groups"), _groups, _with_subgroups),
    )
}

"""Words of a file that name records of the company: managers, kinds of contact, stages, sources, campaigns,
segments."""

from collections.abc import Mapping
from typing import Any

from activities.models import ActivityKind
from core.imports.importer import LEAVE, SKIP
from core.imports.words import Vocabulary, named
from leads.models import Campaign, Segment, Source
from people.models import User
from people.words import sellers_by_words
from pipeline.models import Stage

MANAGERS, KINDS, STAGES, SOURCES, SEGMENTS = "manager", "kind", "stage", "source", "segment"
CAMPAIGNS = "campaign"
# What a word may be left out of the rows for; without a manager or a kind there is no row.
_MAY_LEAVE = {STAGES, SOURCES, CAMPAIGNS, SEGMENTS}
# What is left out where nobody has answered: a source nobody knows is no reason to refuse a client.
_LEFT_OUT = {SOURCES, CAMPAIGNS, SEGMENTS}


def records_of(key: str, user: User) -> tuple[dict[int, str], dict[str, int]]:
    """The records of a vocabulary that the user may choose, and the words that name them."""
    if key == MANAGERS:
        return sellers_by_words(user)
    if key == STAGES:
        stages = Stage.objects.in_use().order_by("funnel__position", "funnel_id", "position", "pk")
        return named(stages.values_list("pk", "name"))
    models: dict[str, Any] = {
        KINDS: ActivityKind,
        SOURCES: Source,
        CAMPAIGNS: Campaign,
        SEGMENTS: Segment,
    }
    rows = models[key].objects.filter(retired_at__isnull=True).order_by("position", "name")
    return named(rows.values_list("pk", "name"))


def vocabulary(key: str, user: User, answers: Mapping[str, str]) -> Vocabulary:
    records, certain = records_of(key, user)
    return Vocabulary(
        key,
        records,
        certain,
        answers,
        may=(SKIP, LEAVE) if key in _MAY_LEAVE else (SKIP,),
        unknown=LEAVE if key in _LEFT_OUT else "",
        guesses=key != MANAGERS,  # people of one family name are too many for a guess
    )

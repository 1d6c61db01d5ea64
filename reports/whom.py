"""Rows that are sellers or clients, as the reader chooses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.places import Text
from leads.models import Client
from people.models import User
from reports.asking import Asked, Switch
from reports.report import TOTAL, Line

MANAGERS, CLIENTS = "manager", "client"
WHOM = Switch(
    "rows",
    gettext_lazy("In the rows"),
    {MANAGERS: gettext_lazy("Managers"), CLIENTS: gettext_lazy("Clients")},
)


def chosen(asked: Asked) -> str:
    """The dimension that stands in the rows."""
    return asked.switches.get(WHOM.key, MANAGERS)


def rows_are(asked: Asked) -> Text:
    return _("Client") if chosen(asked) == CLIENTS else _("Manager")


def lines(asked: Asked, values: Mapping[int, dict[str, Any]], first: str) -> list[Line]:
    """A line for each of them by id, those with most in the column `first` above."""
    names = _names(chosen(asked), values.keys())
    found = [Line(str(pk), names[pk], row) for pk, row in values.items()]
    return sorted(found, key=lambda line: (-(line.values[first] or 0), str(line.label)))


def narrow(asked: Asked, line: str) -> dict[str, Any]:
    """What a fact is narrowed by for a line; ValueError for one that is none."""
    return {} if line == TOTAL else {chosen(asked): int(line)}


def _names(by: str, keys: Collection[int]) -> dict[int, str]:
    if by == CLIENTS:
        return dict(Client.all_objects.filter(pk__in=keys).values_list("pk", "name"))
    return {pk: user.short_name for pk, user in User.all_objects.in_bulk(list(keys)).items()}

"""Clients as functions call for them."""

import datetime as dt
import itertools
from typing import Any

from leads import actions
from leads.drafts import ContactDraft
from leads.models import Campaign, Client, Contact, Source
from people.models import User
from tests.factories import by_system, make_user

_numbers = itertools.count(1)


def make_client(name: str = "", manager: User | None = None, **fields: Any) -> Client:
    """A client of the manager's (a new one's by default), made by the manager with the program's own verb."""
    manager = manager or make_user()
    return actions.create_client(
        by=manager, manager=manager, name=name or f"Клиент {next(_numbers)}", **fields
    )


def make_contact(client: Client, name: str = "Марина Шевелёва", **fields: Any) -> Contact:
    return actions.add_contact(client, ContactDraft(name=name, **fields), by=client.manager)


def make_source(name: str = "") -> Source:
    with by_system():
        source: Source = Source.objects.create(name=name or f"Источник {next(_numbers)}", position=50)
    return source


def make_campaign(name: str = "", **fields: Any) -> Campaign:
    fields.setdefault("starts", dt.date(2026, 10, 1))
    with by_system():
        campaign: Campaign = Campaign.objects.create(name=name or f"Кампания {next(_numbers)}", **fields)
    return campaign

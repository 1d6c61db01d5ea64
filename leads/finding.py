"""Finding one client quickly: what is surely meant first, then what matches."""

from dataclasses import dataclass

from django.db.models import Q

from core.phones import format_phone, parse_phones
from leads.models import Client, ContactPoint
from leads.queries import ClientQuerySet
from people.models import User


@dataclass
class Hit:
    """A client found; `is_sure`: by its number, INN, whole phone or e-mail."""

    client: Client
    is_sure: bool
    phone: str = ""


def best_hits(user: User, query: str, limit: int = 10) -> list[Hit]:
    """Visible clients for what was typed: sure ones first, then the ones changed last."""
    if not query:
        return []
    clients = Client.objects.visible_to(user).select_related("manager").defer("note", "search", "name_key")
    sure = list(_surely(clients, query)[:limit])
    known = {client.pk for client in sure}
    rest: list[Client] = []
    if len(sure) < limit:
        found = clients.found_by(query).order_by("-changed_at", "-pk")[: limit + len(known)]
        rest = [client for client in found if client.pk not in known][: limit - len(sure)]
    hits = [Hit(client, client.pk in known) for client in [*sure, *rest]]
    _add_phones(hits)
    return hits


def _surely(clients: ClientQuerySet, query: str) -> ClientQuerySet:
    text = query.lstrip("№# ").strip()
    points = Q(kind="email", value=query.lower())
    phones = parse_phones(query)
    if phones:
        points |= Q(kind="phone", value__in=phones)
    holders = ContactPoint.objects.filter(points).values("client")
    condition = Q(pk__in=holders)
    digits = text.replace(" ", "")
    if digits.isascii() and digits.isdigit():
        if len(digits) in (10, 12):
            condition |= Q(inn=digits)
        if len(digits) <= 9:
            condition |= Q(pk=int(digits))
    return clients.filter(condition).order_by("-changed_at", "-pk")


def _add_phones(hits: list[Hit]) -> None:
    phones: dict[int, str] = {}
    points = ContactPoint.objects.phones().filter(client__in=[hit.client.pk for hit in hits]).order_by("pk")
    for client_id, value in points.values_list("client_id", "value"):
        phones.setdefault(client_id, value)
    for hit in hits:
        phone = phones.get(hit.client.pk)
        hit.phone = format_phone(phone) if phone else ""

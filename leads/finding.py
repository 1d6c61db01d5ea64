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
    known = _surely(clients, query)[:limit]
    ids = known
    if len(known) < limit:
        rest = clients.found_by(query).exclude(pk__in=known).order_by("-changed_at", "-pk")
        # Keys alone are sorted; what a hit shows is fetched for the few that stay.
        ids = [*known, *rest.values_list("pk", flat=True)[: limit - len(known)]]
    records = clients.in_bulk(ids)
    found = [records[pk] for pk in ids if pk in records]
    hits = [Hit(client, client.pk in known) for client in found]
    _add_phones(hits)
    return hits


def _surely(clients: ClientQuerySet, query: str) -> list[int]:
    """Ids of those whose number, INN, phone or e-mail is exactly this; each is asked of its own index."""
    digits = query.lstrip("№# ").replace(" ", "").strip()
    points = Q(kind="email", value=query.lower())
    phones = parse_phones(query)
    if phones:
        points |= Q(kind="phone", value__in=phones)
    ids = set(ContactPoint.objects.filter(points).values_list("client_id", flat=True))
    if digits.isascii() and digits.isdigit():
        if len(digits) in (10, 12):
            ids.update(clients.filter(inn=digits).values_list("pk", flat=True))
        if len(digits) <= 9:
            ids.add(int(digits))
            merged = Client.all_objects.filter(pk=int(digits), merged_into__isnull=False)
            ids.update(merged.values_list("merged_into_id", flat=True))
    visible = clients.filter(pk__in=ids) if ids else clients.none()
    return list(visible.order_by("-changed_at", "-pk").values_list("pk", flat=True))


def _add_phones(hits: list[Hit]) -> None:
    phones: dict[int, str] = {}
    points = ContactPoint.objects.phones().filter(client__in=[hit.client.pk for hit in hits]).order_by("pk")
    for client_id, value in points.values_list("client_id", "value"):
        phones.setdefault(client_id, value)
    for hit in hits:
        phone = phones.get(hit.client.pk)
        hit.phone = format_phone(phone) if phone else ""

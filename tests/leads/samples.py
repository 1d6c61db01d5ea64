"""Samples of the addresses of clients for the rights walk."""

from typing import Any

from leads.models import Source
from tests.cast import Cast, Member, Seller
from tests.leads.factories import make_campaign
from tests.samples import ADMIN, Sample


def source(_cast: Cast) -> dict[str, Any]:
    return {"key": "sources", "pk": Source.objects.order_by("pk").first().pk}


def campaign(_cast: Cast) -> dict[str, Any]:
    return {"pk": make_campaign().pk}


def moved_source(cast: Cast) -> dict[str, Any]:
    return {**source(cast), "way": "down"}


def new_client(_cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    """Somebody entering a client whose phone and manager are another one's."""
    return {
        "name": "ООО «Новое дело»",
        "kind": "company",
        "phones": seller.phone,
        "manager": seller.user.pk,
    }


def new_contact(_cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    return {"name": "Новый человек"}


def merge(_cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    """Somebody merging a card of theirs with a card they may not see."""
    return {"with": seller.client.pk, "survivor": seller.client.pk}


SAMPLES = {
    "leads:list": Sample(),
    "leads:new": Sample(post=new_client, reaches=True),
    "leads:look_around": Sample(queries=("?phones={whole_phone}", "?name=Дело&phones={whole_phone}")),
    "leads:card": Sample(of=lambda cast, seller: seller.client),
    "leads:feed": Sample(of=lambda cast, seller: seller.client),
    "leads:history": Sample(of=lambda cast, seller: seller.client),
    "leads:edit": Sample(
        of=lambda cast, seller: seller.client, post=lambda *_: {"name": "Чужое имя", "kind": "company"}
    ),
    "leads:delete": Sample(of=lambda cast, seller: seller.client),
    "leads:merge": Sample(
        of=lambda cast, seller: seller.client,
        queries=("?with={client}", "?q={phone}", "?q={number}"),
        post=merge,
        reaches=True,
    ),
    "leads:new_contact": Sample(of=lambda cast, seller: seller.client, post=new_contact),
    "leads:edit_contact": Sample(of=lambda cast, seller: seller.contact, post=new_contact),
    "leads:remove_contact": Sample(of=lambda cast, seller: seller.contact),
    "leads:search": Sample(queries=("?q={phone}", "?q={phone}&as=list", "?q={number}"), shows=False),
    "leads:campaign_costs": Sample(it=campaign, roles=ADMIN, post=lambda *_: {"month-2026-10": "1000"}),
    "leads:named_lists": Sample(roles=ADMIN),
    "leads:named_list": Sample(
        it=lambda cast: {"key": "sources"},
        missing={"key": "no-such-list"},
        roles=ADMIN,
        post=lambda *_: {"name": "Выдуманный"},
    ),
    "leads:edit_entry": Sample(it=source, roles=ADMIN, post=lambda *_: {"name": "Выдуманный"}),
    "leads:move_entry": Sample(it=moved_source, roles=ADMIN),
    "leads:retire_entry": Sample(it=source, roles=ADMIN),
    "leads:bring_back_entry": Sample(it=source, roles=ADMIN),
}

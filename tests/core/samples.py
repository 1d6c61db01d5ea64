"""Samples of the addresses of files made in the background: a file is nobody's but who asked for it."""

from core import periods
from core.exports.delivery import KEPT
from core.exports.models import Export
from tests.cast import Cast, Seller
from tests.samples import EVERYBODY, Sample


def export(_cast: Cast, seller: Seller) -> Export:
    """A file the seller asked for, named after their token; no worker has had it yet."""
    now = periods.now()
    found, _made = Export.objects.get_or_create(
        by=seller.user,
        defaults={
            "address": "/clients/?export=xlsx",
            "back": "/clients/",
            "title": seller.token,
            "form": "xlsx",
            "language": "ru",
            "rows": 20_000,
            "key": seller.token,
            "asked_at": now,
            "expires_at": now + KEPT,
        },
    )
    return found


FILE = {"of": export, "private": True}

SAMPLES = {
    "exports:list": Sample(shows=False, roles=EVERYBODY),
    "exports:export": Sample(**FILE),
    "exports:progress": Sample(**FILE, shows=False),
    "exports:file": Sample(**FILE),
    "exports:retry": Sample(**FILE),
}

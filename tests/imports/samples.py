"""Samples of the addresses of the import for the rights walk: a file on its way in is nobody's but its sender's."""

from core import periods
from core.imports.models import ImportRow, ImportRun
from tests.cast import Cast, Seller
from tests.samples import Sample


def run(_cast: Cast, seller: Seller) -> ImportRun:
    """A file the seller sent, named after their token; looked into, nothing chosen yet."""
    now = periods.now()
    found, _made = ImportRun.objects.get_or_create(
        by=seller.user,
        importer="sales",
        defaults={
            "name": f"{seller.token}.csv",
            "created_at": now,
            "changed_at": now,
        },
    )
    return found


def spoilt_run(cast: Cast, seller: Seller) -> ImportRun:
    """The same after its check: one row has an error."""
    found = run(cast, seller)
    found.book = [{"sheet": "Лиды", "headings": ["Название"]}]
    found.plan = [{"sheet": "Лиды", "kind": "clients", "header": 1, "columns": {"name": 0}}]
    found.counts, found.state = [{"rows": 1, "error": 1}], ImportRun.State.CHECKED
    found.save()
    ImportRow.objects.get_or_create(
        run=found,
        place=0,
        number=2,
        defaults={"action": "error", "errors": [["name", "…"]], "raw": [f"ООО {seller.token}"]},
    )
    return found


RUN = {"of": run, "private": True}

SAMPLES = {
    "imports:list": Sample(shows=False),
    "imports:new": Sample(),
    "imports:new(key)": Sample(it=lambda cast: {"key": "sales"}, missing={"key": "nothing"}),
    "imports:run": Sample(**RUN),
    "imports:columns": Sample(**RUN),
    "imports:progress": Sample(**RUN, shows=False),
    "imports:errors": Sample(of=spoilt_run, private=True),
    "imports:undo": Sample(**RUN),
    "imports:retry": Sample(**RUN),
    "imports:discard": Sample(**RUN),
}

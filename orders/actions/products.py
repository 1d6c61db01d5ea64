"""Verbs of the catalogue, for who may "catalogue". Each takes many at once: a form has one, an import thousands."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.history.operations import operation
from core.money import LARGEST
from core.names import name_key
from orders.models import Product, Supplier
from orders.twins import DuplicateProduct, Known, product_key, search_text
from people import access
from people.models import User

PRODUCT_FIELDS = frozenset(
    {
        "group",
        "name",
        "article",
        "unit",
        "price",
        "cost",
        "vat_rate",
        "manager",
        "supplier",
        "lead_days",
        "support",
        "note",
    }
)
LONGEST_LEAD = 3650  # days
_KEYS = ("group", "manager", "supplier")
_LOCK = 7_283_004


def add_product(*, by: User, **fields: Any) -> Product:
    """A new product; `fields`: `PRODUCT_FIELDS`. `DuplicateProduct` for a known article or name."""
    return add_products([fields], by=by)[0]


def add_products(rows: Sequence[Mapping[str, Any]], *, by: User) -> list[Product]:
    """`add_product` for many: all of them or none."""
    access.require(by, "catalogue")
    products = [Product(**_cleaned(row, Product())) for row in rows]
    with operation(by=by):
        _one_after_another()
        known = Known.read()
        for number, product in enumerate(products):
            _refuse_twin(known, product, ("new", number))
        made: list[Product] = Product.objects.bulk_create(products)
    return made


def update_product(product: Product, *, by: User, **fields: Any) -> Product:
    """Other values for `PRODUCT_FIELDS`; what is not named stays. `StaleRecord`, `DuplicateProduct`."""
    access.require(by, "catalogue")
    fields = _cleaned(fields, product)
    with operation(by=by):
        _set(product, fields)
        if {"name", "article"} & fields.keys():
            _one_after_another()
            _refuse_twin(Known.read(), product, product.pk)
        product.save()
    return product


def update_products(changes: Mapping[int, Mapping[str, Any]], *, by: User) -> int:
    """`update_product` for many, by id, as they stand now; how many have changed. LookupError where one is gone."""
    access.require(by, "catalogue")
    with operation(by=by):
        _one_after_another()
        products = _by_id(changes)
        changed = []
        for pk, fields in changes.items():
            product = products[pk]
            fresh = {name: one for name, one in fields.items() if not _stands(product, name, one)}
            if fresh:
                _set(product, _cleaned(fresh, product))
                changed.append(product)
        if any({"name", "article"} & fields.keys() for fields in changes.values()):
            # A name that another one is about to give up is taken as well: rows are written in no order.
            known = Known.read()
            for product in changed:
                if found := known.same(product.name, product.article, but=product.pk):
                    raise DuplicateProduct(found)
            for product in changed:
                _refuse_twin(known, product, product.pk)
        Product.objects.bulk_update(changed, [*sorted(PRODUCT_FIELDS), "name_key", "search"])
    return len(changed)


def retire_product(product: Product, *, by: User) -> None:
    """Goes into no new order; what names it keeps it. A second time nothing happens."""
    access.require(by, "catalogue")
    if product.retired_at is None:
        with operation(by=by) as op:
            product.retired_at = op.at
            product.save()


def bring_back_product(product: Product, *, by: User) -> None:
    """The retired product is sold again."""
    access.require(by, "catalogue")
    if product.retired_at is not None:
        with operation(by=by):
            product.retired_at = None
            product.save()


def ensure_suppliers(names: Iterable[str], *, by: User) -> dict[str, Supplier]:
    """{name: the supplier of that name}, legal form and quotes aside; those nobody knows are made."""
    access.require(by, "catalogue")
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    with operation(by=by):
        suppliers = list(Supplier.objects.select_for_update().order_by("-pk"))
        known = {name_key(one.name): one for one in suppliers}
        place = max((one.position for one in suppliers), default=0)
        fresh: dict[str, Supplier] = {}
        for name in wanted:
            if name_key(name) not in known and name_key(name) not in fresh:
                fresh[name_key(name)] = Supplier(name=name[:100], position=place + len(fresh) + 1)
        Supplier.objects.bulk_create(list(fresh.values()))
    known |= fresh
    return {name: known[name_key(name)] for name in wanted}


def after_rollback(rows: dict[type[Any], list[int]], **_signal: Any) -> None:
    """Receiver of `core.history.rollback.restored`: names that came back are found, and taken, again."""
    products = Product.all_objects.filter(pk__in=rows.get(Product, []))
    for product in products:
        _derive(product)
    # Past the tracked words on purpose: derived columns make no version.
    plain: QuerySet[Product] = QuerySet(Product)
    plain.bulk_update(products, ["name_key", "search"], batch_size=200)


# --- Rules ----------------------------------------------------------------------------------------------------------


def _by_id(changes: Mapping[int, Any]) -> dict[int, Product]:
    ids = list(changes)
    products: dict[int, Product] = {}
    for start in range(0, len(ids), 500):
        products |= Product.objects.select_for_update().in_bulk(ids[start : start + 500])
    if len(products) != len(ids):
        raise LookupError("a product has gone")
    return products


def _stands(product: Product, name: str, value: Any) -> bool:
    """Whether the product has this value already; what a key leads to is not fetched for it."""
    if name in _KEYS:
        return bool(getattr(product, f"{name}_id") == (value.pk if value else None))
    return bool(getattr(product, name) == value)


def _set(product: Product, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(product, name, value)
    _derive(product)


def _derive(product: Product) -> None:
    product.name_key = product_key(product.name)
    product.search = search_text(product.name, product.article)


def _cleaned(fields: Mapping[str, Any], product: Product) -> dict[str, Any]:
    """The values with texts trimmed. ValidationError by field for what cannot be right."""
    if unknown := fields.keys() - PRODUCT_FIELDS:
        raise TypeError(f"not fields of a product: {', '.join(sorted(unknown))}")
    cleaned = {name: _trimmed(name, value) for name, value in fields.items()}
    probe = Product(**cleaned)
    errors: dict[str, Any] = {}
    try:
        # The records that keys lead to have been read by who gives them.
        probe.clean_fields(
            exclude=[f.name for f in Product._meta.fields if f.name not in cleaned or f.name in _KEYS]
        )
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    for name in ("price", "cost"):
        if (value := cleaned.get(name)) is not None and not 0 <= value <= LARGEST:
            errors.setdefault(name, []).append(ValidationError(_("A price cannot be negative.")))
    if (days := cleaned.get("lead_days")) is not None and days > LONGEST_LEAD:
        errors.setdefault("lead_days", []).append(
            ValidationError(_("At most %(max)s days.") % {"max": LONGEST_LEAD})
        )
    if "group" in cleaned and cleaned["group"] is None:
        errors.setdefault("group", []).append(ValidationError(_("Choose the product group.")))
    if errors:
        raise ValidationError(errors)
    return cleaned


def _trimmed(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.replace("\x00", "")
    return text.strip() if name == "note" else " ".join(text.split())


def _refuse_twin(known: Known, product: Product, key: Any) -> None:
    """`DuplicateProduct` where another one has the article or the name; else the product is known from now on."""
    _derive(product)
    if found := known.same(product.name, product.article, but=key):
        raise DuplicateProduct(found)
    known.add(key, product.name, product.article)


def _one_after_another() -> None:
    """Of two people entering one product at one moment the second waits and sees it. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])

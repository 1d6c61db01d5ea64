"""Samples of the addresses of the catalogue: it is everybody's who sells, and kept by heads and above."""

from typing import Any

from orders.models import Product
from people.models import Role
from pipeline.models import ProductGroup
from tests.orders.factories_catalogue import make_group, make_product
from tests.samples import SELLERS, Sample

KEEPERS = SELLERS - {Role.MANAGER}


def product(_cast: Any) -> Product:
    return Product.objects.filter(name="Выдуманный товар").first() or make_product("Выдуманный товар")


def group(_cast: Any) -> ProductGroup:
    return ProductGroup.objects.filter(name="Выдуманная группа").first() or make_group("Выдуманная группа")


def new_product(cast: Any, *_: Any) -> dict[str, Any]:
    return {"name": "Ещё не бывший", "group": group(cast).pk, "unit": "шт.", "support": "stock"}


def renamed_group(cast: Any, *_: Any) -> dict[str, Any]:
    return {"name": "Ещё не бывшая", "version": group(cast).version}


KEPT = {"roles": KEEPERS, "shows": False}

SAMPLES = {
    "orders:products": Sample(shows=False, queries=("?manager={user}",)),
    "orders:new_product": Sample(**KEPT, post=new_product),
    "orders:product_twins": Sample(**KEPT, queries=("?name=товар", "?name=%00&but=x")),
    "orders:product": Sample(it=product, shows=False),
    "orders:edit_product": Sample(it=product, **KEPT, post=new_product),
    "orders:product_history": Sample(it=product, **KEPT, queries=("?before=7", "?before=x")),
    "orders:retire_product": Sample(it=product, **KEPT),
    "orders:bring_back_product": Sample(it=product, **KEPT),
    "orders:groups": Sample(**KEPT),
    "orders:new_group": Sample(**KEPT, post=renamed_group, queries=("?parent=x", "?parent=999")),
    "orders:group": Sample(it=group, **KEPT, post=renamed_group),
    "orders:delete_group": Sample(it=group, **KEPT),
    "orders:move_group": Sample(it=lambda cast: {"pk": group(cast).pk, "way": "up"}, **KEPT),
    "orders:place_group": Sample(it=group, **KEPT, post=lambda *_: {"parent": "", "place": "0"}),
    "orders:stock": Sample(**KEPT, queries=("?day=x", "?day=2030-01-01", "?group=x", "?page=99")),
}

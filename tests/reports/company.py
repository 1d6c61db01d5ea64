"""A small company calculated on paper: three groups, two sellers, four months of 2026.

Prices hold 20 % VAT. What was shipped, without VAT (cost in brackets):

|           | Черева (in Оболочка), Anna   | Оболочка itself, Fedor   | Специи, Fedor    | all        |
|-----------|------------------------------|--------------------------|------------------|------------|
| August    | 100 × 100 = 10,000 (6,000)   |                          |                  | 10,000.00  |
| September | 50 × 100 = 5,000 (3,000)     | 10 × 200 = 2,000 (1,500) |                  | 7,000.00   |
| October   | 10 came back: −1,000 (−600)  |                          | 3 × 83.33 = 249.98 (120) | −750.02 |
| November  | 30 × 100 = 3,000 (1,800)     | 5 × 200 = 1,000 (750)    |                  | 4,000.00   |

299.97 with VAT is 249.975 without, rounded half up to 249.98 when the line was written.

The plan of November: Черева 8,000 for Anna, Оболочка 2,000 for Fedor, Оболочка 12,000 for whomever: so 12,000 in all,
of which 10,000 have a seller, and of Оболочка 4,000 are not distributed among the groups below. The tolerance is 10 %.

It is Thursday, 12 November, 18:30: of twenty working days (the 4th is a holiday) eight have elapsed.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from core import periods
from leads.models import Client
from orders.models import Product
from orders.plans import Where
from people.models import Role, Team, User
from pipeline.models import Deal, ProductGroup
from tests.factories import make_team, make_user
from tests.leads.factories import make_client
from tests.orders.factories import (
    line,
    make_group,
    make_order,
    make_payment,
    make_product,
    ship_all,
    ship_part,
    take_back,
)
from tests.orders.factories_plans import make_adopted
from tests.pipeline.factories import make_deal

NOVEMBER = dt.date(2026, 11, 1)
EVENING = periods.local(dt.date(2026, 11, 12), dt.time(18, 30))


@dataclass
class Company:
    north: Team
    south: Team
    anna: User
    fedor: User
    head: User
    director: User
    admin: User
    anna_client: Client
    fedor_client: Client
    casings: ProductGroup  # Оболочка
    guts: ProductGroup  # Черева, within it
    spices: ProductGroup
    gut: Product
    bung: Product
    pepper: Product
    deal: Deal


@contextmanager
def company() -> Iterator[Company]:
    """The company, on its evening."""
    with periods.clock(periods.local(dt.date(2026, 8, 3), dt.time(10))) as clock:
        made = _make()
        _live(made, clock)
        clock.move_to(EVENING)
        yield made


def _make() -> Company:
    north, south = make_team("Север"), make_team("Юг")
    anna = make_user("Анна Белова", team=north)
    fedor = make_user("Фёдор Рыжов", team=south)
    casings = make_group("Оболочка")
    guts, spices = make_group("Черева", parent=casings), make_group("Специи", position=1)
    anna_client = make_client("ООО Колбасы", manager=anna, region="Тверская область")
    fedor_client = make_client("ООО Мясо", manager=fedor, region="Тульская область")
    return Company(
        north,
        south,
        anna,
        fedor,
        make_user("Галина Сизова", Role.HEAD, team=north),
        make_user("Дмитрий Седов", Role.DIRECTOR),
        make_user("Алла Русакова", Role.ADMIN),
        anna_client,
        fedor_client,
        casings,
        guts,
        spices,
        make_product("Черева говяжья", guts, price=Decimal(120), cost=Decimal(60)),
        make_product("Синюга", casings, price=Decimal(240), cost=Decimal(150)),
        make_product("Перец", spices, price=Decimal("99.99"), cost=Decimal(40)),
        make_deal(anna_client, amount=Decimal(5000), expected_on=dt.date(2026, 11, 25), product_group=guts),
    )


def _live(made: Company, clock: periods.Clock) -> None:
    def at(month: int, day: int) -> dt.date:
        found = dt.date(2026, month, day)
        clock.move_to(periods.local(found, dt.time(12)))
        return found

    def sold(client: Client, product: Product, quantity: int) -> None:
        ship_all(make_order(client, lines=[line(quantity, product)]))

    at(8, 10)
    first = make_order(made.anna_client, lines=[line(100, made.gut)])
    shipped = ship_all(first)
    make_payment(made.anna_client, 12_000, orders=first, paid_on=at(8, 20))
    at(9, 15)
    sold(made.anna_client, made.gut, 50)
    at(9, 16)
    sold(made.fedor_client, made.bung, 10)
    at(10, 20)
    sold(made.fedor_client, made.pepper, 3)
    at(10, 21)
    take_back(shipped, 10)
    make_adopted(
        2026,
        {
            Where(NOVEMBER, made.guts.pk, made.anna.pk): 8_000,
            Where(NOVEMBER, made.casings.pk, made.fedor.pk): 2_000,
            Where(NOVEMBER, made.casings.pk): 12_000,
        },
    )
    at(11, 2)
    sold(made.anna_client, made.gut, 30)
    at(11, 5)
    # Five of fifteen went out; ten are to follow on the 20th.
    rest = make_order(made.fedor_client, lines=[line(15, made.bung)], ship_on=dt.date(2026, 11, 20))
    ship_part(rest, 5)
    make_payment(made.fedor_client, 600, orders=rest, paid_on=at(11, 9))

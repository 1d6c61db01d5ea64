"""What the demo company sells: its catalogue, the year before, and what is ordered, shipped and paid day by day.

Its chance comes from a generator of its own, so that the discipline of the days does not depend on what is sold.
"""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core import periods
from crm.demo.people import Cast
from leads.models import Client
from orders.actions.costs import add_cost
from orders.actions.groups import ensure_groups
from orders.actions.orders import create_order, promise_payment
from orders.actions.payments import record_payment
from orders.actions.plans import adopt, create_plan, set_cells
from orders.actions.products import add_products, ensure_suppliers
from orders.actions.shipments import ship, take_back
from orders.actions.stock import set_counts
from orders.actions.terms import set_terms
from orders.lines import LineDraft
from orders.models import ExtraCost, Order, OrderLine, Payment
from orders.plans import Where
from orders.terms import AgainstTerms
from people import calendar
from people.models import User
from pipeline.bulk import fill_deals
from pipeline.models import Deal

# group, product, unit, price with VAT, share of the cost in the price without VAT
CATALOGUE: Mapping[str, Sequence[tuple[str, str, int, float]]] = {
    "Материалы / Оболочка": (
        ("Черева говяжья 43/46", "пучок", 1_450, 0.68), ("Черева свиная 38/40", "пучок", 1_180, 0.66),
        ("Синюга говяжья", "шт.", 96, 0.6), ("Коллагеновая 32", "м", 14, 0.55),
    ),
    "Материалы / Упаковка": (
        ("Лоток вспененный 178×133", "шт.", 7, 0.6), ("Плёнка термоусадочная 380", "рулон", 5_900, 0.62),
        ("Пакет вакуумный 200×300", "шт.", 5, 0.5), ("Гофрокороб 400×300×200", "шт.", 48, 0.64),
    ),
    "Материалы / Специи": (
        ("Перец чёрный молотый", "кг", 890, 0.58), ("Смесь «Докторская»", "кг", 640, 0.52),
        ("Соль нитритная", "кг", 62, 0.7), ("Чеснок сушёный", "кг", 720, 0.57),
    ),
    "Оборудование / Машины": (
        ("Шприц вакуумный", "шт.", 485_000, 0.72), ("Куттер 50 л", "шт.", 612_000, 0.74),
        ("Упаковщик вакуумный", "шт.", 298_000, 0.7),
    ),
    "Оборудование / Запчасти": (
        ("Нож куттера", "шт.", 6_400, 0.5), ("Решётка мясорубки", "шт.", 3_900, 0.48),
        ("Уплотнитель камеры", "шт.", 1_250, 0.4),
    ),
    "Услуги": (("Наладка линии", "час", 4_800, 0.45), ("Обучение персонала", "день", 26_000, 0.5)),
}  # fmt: skip
SUPPLIERS = ("Кишсырьё Трейд", "Полимер-Центр", "Завод «Механик»")
# Of the year before, a month.
ORDERS_A_MONTH = 11
UNTIL_DEALS_ARE_WON = 45  # days
# Of a hundred: shipped late, shipped in two parts, paid late, come back, paid in cash.
LATE, IN_PARTS, PAID_LATE, COME_BACK, IN_CASH = 18, 15, 25, 4, 15


@dataclass
class _Due:
    order: Order
    on: dt.date
    amount: Decimal


class Trade:
    """`begin` before the first day, `morning` of each, `won` when a deal is, `expect` now and then."""

    def __init__(self, cast: Cast, clock: periods.Clock, first_day: dt.date, last_day: dt.date) -> None:
        self.cast, self.clock = cast, clock
        self.first_day, self.last_day = first_day, last_day
        self.rng = random.Random(last_day.toordinal() + 1)
        self.to_ship: dict[dt.date, list[Order]] = defaultdict(list)
        self.to_come: list[_Due] = []
        self.regular: list[Client] = []

    # --- the ground ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The catalogue, the clients who have bought for years with what they bought in the last one, the plan."""
        self.clock.move_to(max(self.clock.moment, periods.local(self.first_day, dt.time(7))))
        self._make_catalogue()
        clients = list(Client.objects.select_related("manager").order_by("pk")[::9])
        self.regular = clients[:36]
        for client in self.regular[::2]:
            set_terms(
                client, by=self.cast.director, discount=Decimal(self.rng.choice((0, 3, 5, 7))),
                deferral_days=self.rng.choice((7, 14, 30)),
                credit_limit=Decimal(self.rng.choice((600, 900, 1500)) * 1000),
                potential=Decimal(self.rng.choice((150, 300, 500)) * 1000),
            )  # fmt: skip
        self._year_before()
        self._make_plan()

    def _make_catalogue(self) -> None:
        admin = self.cast.admin
        groups = ensure_groups({path: path.split(" / ") for path in CATALOGUE}, by=admin)
        suppliers = list(ensure_suppliers(SUPPLIERS, by=admin).values())
        rows = [
            {
                "group": groups[path], "name": name, "unit": unit, "price": Decimal(price),
                "cost": (Decimal(price) * 100 / 122 * Decimal(str(share))).quantize(Decimal("0.01")),
                "supplier": suppliers[number % len(suppliers)], "lead_days": 3 + number % 20,
                "article": f"{1000 + number * 7}",
            }
            for number, (path, (name, unit, price, share)) in enumerate(
                (path, product) for path, products in CATALOGUE.items() for product in products
            )
        ]  # fmt: skip
        self.products = add_products(rows, by=admin)
        self.top = {product.pk: product.group.parent_id or product.group_id for product in self.products}
        goods = [product for product in self.products if not product.unit.startswith(("час", "день"))]
        stock = {
            product.pk: Decimal(max(4, round(3_000_000 / float(product.price or 1) / 4))) for product in goods
        }
        set_counts(stock, self.first_day - dt.timedelta(days=380), by=admin)

    def _year_before(self) -> None:
        """From the accounts, as they were kept before: entered at once, with the days on which it all happened."""
        first = periods.add_months(self.first_day.replace(day=1), -12)
        for number in range(13 * ORDERS_A_MONTH):
            month = periods.add_months(first, number // ORDERS_A_MONTH)
            day = month + dt.timedelta(days=self.rng.randrange(26))
            if day >= self.first_day - dt.timedelta(days=1):
                continue
            order = self._order(self.rng.choice(self.regular), day, 2 * self._sum())
            shipped = min(order.ship_on, self.first_day - dt.timedelta(days=1))
            ship(order, by=self.cast.director, day=shipped)
            paid = shipped + dt.timedelta(days=order.deferral_days + self.rng.randrange(5))
            if paid < self.first_day:
                self._pay(order, order.amount, paid)
            else:
                self.to_come.append(_Due(order, paid, order.amount))

    def _make_plan(self) -> None:
        """By seller and group, a little above what is sold; of the last year too, where the company reaches into it."""
        tops = sorted(set(self.top.values()))
        share = {top: Decimal(part) for top, part in zip(tops, ("0.5", "0.35", "0.15"), strict=False)}
        for year in sorted({self.first_day.year, self.last_day.year}):
            plan = create_plan(year, by=None)
            cells = {
                Where(dt.date(year, month, 1), top, seller.pk): (Decimal(760_000) * share[top]).quantize(
                    Decimal(1000)
                )
                for month in range(1, 13)
                for top in share
                for seller in self.cast.managers
            }
            set_cells(plan, cells, by=None)
            adopt(plan, by=None)

    # --- days ------------------------------------------------------------------------------------------------------

    def won(self, deal: Deal, by: User) -> None:
        """A won deal becomes an order."""
        if deal.amount:
            self._keep(self._order(deal.client, periods.today(), deal.amount, deal=deal, by=by))

    def morning(self, day: dt.date) -> None:
        """What the store sends out, what came to the account overnight, what old clients order again."""
        self.clock.move_to(periods.local(day, dt.time(9, 5)))
        for order in self.to_ship.pop(day, []):
            self._ship(order, day)
        for due in [each for each in self.to_come if each.on < day]:
            self.to_come.remove(due)
            self._pay(due.order, due.amount, due.on)
        # Until the deals of these days bring theirs, old clients order as much as in the year before.
        is_early = day < self.first_day + dt.timedelta(days=UNTIL_DEALS_ARE_WON)
        if self.rng.random() < (0.55 if is_early else 0.3):
            client = self.rng.choice(self.regular)
            self._keep(self._order(client, day, self._sum() * (2 if is_early else 1)))
        if self.rng.random() < 0.05:
            amount = Decimal(self.rng.randrange(5, 90) * 1000)
            self._unknown(amount, day - dt.timedelta(days=1))

    def _unknown(self, amount: Decimal, on: dt.date) -> None:
        """Money of which nobody knows yet what it is for."""
        record_payment(
            by=self.cast.director, paid_on=on, amount=amount, number=str(self.rng.randrange(100, 999)),
            payer="ООО «Новый покупатель»", purpose="Оплата по счёту",
        )  # fmt: skip

    def expect(self, day: dt.date) -> None:
        """By when the deals that have come far are expected to close."""
        deals = (
            Deal.objects.open().filter(stage__probability__gte=35, expected_on__isnull=True).order_by("pk")
        )
        days = [day + dt.timedelta(days=self.rng.randrange(5, 45)) for _deal in deals]
        values = [(deal, {"expected_on": day}) for deal, day in zip(deals, days, strict=True)]
        fill_deals(values, by=self.cast.director)

    # --- one order -------------------------------------------------------------------------------------------------

    def _sum(self) -> Decimal:
        return Decimal(round(self.rng.lognormvariate(12.7, 0.6), -2))

    def _order(
        self,
        client: Client,
        day: dt.date,
        amount: Decimal,
        *,
        deal: Deal | None = None,
        by: User | None = None,
    ) -> Order:
        asked: dict[str, Any] = {
            "by": by or self.cast.director,
            "client": client,
            "lines": self._lines(amount, deal),
            "ordered_on": day,
            "ship_on": calendar.next_working_day(day + dt.timedelta(days=self.rng.randrange(2, 9))),
            "deal": deal,
            "delivery_is_ours": self.rng.random() < 0.2,
        }
        try:
            return create_order(**asked)
        except AgainstTerms:
            return create_order(**asked, terms_reason="Согласовано с директором")

    def _lines(self, amount: Decimal, deal: Deal | None) -> list[LineDraft]:
        """A few products that come near to the sum, of the deal's group where it names one."""
        wanted = deal.product_group_id if deal else None
        fitting = [one for one in self.products if wanted is None or self.top[one.pk] == wanted]
        fitting = [one for one in fitting if one.price and one.price <= amount] or self.products[:4]
        chosen = self.rng.sample(fitting, min(len(fitting), self.rng.randrange(1, 4)))
        part = amount / len(chosen)
        return [LineDraft(one, Decimal(max(1, round(part / (one.price or 1))))) for one in chosen]

    def _keep(self, order: Order) -> None:
        """Somebody will ship it: most of them on the planned day."""
        late = self.rng.randrange(1, 6) if self.rng.randrange(100) < LATE else 0
        self.to_ship[calendar.add_working_days(order.ship_on, late)].append(order)

    def _ship(self, order: Order, day: dt.date) -> None:
        rng, by = self.rng, order.manager
        lines = list(order.lines.all())
        if rng.randrange(100) < IN_PARTS and lines[0].quantity > 1 and order.shipping == Order.Shipping.NONE:
            parts = {line: (line.quantity / 2).quantize(Decimal(1)) or Decimal(1) for line in lines}
            shipment = ship(order, by=by, day=day, quantities=parts)
            order.refresh_from_db()
            if order.is_open:
                self.to_ship[calendar.add_working_days(day, 4)].append(order)
        else:
            shipment = ship(order, by=by, day=day)
        if order.delivery_is_ours:
            order.refresh_from_db()
            add_cost(
                order,
                by=by,
                kind=ExtraCost.Kind.TRANSPORT,
                amount=Decimal(rng.randrange(4, 30) * 500),
                accrued_on=day,
            )
        if rng.randrange(100) < COME_BACK:
            line = OrderLine.objects.filter(shipment_lines__shipment=shipment).order_by("pk")[0]
            take_back(shipment, by=by, day=day, quantities={line: Decimal(1)}, note="Брак")
        late = rng.randrange(2, 25) if rng.randrange(100) < PAID_LATE else rng.randrange(-2, 3)
        on = day + dt.timedelta(days=max(1, order.deferral_days + late))
        self.to_come.append(_Due(order, on, shipment.amount))
        if late > 10:
            order.refresh_from_db()
            promise_payment(order, on, by=by)

    def _pay(self, order: Order, amount: Decimal, on: dt.date) -> None:
        order.refresh_from_db()
        amount = min(amount, order.unpaid)
        if amount <= 0:
            return
        cash = self.rng.randrange(100) < IN_CASH
        record_payment(
            by=self.cast.director, paid_on=on, amount=amount, allocations={order: amount},
            form=Payment.Form.CASH if cash else Payment.Form.NON_CASH, number=str(self.rng.randrange(100, 9_999)),
            payer=order.client.name, payer_inn=order.client.inn,
            purpose=f"Оплата по заказу {order.number}/{order.year}",
        )  # fmt: skip

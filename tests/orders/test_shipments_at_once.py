"""Two people ship at one moment, each on a connection of their own: nothing goes out twice, nothing gets lost."""

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Sum
from django.test import TransactionTestCase

from orders.models import Order, SalesByClient, SalesByProduct, Shipment
from orders.rollup import rebuild
from tests.orders.factories import line, make_order, make_product, ship_part
from tests.orders.test_sales import sales
from tests.pipeline.factories import make_plain_client


def at_once(calls: Sequence[Callable[[], object]]) -> list[ValidationError]:
    """Runs each on a connection of its own, all from one moment on; who was refused, and why."""
    start = threading.Barrier(len(calls))
    refused: list[ValidationError] = []
    failed: list[BaseException] = []

    def run(call: Callable[[], object]) -> None:
        try:
            start.wait(10)
            call()
        except ValidationError as error:
            refused.append(error)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed
    return refused


class AtOneMoment(TransactionTestCase):
    def require_whole(self, order: Order, documents: int, shipped: int) -> None:
        """Of ten pieces at 120 ₽ so many have gone out, by so many documents, in every sum that says so."""
        order.refresh_from_db()
        one = order.lines.get()
        assert (one.shipped, order.shipped) == (shipped, shipped * 120)
        rows = Shipment.objects.filter(order=order)
        assert rows.count() == documents
        assert rows.aggregate(sum=Sum("amount"))["sum"] == shipped * 120
        kept = sales()
        with transaction.atomic():
            rebuild()
        assert kept == sales()

    def test_no_more_goes_out_than_is_left(self) -> None:
        order = make_order()
        refused = at_once([lambda: ship_part(order, 6), lambda: ship_part(order, 6)])
        assert len(refused) == 1 and "quantities" in refused[0].message_dict
        self.require_whole(order, documents=1, shipped=6)
        # Who was refused has given the number back.
        ship_part(order, 4)
        assert sorted(Shipment.objects.values_list("number", flat=True)) == [1, 2]
        self.require_whole(order, documents=2, shipped=10)

    def test_parts_that_fit_all_go_out_with_neighbouring_numbers(self) -> None:
        order = make_order()
        assert not at_once([lambda: ship_part(order, Decimal(3))] * 3)
        assert sorted(Shipment.objects.values_list("number", flat=True)) == [1, 2, 3]
        self.require_whole(order, documents=3, shipped=9)
        assert SalesByClient.objects.get().shipments == 3

    def test_the_same_product_of_two_orders_is_added_up_once_each(self) -> None:
        """Both write to the same rows of the month."""
        client, product = make_plain_client(), make_product()
        orders = [make_order(client, lines=[line(10, product)]) for _ in range(2)]
        assert not at_once([lambda: ship_part(orders[0], 7), lambda: ship_part(orders[1], 5)])
        found = SalesByProduct.objects.get()
        assert (found.quantity, found.amount) == (12, 12 * 120)
        for order, shipped in zip(orders, (7, 5), strict=True):
            self.require_whole(order, documents=1, shipped=shipped)

"""What goods cost us is read by heads and above: on pages, in files and in history alike."""

from decimal import Decimal

import pytest
from django.urls import reverse

from core import periods
from core.history.operations import operation
from orders.models import Product
from people.models import Role
from tests.factories import THURSDAY, make_team, make_user
from tests.orders.factories_catalogue import make_product
from tests.shown import shown


@pytest.fixture(autouse=True)
def clock():
    with periods.clock(THURSDAY):
        yield


def change_of_cost(by) -> int:
    """An operation of this person that changes what a product costs; its id."""
    product = make_product("Черева говяжья", cost=Decimal("61.00"))
    with operation(by=by) as op:
        product = Product.objects.get(pk=product.pk)
        product.cost, product.price = Decimal("73.00"), Decimal("140.00")
        product.save()
    return op.pk


@pytest.mark.parametrize("role", [Role.HEAD, Role.DIRECTOR])
def test_the_journal_tells_who_sees_costs_of_their_change(db, client, role):
    reader = make_user(role=role)
    client.force_login(reader)
    page = client.get(reverse("people:operation", args=[change_of_cost(reader)])).content.decode()
    assert "73" in page
    assert "140" in page


def test_who_does_not_see_costs_is_told_nothing_of_them(db, monkeypatch, client):
    """Whatever brings the record before them: here a head who is not shown costs."""
    from people import access

    monkeypatch.setitem(access.ABILITIES, "costs", frozenset({Role.DIRECTOR}))
    head = make_user(role=Role.HEAD, team=make_team())
    op = change_of_cost(head)
    client.force_login(head)
    told = client.get(reverse("people:operation", args=[op])).content.decode()
    back = client.get(reverse("people:rollback", args=[op])).content.decode()
    for page in (told, back):
        assert "140" in page
        assert "73" not in shown(page)


def test_a_conflict_of_a_rollback_does_not_tell_the_cost_either(db, monkeypatch, client):
    from people import access

    monkeypatch.setitem(access.ABILITIES, "costs", frozenset({Role.DIRECTOR}))
    head = make_user(role=Role.HEAD)
    op = change_of_cost(head)
    with operation(by=None):
        Product.objects.update(cost=Decimal("88.00"))
    client.force_login(head)
    page = client.get(reverse("people:rollback", args=[op])).content.decode()
    assert "orders.product" in page
    for cost in ("61", "73", "88"):
        assert f"{cost} ₽" not in page
        assert f"{cost}\u00a0₽" not in page

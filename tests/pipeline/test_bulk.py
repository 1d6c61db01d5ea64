"""What an import tells of deals fills what they lack, and nothing of what they say."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core.history.operations import Operation
from pipeline.bulk import fill_deals
from pipeline.models import Deal, ProductGroup
from tests.pipeline.factories import make_deal

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 12, 1)


def told(deal: Deal) -> tuple[object, ...]:
    deal.refresh_from_db()
    return deal.name, deal.amount, deal.expected_on


def test_only_what_a_deal_lacks_is_filled(cast: SimpleNamespace) -> None:
    bare = make_deal(manager=cast.anna)
    named = make_deal(manager=cast.anna, name="Лотки")
    full = make_deal(manager=cast.anna, name="Трубы", amount=Decimal(7), expected_on=DAY)
    before = full.version
    fields = {"name": "Кабель", "amount": Decimal("1200.50"), "expected_on": DAY}

    assert fill_deals([(bare, fields), (named, fields), (full, fields | {"name": "Щиты"})], by=cast.anna) == 2

    assert told(bare) == ("Кабель", Decimal("1200.50"), DAY)
    assert told(named) == ("Лотки", Decimal("1200.50"), DAY)
    assert told(full) == ("Трубы", Decimal(7), DAY)
    assert full.version == before


def test_of_two_values_for_one_deal_the_first_is_taken_and_both_make_one_version(
    cast: SimpleNamespace,
) -> None:
    deal = make_deal(manager=cast.anna)
    twin = Deal.objects.get(pk=deal.pk)
    fill_deals([(deal, {"name": "Кабель"}), (twin, {"name": "Щиты", "amount": Decimal(5)})], by=cast.anna)
    assert told(deal) == ("Кабель", Decimal(5), None)
    assert Deal.versions.of(deal).count() == 2


@pytest.mark.parametrize("wrong", [{"amount": Decimal(-1)}, {"name": "я" * 201}])
def test_a_wrong_value_is_refused_by_its_field(cast: SimpleNamespace, wrong: dict[str, object]) -> None:
    deals = [make_deal(manager=cast.anna), make_deal(manager=cast.anna)]
    with pytest.raises(ValidationError) as refused:
        fill_deals([(deals[0], {"name": "Кабель"}), (deals[1], wrong)], by=cast.anna)
    assert list(refused.value.message_dict) == list(wrong)
    assert [told(deal) for deal in deals] == [("", None, None)] * 2


def test_nobody_fills_what_they_cannot_see(cast: SimpleNamespace) -> None:
    own, foreign = make_deal(manager=cast.anna), make_deal(manager=cast.boris)
    count = Operation.objects.count()
    with pytest.raises(PermissionDenied):
        fill_deals([(own, {"name": "Кабель"}), (foreign, {"name": "Кабель"})], by=cast.anna)
    assert told(own) == told(foreign) == ("", None, None)
    assert Operation.objects.count() == count


def test_any_number_of_deals_costs_the_same(cast: SimpleNamespace, django_assert_max_num_queries) -> None:
    group = ProductGroup.objects.first()
    deals = [make_deal(manager=cast.anna, product_group=group) for _number in range(20)]
    with django_assert_max_num_queries(12):
        fill_deals([(deal, {"name": f"Кабель {deal.pk}"}) for deal in deals], by=cast.anna)

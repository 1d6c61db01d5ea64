"""Money is exact: kopecks in the database, two places in Python, Russian notation on the page."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models, transaction
from django.db.models import Avg, F, Max, Sum, Value
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from core.money import LARGEST, MoneyField, MoneyFormField, format_money, money, parse_money, plain_money

sums = st.decimals(-LARGEST, LARGEST, places=2)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1240000", "1240000.00"),
        ("1 240 000", "1240000.00"),
        ("1\u00a0240\u00a0000,50 руб.", "1240000.50"),
        ("1\u202f240\u202f000.5 ₽", "1240000.50"),
        ("1.240.000,50", "1240000.50"),
        ("1,240,000.50", "1240000.50"),
        ("1'240'000", "1240000.00"),
        ("500р.", "500.00"),
        ("500 рублей", "500.00"),
        ("−500", "-500.00"),
        ("- 500,05 р", "-500.05"),
        ("+7", "7.00"),
        ("-0", "0.00"),
        ("12,", "12.00"),
    ],
)
def test_a_sum_is_understood_in_the_notations_people_use(text, amount):
    parsed = parse_money(text)
    assert str(parsed) == amount


@pytest.mark.parametrize(
    "text", ["", "много", "1 24 000", "1.200", "1,200", "12,345", "1e5", "NaN", "--5", "5 $", "٥", "9" * 40]
)
def test_what_may_mean_two_things_or_nothing_is_refused(text):
    with pytest.raises(ValidationError) as refused:
        parse_money(text)
    assert refused.value.messages[0]


def test_a_sum_is_shown_with_no_break_spaces_and_a_real_minus():
    assert format_money(Decimal("1240000")) == "1\u00a0240\u00a0000\u00a0₽"
    assert format_money(Decimal("-1500.5")) == "−1\u00a0500,50\u00a0₽"
    assert format_money(Decimal("0")) == "0\u00a0₽"
    assert format_money(None) == ""
    assert plain_money(Decimal("0.05")) == "0,05"


@given(sums)
def test_what_is_shown_is_understood_again(amount):
    assert parse_money(format_money(amount)) == amount
    assert parse_money(str(amount)) == amount


@pytest.mark.parametrize(
    "value", [1.5, True, "1.005", Decimal("0.001"), Decimal("NaN"), "x", None, dt.date(2026, 1, 1)]
)
def test_a_float_and_parts_of_a_kopeck_never_become_money(value):
    with pytest.raises(ValidationError):
        money(value)


class TestFormField:
    def test_takes_russian_notation_and_shows_it_again(self):
        field = MoneyFormField()
        assert field.clean(" 1 200,5 ") == Decimal("1200.50")
        assert field.prepare_value(Decimal("1200.50")) == "1\u00a0200,50"
        assert field.prepare_value("what was typed") == "what was typed"

    def test_empty_is_none_where_it_may_be(self):
        assert MoneyFormField(required=False).clean("  ") is None
        with pytest.raises(ValidationError):
            MoneyFormField().clean("")

    def test_a_smallest_sum_is_kept_to(self):
        with pytest.raises(ValidationError) as refused:
            MoneyFormField(min_value=Decimal(0)).clean("-1")
        assert "0\u00a0₽" in refused.value.messages[0]

    def test_another_notation_of_the_same_sum_is_no_change(self):
        field = MoneyFormField()
        assert not field.has_changed(Decimal("1200.00"), "1 200")
        assert field.has_changed(Decimal("1200.00"), "1 201")
        assert field.has_changed(Decimal("1200.00"), "nonsense")


@pytest.fixture
def sale(db):
    """A model that exists for these tests alone, in a table that goes with the transaction."""
    with isolate_apps("core"):

        class Sale(models.Model):  # noqa: DJ008
            amount = MoneyField(null=True)
            pieces = models.IntegerField(default=1)

            class Meta:
                app_label = "core"
                db_table = "money_test_sale"

        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE money_test_sale"
                " (id integer PRIMARY KEY, amount bigint, pieces integer)"
            )
        yield Sale
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE money_test_sale")


class TestField:
    def test_comes_back_as_it_went_in(self, sale):
        for pk, amount in enumerate([Decimal("1.10"), Decimal("-0.01"), Decimal("0"), LARGEST, None]):
            sale(pk=pk, amount=amount).save(force_insert=True)
            assert sale.objects.get(pk=pk).amount == amount
        assert str(sale.objects.get(pk=0).amount) == "1.10"

    def test_one_ten_and_two_twenty_are_three_thirty_in_the_database_too(self, sale):
        sale.objects.bulk_create(
            [sale(pk=1, amount=Decimal("1.10")), sale(pk=2, amount="2.20"), sale(pk=3, amount=3)]
        )
        total = sale.objects.filter(pk__lt=3).aggregate(total=Sum("amount"))["total"]
        assert str(total) == "3.30"
        assert sale.objects.filter(amount=Decimal("1.1")).get().pk == 1
        assert sale.objects.filter(amount__gt=Decimal("2.19"), amount__lte="2.20").get().pk == 2
        assert sale.objects.filter(amount__in=[3, Decimal("2.20")]).count() == 2

    def test_average_is_rounded_to_a_kopeck_and_nothing_sums_to_what_was_asked(self, sale):
        sale.objects.bulk_create(
            [sale(pk=1, amount="0.01"), sale(pk=2, amount="0.02"), sale(pk=3, amount=None)]
        )
        found = sale.objects.aggregate(avg=Avg("amount"), most=Max("amount"))
        assert found == {"avg": Decimal("0.02"), "most": Decimal("0.02")}
        none = sale.objects.none().aggregate(total=Sum("amount", default=Decimal("0")))
        assert none["total"] == 0
        empty = sale.objects.filter(pk=9).aggregate(total=Sum("amount", default=Decimal("5.05")))
        assert empty["total"] == Decimal("5.05")

    def test_sums_and_multiples_in_the_database_stay_money(self, sale):
        sale.objects.bulk_create([sale(pk=1, amount="10.50", pieces=3)])
        row = sale.objects.annotate(
            times=F("amount") * F("pieces"),
            double=F("amount") + F("amount"),
            less=F("amount") - Value(Decimal("0.5"), MoneyField()),
        ).get()
        assert (row.times, row.double, row.less) == (Decimal("31.50"), Decimal("21.00"), Decimal("10.00"))
        assert sale.objects.filter(amount__lt=F("amount") * F("pieces")).exists()
        sale.objects.update(amount=F("amount") + Value(Decimal("0.05"), MoneyField()))
        assert sale.objects.get().amount == Decimal("10.55")

    def test_a_bare_number_added_in_the_database_is_refused_not_misread(self, sale):
        for wrong in (F("amount") + Decimal("10"), F("amount") + 10):
            with pytest.raises(FieldError):
                list(sale.objects.annotate(wrong=wrong))

    def test_more_than_two_places_are_refused_before_anything_is_written(self, sale):
        for wrong in (Decimal("1.005"), 1.5, "x"):
            with pytest.raises(ValidationError), transaction.atomic():
                sale(pk=1, amount=wrong).save(force_insert=True)
        assert not sale.objects.exists()

    def test_migrations_can_write_it_down(self):
        _name, path, args, kwargs = MoneyField(null=True, default=0).deconstruct()
        assert (path, args, kwargs) == ("core.money.MoneyField", [], {"null": True, "default": 0})

    def test_its_form_field_is_the_one_for_money(self):
        assert isinstance(MoneyField().formfield(), MoneyFormField)

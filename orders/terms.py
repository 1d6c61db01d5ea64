"""Terms of trade: what a client owes, what an order would be against, how much of the potential is used (C7)."""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.money import MoneyField, format_money
from orders.lines import ZERO
from orders.models import Order, Payment, SalesByClient, Terms

MONTHS = 3


class AgainstTerms(ValidationError):
    """The order is against the client's terms and nobody said why. `sentences`: each point it is against."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__({"terms_reason": [*sentences, _("Say why it is made all the same.")]})
        self.sentences = sentences


class Credit(NamedTuple):
    """What an order asks of the client's terms. `on_credit`: what of it is paid after it has been shipped."""

    discount: Decimal
    deferral_days: int
    on_credit: Decimal


def terms_of(client_id: int) -> Terms | None:
    """The client's terms; None while nobody has agreed on any: then nothing is against them."""
    terms: Terms | None = Terms.objects.filter(client=client_id).first()
    return terms


def debt_of(client_id: int, *, without: int | None = None) -> Decimal:
    """What the client owes: shipped and not paid over all orders in force, less payments that are for no order yet.
    Below zero: we owe. `without`: an order to leave out. Of everybody's orders, whoever asks: a limit is the client's.
    """
    orders = Order.objects.filter(client=client_id).in_force().exclude(pk=without)
    debt: Decimal = (
        orders.aggregate(debt=Sum(F("shipped") - F("paid"), output_field=MoneyField()))["debt"] or ZERO
    )
    advances = Payment.objects.filter(client=client_id)
    free = advances.aggregate(sum=Sum(F("amount") - F("allocated"), output_field=MoneyField()))["sum"] or ZERO
    return debt - free


def against(client_id: int, asked: Credit, *, order_id: int | None = None) -> list[str]:
    """What of an order is against its client's terms, a sentence each; none where nothing is.

    `order_id`: the order as it stands in the database, where it is changed and not new.
    """
    terms = terms_of(client_id)
    if terms is None:
        return []
    sentences = []
    if asked.discount > terms.discount:
        sentence = _("The discount of %(given)s %% is above the client's %(agreed)s %%.")
        sentences.append(sentence % {"given": percent(asked.discount), "agreed": percent(terms.discount)})
    if asked.deferral_days > terms.deferral_days:
        sentence = ngettext(
            "The deferral of %(given)s day is longer than the client's %(agreed)s.",
            "The deferral of %(given)s days is longer than the client's %(agreed)s.",
            asked.deferral_days,
        )
        sentences.append(sentence % {"given": asked.deferral_days, "agreed": terms.deferral_days})
    if terms.credit_limit is not None and asked.on_credit > 0:
        owed = debt_of(client_id, without=order_id)
        if owed + asked.on_credit > terms.credit_limit:
            sentence = _("With this order the client owes %(owed)s, the credit limit is %(limit)s.")
            words = {
                "owed": format_money(owed + asked.on_credit),
                "limit": format_money(terms.credit_limit),
            }
            sentences.append(sentence % words)
    return sentences


def percent(value: Decimal) -> str:
    """«7,5»: without the places that say nothing."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",")


def bought_a_month(client_id: int, today: dt.date) -> Decimal:
    """The average of what was shipped to the client in the last three whole months, returns taken off; gross, as the
    potential is agreed on. Whoever sold it: the potential is the client's."""
    first = month_before(today, MONTHS)
    last = today.replace(day=1) - dt.timedelta(days=1)
    rows = SalesByClient.objects.filter(client=client_id).between(first, last)
    total: Decimal = rows.aggregate(sum=Sum("amount"))["sum"] or ZERO
    return total / MONTHS


def month_before(day: dt.date, months: int) -> dt.date:
    """The first of the month so many months before the day's."""
    index = day.year * 12 + day.month - 1 - months
    return dt.date(index // 12, index % 12 + 1, 1)

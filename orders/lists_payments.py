"""The list of payments."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import periods
from core.tables import Action, Column, DayRangeFilter, Empty, Flag, List, TickFilter
from core.text import normal
from leads.models import Client
from orders.models import Payment
from orders.queries import PaymentQuerySet
from people import access
from people.models import Role
from people.pages import ForAbility


def _clients(request: HttpRequest | None) -> QuerySet[Client]:
    return Client.objects.visible_to(request.user) if request else Client.objects.none()


_UNSTATED = "unstated"
_FORMS = [(key or _UNSTATED, label) for key, label in Payment.Form.choices]


class PaymentFilter(django_filters.FilterSet):
    """`client` comes by a link only: nobody looks for one in a list of thousands."""

    period = django_filters.ChoiceFilter(
        label=_("Period"),
        empty_label=_("All time"),
        choices=list(periods.PERIOD_NAMES.items()),
        method="in_period",
    )
    days = DayRangeFilter(label=_("Paid on"), field_name="paid_on")
    form = django_filters.ChoiceFilter(label=_("Form"), choices=_FORMS, method="of_form")
    unmatched = TickFilter(label=_("To be matched"), method="to_be_matched")
    client = django_filters.ModelChoiceFilter(label=_("Client"), queryset=_clients, widget=forms.HiddenInput)

    class Meta:
        model = Payment
        fields: ClassVar[list[str]] = []

    def in_period(self, rows: PaymentQuerySet, _name: str, value: str) -> PaymentQuerySet:
        period = periods.period_named(value)
        return rows.filter(paid_on__range=(period.first_day(), period.last_day()))

    def of_form(self, rows: PaymentQuerySet, _name: str, value: str) -> PaymentQuerySet:
        return rows.filter(form="" if value == _UNSTATED else value)

    def to_be_matched(self, rows: PaymentQuerySet, _name: str, value: bool) -> PaymentQuerySet:
        return rows.to_be_matched() if value else rows


class PaymentList(ForAbility, List):
    """Money that came in, the latest first."""

    ability = "sell"
    name, title = "payments", _("Payments")
    filterset = PaymentFilter
    search_hint = _("Client, payer, INN, number of the document")
    default_sort, primary = "-paid_on", "who"

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = Payment.objects.visible_to(request.user).select_related("client__manager")
        return rows

    def find(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        """Of the clients that are found, or with this INN, number or piece of the payer's name."""
        mine = Client.objects.visible_to(self.request.user)
        words = {query, query.lower(), query.upper(), query.capitalize(), normal(query)}
        payer = Q()
        for word in words:  # SQLite knows the case of Latin letters only
            payer |= Q(payer__icontains=word)
        digits = query.removeprefix("№").strip()
        return rows.filter(
            payer | Q(client__in=mine.found_by(query).order_by()) | Q(number=digits) | Q(payer_inn=digits)
        )

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        manager = Column(
            "manager", _("Manager"), "person", value="client.manager.short_name", sort="client__manager__name"
        )
        several = request.user.role != Role.MANAGER  # type: ignore[union-attr]
        return [
            Column("paid_on", _("Paid on"), "date", sort="paid_on"),
            Column("who", _("From whom"), value=_who, sort=("client__name", "payer")),
            Column("marks", _("Marks"), "flags", value=_marks),
            Column("amount", _("Sum"), "money", sort="amount", total=Sum("amount"), on_phone="end"),
            Column("form", _("Form"), value="get_form_display", sort="form"),
            Column(
                "allocated",
                _("Matched"),
                "money",
                value=lambda payment: payment.allocated or None,
                sort="allocated",
                total=Sum("allocated"),
                on_phone="hide",
            ),
            Column(
                "advance",
                _("Not matched"),
                "money",
                value=lambda payment: payment.advance or None,
                total=Sum(F("amount") - F("allocated")),
                on_phone="hide",
            ),
            Column("number", _("Document"), sort="number", on_phone="hide", wide_only=True),
            Column("purpose", _("Purpose"), "longtext", on_phone="hide", wide_only=True),
            *([manager] if several else []),
            Column("payer", _("Payer"), only_export=True),
            Column("payer_inn", _("INN of the payer"), only_export=True),
        ]

    def actions(self, request: HttpRequest) -> Sequence[Action]:
        if not access.may(request.user, "payments"):  # type: ignore[arg-type]
            return ()
        return [
            Action(_("Load a statement"), reverse("orders:statement_new"), primary=False),
            Action(_("Enter a payment"), reverse("orders:payment_new")),
        ]

    def empty_state(self, request: HttpRequest) -> Empty:
        if not access.may(request.user, "payments"):  # type: ignore[arg-type]
            return Empty(
                _("No payments yet"), _("What your clients pay stands here, as soon as it is entered.")
            )
        return Empty(
            _("No payments yet"),
            _(
                "Load a statement of the bank: payers are recognised by INN, orders by the number in the purpose."
            ),
            Action(_("Load a statement"), reverse("orders:statement_new")),
            Action(_("Enter a payment"), reverse("orders:payment_new")),
        )


def _who(payment: Payment) -> str:
    return payment.client.name if payment.client else payment.payer or str(_("payer not stated"))


def _marks(payment: Payment) -> Iterable[Flag]:
    return [] if payment.client_id else [Flag(str(_("client unknown")), "near")]

"""Pages of payments: entering one, what it is for, whose it is. Statements of a bank stand in statements.py."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import View

from core.forms import EditRecord, add_errors, redirect_to
from core.money import format_money
from core.once import once, result_of
from core.toasts import undoable
from leads.models import Client
from orders.actions import payments as actions
from orders.forms.payments import ZERO, MatchForm, NewPaymentForm, PaymentForm, WhoseForm
from orders.matching import Proposal, Why, propose
from orders.models import Allocation, Order, Payment
from people import access
from people.access import get_visible_or_404
from people.pages import ForAbility, for_ability

# Open orders of a client that are offered; who has more of them matches the oldest first anyway.
MOST_OFFERED = 100


def visible_payment(request: HttpRequest, pk: int) -> Payment:
    """The payment with its client; Http404 for a foreign one as for none."""
    rows = Payment.objects.select_related("client__manager")
    return get_visible_or_404(rows, request.user, pk=pk)  # type: ignore[arg-type]


@for_ability("sell")
@require_safe
def payment_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What came in, which orders it is for; for who may, the table by which it is matched."""
    return _show(request, visible_payment(request, pk))


def _show(
    request: HttpRequest, payment: Payment, form: MatchForm | None = None, status: int = 200
) -> HttpResponse:
    user: Any = request.user
    allocations = Allocation.objects.visible_to(user).filter(payment=payment).select_related("order")
    may = access.may(user, "payments")
    proposal = propose(payment) if may and payment.advance and payment.client_id else Proposal()
    if may and form is None and payment.client_id:
        form = _match_form(request, payment, proposal.sums)
    context = {
        "payment": payment,
        "allocations": allocations.order_by("pk"),
        "form": form if may and form is not None and form.orders else None,
        "proposal": proposal,
        "why": _why(proposal, form) if form is not None and not form.is_bound else "",
        "may": may,
        "whose": WhoseForm(user=user, initial={"client": payment.payer_inn}) if may else None,
    }
    return render(request, "orders/payment.html", context, status=status)


def _why(proposal: Proposal, form: MatchForm) -> str:
    """By what the sums in the boxes were found, in words."""
    if not proposal.sums.keys() & form.orders.keys():
        return ""
    return {
        Why.NUMBER: _("The purpose names the order."),
        Why.SUM: _("This order lacks exactly this sum."),
        Why.OLDEST: _("The oldest debts first."),
    }.get(proposal.why, "")


def _match_form(
    request: HttpRequest, payment: Payment, proposed: Mapping[int, Decimal], data: Any = None
) -> MatchForm:
    """The table of the client's open orders and of those the payment is for already, that the user may change."""
    matched = dict(Allocation.objects.filter(payment=payment).values_list("order_id", "amount"))
    mine = Order.objects.visible_to(request.user).filter(client=payment.client_id)
    open_ones = list(mine.unpaid().order_by("ship_on", "pk")[:MOST_OFFERED])
    others = (matched.keys() | proposed.keys()) - {order.pk for order in open_ones}
    orders = [*mine.filter(pk__in=others).order_by("pk"), *open_ones]
    return MatchForm(data, orders=orders, matched=matched, proposed=proposed)


@for_ability("payments")
@require_POST
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the sums of the table; `rest` in the data: cut down to what the orders lack, the rest stays an advance."""
    payment = visible_payment(request, pk)
    form = _match_form(request, payment, {}, request.POST)
    if not form.is_valid():
        return _show(request, payment, form, 422)
    try:
        sums = form.sums_that_fit(payment.amount) if "rest" in request.POST else form.sums
        actions.match_payment(payment, sums, by=request.user)  # type: ignore[arg-type]
    except ValidationError as error:
        add_errors(form, error)
        form.is_over = True
        return _show(request, visible_payment(request, pk), form, 422)
    said = _("Matched: %(sum)s.") % {"sum": format_money(payment.allocated)}
    if payment.advance:
        said += " " + _("%(rest)s stay an advance.") % {"rest": format_money(payment.advance)}
    messages.success(request, said)
    return redirect_to(request, payment.get_absolute_url())


@for_ability("payments")
@require_POST
def unmatch(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the payment off all its orders."""
    payment = visible_payment(request, pk)
    actions.unmatch(payment, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The payment is for no order now: all of it is an advance."))
    return redirect_to(request, payment.get_absolute_url())


class Whose(ForAbility, View):
    """Names the client of a payment nobody knew, or of one that is for no order."""

    ability = "payments"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        payment = visible_payment(request, pk)
        first = {"client": payment.payer_inn or payment.payer}
        form = WhoseForm(user=request.user, initial=first)  # type: ignore[arg-type]
        return self._page(payment, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        payment = visible_payment(request, pk)
        form = WhoseForm(request.POST, user=request.user)  # type: ignore[arg-type]
        if form.is_valid():
            try:
                actions.update_payment(payment, by=request.user, client=form.cleaned_data["client"])  # type: ignore[arg-type]
                return redirect_to(request, payment.get_absolute_url())
            except ValidationError as error:
                add_errors(form, error)
        return self._page(payment, form, 422)

    def _page(self, payment: Payment, form: WhoseForm, status: int = 200) -> HttpResponse:
        context = {"payment": payment, "form": form}
        return render(self.request, "orders/payment_whose.html", context, status=status)


class NewPayment(ForAbility, View):
    """Enters a payment: `?order=` for an order, `?client=` of a client, else of one that is named in the form."""

    ability = "payments"

    def get(self, request: HttpRequest) -> HttpResponse:
        order, client = self._given()
        form = NewPaymentForm(user=request.user, client=client, order=order)  # type: ignore[arg-type]
        return self._page(form, order, client)

    def post(self, request: HttpRequest) -> HttpResponse:
        if answer := result_of(request):
            return answer
        order, client = self._given()
        user: Any = request.user
        form = NewPaymentForm(request.POST, user=user, client=client, order=order)
        if form.is_valid():
            try:
                return once(request, lambda: self._save(form, order, client))
            except ValidationError as error:
                self._refuse(form, error, order)
        return self._page(form, order, client, 422)

    def _given(self) -> tuple[Order | None, Client | None]:
        """What the address names; Http404 for what the user does not see."""
        user: Any = self.request.user
        if number := self.request.GET.get("order"):
            order = get_visible_or_404(
                Order.objects.in_force().select_related("client__manager"), user, pk=number
            )
            return order, order.client
        if number := self.request.GET.get("client"):
            return None, get_visible_or_404(Client, user, pk=number)
        return None, None

    def _save(self, form: NewPaymentForm, order: Order | None, client: Client | None) -> str:
        said = form.cleaned_data
        amount = said["amount"]
        if order is not None:
            part = min(amount, max(order.unpaid, ZERO)) if said["keep_rest"] else amount
        fields = {name: said[name] for name in ("paid_on", "amount", "form", "number", "purpose")}
        payment = actions.record_payment(
            by=self.request.user,  # type: ignore[arg-type]
            client=client or said["client"],
            allocations={order: part} if order is not None and part else None,
            **fields,
        )
        messages.success(
            self.request, _("The payment of %(sum)s is entered.") % {"sum": format_money(amount)}
        )
        url: str = order.get_absolute_url() if order is not None else payment.get_absolute_url()
        return url

    def _refuse(self, form: NewPaymentForm, error: ValidationError, order: Order | None) -> None:
        """What the order lacks is said beside the sum, with the offer to keep the rest as an advance."""
        of_order = f"order-{order.pk}" if order else ""
        if of_order and of_order in getattr(error, "error_dict", {}):
            form.add_error("amount", error.error_dict[of_order])
            form.asks_rest = True
        else:
            add_errors(form, error)

    def _page(
        self, form: NewPaymentForm, order: Order | None, client: Client | None, status: int = 200
    ) -> HttpResponse:
        context = {"form": form, "order": order, "client": client}
        return render(self.request, "orders/payment_new.html", context, status=status)


class EditPayment(ForAbility, EditRecord):
    """The payment's own fields."""

    ability = "payments"
    form_class = PaymentForm
    template_name = "orders/payment_edit.html"

    def record(self) -> Payment:
        return visible_payment(self.request, self.kwargs["pk"])

    def save(self, form: Any) -> str:
        actions.update_payment(form.record, by=self.request.user, **form.changes)  # type: ignore[arg-type]
        return str(form.record.get_absolute_url())


@for_ability("payments")
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the payment out and offers to undo it."""
    payment = visible_payment(request, pk)
    operation = actions.delete_payment(payment, by=request.user)  # type: ignore[arg-type]
    sentence = _("The payment of %(sum)s is deleted.") % {"sum": format_money(payment.amount)}
    undoable(request, sentence, reverse("people:rollback", args=[operation.pk]))
    return redirect_to(request, reverse("orders:payments"))

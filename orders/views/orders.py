"""Pages of orders: one order, a new one, its changes."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import periods
from core.forms import EditRecord, add_errors, redirect_to
from core.history.changes import history_of
from core.history.tracked import StaleRecord
from core.once import once, result_of
from core.text import normal
from leads.models import Client
from orders.actions.orders import (
    create_order,
    update_order,
)
from orders.actions.parts import credit_of
from orders.forms.lines import Lines, Parts, in_words, lines_of, parts_of, seen_of, with_more_rows
from orders.forms.orders import (
    NewOrderForm,
    OrderForm,
)
from orders.lines import ZERO
from orders.models import Allocation, ExtraCost, Instalment, Order, OrderLine, Product, Shipment
from orders.states import flags_of
from orders.terms import against, terms_of
from people import calendar
from people.access import get_visible_or_404
from people.journal import told_to
from people.models import User
from people.pages import ForAbility, for_ability
from pipeline.models import Deal

_OFFERED = 30
_HISTORY_PAGE = 50
_SHIP_IN = 5  # working days, until somebody says otherwise


def visible_order(request: HttpRequest, pk: int) -> Order:
    """The order with all that a page says of it; Http404 for a foreign one as for none."""
    rows = Order.objects.select_related("client", "deal", "manager")
    return get_visible_or_404(rows, request.user, pk=pk)  # type: ignore[arg-type]


class Sells(ForAbility):
    """Pages of those who sell."""

    ability = "sell"


@for_ability("sell")
@require_safe
def order_page(request: HttpRequest, pk: int) -> HttpResponse:
    order = visible_order(request, pk)
    user: Any = request.user
    documents = (
        Shipment.objects.filter(order=order).select_related("manager", "corrects").order_by("day", "pk")
    )
    allocations = Allocation.objects.filter(order=order).select_related("payment")
    lines = list(OrderLine.objects.filter(order=order).select_related("product"))
    context = {
        "order": order,
        "flags": flags_of(order, periods.today()),
        "lines": [(line, line.quantity - line.shipped) for line in lines],
        "has_discounts": any(line.discount for line in lines),
        "vat": order.amount - order.net,
        "documents": list(documents),
        "allocations": list(allocations.order_by("payment__paid_on", "pk")),
        "instalments": list(Instalment.objects.filter(order=order)),
        "costs": list(ExtraCost.objects.filter(order=order)),
        "sees_client": Client.objects.visible_to(user).filter(pk=order.client_id).exists(),
        "sees_deal": bool(order.deal_id) and Deal.objects.visible_to(user).filter(pk=order.deal_id).exists(),
    }
    return render(request, "orders/order.html", context)


@for_ability("sell")
@require_safe
def order_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every operation that touched the order, its lines, instalments and costs, field by field."""
    order = visible_order(request, pk)
    records: dict[Any, set[int]] = {Order: {order.pk}}
    for model in (OrderLine, Instalment, ExtraCost):
        records[model] = set(model.all_objects.filter(order=order).values_list("pk", flat=True))
    before = request.GET.get("before", "")
    entries = history_of(records, before=int(before) if before.isdecimal() else None, limit=_HISTORY_PAGE + 1)
    shown = entries[:_HISTORY_PAGE]
    for entry in shown:
        told_to(request.user, entry.changes)  # type: ignore[arg-type]
    context = {
        "order": order,
        "entries": [entry for entry in shown if entry.changes],
        "older": shown[-1].operation.pk if len(entries) > _HISTORY_PAGE else None,
    }
    return render(request, "orders/order_history.html", context)


# --- Making and changing --------------------------------------------------------------------------------------------


@for_ability("sell")
@require_http_methods(["GET", "HEAD", "POST"])
def new_order(request: HttpRequest) -> HttpResponse:
    """A new order: of the deal `?deal=` names, of the client `?client=` names, else of one found by what is typed."""
    user: Any = request.user
    client, deal = _whose(request, user)
    if request.method != "POST":
        form = NewOrderForm(user=user, client=client, initial=_to_begin_with(client, deal))
        return _show(request, form, lines_of(), parts_of(), client=client, deal=deal)
    if answer := result_of(request):
        return answer
    if "again" in request.POST:
        data = with_more_rows(request.POST)
        form = NewOrderForm(data, user=user, client=client)
        return _show(request, form, lines_of(data), parts_of(data), client=client, deal=deal)
    form, lines, parts = _sent(request, client, user)
    if all([form.is_valid(), lines.is_valid(), parts.is_valid()]):
        try:
            return once(
                request,
                lambda: create_order(
                    by=user,
                    client=client or form.cleaned_data["client"],
                    deal=deal,
                    lines=lines.asked,
                    instalments=parts.drafts,
                    **form.keywords(),
                ).get_absolute_url(),
            )
        except ValidationError as error:
            add_errors(form, error)
    return _show(request, form, lines, parts, client=client, deal=deal, status=422)


def _sent(request: HttpRequest, client: Client | None, user: User) -> tuple[NewOrderForm, Lines, Parts]:
    form = NewOrderForm(request.POST, user=user, client=client)
    return form, lines_of(request.POST), parts_of(request.POST)


def _whose(request: HttpRequest, user: User) -> tuple[Client | None, Deal | None]:
    if number := request.GET.get("deal"):
        deal: Deal = get_visible_or_404(Deal.objects.select_related("client"), user, pk=number)
        return get_visible_or_404(Client, user, pk=deal.client_id), deal
    if number := request.GET.get("client"):
        return get_visible_or_404(Client, user, pk=number), None
    return None, None


def _to_begin_with(client: Client | None, deal: Deal | None) -> dict[str, Any]:
    today = periods.today()
    terms = terms_of(client.pk) if client else None
    return {
        "ordered_on": today,
        "ship_on": calendar.add_working_days(today, _SHIP_IN),
        "deferral_days": terms.deferral_days if terms else 0,
        "manager": deal.manager_id if deal else None,
    }


class EditOrder(Sells, EditRecord):
    """The order's own fields with its lines and instalments. Of two people who change the lines at once the second is
    shown what the first has written before theirs is saved."""

    form_class = OrderForm
    template_name = "orders/order_form.html"
    request: Any

    def record(self) -> Order:
        return visible_order(self.request, self.kwargs["pk"])

    def form_kwargs(self) -> dict[str, Any]:
        return {"user": self.request.user}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form: Any = self.make_form()
        return self._show(form, lines_of(order=form.record), parts_of(order=form.record))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "again" in request.POST:
            data = with_more_rows(request.POST)
            form: Any = self.make_form(data)
            return self._show(form, lines_of(data, order=form.record), parts_of(data, order=form.record))
        for _try in range(self._TRIES):
            form = self.make_form(request.POST)
            order: Any = form.record
            lines, parts = self._rows(order)
            if not all([form.is_valid(), *(rows.is_valid() for rows in (lines, parts) if rows)]):
                break
            changed: dict[str, Any] = {
                "lines": lines.asked if lines and lines.has_changed() else None,
                "instalments": parts.drafts if parts and parts.has_changed() else None,
            }
            if any(changed.values()) and request.POST.get("seen") != seen_of(order):
                sentence = _(
                    "Somebody has changed the lines meanwhile: %(lines)s. Save again to make them yours."
                )
                form.add_error(None, sentence % {"lines": in_words(order)})
                break
            try:
                update_order(order, by=self.request.user, **changed, **form.changes)
            except StaleRecord:
                continue
            except ValidationError as error:
                add_errors(form, error)
                break
            return redirect_to(request, order.get_absolute_url())
        return self._show(form, lines, parts, status=422)

    def _rows(self, order: Order) -> tuple[Lines | None, Parts | None]:
        """None of both for an order whose lines are fixed, whatever is sent."""
        if not order.is_open:
            return None, None
        return lines_of(self.request.POST, order=order), parts_of(self.request.POST, order=order)

    def _show(self, form: Any, lines: Lines | None, parts: Parts | None, status: int = 200) -> HttpResponse:
        if not form.record.is_open:
            lines = parts = None
        return _show(self.request, form, lines, parts, order=form.record, status=status)


def _show(
    request: HttpRequest,
    form: Any,
    lines: Lines | None,
    parts: Parts | None,
    *,
    order: Order | None = None,
    client: Client | None = None,
    deal: Deal | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of the form, with the sums of what stands in it."""
    client = order.client if order else client
    context: dict[str, Any] = {
        "form": form,
        "record": order,
        "order": order,
        "client": client,
        "deal": deal,
        "lines": lines,
        "parts": parts,
        "seen": seen_of(order) if order else "",
        "products": Product.objects.in_use().order_by("name")[:_OFFERED],
        **_reckoned(form, lines, parts, order=order, client=client),
    }
    return render(request, "orders/order_form.html", context, status=status)


def _reckoned(
    form: Any, lines: Lines | None, parts: Parts | None, *, order: Order | None, client: Client | None
) -> dict[str, Any]:
    """What the lines of a form come to, and what of it is against the client's terms."""
    if lines is None:
        return {}
    if not lines.is_bound:
        return {"amount": order.amount, "net": order.net, "vat": order.amount - order.net} if order else {}
    lines.is_valid()
    form.is_valid()
    said = form.cleaned_data
    rows = lines.reckon(prices_with_vat=bool(said.get("prices_with_vat")))
    total = Order(
        client=client or said.get("client"),
        deferral_days=said.get("deferral_days") or 0,
        ship_on=said.get("ship_on") or periods.today(),
        paid=order.paid if order else 0,
        amount=sum((row.amount for row in rows), ZERO),
        net=sum((row.net for row in rows), ZERO),
    )
    drafts: Any = parts.drafts if parts is not None and parts.is_valid() else []
    sentences = []
    if rows and total.client_id:
        credit = credit_of(total, rows, drafts)
        sentences = against(total.client_id, credit, order_id=order.pk if order else None)
    return {
        "amount": total.amount,
        "net": total.net,
        "vat": total.amount - total.net,
        "against": sentences,
    }


@for_ability("sell")
@require_POST
def order_sums(request: HttpRequest) -> HttpResponse:
    """What the form as it stands comes to: the fragment under its lines, and the sum of each line."""
    user: Any = request.user
    order = visible_order(request, _number(request.GET["order"])) if "order" in request.GET else None
    client = order.client if order else _whose(request, user)[0]
    form: Any = (
        OrderForm(request.POST, instance=order, user=user)
        if order
        else NewOrderForm(request.POST, user=user, client=client)
    )
    lines, parts = lines_of(request.POST, order=order), parts_of(request.POST, order=order)
    context = _reckoned(form, lines, parts, order=order, client=client)
    # Nothing has been sent yet: what is missing is said when it is.
    form.errors.clear()
    return render(
        request, "orders/_order_sums.html", {**context, "form": form, "lines": lines, "is_part": True}
    )


@for_ability("sell")
@require_safe
def find_products(request: HttpRequest) -> HttpResponse:
    """Options for the field of a line in which a product is being typed."""
    typed = str(next(iter(request.GET.values()), ""))[:200]
    products = Product.objects.in_use()
    found = products.found_by(typed) if normal(typed) else products
    return render(request, "orders/_products.html", {"products": found.order_by("name")[:_OFFERED]})


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Http404
    return int(text)

"""What goes out of an order, what comes back of it, what is corrected."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import format_money
from orders.actions.shipments import Part, correct, left_of, out_of, ship, take_back
from orders.forms.shipments import CorrectForm, ShipForm, TakeBackForm
from orders.models import Order, OrderLine, Shipment
from orders.views.orders import visible_order
from orders.views.said_of_orders import OfOrder


class Document(OfOrder):
    """A form with a row for each line that the document may hold."""

    template_name = "orders/document.html"
    columns: tuple[Any, Any] = ("", "")

    def parts(self) -> Mapping[int, Part]:
        """{line: what is there of it}."""
        raise NotImplementedError

    def get_form_kwargs(self) -> dict[str, Any]:
        parts = self.parts()
        lines = OrderLine.objects.filter(order=self.order, pk__in=list(parts)).select_related("product")
        return {**super().get_form_kwargs(), "parts": {line: parts[line.pk] for line in lines}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        there, asked = self.columns
        return {**super().get_context_data(**kwargs), "order": self.order, "there": there, "asked": asked}

    def said(self, document: Shipment) -> str:
        """Says what has been written; the address of the order."""
        words = {
            "kind": document.get_kind_display(),
            "number": document,
            "sum": format_money(document.amount),
        }
        sentence = _("Written: %(kind)s %(number)s for %(sum)s.") % words
        messages.success(self.request, sentence)
        # Not to the document's own place on it: from the page itself that would be no way to anywhere.
        return self.order.get_absolute_url()


class Ship(Document):
    form_class = ShipForm
    title = gettext_lazy("Shipment of the order")
    button = gettext_lazy("Ship")
    columns = (gettext_lazy("Left"), gettext_lazy("Goes out"))

    def parts(self) -> Mapping[int, Part]:
        if self.order.cancelled_on:
            return {}
        return left_of(list(OrderLine.objects.filter(order=self.order)))

    def act(self, form: Any) -> str:
        data = form.cleaned_data
        document = ship(
            self.order, by=self.request.user, day=data["day"], quantities=form.values(), note=data["note"]
        )
        return self.said(document)


class OfShipment(Document):
    """A document about one shipment; it is found with the order, whoever shipped it."""

    shipment: Shipment

    def find(self, pk: int) -> Order:
        found = Shipment.objects.filter(pk=pk, kind=Shipment.Kind.SHIPMENT).first()
        if found is None:
            raise Http404
        self.shipment = found
        return visible_order(self.request, found.order_id)

    def get_title(self) -> str:
        return f"{self.title} {self.shipment}"

    def parts(self) -> Mapping[int, Part]:
        return out_of(self.shipment)


class TakeBack(OfShipment):
    form_class = TakeBackForm
    title = gettext_lazy("Return of the shipment")
    button = gettext_lazy("Write the return")
    columns = (gettext_lazy("With the client"), gettext_lazy("Came back"))

    def act(self, form: Any) -> str:
        data = form.cleaned_data
        document = take_back(
            self.shipment,
            by=self.request.user,
            day=data["day"],
            quantities=form.values(),
            replace=data["replace"],
            note=data["note"],
        )
        return self.said(document)


class Correct(OfShipment):
    form_class = CorrectForm
    title = gettext_lazy("Correction of the shipment")
    button = gettext_lazy("Write the correction")
    columns = (gettext_lazy("Sum now"), gettext_lazy("Sum as it should be"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "is_sum": True}

    def act(self, form: Any) -> str:
        data = form.cleaned_data
        document = correct(
            self.shipment, by=self.request.user, day=data["day"], sums=form.values(), note=data["note"]
        )
        return self.said(document)

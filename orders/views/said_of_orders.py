"""What is said of an order in a small form: cancelled, promised, originals back, an extra cost."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import periods
from core.forms import redirect_to
from core.money import plain_money
from core.toasts import undoable
from orders.actions import costs
from orders.actions.orders import cancel_order, originals_came_back, promise_payment
from orders.forms.orders import CancelForm, CostForm, NewCostForm, OriginalsForm, PromiseForm
from orders.models import ExtraCost, Order
from orders.views.orders import Sells, visible_order
from people.access import get_visible_or_404
from people.pages import for_ability
from people.views.verbs import EditPage, VerbForm


class OfOrder(Sells, VerbForm):
    """A small form about one order, which leads back to it."""

    order: Order

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.order = self.find(kwargs["pk"])
        self.back = self.order.get_absolute_url()

    def find(self, pk: int) -> Order:
        return visible_order(self.request, pk)

    def get_title(self) -> str:
        return f"{self.title} {self.order}"


class CancelOrder(OfOrder):
    form_class = CancelForm
    title = gettext_lazy("Cancel the order")
    button = gettext_lazy("Cancel the order")

    def act(self, form: Any) -> str:
        operation = cancel_order(self.order, by=self.request.user, reason=form.cleaned_data["reason"])
        sentence = _("The order %(order)s has been cancelled.") % {"order": self.order}
        undoable(self.request, sentence, reverse("people:rollback", args=[operation.pk]))
        return self.order.get_absolute_url()


class Promise(OfOrder):
    form_class = PromiseForm
    title = gettext_lazy("Promise to pay, order")
    button = gettext_lazy("Save")

    def get_initial(self) -> dict[str, Any]:
        return {"promised_on": self.order.promised_on}

    def act(self, form: Any) -> str:
        promise_payment(self.order, form.cleaned_data["promised_on"], by=self.request.user)
        return self.order.get_absolute_url()


class Originals(OfOrder):
    form_class = OriginalsForm
    title = gettext_lazy("Originals of the documents, order")
    button = gettext_lazy("Save")

    def get_initial(self) -> dict[str, Any]:
        return {"originals_on": self.order.originals_on or periods.today()}

    def act(self, form: Any) -> str:
        originals_came_back(self.order, form.cleaned_data["originals_on"], by=self.request.user)
        return self.order.get_absolute_url()


class NewCost(OfOrder):
    form_class = NewCostForm
    title = gettext_lazy("Extra cost of the order")
    button = gettext_lazy("Add the cost")

    def get_initial(self) -> dict[str, Any]:
        return {"accrued_on": periods.today()}

    def act(self, form: Any) -> str:
        fields = {name: form.cleaned_data[name] for name in costs.COST_FIELDS}
        costs.add_cost(self.order, by=self.request.user, **fields)
        return self.order.get_absolute_url()


class EditCost(Sells, EditPage):
    form_class = CostForm
    template_name = "orders/cost.html"
    title = gettext_lazy("Extra cost")
    button = gettext_lazy("Save")

    def record(self) -> ExtraCost:
        rows = ExtraCost.objects.select_related("order")
        cost: ExtraCost = get_visible_or_404(rows, self.request.user, pk=self.kwargs["pk"])
        self.back = cost.order.get_absolute_url()
        return cost

    def save(self, form: Any) -> str:
        costs.update_cost(form.record, by=self.request.user, **form.changes)
        return str(form.record.order.get_absolute_url())


@for_ability("sell")
@require_POST
def remove_cost(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    cost: ExtraCost = get_visible_or_404(ExtraCost.objects.select_related("order"), user, pk=pk)
    operation = costs.remove_cost(cost, by=user)
    sentence = _("The cost of %(sum)s ₽ has been taken out.") % {"sum": plain_money(cost.amount)}
    undoable(request, sentence, reverse("people:rollback", args=[operation.pk]))
    return redirect_to(request, cost.order.get_absolute_url())

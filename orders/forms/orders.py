"""Forms of orders. They ask; what may be is decided by the verbs."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import RecordForm, say_nothing_chosen
from core.once import OnceForm
from leads.models import Client
from orders.forms.payments import FindsClient
from orders.models import ExtraCost, Order
from people import access
from people.models import User
from pipeline.forms import DayInput

FIELDS = [
    "ordered_on",
    "ship_on",
    "deferral_days",
    "manager",
    "prices_with_vat",
    "delivery_is_ours",
    "note",
    "terms_reason",
]


class OrderMeta:
    model = Order
    fields = FIELDS
    widgets: ClassVar[dict[str, Any]] = {
        "ordered_on": DayInput,
        "ship_on": DayInput,
        "deferral_days": forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        "note": forms.Textarea({"rows": 2}),
        "terms_reason": forms.TextInput,
    }
    help_texts: ClassVar[dict[str, Any]] = {
        "deferral_days": gettext_lazy("From the shipment on; 0: paid when it is shipped"),
    }


def offer_managers(form: forms.BaseForm, user: User) -> None:
    """Who may hand records over chooses who is responsible; nobody else is asked."""
    if not access.may(user, "assign"):
        del form.fields["manager"]
        return
    field: Any = form.fields["manager"]
    field.queryset = access.sellers_visible_to(user)


class NewOrderForm(OnceForm, FindsClient, forms.ModelForm):
    """An order of a client that is given, or found by what is typed."""

    class Meta(OrderMeta):
        pass

    def __init__(self, *args: Any, user: User, client: Client | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        offer_managers(self, user)
        if client is not None:
            del self.fields["client"]
        if "manager" in self.fields:
            manager: Any = self.fields["manager"]
            manager.required, manager.empty_label = False, _("the client’s manager")
        say_nothing_chosen(self)

    def keywords(self) -> dict[str, Any]:
        """Keywords for `create_order` beside the client, the deal and the lines."""
        return {
            name: value for name, value in self.cleaned_data.items() if name in FIELDS and value is not None
        }


class OrderForm(RecordForm):
    """An existing order's own fields; those of its lines are rows of their own."""

    class Meta(OrderMeta):
        fields = [*FIELDS, "promised_on", "originals_on"]
        widgets = OrderMeta.widgets | {"promised_on": DayInput, "originals_on": DayInput}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_managers(self, user)
        if "manager" in self.fields:
            manager: Any = self.fields["manager"]
            manager.queryset |= User.objects.filter(pk=self.record.manager_id)  # type: ignore[attr-defined]
        say_nothing_chosen(self)


class CancelForm(OnceForm, forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is cancelled"),
        max_length=300,
        widget=forms.TextInput({"autofocus": True}),
        error_messages={"required": gettext_lazy("Say why: without a reason no order is cancelled.")},
    )


class PromiseForm(OnceForm, forms.Form):
    promised_on = forms.DateField(
        label=gettext_lazy("Promised to pay on"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("Empty: there is no promise"),
    )


class OriginalsForm(OnceForm, forms.Form):
    originals_on = forms.DateField(
        label=gettext_lazy("Originals came back on"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("Empty: they have not come back"),
    )


class CostMeta:
    model = ExtraCost
    fields = ("kind", "amount", "accrued_on", "paid_on", "note")
    widgets: ClassVar[dict[str, Any]] = {"accrued_on": DayInput, "paid_on": DayInput}


class NewCostForm(OnceForm, forms.ModelForm):
    class Meta(CostMeta):
        pass

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_nothing_chosen(self)


class CostForm(RecordForm):
    class Meta(CostMeta):
        pass

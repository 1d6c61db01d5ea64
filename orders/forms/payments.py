"""Forms of payments. They ask; what may be is decided by the verbs."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods
from core.forms import RecordForm, say_nothing_chosen
from core.imports.forms import UploadForm
from core.money import KOPECK, MoneyFormField
from core.once import OnceForm
from leads.finding import best_hits
from leads.models import Client
from orders.models import Order, Payment
from people.models import User
from pipeline.forms import DayInput

ZERO = Decimal("0.00")
_OFFERED = 7


def _client_field(**options: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Client"),
        max_length=200,
        help_text=gettext_lazy("Name, number, phone or INN"),
        widget=forms.TextInput({"autocomplete": "off"}),
        **options,
    )


class FindsClient(forms.Form):
    """A field in which a client is named; where it is not sure which, `offered` are those to choose among."""

    client = _client_field()
    user: User

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.offered: list[Client] = []

    def clean_client(self) -> Client | None:
        typed = " ".join(self.cleaned_data["client"].split())
        if not typed:
            return None
        hits = best_hits(self.user, typed, _OFFERED)
        surely = [hit.client for hit in hits if hit.is_sure] or [
            hit.client for hit in hits if hit.client.name == typed
        ]
        if len(surely) == 1 or len(hits) == 1:
            return (surely or [hits[0].client])[0]
        self.offered = [hit.client for hit in hits]
        if self.offered:
            raise ValidationError(_("Several clients fit: choose whose it is."))
        raise ValidationError(_("None of your clients fits: look for another word, a number or an INN."))


class WhoseForm(FindsClient):
    """Whose a payment is that nobody knew."""


class NewPaymentForm(OnceForm, FindsClient, forms.ModelForm):
    """Money that came in; of the client or for the order the page was opened for, else of one that is named."""

    # Shown once the sum has turned out to be more than the order lacks.
    keep_rest = forms.BooleanField(label=gettext_lazy("Keep the rest as an advance"), required=False)

    class Meta:
        model = Payment
        fields = ["paid_on", "amount", "form", "number", "purpose"]
        widgets = {"paid_on": DayInput, "form": forms.RadioSelect}

    field_order = ["client", "paid_on", "amount", "keep_rest", "form", "number", "purpose"]

    def __init__(
        self, *args: Any, user: User, client: Client | None = None, order: Order | None = None, **kwargs: Any
    ) -> None:
        unpaid = max(order.unpaid, ZERO) if order else None
        initial = {
            "paid_on": periods.today(),
            "amount": unpaid or None,
            **(kwargs.pop("initial", None) or {}),
        }
        super().__init__(*args, user=user, initial=initial, **kwargs)
        self.asks_rest = "keep_rest" in self.data
        if client is not None:
            del self.fields["client"]
        fields: dict[str, Any] = self.fields
        fields["paid_on"].widget.attrs["max"] = periods.today().isoformat()
        fields["form"].choices = Payment.Form.choices
        fields["amount"].min_value = KOPECK


class PaymentForm(RecordForm):
    """An existing payment's own fields; whose it is and what it is for has pages of its own."""

    class Meta:
        model = Payment
        fields = ["paid_on", "amount", "form", "number", "payer", "payer_inn", "purpose"]
        widgets = {"paid_on": DayInput, "form": forms.RadioSelect, "purpose": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["form"].choices = Payment.Form.choices
        fields["amount"].min_value = KOPECK
        say_nothing_chosen(self)


class MatchForm(forms.Form):
    """How much of the payment is for which order: a sum beside each, `sums` of a valid form."""

    def __init__(
        self,
        data: Any = None,
        *,
        orders: Sequence[Order],
        matched: Mapping[int, Decimal],
        proposed: Mapping[int, Decimal],
    ) -> None:
        super().__init__(data)
        self.orders = {order.pk: order for order in orders}
        self.matched = matched
        for order in orders:
            self.fields[f"order-{order.pk}"] = MoneyFormField(
                label=_("Sum for order %(order)s") % {"order": order},
                required=False,
                min_value=ZERO,
                initial=matched.get(order.pk) or proposed.get(order.pk),
                widget=forms.TextInput({"class": "form-control"}),
            )
        # Over what an order lacks: offered to be cut down to it.
        self.is_over = False

    @property
    def rows(self) -> list[tuple[Order, Decimal, forms.BoundField]]:
        """(order, what it lacks beside this payment, its field)"""
        return [(order, self.lacks(order), self[f"order-{order.pk}"]) for order in self.orders.values()]

    def lacks(self, order: Order) -> Decimal:
        return max(order.unpaid + self.matched.get(order.pk, ZERO), ZERO)

    @property
    def sums(self) -> dict[Order, Decimal]:
        return {order: self.cleaned_data.get(f"order-{pk}") or ZERO for pk, order in self.orders.items()}

    def sums_that_fit(self, amount: Decimal) -> dict[Order, Decimal]:
        """The same, none above what its order lacks, all together not above the payment."""
        fitting = {}
        for order, wished in self.sums.items():
            fitting[order] = min(wished, self.lacks(order), amount)
            amount -= fitting[order]
        return fitting


class StatementForm(UploadForm):
    """A statement of a bank, or a table of receipts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["file"]
        field.label = _("Statement of the bank, Excel workbook or CSV")
        field.help_text = _(
            "The exchange file of the client-bank program (kl_to_1c.txt), or a table. "
            "Nothing is loaded before you have seen what it will be."
        )

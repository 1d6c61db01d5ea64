"""Lines and instalments of an order as rows of a form. Rows that hold nothing are none; a row emptied is taken out."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import MoneyFormField, QuantityFormField, plain_quantity
from core.text import normal
from orders.actions.parts import InstalmentDraft, sums_of_documents, write_sums
from orders.lines import MOST_LINES, OF_PRODUCT, LineDraft, Sums, written
from orders.models import VAT_RATES, Instalment, Order, OrderLine, Product
from orders.terms import percent
from pipeline.forms import DayInput

NO_VAT = "none"
_OFFERED = 6
_EMPTY_ROWS = 3
_EMPTY_ROWS_BELOW = 1
_MORE_ROWS = 5
_EMPTY_PARTS = 2


class LineForm(forms.Form):
    """One line. The product is named by its name or article; what it says of price and VAT need not be typed."""

    line = forms.IntegerField(required=False, widget=forms.HiddenInput)
    product = forms.CharField(label=gettext_lazy("Product"), max_length=200, required=False)
    quantity = QuantityFormField(label=gettext_lazy("Quantity"), required=False)
    price = MoneyFormField(label=gettext_lazy("Price"), min_value=Decimal(0), required=False)
    discount = forms.DecimalField(
        label=gettext_lazy("Discount, %"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        localize=True,
        required=False,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )
    vat_rate = forms.ChoiceField(
        label=gettext_lazy("VAT"),
        required=False,
        initial=OF_PRODUCT,
        choices=[
            (OF_PRODUCT, gettext_lazy("of the product")),
            *((str(rate), f"{rate}\u00a0%") for rate in VAT_RATES),
            (NO_VAT, gettext_lazy("without VAT")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sums: Sums | None = None  # of a line that can be, once the rows have been reckoned
        self.asked: LineDraft | None = None  # what the row asks for, once the rows have been looked at
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("aria-label", str(field.label or ""))
            field.widget.attrs["class"] = "form-select" if name == "vat_rate" else "form-control"
            if self.is_bound and name != "line" and name in self.errors:
                field.widget.attrs["class"] += " is-invalid"
        self.fields["product"].widget.attrs |= {
            "list": "products",
            "autocomplete": "off",
            "hx-get": reverse("orders:find_products"),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#products",
        }

    @property
    def is_nothing(self) -> bool:
        """The row asks for nothing: its product was left out or taken out."""
        data = self.cleaned_data
        typed = [data.get("quantity"), data.get("price")] if not data.get("line") else []
        return not data.get("product") and not self.errors and not any(one is not None for one in typed)


class Lines(forms.BaseFormSet):
    """The rows of an order; `order` where it is changed."""

    def __init__(self, *args: Any, order: Order | None = None, **kwargs: Any) -> None:
        own = OrderLine.objects.filter(order=order).exclude(quantity=0) if order else OrderLine.objects.none()
        self.own = {line.pk: line for line in own.select_related("product")}
        self.asked: list[LineDraft] = []
        kwargs.setdefault("initial", [_as_typed(line) for line in self.own.values()])
        kwargs["prefix"] = "lines"
        super().__init__(*args, **kwargs)
        for form in () if self.is_bound else self.forms:
            line = self.own.get(form.initial.get("line"))
            form.sums = Sums(line.amount, line.net, line.cost) if line else None

    def clean(self) -> None:
        """Finds the products; what cannot be a line is said beside it."""
        rows = [(form, form.cleaned_data) for form in self.forms if hasattr(form, "cleaned_data")]
        found = _exactly({data.get("product", "") for _form, data in rows})
        self.asked = []
        for form, data in rows:
            if form.errors or form.is_nothing:
                continue
            line = self.own.get(data.get("line") or 0)
            product = self._product(form, data, line, found)
            quantity = data.get("quantity")
            if product is None:
                continue
            if quantity is None or quantity <= 0:
                form.add_error("quantity", _("Say how many."))
                continue
            rate = data.get("vat_rate") or OF_PRODUCT
            draft = LineDraft(
                product,
                quantity,
                data.get("price"),
                data.get("discount") or Decimal(0),
                None if rate == NO_VAT else rate if rate == OF_PRODUCT else int(rate),
                line=line,
            )
            form.asked = draft
            self.asked.append(draft)
        for form, _data in rows:
            for name in form.errors:
                if name in form.fields:
                    form.fields[name].widget.attrs["class"] = f"{_look(name)} is-invalid"

    def reckon(self, *, prices_with_vat: bool) -> list[OrderLine]:
        """The lines with their sums, not saved, as far as they can be."""
        documents = sums_of_documents(list(self.own.values()))
        lines = []
        for position, form in enumerate((one for one in self.forms if one.asked), 1):
            try:
                line = written(form.asked, position, prices_with_vat=prices_with_vat)
            except ValidationError:
                continue
            write_sums(line, documents.get(line.pk or 0, Sums()), prices_with_vat=prices_with_vat)
            form.sums = Sums(line.amount, line.net, line.cost)
            lines.append(line)
        return lines

    def _product(
        self, form: LineForm, data: Mapping[str, Any], line: OrderLine | None, found: Mapping[str, Product]
    ) -> Product | None:
        typed = normal(data.get("product", ""))
        if not typed:
            form.add_error("product", _("Name the product."))
            return None
        if line is not None and normal(line.product.name) == typed:
            return line.product
        if typed in found:
            return found[typed]
        near = list(Product.objects.in_use().found_by(data["product"]).order_by("name")[:_OFFERED])
        if len(near) == 1:
            return near[0]
        if near:
            names = "; ".join(f"«{product.name}»" for product in near)
            form.add_error("product", _("Which one: %(names)s?") % {"names": names})
        else:
            form.add_error("product", _("There is no such product in the catalogue."))
        return None


def _exactly(texts: set[str]) -> dict[str, Product]:
    """{normalised name or article: product} of the texts that are one."""
    wanted = {normal(text) for text in texts if text}
    products = Product.objects.in_use()
    found: dict[str, Product] = {}
    for text in {text for text in texts if text}:
        for product in products.found_by(text)[: _OFFERED * 5]:
            for name in (product.article, product.name):
                if name and normal(name) in wanted:
                    found[normal(name)] = product
    return found


def _as_typed(line: OrderLine) -> dict[str, Any]:
    return {
        "line": line.pk,
        "product": line.product.name,
        "quantity": line.quantity,
        "price": line.price,
        "discount": percent(line.discount) if line.discount else "",
        "vat_rate": NO_VAT if line.vat_rate is None else str(line.vat_rate),
    }


def _look(name: str) -> str:
    return "form-select" if name == "vat_rate" else "form-control"


def lines_of(data: Any = None, *, order: Order | None = None) -> Lines:
    """The rows of an order, or of a new one; `again` in the data asks for more empty ones."""
    empty = _EMPTY_ROWS_BELOW if order else _EMPTY_ROWS
    return _formset(LineForm, Lines, empty, MOST_LINES)(data, order=order)


class InstalmentForm(forms.Form):
    """A part of the sum with a date of its own."""

    due_on = forms.DateField(label=gettext_lazy("Due on"), required=False, widget=DayInput)
    amount = MoneyFormField(label=gettext_lazy("Sum"), required=False)
    confidence = forms.IntegerField(
        label=gettext_lazy("Confidence, %"),
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "placeholder": "100"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"aria-label": str(field.label), "class": "form-control"}

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not self.errors and bool(data.get("due_on")) != (data.get("amount") is not None):
            self.add_error(
                "amount" if data.get("due_on") else "due_on", _("An instalment has a date and a sum.")
            )
        return data


class Parts(forms.BaseFormSet):
    def __init__(self, *args: Any, order: Order | None = None, **kwargs: Any) -> None:
        own: Sequence[Instalment] = Instalment.objects.filter(order=order) if order else ()
        initial = [{"due_on": one.due_on, "amount": one.amount, "confidence": one.confidence} for one in own]
        super().__init__(*args, **{"prefix": "parts", "initial": initial, **kwargs})

    @property
    def drafts(self) -> list[InstalmentDraft]:
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", {}).get("due_on")]
        return [
            InstalmentDraft(
                row["due_on"], row["amount"], 100 if row.get("confidence") is None else row["confidence"]
            )
            for row in rows
            if row.get("amount") is not None
        ]


def parts_of(data: Any = None, *, order: Order | None = None) -> Parts:
    return _formset(InstalmentForm, Parts, _EMPTY_PARTS, 24)(data, order=order)


def _formset(form: type[forms.Form], base: type[Any], empty: int, most: int) -> Any:
    return forms.formset_factory(form, base, extra=empty, max_num=most, absolute_max=most + 20)


def with_more_rows(data: Any) -> Any:
    """The data as sent, with room for some more lines."""
    wider = data.copy()
    try:
        rows = min(max(int(data.get("lines-TOTAL_FORMS", 0)), 0), MOST_LINES)
    except ValueError:
        return data
    wider["lines-TOTAL_FORMS"] = str(min(rows + _MORE_ROWS, MOST_LINES))
    return wider


_SEEN = ("pk", "product", "quantity", "price", "discount", "vat_rate")


def seen_of(order: Order) -> str:
    """What the lines and instalments of an order are known by: who sends others' along has not seen these."""
    rows = [
        *OrderLine.objects.filter(order=order).values_list(
            "pk", "product", "quantity", "price", "discount", "vat_rate"
        ),
        *Instalment.objects.filter(order=order).values_list("due_on", "amount", "confidence"),
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def in_words(order: Order) -> str:
    """The lines as they stand, for who typed others meanwhile."""
    lines = OrderLine.objects.filter(order=order).exclude(quantity=0).select_related("product")
    return "; ".join(f"{line.product} — {plain_quantity(line.quantity)}" for line in lines)

"""Forms of products. They clean and show; the verbs write."""

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import RecordForm, say_nothing_chosen
from core.once import OnceForm
from orders.choices import GroupField, people_to_choose
from orders.models import Product, Supplier
from orders.twins import Known, Twin, product_key

_FIELDS = [
    "name",
    "article",
    "group",
    "unit",
    "price",
    "cost",
    "vat_rate",
    "support",
    "supplier",
    "lead_days",
    "manager",
    "note",
]
_FIELD_OF = {"article": "article", "name": "name"}


class ProductFields(forms.ModelForm):
    """What the forms for a new and for an existing product have in common.

    `same`: products that have the article or the name; `near`: those with nearly this name, shown before saving.
    """

    group = GroupField(label=gettext_lazy("Product group"))
    # The name whose near namesakes the user has been shown.
    near_seen = forms.CharField(required=False, widget=forms.HiddenInput)
    same: Sequence[tuple[Product, str]] = ()
    near: Sequence[Product] = ()

    class Meta:
        model = Product
        fields: ClassVar[list[str]] = _FIELDS
        widgets: ClassVar[dict[str, Any]] = {
            "name": forms.TextInput({"autocomplete": "off"}),
            "article": forms.TextInput({"autocomplete": "off"}),
            "support": forms.RadioSelect,
            "note": forms.Textarea({"rows": 3}),
        }

    def prepare(self, product: Product) -> None:
        """Offers suppliers and people; those who stand there already stay to be chosen."""
        fields: Any = self.fields
        offered = Supplier.objects.filter(retired_at__isnull=True)
        if product.supplier_id:
            offered = offered | Supplier.objects.filter(pk=product.supplier_id)
        fields["supplier"].queryset = offered
        fields["manager"].queryset = people_to_choose(product.manager)
        fields["unit"].widget.attrs["list"] = "units"
        say_nothing_chosen(self)
        fields["vat_rate"].choices = [
            (key, _("without VAT") if key == "" else label) for key, label in fields["vat_rate"].choices
        ]

    def look_around(self, product: Product) -> None:
        """Looks for the same product before saving; whoever has been shown near names may go on."""
        name, article = self.cleaned_data.get("name", ""), self.cleaned_data.get("article", "")
        known = Known.read()
        if found := known.same(name, article, but=product.pk):
            self.take_twins(found)
        elif product_key(name) != product_key(product.name or "") and self.cleaned_data.get(
            "near_seen"
        ) != product_key(name):
            self.near = in_order(known.near(name, but=product.pk))
            if self.near:
                self.add_error(
                    None,
                    _("There are products with nearly this name. If yours is not among them, save again."),
                )

    def take_twins(self, found: Sequence[Twin]) -> None:
        """Refuses with the products that have the article or the name already."""
        products = {one.pk: one for one in in_order([one.key for one in found])}
        self.same = [(products[one.key], one.words) for one in found if one.key in products]
        for one in found:
            self.add_error(
                _FIELD_OF[one.why], _("Another product has this already: %(what)s.") % {"what": one.words}
            )

    @property
    def near_key(self) -> str:
        """What `near_seen` holds once the namesakes stand on the page."""
        return product_key(str(self["name"].value() or ""))


class NewProductForm(OnceForm, ProductFields):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare(Product())

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors:
            self.look_around(Product())
        return self.cleaned_data

    @property
    def values(self) -> dict[str, Any]:
        """Keywords for `add_product`."""
        return {name: self.cleaned_data[name] for name in _FIELDS}


class ProductForm(ProductFields, RecordForm):
    record: Product

    class Meta(ProductFields.Meta):
        pass

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare(self.record)

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors:
            self.look_around(self.record)
        return self.cleaned_data


def in_order(keys: Sequence[Hashable]) -> list[Product]:
    """The products of these ids, in this order, with what a line about them shows."""
    found: dict[Hashable, Product] = Product.objects.select_related("group").in_bulk(list(keys))
    return [found[key] for key in keys if key in found]

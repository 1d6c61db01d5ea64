"""Pages of products: the card, the forms, the history."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods
from core.history.changes import history_of
from orders.actions import products as actions
from orders.forms.products import NewProductForm, ProductForm, in_order
from orders.models import OrderLine, Product, ShipmentLine, StockCount
from orders.pricing import margin_of
from orders.stock import with_stock
from orders.tree import Tree
from orders.twins import DuplicateProduct, Known, product_key
from people import access
from people.journal import told_to
from people.pages import ForAbility, for_ability
from people.views.verbs import EditPage, Push, VerbForm

_LATEST = 10
_HISTORY_PAGE = 30
_FROM_ADDRESS = ("name", "article", "group")


class KeepsCatalogue(ForAbility):
    """Pages of those who keep the catalogue."""

    ability = "catalogue"
    request: Any
    kwargs: dict[str, Any]


@for_ability("sell")
def product_page(request: HttpRequest, pk: int) -> HttpResponse:
    """All about one product; of its orders and shipments those the reader sees."""
    user: Any = request.user
    product = _product(pk)
    tree = Tree.read()
    with_stock([product], periods.today(), tree)
    lines = OrderLine.objects.visible_to(user).filter(product=product).select_related("order__client")
    shipped = ShipmentLine.objects.visible_to(user).filter(product=product)
    context = {
        "product": product,
        "groups": tree.chain(product.group_id) if product.group_id in tree else [],
        "margin": margin_of(product) if access.may(user, "costs") else None,
        "may_see_costs": access.may(user, "costs"),
        "may_change": access.may(user, "catalogue"),
        "lines": lines.order_by("-order__ordered_on", "-pk")[:_LATEST],
        "shipped": shipped.select_related("shipment__client", "shipment__order").order_by(
            "-shipment__day", "-pk"
        )[:_LATEST],
    }
    return render(request, "orders/product.html", context)


class NewProduct(KeepsCatalogue, VerbForm):
    """A new product. The address may bring what is known already: `?group=…`."""

    form_class = NewProductForm
    template_name = "orders/product_form.html"
    title = gettext_lazy("New product")
    button = gettext_lazy("Add the product")

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET[name] for name in _FROM_ADDRESS if name in self.request.GET}

    def act(self, form: Any) -> str:
        product = actions.add_product(by=self.request.user, **form.values)
        messages.success(self.request, _("The product has been added."))
        return product.get_absolute_url()

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except DuplicateProduct as error:
            form.take_twins(error.found)
            return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "units": _units(), "back": reverse("orders:products")}


class EditProduct(KeepsCatalogue, EditPage):
    form_class = ProductForm
    template_name = "orders/product_form.html"
    button = gettext_lazy("Save")

    def record(self) -> Product:
        return _product(self.kwargs["pk"])

    def save(self, form: Any) -> str:
        actions.update_product(form.record, by=self.request.user, **form.changes)
        return form.record.get_absolute_url()

    def refused(self, form: Any, error: Exception) -> bool:
        if not isinstance(error, DuplicateProduct):
            return False
        form.take_twins(error.found)
        return True

    def context(self, form: Any) -> dict[str, Any]:
        back = form.record.get_absolute_url()
        return {**super().context(form), "title": form.record.name, "units": _units(), "back": back}


@for_ability("catalogue")
def look_around(request: HttpRequest) -> HttpResponse:
    """Products that may be the one that is being typed: a fragment for the form."""
    name, article = (request.GET.get(key, "").replace("\x00", "")[:200] for key in ("name", "article"))
    but = request.GET.get("but", "")
    itself = int(but) if but.isascii() and but.isdigit() and len(but) < 18 else None
    known = Known.read()
    same = known.same(name, article, but=itself)
    products = {one.pk: one for one in in_order([one.key for one in same])}
    context = {
        "same": [(products[one.key], one.words) for one in same if one.key in products],
        "near": [] if same or len(product_key(name)) < 3 else in_order(known.near(name, but=itself)),
        "near_key": product_key(name),
    }
    return render(request, "orders/_product_twins.html", context)


class ProductButton(KeepsCatalogue, Push):
    """One of the buttons of the card."""

    @property
    def product(self) -> Product:
        return _product(self.kwargs["pk"])

    def refused_url(self) -> str:
        return reverse("orders:product", args=[self.kwargs["pk"]])


class RetireProduct(ProductButton):
    def act(self) -> str:
        actions.retire_product(self.product, by=self.request.user)
        return self.refused_url()


class BringBackProduct(ProductButton):
    def act(self) -> str:
        actions.bring_back_product(self.product, by=self.request.user)
        return self.refused_url()


@for_ability("catalogue")
def product_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every operation that touched the product or a count of it, field by field."""
    product = _product(pk)
    before = request.GET.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 18):
        raise Http404
    counts = StockCount.all_objects.filter(product=product).values_list("pk", flat=True)
    records: Any = {Product: {product.pk}, StockCount: set(counts)}
    entries = history_of(records, before=int(before) if before else None, limit=_HISTORY_PAGE + 1)
    shown = entries[:_HISTORY_PAGE]
    for entry in shown:
        told_to(request.user, entry.changes)  # type: ignore[arg-type]
    context = {
        "product": product,
        "entries": shown,
        "older": shown[-1].operation.pk if len(entries) > _HISTORY_PAGE else None,
        "is_older_part": bool(before),
    }
    return render(request, "orders/product_history.html", context)


def _product(pk: int) -> Product:
    rows = Product.objects.select_related("group", "manager", "supplier")
    product: Product = get_object_or_404(rows, pk=pk)
    return product


def _units() -> list[str]:
    """The units that are in use, to be typed the same way."""
    units = Product.objects.in_use().order_by("unit").values_list("unit", flat=True)
    return list(units.distinct())

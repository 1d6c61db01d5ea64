"""The page on which stock is counted."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext
from django.views.generic import View

from core import periods
from orders.actions import stock as actions
from orders.forms.stock import CountSheet, SheetChoice
from orders.models import Product
from orders.stock import with_stock
from orders.tree import Tree
from orders.views.products import KeepsCatalogue

PER_PAGE = 100


class CountStock(KeepsCatalogue, View):
    """A sheet of counts. One send writes all that was changed, or nothing: then it comes back as it was typed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, None)

    def post(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, request.POST)

    def _show(self, request: HttpRequest, data: Any) -> HttpResponse:
        asked = request.GET.get("day") or periods.today().isoformat()
        choice = SheetChoice({"day": asked, "group": request.GET.get("group", "")})
        choice.is_valid()
        day = choice.cleaned_data.get("day") or periods.today()
        group = choice.cleaned_data.get("group")
        tree = Tree.read()
        rows = Product.objects.in_use().defer("note", "search", "name_key")
        if group is not None:
            rows = rows.filter(group__in=tree.within(group.pk))
        page = Paginator(rows.order_by("name", "pk"), PER_PAGE).get_page(request.GET.get("page"))
        products = with_stock(page.object_list, day, tree)
        for product in products:
            product.group_path = tree.path(product.group_id)  # type: ignore[attr-defined]
        sheet = CountSheet(products, day, data if choice.is_valid() else None)
        address = {"day": day.isoformat(), **({"group": group.pk} if group else {})}
        if data is not None and choice.is_valid() and not sheet.wrong:
            changed = actions.set_counts(sheet.changes, day, by=request.user)  # type: ignore[arg-type]
            said = ngettext("%(n)s count has been saved.", "%(n)s counts have been saved.", changed)
            messages.success(request, said % {"n": changed})
            return HttpResponseRedirect(
                f"{reverse('orders:stock')}?{urlencode({**address, 'page': page.number})}"
            )
        context = {
            "choice": choice,
            "day": day,
            "group": group,
            "sheet": sheet,
            "page": page,
            "address": urlencode(address),
        }
        return render(request, "orders/stock.html", context, status=200 if data is None else 422)

"""The page of product groups: the tree, moved by dragging, by arrows and by a form."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from core.forms import add_errors, redirect_to
from core.toasts import undoable
from orders.actions import groups as actions
from orders.forms.groups import DeleteGroupForm, GroupForm, NewGroupForm
from orders.models import Product
from orders.stock import illiquid_days
from orders.tree import Tree
from orders.views.products import KeepsCatalogue
from people import journal
from people.pages import for_ability
from people.views.verbs import EditPage, VerbForm
from pipeline.models import ProductGroup


class Node:
    """A group as the page draws it, with those below it."""

    def __init__(self, tree: Tree, group: ProductGroup, counts: dict[int, int]) -> None:
        self.group = group
        self.products = counts.get(group.pk, 0)
        self.products_within = sum(counts.get(pk, 0) for pk in tree.within(group.pk))
        self.illiquid_days = illiquid_days(tree, group.pk)
        self.nodes = [Node(tree, child, counts) for child in tree.children(group.pk)]


@for_ability("catalogue")
def groups_page(request: HttpRequest) -> HttpResponse:
    tree = Tree.read()
    rows = Product.objects.in_use().order_by().values_list("group")
    counts = dict(rows.annotate(count=Count("pk")))
    context = {"nodes": [Node(tree, root, counts) for root in tree.roots], "count": len(tree)}
    return render(request, "orders/groups.html", context)


class NewGroup(KeepsCatalogue, VerbForm):
    form_class = NewGroupForm
    template_name = "orders/group_form.html"
    title = gettext_lazy("New product group")
    button = gettext_lazy("Add the group")

    def get_initial(self) -> dict[str, Any]:
        return {"parent": self.request.GET["parent"]} if "parent" in self.request.GET else {}

    def act(self, form: Any) -> str:
        data = form.cleaned_data
        actions.add_group(
            data["name"], by=self.request.user, parent=data["parent"], illiquid_days=data["illiquid_days"]
        )
        return reverse("orders:groups")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "back": reverse("orders:groups")}


class EditGroup(KeepsCatalogue, EditPage):
    form_class = GroupForm
    template_name = "orders/group_form.html"
    button = gettext_lazy("Save")

    def record(self) -> ProductGroup:
        return _group(self.kwargs["pk"])

    def save(self, form: Any) -> str:
        actions.update_group(form.record, by=self.request.user, **form.changes)
        return reverse("orders:groups")

    def context(self, form: Any) -> dict[str, Any]:
        return {**super().context(form), "title": form.record.name, "back": reverse("orders:groups")}


@for_ability("catalogue")
@require_http_methods(["GET", "HEAD", "POST"])
def delete_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Deletes a group: GET says what stands in it and asks where that goes."""
    group = _group(pk)
    tree, contents = Tree.read(), actions.contents(group)
    form = DeleteGroupForm(request.POST if request.method == "POST" else None, group=group, tree=tree)
    if not contents.need_target:
        form.fields.clear()
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            op = actions.delete_group(group, form.cleaned_data.get("target"), by=user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            sentence = _("The group “%(name)s” has been deleted.") % {"name": group.name}
            if journal.may_roll_back(
                user, op
            ):  # deals of others went along: who may not change them cannot undo
                undoable(request, sentence, reverse("people:rollback", args=[op.pk]))
            else:
                messages.success(request, sentence)
            return redirect_to(request, reverse("orders:groups"))
    context = {"form": form, "group": group, "path": tree.path(group.pk), "contents": contents}
    return render(request, "orders/group_delete.html", context, status=422 if form.errors else 200)


@for_ability("catalogue")
@require_POST
def move_group(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """One step by an arrow."""
    group = _group(pk)
    if way not in ("up", "down", "in", "out"):
        raise Http404
    return _moved(request, lambda by: actions.move_group(group, way, by=by))  # type: ignore[arg-type]


@for_ability("catalogue")
@require_POST
def place_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it was dragged: `parent` (empty: at the top) and `place` among those there, from 0."""
    group = _group(pk)
    parent, place = (_number(request.POST.get(key, "")) for key in ("parent", "place"))
    if place is None or (parent is None and request.POST.get("parent")):
        raise Http404
    above = _group(parent) if parent is not None else None
    return _moved(request, lambda by: actions.place_group(group, above, place, by=by))


def _moved(request: HttpRequest, move: Any) -> HttpResponse:
    try:
        move(request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect_to(request, reverse("orders:groups"))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _group(pk: int) -> ProductGroup:
    group: ProductGroup = get_object_or_404(ProductGroup, pk=pk)
    return group

"""Pages of sales plans: the grid one writes in, the sheet one reads, copies, versions, the file."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from core import periods, show
from core.history.operations import Operation
from core.tables.files import xlsx
from orders.actions import plans as actions
from orders.actions.plans import BadCells, CellsChanged, may_write_all
from orders.forms.plans import AdoptForm, CopyForm, NewPlanForm, ToleranceForm
from orders.models import SalesPlan
from orders.plan_asked import Asked
from orders.plan_file import table_of
from orders.plan_grid import Grid, Sent
from orders.plan_versions import MOST_CELLS, changes_of, versions_of
from orders.plans import ORIGINAL, plan_of
from people.models import User
from people.pages import ForAbility
from people.views.verbs import VerbForm


class Planning(ForAbility):
    """Pages of the plan of the year in the address."""

    ability = "plan"
    request: Any
    kwargs: dict[str, Any]

    @property
    def user(self) -> User:
        user: User = self.request.user
        return user

    @cached_property
    def plan(self) -> SalesPlan:
        found: SalesPlan = get_object_or_404(SalesPlan, year=self.kwargs["year"])
        return found

    def frame(self) -> dict[str, Any]:
        """What every page of a plan shows around its own."""
        return {
            "plan": self.plan,
            "plans": SalesPlan.objects.order_by("year"),
            "may_write_all": may_write_all(self.user),
        }


class Plans(Planning, View):
    """On to the plan of this year, else to the latest; a page that says how to begin where there is none."""

    def get(self, request: HttpRequest) -> HttpResponse:
        plans = SalesPlan.objects.order_by("-year")
        plan = plans.filter(year=periods.today().year).first() or plans.first()
        if plan is not None:
            return HttpResponseRedirect(reverse("orders:plan", args=[plan.year]))
        return render(request, "orders/plan_none.html", {"may_write_all": may_write_all(self.user)})


class PlanPage(Planning, View):
    """The grid. One send writes all that was changed, or nothing: then it comes back as it was typed."""

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        return self._show(Grid.read(self._asked))

    def post(self, request: HttpRequest, year: int) -> HttpResponse:
        grid = Grid.read(self._asked)
        sent = Sent.read(request.POST, grid)
        note = request.POST.get("note", "")[:200]
        if not sent.errors:
            values = {grid.cells[name].where: value for name, value in sent.changes.items()}
            seen = {grid.cells[name].where: sent.seen.get(name) for name in sent.changes}
            try:
                count = actions.set_cells(
                    self.plan, values, by=self.user, measure=grid.asked.measure, note=note, seen=seen
                )
            except BadCells as refused:
                sent.errors |= {
                    name: refused.cells[cell.where]
                    for name, cell in grid.cells.items()
                    if cell.where in refused.cells
                }
            except CellsChanged:
                grid = Grid.read(self._asked)
            else:
                return self._saved(count)
        sent.put_into(grid)
        return self._show(grid, note=note, sent=sent, status=422)

    @cached_property
    def _asked(self) -> Asked:
        return Asked.of(self.plan, self.user, self.request.GET)

    def _saved(self, count: int) -> HttpResponse:
        if count:
            said = ngettext("%(count)s cell is saved.", "%(count)s cells are saved.", count)
            messages.success(self.request, said % {"count": show.number(count)})
        else:
            messages.info(self.request, _("Nothing has been changed."))
        return HttpResponseRedirect(self._asked.url)

    def _show(
        self, grid: Grid, *, note: str = "", sent: Sent | None = None, status: int = 200
    ) -> HttpResponse:
        context = {
            **self.frame(),
            "asked": grid.asked,
            "grid": grid,
            "note": note,
            "sent": sent,
            "wrong": sum(bool(cell.error) for cell in grid.cells.values()),
            "stale": sum(cell.theirs is not None for cell in grid.cells.values()),
        }
        return render(self.request, "orders/plan.html", context, status=status)


class PlanSheet(Planning, View):
    """The same table to be read and printed, beside the original or an earlier version if one is asked for."""

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        wished = request.GET.get("against", "")
        asked = Asked.of(self.plan, self.user, {"months": "year", **request.GET.dict()})
        moment, label = self._moment(wished)
        against = plan_of(year, user=self.user, moment=moment) if moment else None
        context = {
            **self.frame(),
            "asked": asked,
            "grid": Grid.read(asked, against),
            "against": wished if against else "",
            "against_label": label,
            "printed": show.whole_moment(periods.now()),
        }
        return render(request, "orders/plan_sheet.html", context)

    def _moment(self, wished: str) -> tuple[Any, str]:
        if wished == ORIGINAL and self.plan.adopted_at:
            return ORIGINAL, _("original of %(day)s") % {"day": show.day(self.plan.adopted_at, weekday=False)}
        version = next((one for one in versions_of(self.plan, self.user) if str(one.pk) == wished), None)
        return (
            (version.at, _("as of %(moment)s") % {"moment": show.moment(version.at)})
            if version
            else (None, "")
        )


class PlanFile(Planning, View):
    """The cells as a workbook, as an import takes them back."""

    def get(self, request: HttpRequest, year: int) -> HttpResponseBase:
        asked = Asked.of(self.plan, self.user, request.GET)
        return xlsx(table_of(self.plan, self.user, asked.measure))


class PlanVersions(Planning, View):
    """Every change of the plan: who, when, why, how much."""

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        context = {**self.frame(), "versions": versions_of(self.plan, self.user)}
        return render(request, "orders/plan_versions.html", context)


class PlanVersion(Planning, View):
    """One change cell by cell: from what to what."""

    def get(self, request: HttpRequest, year: int, pk: int) -> HttpResponse:
        version = next((one for one in versions_of(self.plan, self.user) if one.pk == pk), None)
        if version is None:
            raise Http404
        operation = get_object_or_404(Operation.objects.select_related("by"), pk=pk)
        changes = changes_of(self.plan, operation, self.user)
        context = {
            **self.frame(),
            "operation": operation,
            "changes": changes[:MOST_CELLS],
            "more": max(len(changes) - MOST_CELLS, 0),
        }
        return render(request, "orders/plan_version.html", context)


# --- Verbs ----------------------------------------------------------------------------------------------------------


class ForAll(Planning):
    """Pages for who writes plans as a whole; to a head they are not there."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if user.is_authenticated and not may_write_all(user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class PlanForm(VerbForm):
    """A form of the dialog; as a page it leads back to the plan."""

    template_name = "orders/plan_form.html"
    about: Any = ""

    def page(self) -> dict[str, Any]:
        year = self.kwargs.get("year")
        back = reverse("orders:plan", args=[year]) if year else reverse("orders:plans")
        return {**super().page(), "back": back, "about": self.about}


class NewPlan(ForAll, PlanForm):
    form_class = NewPlanForm
    title = gettext_lazy("New sales plan")
    button = gettext_lazy("Open the plan")

    def get_initial(self) -> dict[str, Any]:
        latest = SalesPlan.objects.order_by("-year").first()
        return {"year": max(latest.year + 1 if latest else 0, periods.today().year)}

    def act(self, form: Any) -> str:
        plan = actions.create_plan(form.cleaned_data["year"], by=self.user)
        return reverse("orders:plan", args=[plan.year])


class Tolerance(ForAll, PlanForm):
    form_class = ToleranceForm
    title = gettext_lazy("Tolerance of the plan")
    button = gettext_lazy("Save")

    def get_initial(self) -> dict[str, Any]:
        return {"tolerance": self.plan.tolerance}

    def act(self, form: Any) -> str:
        actions.set_tolerance(self.plan, form.cleaned_data["tolerance"], by=self.user)
        return reverse("orders:plan", args=[self.plan.year])


class CopyPlan(Planning, PlanForm):
    form_class = CopyForm
    button = gettext_lazy("Fill the empty cells")
    about = gettext_lazy(
        "Only empty cells are filled: what is written already stays. Month goes to month, group to group, seller to "
        "seller."
    )

    def get_title(self) -> str:
        return _("Plan %(year)s: fill from another year") % {"year": self.plan.year}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "plan": self.plan, "user": self.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if not context["form"].has_sources:
            context["nothing"] = _("There are neither sales nor another year's plan that you see.")
        return context

    def act(self, form: Any) -> str:
        of, year = form.cleaned_data["source"]
        copied = actions.copy_year(
            year,
            self.plan,
            form.cleaned_data["growth"],
            by=self.user,
            of=of,
            round_to=form.cleaned_data["round_to"],
        )
        said = ngettext("%(count)s cell is filled.", "%(count)s cells are filled.", copied.filled)
        sentence = said % {"count": show.number(copied.filled)}
        if copied.left:
            said = ngettext(
                "%(count)s that said something already is as it was.",
                "%(count)s that said something already are as they were.",
                copied.left,
            )
            sentence += " " + said % {"count": show.number(copied.left)}
        messages.success(self.request, sentence)
        return reverse("orders:plan", args=[self.plan.year]) + "?months=year"


class AdoptPlan(ForAll, PlanForm):
    form_class = AdoptForm
    button = gettext_lazy("Adopt the plan")
    about = gettext_lazy(
        "As the plan stands now, it is kept as the original, beside which every later version is compared. Months that "
        "are over keep their plan from now on. This cannot be taken back."
    )

    def get_title(self) -> str:
        return _("Adopt the plan of %(year)s") % {"year": self.plan.year}

    def act(self, form: Any) -> str:
        plan = actions.adopt(self.plan, by=self.user)
        said = _("The plan of %(year)s is adopted. As it stands now, it is kept as the original.")
        messages.success(self.request, said % {"year": plan.year})
        return reverse("orders:plan", args=[plan.year])

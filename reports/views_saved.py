"""Questions kept under a name."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import periods
from core.toasts import undoable
from people.pages import ForAbility, for_ability
from people.views.verbs import VerbForm
from reports import actions
from reports.forms import SaveViewForm
from reports.models import SavedView
from reports.report import Report


class SaveView(ForAbility, VerbForm):
    """Keeps what the address asks of a report; what of it cannot be asked is left out."""

    ability = "sell"
    form_class = SaveViewForm
    template_name = "reports/save_view.html"
    title = gettext_lazy("Save the view")

    @cached_property
    def report(self) -> type[Report]:
        found = Report.registry.get(self.kwargs["code"])
        if found is None or not found.is_for(self.request.user):
            raise Http404("report")
        return found

    @property
    def query(self) -> str:
        form = self.report.form(self.request.user, self.request.GET, periods.now())
        return form.asked.query()

    def act(self, form: Any) -> str:
        data = form.cleaned_data
        view = actions.save_view(
            by=self.request.user,
            report=self.report.code,
            name=data["name"],
            query=self.query,
            is_shared=data["is_shared"],
        )
        return view.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("reports:report", args=[self.report.code]) + self.query
        address = self.request.path + self.query
        return {**super().get_context_data(**kwargs), "report": self.report, "back": back, "address": address}


@for_ability("sell")
@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one's own view away."""
    user: Any = request.user
    view = SavedView.objects.filter(user=user, pk=pk).first()
    if view is None:
        raise Http404("view")
    op = actions.delete_view(view, by=user)
    sentence = _("The view “%(name)s” has been deleted.") % {"name": view.name}
    undoable(request, sentence, reverse("people:rollback", args=[op.pk]))
    return redirect("reports:catalog")

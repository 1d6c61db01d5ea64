"""The administrator's pages of indicators: all of them in their order, one with its norms."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.forms import redirect_to
from kpi import indicators
from kpi.actions import settings as actions
from kpi.forms.settings import IndicatorForm, NewIndicatorForm
from kpi.models import Indicator, Norm
from kpi.words import norm_in_words, points_in_words, scope_in_words
from people import dated
from people.pages import for_ability
from people.views.verbs import Configures, EditPage, VerbForm

configures = for_ability("configure")


def said(norms: Any) -> list[Any]:
    """The norms, each with its `words`, what it is `worth`, whom it is `for_whom`."""
    rows = list(norms)
    for row in rows:
        row.words = norm_in_words(row, indicators.unit_of(row.indicator))
        row.worth = points_in_words(row)
        row.for_whom = scope_in_words(row)
    return rows


@configures
@require_safe
def indicator_list(request: HttpRequest) -> HttpResponse:
    """Every indicator in its order with the norms in force, and the retired ones."""
    today = dated.today_of(None)
    rows: list[Any] = list(Indicator.objects.select_related("activity_kind"))
    by_id = {row.pk: row for row in rows}
    for row in rows:
        row.of_company, row.of_others, row.coming = [], [], []
    norms = Norm.objects.exclude(until__lt=today).select_related("team", "user", "indicator__activity_kind")
    for norm in said(norms.order_by("since", "weekday")):
        row = by_id[norm.indicator_id]
        is_narrow = norm.team_id or norm.user_id
        where = row.coming if norm.since > today else row.of_others if is_narrow else row.of_company
        where.append(norm)
    context = {
        "indicators": [row for row in rows if row.retired_at is None],
        "retired": [row for row in rows if row.retired_at],
    }
    return render(request, "kpi/settings_indicators.html", context)


@configures
@require_safe
def indicator_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One indicator: how it is counted, its norms in force, to come and past."""
    indicator: Indicator = get_object_or_404(Indicator.objects.select_related("activity_kind"), pk=pk)
    today = dated.today_of(None)
    norms = said(
        Norm.objects.filter(indicator=indicator)
        .select_related("team", "user", "indicator__activity_kind")
        .order_by("user__name", "team__name", "period", "weekday", "since")
    )
    context = {
        "indicator": indicator,
        "formula": indicators.formula_of(indicator),
        "is_flow": indicators.is_flow(indicator),
        "ratios": list(actions.ratios_on(indicator)),
        "in_force": [
            row for row in norms if row.since <= today and (row.until is None or row.until >= today)
        ],
        "to_come": [row for row in norms if row.since > today],
        "past": [row for row in norms if row.until is not None and row.until < today][::-1],
    }
    return render(request, "kpi/settings_indicator.html", context)


class NewIndicator(Configures, VerbForm):
    """One of the company's own."""

    form_class = NewIndicatorForm
    template_name = "kpi/settings_new.html"
    title = gettext_lazy("New indicator")
    button = gettext_lazy("Add the indicator")
    back = reverse_lazy("kpi:indicators")

    def act(self, form: Any) -> str:
        made = actions.add_indicator(by=self.request.user, **form.definition)
        messages.success(self.request, _("“%(name)s” is counted from the next day on.") % {"name": made})
        return _page(made)


class EditIndicator(Configures, EditPage):
    form_class = IndicatorForm
    button = gettext_lazy("Save")

    def record(self) -> Indicator:
        indicator: Indicator = get_object_or_404(Indicator, pk=self.kwargs["pk"])
        return indicator

    def save(self, form: Any) -> str:
        if form.changes:
            actions.update_indicator(form.record, by=self.request.user, **form.changes)
            messages.success(self.request, _("Saved. It holds from the next day on."))
        return _page(form.record)

    def context(self, form: Any) -> dict[str, Any]:
        return {**self.page(), "title": str(form.record), "back": _page(form.record)}


@configures
@require_POST
def move(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """One place up or down."""
    indicator = get_object_or_404(Indicator.objects.in_use(), pk=pk)
    if way not in ("up", "down"):
        raise Http404
    actions.move_indicator(indicator, up=way == "up", by=_admin(request))
    return HttpResponseRedirect(reverse("kpi:indicators"))


@configures
@require_POST
def column(request: HttpRequest, pk: int) -> HttpResponse:
    """A column of the scorecard, or none."""
    indicator: Indicator = get_object_or_404(Indicator.objects.in_use(), pk=pk)
    actions.update_indicator(indicator, by=_admin(request), on_scorecard=not indicator.on_scorecard)
    if indicator.on_scorecard:
        sentence = _("From the next day on “%(name)s” is a column of the scorecard.")
    else:
        sentence = _("From the next day on “%(name)s” is no column of the scorecard.")
    messages.success(request, sentence % {"name": indicator})
    return HttpResponseRedirect(reverse("kpi:indicators"))


@configures
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what goes with it, then takes it out of use."""
    indicator: Indicator = get_object_or_404(Indicator.objects.in_use(), pk=pk)
    error = ""
    if request.method == "POST":
        try:
            gone = actions.retire_indicator(
                indicator, by=_admin(request), with_ratios="with_ratios" in request.POST
            )
        except ValidationError as refused:
            error = " ".join(refused.messages)
        else:
            names = ", ".join(f"“{one}”" for one in gone)
            messages.success(request, _("Out of use: %(names)s.") % {"names": names})
            return redirect_to(request, reverse("kpi:indicators"))
    context = {
        "indicator": indicator,
        "error": error,
        "ratios": list(actions.ratios_on(indicator)),
        "norms": Norm.objects.filter(indicator=indicator).exclude(until__lt=dated.today_of(None)).count(),
    }
    return render(request, "kpi/settings_retire.html", context, status=422 if error else 200)


@configures
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    indicator: Indicator = get_object_or_404(Indicator, pk=pk, retired_at__isnull=False)
    try:
        actions.restore_indicator(indicator, by=_admin(request))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("“%(name)s” is counted from the next day on.") % {"name": indicator})
    return HttpResponseRedirect(reverse("kpi:indicators"))


def _admin(request: HttpRequest) -> Any:
    """The signed-in user; what they may do the verbs decide."""
    return request.user


def _page(indicator: Indicator) -> str:
    return reverse("kpi:indicator", args=[indicator.pk])

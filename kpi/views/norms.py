"""The administrator's pages of norms: a new one, tried before it is switched on; the end of one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import show
from core.forms import add_errors
from kpi import indicators
from kpi.actions import norms as actions
from kpi.forms.settings import LastDayOfNormForm, NormForm
from kpi.models import Indicator, Norm
from kpi.trial import History, Proposal, Trial
from kpi.views.settings import configures, said
from kpi.words import norm_in_words, unit_in_words
from people import dated
from people.views.verbs import Configures, Push, VerbForm

# What a norm of an indicator is like until somebody says otherwise.
_USUAL = {
    "period": Norm.Period.DAY,
    "direction": Norm.Direction.AT_LEAST,
    "tolerance": 0,
    "points_met": 1,
    "points_within": 0,
    "points_missed": -2,
}
_SCOPE = ("team", "user", "weekday", "period", "direction")
_COPIED = ("team", "user", "weekday", "low", "high", *_USUAL)


class NewNorm(Configures, VerbForm):
    """A norm from a day on. «Try» and «propose» answer with the form as it was typed and write nothing."""

    form_class = NormForm
    template_name = "kpi/settings_norm.html"
    button = gettext_lazy("Set the norm")

    @cached_property
    def indicator(self) -> Indicator:
        found: Indicator = get_object_or_404(Indicator.objects.in_use(), pk=self.kwargs["pk"])
        return found

    def get_title(self) -> str:
        return _("Norm: %(indicator)s") % {"indicator": self.indicator}

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = dict(_USUAL)
        if not indicators.is_flow(self.indicator):  # what piles up is to be little
            initial["direction"] = Norm.Direction.AT_MOST
        like = self._like()
        if like is not None:
            initial |= {name: getattr(like, name) for name in _COPIED}
        initial["since"] = actions.earliest(
            like.team if like else None, like.user if like else None
        ).isoformat()
        return initial

    def _like(self) -> Norm | None:
        typed = self.request.GET.get("like", "")
        if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
            return None
        found: Norm | None = Norm.objects.filter(indicator=self.indicator, pk=typed).first()
        return found

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "try" not in request.POST and "propose" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        more: dict[str, Any] = {}
        if "propose" in request.POST:
            more["proposal"] = proposal_of(self.indicator, form)
            form = _with_numbers(form, more["proposal"])
        elif form.is_valid():
            try:
                more["trial"] = trial_of(self.indicator, form)
            except ValidationError as error:
                add_errors(form, error)
        template = "kpi/_settings_norm.html" if getattr(request, "htmx", False) else self.template_name
        status = 422 if form.is_bound and form.errors else 200
        return render(request, template, self.get_context_data(form=form, **more), status=status)

    def act(self, form: Any) -> str:
        norm = actions.set_norm(
            self.indicator,
            by=self.request.user,
            since=form.cleaned_data["since"],
            until=form.cleaned_data["until"],
            **form.draft,
        )
        words = norm_in_words(norm, indicators.unit_of(self.indicator))
        sentence = _("From %(day)s: %(norm)s.") % {"day": show.day(norm.since), "norm": words}
        if norm.until is not None:
            sentence += " " + _("Until %(day)s.") % {"day": show.day(norm.until)}
        messages.success(self.request, sentence)
        return self._page()

    def _page(self) -> str:
        return reverse("kpi:indicator", args=[self.indicator.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        today = dated.today_of(None)
        norms = Norm.objects.filter(indicator=self.indicator).exclude(until__lt=today)
        related = norms.select_related("team", "user", "indicator__activity_kind")
        return {
            **context,
            "indicator": self.indicator,
            "unit": unit_in_words(self.indicator),
            "back": self._page(),
            "norms": said(related.order_by("user__name", "team__name", "since")),
            "today": today,
        }


@configures
@require_POST
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """What the program proposes for the form as it stands; writes nothing."""
    indicator = get_object_or_404(Indicator.objects.in_use(), pk=pk)
    found = proposal_of(indicator, NormForm(request.POST))
    context = {"proposal": found, "indicator": indicator}
    return render(request, "kpi/_settings_proposal.html", context)


class EndNorm(Configures, VerbForm):
    """The last day of a norm in force."""

    form_class = LastDayOfNormForm
    title = gettext_lazy("Last day of the norm")
    button = gettext_lazy("End the norm")

    @cached_property
    def norm(self) -> Norm:
        norm: Norm = get_object_or_404(
            Norm.objects.select_related("indicator", "team", "user"), pk=self.kwargs["pk"]
        )
        return norm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        [norm] = said([self.norm])
        title = f"{norm.indicator}: {norm.words}"
        return {**super().get_context_data(**kwargs), "title": title, "back": _page_of(norm)}

    def act(self, form: Any) -> str:
        norm = actions.end_norm(self.norm, by=self.request.user, until=form.cleaned_data["until"])
        if norm.deleted_at is None:
            messages.success(self.request, _("The norm holds until %(day)s.") % {"day": show.day(norm.until)})
        return _page_of(norm)


class DropNorm(Configures, Push):
    """A norm that was to come will not."""

    @cached_property
    def norm(self) -> Norm:
        norm: Norm = get_object_or_404(
            Norm.objects.select_related("indicator", "team", "user"), pk=self.kwargs["pk"]
        )
        return norm

    def act(self) -> str:
        norm = self.norm
        if norm.since <= dated.today_of(norm.team):
            raise ValidationError(_("This norm is in force already: give it a last day."))
        actions.end_norm(norm, by=self.request.user)
        messages.success(self.request, _("This norm will not come into force."))
        return _page_of(norm)

    def refused_url(self) -> str:
        return _page_of(self.norm)


def _with_numbers(form: NormForm, found: Proposal) -> NormForm:
    """The form as typed, with the proposed numbers in it."""
    data: Any = form.data
    data = data.copy()
    for name in ("low", "high"):
        value = getattr(found, name)
        if value is not None:
            data[name] = show.number(value)
    again = NormForm(data)
    again.is_valid()
    return again


def trial_of(indicator: Indicator, form: NormForm) -> Trial:
    """The norm of the valid form on the last closed days; ValidationError where it is none."""
    norm = actions.drafted(indicator, **form.draft)
    return History(norm, dated.today_of(norm.team)).trial()


def proposal_of(indicator: Indicator, form: NormForm) -> Proposal:
    """For whom, for what and in which direction as the form says; its numbers are not asked."""
    form.is_valid()
    scope: dict[str, Any] = {name: form.cleaned_data.get(name) for name in _SCOPE}
    try:
        norm = actions.drafted(indicator, **scope, low=1, high=1)
    except ValidationError:
        return Proposal()
    return History(norm, dated.today_of(norm.team)).proposal()


def _page_of(norm: Norm) -> str:
    return reverse("kpi:indicator", args=[norm.indicator_id])

"""Pages of money: a team's month and its approval, a person's month day by day, rates and bonuses."""

import datetime as dt
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from core import periods, show
from core.money import format_money
from core.tables.files import xlsx
from kpi.actions import pay
from kpi.actions.later import may_watch
from kpi.forms.pay import BonusForm, RateForm, month_name, month_named
from kpi.models import Bonus, Closing, Rate
from kpi.pay import Worth, bonus_in_force, month_at, next_month, rate_in_force
from kpi.payroll import Sheet, hurdles, next_to_approve, sheet_of
from kpi.payroll_book import state_of, tables_of
from kpi.person_month import person_month
from kpi.rates import bonuses_of, rates_of, words_of
from kpi.scorecard.asked import teams_of
from people import access, calendar
from people.models import Team, User
from people.pages import ForAbility, for_ability
from people.views.days import OfTeam
from people.views.verbs import Configures, Push, VerbForm

# --- A team's month -------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """Which team's month the address asks for."""

    teams: tuple[Team, ...]
    team: Team
    month: dt.date

    def url(self, **changes: Any) -> str:
        team, month = changes.get("team", self.team), changes.get("month", self.month)
        return payroll_url(team, month)

    @property
    def team_links(self) -> list[tuple[str, Team]]:
        return [(self.url(team=team), team) for team in self.teams]

    @property
    def earlier(self) -> str:
        """Empty where no day was closed before."""
        known = Closing.objects.filter(team=self.team, day__lt=self.month).exists()
        return self.url(month=month_at(self.month - dt.timedelta(1))) if known else ""

    @property
    def later(self) -> str:
        """Empty on the month that runs."""
        after = next_month(self.month)
        return self.url(month=after) if after <= month_at(periods.today()) else ""


def payroll_url(team: Team, month: dt.date) -> str:
    return f"{reverse('kpi:payroll')}?team={team.pk}&month={month_name(month)}"


def _asked(user: User, params: Any) -> Asked | None:
    """The team and month of the address; another's team is not there. Without a month the one to be approved next."""
    teams = teams_of(user)
    wished = params.get("team", "")
    if wished and wished not in {str(team.pk) for team in teams}:
        raise Http404
    if not teams:
        return None
    team = next((each for each in teams if str(each.pk) == wished), teams[0])
    try:
        month = month_named(params.get("month", ""))
    except ValueError:
        month = min(next_to_approve(team) or dt.date.max, month_at(periods.today()))
    return Asked(teams, team, month)


@for_ability("assign")
def payroll(request: HttpRequest) -> HttpResponseBase:
    """The team's month: what points come to, what stands in the way of its approval; POST approves it."""
    user: Any = request.user
    with calendar.kept():
        asked = _asked(user, request.POST if request.method == "POST" else request.GET)
        if asked is None:
            return render(request, "kpi/pay_none.html")
        if request.method == "POST":
            return _approve(request, asked)
        sheet = sheet_of(asked.team, asked.month)
        if request.GET.get("export") == "xlsx":
            return xlsx(*tables_of(sheet))
        return _page(request, asked, sheet)


def _approve(request: HttpRequest, asked: Asked) -> HttpResponse:
    user: Any = request.user
    try:
        done = pay.approve_month(asked.team, asked.month, by=user, seen=request.POST.get("seen", ""))
    except ValidationError as error:
        sheet = sheet_of(asked.team, asked.month)
        return _page(request, asked, sheet, refused=error.messages, status=422)
    said = {"month": show.month(done.month), "sum": format_money(done.total)}
    messages.success(request, _("%(month)s is approved: %(sum)s.") % said)
    return HttpResponseRedirect(asked.url())


def _page(
    request: HttpRequest, asked: Asked, sheet: Sheet, *, refused: list[str] | None = None, status: int = 200
) -> HttpResponse:
    user: Any = request.user
    in_the_way = [] if sheet.payroll else hurdles(asked.team, asked.month)
    said = {hurdle.words for hurdle in in_the_way}
    context = {
        "asked": asked,
        "sheet": sheet,
        "title": _("Bonuses, %(month)s") % {"month": show.month(asked.month).lower()},
        "state": state_of(sheet),
        "hurdles": [(hurdle, _way_to(hurdle, asked)) for hurdle in in_the_way],
        "is_running": any(hurdle.kind == "running" for hurdle in in_the_way),
        "refused": [words for words in refused or [] if words not in said],
        "rate_words": words_of(Worth.of(rate)) if (rate := rate_in_force(asked.team, asked.month)) else "",
        "may_configure": access.may(user, "configure"),
        "month": month_name(asked.month),
        "printed": show.whole_moment(periods.now()),
    }
    return render(request, "kpi/pay_payroll.html", context, status=status)


def _way_to(hurdle: Any, asked: Asked) -> tuple[str, bool]:
    """Where it is done, and whether in the dialog; nowhere for what needs only time."""
    if hurdle.kind == "earlier":
        return asked.url(month=hurdle.day), False
    if hurdle.kind == "objection":
        return reverse("kpi:objection", args=[hurdle.objection.pk]), True
    if hurdle.kind in ("waiting", "not_closed"):
        return f"{reverse('kpi:scorecard')}?team={asked.team.pk}&day={hurdle.day.isoformat()}", False
    return "", False


# --- A person's month -----------------------------------------------------------------------------------------------


@for_ability("sell")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's month day by day: for the person, and for who heads a team the days were closed with."""
    user: Any = request.user
    whose: User = get_object_or_404(User.all_objects, pk=pk)
    try:
        month = month_named(request.GET.get("month", ""))
    except ValueError:
        month = month_at(periods.today())
    shown = person_month(whose, month)
    owners = access.owners_visible_to(user)
    if owners is not None and whose.pk not in owners:
        shown = shown.only([part for part in shown.parts if may_watch(user, part.share.team.pk)])
        if not shown.parts:
            raise Http404
    back, back_words = f"{reverse('kpi:my')}?month={month_name(month)}", _("My figures")
    if access.may(user, "assign"):
        back_words = _("Bonuses")
        team = shown.parts[0].share.team if shown.parts else whose.team
        back = payroll_url(team, month) if team in teams_of(user) else reverse("kpi:payroll")
    here = reverse("kpi:payroll-person", args=[whose.pk])
    context = {
        "whose": whose,
        "shown": shown,
        "title": f"{whose.name}, {show.month(month).lower()}",
        "back": back,
        "back_words": back_words,
        "earlier": f"{here}?month={month_name(month_at(month - dt.timedelta(1)))}",
        "later": f"{here}?month={month_name(next_month(month))}"
        if next_month(month) <= month_at(periods.today())
        else "",
    }
    return render(request, "kpi/pay_person.html", context)


# --- Rates and bonuses ------------------------------------------------------------------------------------------------


class Rates(ForAbility, TemplateView):
    """What a point is worth and whose bonus is how large: now, before, and what comes."""

    ability = "assign"
    template_name = "kpi/pay_rates.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        with calendar.kept():
            return {
                **super().get_context_data(**kwargs),
                "rates": rates_of(teams_of(user)),
                "bonuses": bonuses_of(user),
                "may_configure": access.may(user, "configure"),
            }


class NewRate(Configures, OfTeam, VerbForm):
    """Another rate from a month on; by default what holds now."""

    form_class = RateForm
    button = gettext_lazy("Set the rate")

    def get_title(self) -> str:
        return _("Rate of a point: %(name)s") % {"name": self.team or _("Company")}

    @cached_property
    def earliest(self) -> dt.date:
        return pay.earliest_for_rate(self.team)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "earliest": self.earliest}

    def get_initial(self) -> dict[str, Any]:
        rate = rate_in_force(self.team.pk if self.team else 0, self.earliest)
        names = ("plus_rate", "minus_rate", "plus_cap", "minus_cap")
        return {name: getattr(rate, name) for name in names} if rate else {}

    def page(self) -> dict[str, Any]:
        return {**super().page(), "back": reverse("kpi:rates")}

    def act(self, form: Any) -> str:
        rate = pay.set_rate(by=self.request.user, team=self.team, **_values(form))
        messages.success(self.request, _("The rate holds from %(month)s on.") % {"month": _month(rate)})
        return reverse("kpi:rates")


class DropRate(Configures, Push):
    def act(self) -> str:
        rate: Rate = get_object_or_404(Rate.objects.select_related("team"), pk=self.kwargs["pk"])
        pay.drop_rate(rate, by=self.request.user)
        messages.success(self.request, _("This rate will not come into force."))
        return self.refused_url()

    def refused_url(self) -> str:
        return reverse("kpi:rates")


class NewBonus(ForAbility, VerbForm):
    """Another bonus of a person from a month on."""

    ability = "assign"
    form_class = BonusForm
    button = gettext_lazy("Set the bonus")

    @cached_property
    def whose(self) -> User:
        found: User = get_object_or_404(access.people_visible_to(self.request.user), pk=self.kwargs["pk"])
        if not pay.may_set_bonus_of(found, self.request.user):
            raise PermissionDenied("somebody else's bonus")
        return found

    @cached_property
    def earliest(self) -> dt.date:
        return pay.earliest_for_bonus(self.whose)

    def get_title(self) -> str:
        return _("Bonus: %(name)s") % {"name": self.whose.name}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "earliest": self.earliest}

    def get_initial(self) -> dict[str, Any]:
        return {"amount": bonus_in_force(self.whose, self.earliest) or None}

    def page(self) -> dict[str, Any]:
        return {**super().page(), "back": reverse("kpi:rates")}

    def act(self, form: Any) -> str:
        bonus = pay.set_bonus(self.whose, by=self.request.user, **_values(form))
        messages.success(self.request, _("The bonus holds from %(month)s on.") % {"month": _month(bonus)})
        return reverse("kpi:rates")


class DropBonus(ForAbility, Push):
    ability = "assign"

    def act(self) -> str:
        people = access.people_visible_to(self.request.user)
        bonus: Bonus = get_object_or_404(
            Bonus.objects.filter(user__in=people).select_related("user"), pk=self.kwargs["pk"]
        )
        pay.drop_bonus(bonus, by=self.request.user)
        messages.success(self.request, _("This bonus will not come into force."))
        return self.refused_url()

    def refused_url(self) -> str:
        return reverse("kpi:rates")


def _values(form: Any) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "once"}


def _month(row: Rate | Bonus) -> str:
    return show.of_month(row.since)

"""The year's calendar with its exceptions."""

import calendar as months
import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from core import periods, show
from people import actions, calendar
from people.forms import CalendarDayForm
from people.hours import lines_of
from people.models import CalendarDay, Team
from people.views.verbs import Configures, Push, VerbForm

# The years the production calendar is shown for.
YEARS = range(2015, 2041)


@dataclass(frozen=True)
class Day:
    """One day of the year's grid."""

    date: dt.date
    is_working: bool
    exception: CalendarDay | None
    is_today: bool

    @property
    def css(self) -> str:
        marks = {"off": not self.is_working, "exception": self.exception is not None, "today": self.is_today}
        return " ".join(name for name, holds in marks.items() if holds)

    @property
    def words(self) -> str:
        """The day as it is read aloud, and shown under the pointer."""
        said = [show.day(self.date), _("working day") if self.is_working else _("day off")]
        if self.exception is not None:
            said += [_("exception"), self.exception.note]
        return ", ".join(part for part in said if part)


@dataclass(frozen=True)
class Month:
    name: str
    weeks: list[list[Day | None]]
    working_days: int


class OfTeam:
    """The calendar of the company, or of the team that the address names by `?team=`."""

    request: Any

    @cached_property
    def team(self) -> Team | None:
        asked = self.request.GET.get("team", "")
        if not asked:
            return None
        if not asked.isdecimal() or len(asked) > 18:
            raise Http404
        team: Team = get_object_or_404(Team, pk=asked)
        return team

    @property
    def suffix(self) -> str:
        return f"?team={self.team.pk}" if self.team else ""


class Calendar(Configures, OfTeam, TemplateView):
    template_name = "people/calendar.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        year = self.kwargs.get("year", periods.today().year)
        if year not in YEARS:
            raise Http404
        team, today = self.team, periods.today()
        rows = CalendarDay.objects.filter(day__year=year).select_related("team").order_by("day")
        rows = rows.filter(team=None) | rows.filter(team=team) if team else rows.filter(team=None)
        # A team's own exception goes over the company's.
        by_day = {row.day: row for row in sorted(rows, key=lambda row: row.team_id is not None)}
        context = super().get_context_data(**kwargs)
        context.update(
            year=year,
            previous=year - 1 if year - 1 in YEARS else None,
            next=year + 1 if year + 1 in YEARS else None,
            team=team,
            teams=Team.objects.all(),
            suffix=self.suffix,
            months=[_month(year, month, team, by_day, today) for month in range(1, 13)],
            weekdays=[show.weekday_name(dt.date(2024, 1, day)) for day in range(1, 8)],
            exceptions=sorted(by_day.values(), key=lambda row: row.day),
            hours=lines_of(team),
        )
        return context


def _month(
    year: int, month: int, team: Team | None, by_day: dict[dt.date, CalendarDay], today: dt.date
) -> Month:
    weeks = [
        [
            Day(date, calendar.is_working(date, team), by_day.get(date), date == today)
            if date.month == month
            else None
            for date in week
        ]
        for week in months.Calendar().monthdatescalendar(year, month)
    ]
    working = sum(day.is_working for week in weeks for day in week if day)
    return Month(str(MONTHS[month]), weeks, working)


class OneDay(Configures, OfTeam, VerbForm):
    """Makes a day a working one or a day off, with a cut-off of its own."""

    form_class = CalendarDayForm
    template_name = "people/place.html"
    button = gettext_lazy("Save")

    @cached_property
    def day(self) -> dt.date:
        try:
            day = dt.date.fromisoformat(self.kwargs["day"])
        except ValueError:
            raise Http404 from None
        if day.year not in YEARS:
            raise Http404
        return day

    @cached_property
    def exception(self) -> CalendarDay | None:
        found: CalendarDay | None = CalendarDay.objects.filter(day=self.day, team=self.team).first()
        return found

    def get_initial(self) -> dict[str, Any]:
        if self.exception:
            works, cutoff, note = self.exception.is_working, self.exception.cutoff, self.exception.note
        else:
            works, cutoff, note = calendar.is_working(self.day, self.team), None, ""
        return {"is_working": "yes" if works else "no", "cutoff": cutoff, "note": note}

    def act(self, form: Any) -> str:
        actions.add_calendar_exception(self.day, team=self.team, by=self.request.user, **form.cleaned_data)
        return self.calendar_url

    @property
    def calendar_url(self) -> str:
        return reverse("people:calendar_year", args=[self.day.year]) + self.suffix

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        title = show.day(self.day)
        context |= {"title": f"{title}: {self.team}" if self.team else title, "back": self.calendar_url}
        if self.exception:
            context |= {
                "remove_url": reverse("people:calendar_day_remove", args=[self.exception.pk]),
                "remove": _("As in the production calendar"),
            }
        return context


class RemoveDay(Configures, Push):
    def act(self) -> str:
        exception = get_object_or_404(CalendarDay, pk=self.kwargs["pk"])
        actions.remove_calendar_exception(exception, by=self.request.user)
        suffix = f"?team={exception.team_id}" if exception.team_id else ""
        return reverse("people:calendar_year", args=[exception.day.year]) + suffix

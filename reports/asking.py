"""What the address of a report asks for: a period, what it is narrowed to, its switches, with what it is compared.

Every value is one of a list that the reader may choose from: what is none of them gets a sentence beside its field and
asks nothing, the rest holds. Nothing of the address reaches the database as a name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods, show
from core.periods import PERIOD_NAMES, Period, period_named, previous_period, year_before
from core.places import Text
from people.models import User
from reports.narrowing import NARROWINGS

OWN = "own"
PREVIOUS, MONTH_AGO, YEAR_AGO = "previous", "month-ago", "year-ago"
COMPARISONS: dict[str, Text] = {
    "": gettext_lazy("Without comparison"),
    PREVIOUS: gettext_lazy("With the previous period"),
    YEAR_AGO: gettext_lazy("With a year ago"),
}
# Of reports that say what stands now: the day they are compared with.
_COMPARED_NOW: dict[str, Text] = {
    "": gettext_lazy("Without comparison"),
    MONTH_AGO: gettext_lazy("With a month ago"),
    YEAR_AGO: gettext_lazy("With a year ago"),
}
_EARLIEST, _LATEST = dt.date(2000, 1, 1), dt.date(2100, 12, 31)


@dataclass(frozen=True)
class Switch:
    """A choice a report offers besides what it is narrowed to: what is measured, what stands in the rows.

    `choices`: {key in the address: words}; the first one holds where the address says nothing.
    """

    key: str
    label: Text
    choices: Mapping[str, Text]

    @property
    def default(self) -> str:
        return next(iter(self.choices))


@dataclass(frozen=True)
class Asked:
    """What a report is to answer. Of what stands now `period` is the day of today, or the day it is compared with.

    `narrow`: {narrowing: the ids or values chosen}, those that are not narrowed are not in it. `chosen`: the address's
    own words for them, from which links are made.
    """

    user: User
    moment: dt.datetime
    period: Period
    period_name: str = ""
    narrow: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    switches: Mapping[str, str] = field(default_factory=dict)
    compare: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def first(self) -> dt.date:
        return self.period.first_day()

    @property
    def last(self) -> dt.date:
        return self.period.last_day()

    @property
    def today(self) -> dt.date:
        return periods.day_of(self.moment)

    @cached_property
    def other_period(self) -> Period | None:
        """With which period it is to be compared."""
        if self.compare == PREVIOUS:
            return previous_period(self.period)
        if self.compare == MONTH_AGO:
            day = periods.add_months(self.first, -1)
            return Period.of_days(day, day)
        return year_before(self.period) if self.compare == YEAR_AGO else None

    def at(self, period: Period) -> Asked:
        """The same question about another period, compared with nothing."""
        return replace(self, period=period, compare="")

    def query(self, **changes: str) -> str:
        """«?period=this-month&team=3», with changes; what stands at its default is left out."""
        values = {**self.chosen, **changes}
        said = {key: value for key, value in values.items() if value}
        return f"?{urlencode(said)}" if said else ""


def words_of(period: Period) -> str:
    """«ноябрь 2026», «2026 год», «4–15 ноября»: the period in words."""
    first, last = period.first_day(), period.last_day()
    if periods.is_whole_months(period):
        if periods.first_of("month", last) == first:
            return show.month(first).lower()
        if (first.month, last.month) == (1, 12) and first.year == last.year:
            return _("year %(year)s") % {"year": first.year}
        if first.year == last.year:
            return f"{show.month(first).lower().rsplit(' ', 1)[0]} – {show.month(last).lower()}"
        return f"{show.month(first).lower()} – {show.month(last).lower()}"
    if first == last:
        return show.day(first)
    return f"{show.day(first, weekday=False)} – {show.day(last, weekday=False)}"


class AskingForm(forms.Form):
    """The fields of one report. `asked` is what holds, whatever is wrong with some of them."""

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        user: User,
        moment: dt.datetime,
        period: str,
        narrowings: Sequence[str],
        switches: Sequence[Switch],
        compares: bool,
    ) -> None:
        super().__init__(_with_defaults(data, period, switches))
        self._user, self._moment, self._default = user, moment, period
        self._narrowings, self._switches = tuple(narrowings), tuple(switches)
        if period:
            self.fields["period"] = _choice(_("Period"), self._periods(self.data))
            for key, label in (("first", _("From")), ("last", _("To"))):
                self.fields[key] = forms.DateField(
                    label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
                )
        for switch in self._switches:
            self.fields[switch.key] = _choice(str(switch.label), switch.choices)
        for name in self._narrowings:
            narrowing = NARROWINGS[name]
            choices = {"": narrowing.all_words, **narrowing.choices(user)}
            self.fields[name] = _choice(str(narrowing.label), choices)
        if compares:
            self.fields["compare"] = _choice(_("Compare"), COMPARISONS if period else _COMPARED_NOW)

    @staticmethod
    def _periods(data: Mapping[str, Any]) -> dict[str, Text]:
        """Those with a name, own days, and the days that the address says already."""
        said = str(data.get("period", ""))
        found: dict[str, Text] = {**PERIOD_NAMES, OWN: gettext_lazy("Own days…")}
        if said not in found:
            try:
                found[said] = words_of(_bounded(period_named(said)))
            except ValueError:
                return found
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if cleaned.get("period") == OWN or (not cleaned.get("period") and (first or last)):
            if first is None or last is None:
                if not {"first", "last"} & set(self.errors):
                    self.add_error("last" if first else "first", _("Say both days of the period."))
            elif first > last:
                self.add_error("last", _("The period ends before it begins."))
            elif first < _EARLIEST or last > _LATEST:
                self.add_error("first", _("There are no figures for these days."))
        return cleaned

    @cached_property
    def asked(self) -> Asked:
        self.is_valid()
        cleaned = self.cleaned_data
        period, name = self._period(cleaned)
        narrow, chosen = {}, {}
        if name and name != self._default:
            chosen["period"] = name
        for key in self._narrowings:
            if value := cleaned.get(key):
                narrow[key] = tuple(NARROWINGS[key].values(value))
                chosen[key] = value
        switches = {}
        for switch in self._switches:
            switches[switch.key] = cleaned.get(switch.key) or switch.default
            if switches[switch.key] != switch.default:
                chosen[switch.key] = switches[switch.key]
        compare = cleaned.get("compare") or ""
        if compare:
            chosen["compare"] = compare
        return Asked(self._user, self._moment, period, name, narrow, switches, compare, chosen)

    def _period(self, cleaned: Mapping[str, Any]) -> tuple[Period, str]:
        """The period that holds, and how the address names it: a name moves on with the days."""
        if not self._default:
            day = periods.day_of(self._moment)
            return Period.of_days(day, day), ""
        name = cleaned.get("period") or ""
        first, last = cleaned.get("first"), cleaned.get("last")
        if (name == OWN or not name) and first and last and first <= last:
            if not {"first", "last"} & set(self.errors):
                return Period.of_days(first, last), f"{first.isoformat()}..{last.isoformat()}"
            name = ""
        if not name or name == OWN:
            name = self._default
        return _bounded(period_named(name)), name


def _with_defaults(data: Mapping[str, Any], period: str, switches: Sequence[Switch]) -> dict[str, Any]:
    """What the address says, and what holds where it says nothing, so that the fields show it."""
    found: dict[str, Any] = {switch.key: switch.default for switch in switches}
    if period:
        found["period"] = OWN if data.get("first") or data.get("last") else period
    return found | {key: data[key] for key in data if data[key] != ""}


def _bounded(period: Period) -> Period:
    if period.first_day() < _EARLIEST or period.last_day() > _LATEST:
        raise ValueError("There are no figures for these days.")
    return period


def _choice(label: str, choices: Mapping[str, Text]) -> forms.ChoiceField:
    return _Choice(label=label, choices=list(choices.items()), required=False)


class _Choice(forms.ChoiceField):
    def validate(self, value: Any) -> None:
        try:
            super().validate(value)
        except ValidationError:
            raise ValidationError(_("There is no such choice: choose one of the list.")) from None

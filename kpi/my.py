"""My day: what the running day of one person says by now and what it still lacks; the day that has just been closed.

The figures are those the closing will freeze, with now in place of the cut-off.
"""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from core import show
from kpi import indicators
from kpi.days import TeamDay, local_day, running_day
from kpi.measuring import DayOf, Judged, Measuring
from kpi.models import Closing, Figure, Norm, PersonDay, Rule
from kpi.norms import words_of
from kpi.remedies import Remedy, remedy_of, why_url
from kpi.results import Result, results_of
from kpi.scorecard.around import tone_of
from kpi.scorecard.sheet import TONES, in_words, norm_mark
from people import calendar
from people.models import Absence, Team, User


@dataclass(frozen=True)
class Row:
    """One indicator of the day by now."""

    figure: Judged
    person_id: int
    day: dt.date

    @property
    def name(self) -> str:
        return indicators.name_of(self.figure.indicator)

    @property
    def formula(self) -> str:
        return indicators.formula_of(self.figure.indicator)

    @cached_property
    def unit(self) -> str:
        return indicators.unit_of(self.figure.indicator)

    @property
    def exact(self) -> Fraction | None:
        return self.figure.measured.exact(is_percent=self.unit == Rule.Unit.PERCENT)

    @property
    def words(self) -> str:
        return in_words(self.exact, self.unit)

    @property
    def mark(self) -> str:
        """«/ 15», «/ ≤ 2»; nothing at "at most 0"."""
        return norm_mark(self.figure.expected, self.unit)

    @property
    def norm_low(self) -> str:
        """The least that is expected; empty where there is no such limit."""
        norm = self.figure.expected
        return in_words(norm.low, self.unit) if norm is not None and norm.low is not None else ""

    @property
    def norm_words(self) -> str:
        return words_of(self.figure.expected) if self.figure.expected else ""

    @property
    def tone(self) -> str:
        return TONES.get(Figure.Verdict(self.figure.verdict), "")

    @property
    def lacks(self) -> bool:
        """Judged, and not met."""
        return self.figure.verdict in (Figure.Verdict.WITHIN, Figure.Verdict.MISSED)

    @property
    def worth(self) -> int:
        """How many points more it would give if it were met."""
        norm = self.figure.expected
        return norm.points_met - self.figure.points if norm and self.lacks else 0

    @cached_property
    def remedy(self) -> Remedy | None:
        return remedy_of(self.figure) if self.lacks else None

    @property
    def lacking(self) -> str:
        """«разговоры — ещё 2», «без задачи — 1»: for a banner and a letter."""
        norm, exact = self.figure.expected, self.exact
        said = self.words
        if norm is not None and norm.low is not None and exact is not None and exact < norm.low:
            said = f"{self.words}{show.NBSP}{self.mark}"
        return f"{self.name.lower()}{show.NBSP}— {said}"

    @property
    def why_url(self) -> str:
        return why_url(self.person_id, self.figure, self.day)


@dataclass(frozen=True)
class Today:
    """One person's running day."""

    of: TeamDay
    day: DayOf

    @cached_property
    def all_rows(self) -> list[Row]:
        """Every indicator of the day, in their order."""
        figures = [figure for figure in self.day.figures if figure.period == Norm.Period.DAY]
        return [Row(figure, self.day.seat.person_id, self.of.day) for figure in figures]

    @cached_property
    def rows(self) -> list[Row]:
        """Those with a norm; what is lacking first."""
        judged = [row for row in self.all_rows if row.figure.expected is not None]
        return sorted(judged, key=lambda row: not row.lacks)

    @cached_property
    def quiet(self) -> list[Row]:
        """Those without a norm: shown, not scored."""
        return [row for row in self.all_rows if row.figure.expected is None]

    @cached_property
    def lacking(self) -> list[Row]:
        """Those whose norm is not met by now."""
        return [row for row in self.rows if row.lacks]

    @property
    def points(self) -> int:
        return self.day.points

    @property
    def most(self) -> int:
        """What the day is worth when every norm is met."""
        return sum(row.figure.expected.points_met for row in self.rows if row.figure.expected)

    @property
    def worth(self) -> int:
        """What meeting all that is lacking would add."""
        return sum(row.worth for row in self.lacking)

    @property
    def bar(self) -> int:
        """How full the bar is, in %: from the fewest points the day can end with to the most."""
        least = sum(row.figure.expected.points_missed for row in self.rows if row.figure.expected)
        return round(100 * (self.points - least) / (self.most - least)) if self.most > least else 0

    @property
    def absence(self) -> str:
        """Why the person is away the whole day, in words; the day is not scored then."""
        return str(Absence.Kind(self.day.seat.absence).label) if self.day.seat.absence else ""

    @property
    def share(self) -> str:
        """«44 %» where the person is there for a part of the day: norms are made smaller by it."""
        share = self.day.seat.share
        return show.percent(float(share)) if share != 1 else ""

    @property
    def cutoff_words(self) -> str:
        """«18:00» by the clocks of the team."""
        return time_of(self.of.cutoff, self.of.team)

    @property
    def has_begun(self) -> bool:
        """Whether it is the date of today: in the evening tomorrow's window is running already."""
        return self.of.day == local_day(self.of.moment, self.of.team)


def time_of(moment: dt.datetime, team: Team | None) -> str:
    """«18:00» by the clocks of the team, of the company without one."""
    return f"{moment.astimezone(calendar.zone_of(team)):%H:%M}"


def today_of(user: User, moment: dt.datetime) -> Today | None:
    """The person's running day; None where nothing of theirs is measured (no seat that day). A fixed number of
    queries."""
    if user.team is None:
        return None
    with calendar.kept():
        measured = _measured([running_day(user.team, moment)], user)
        if measured is None:
            # Moved to another team within the day: until its end they are looked at where they were when it began.
            mine = running_day(user.team, moment).day
            days = [running_day(team, moment) for team in Team.objects.exclude(pk=user.team.pk)]
            measured = _measured([of for of in days if of.day == mine], user)
    return measured


def _measured(days: list[TeamDay], user: User) -> Today | None:
    if not days:
        return None
    found = Measuring(days, [user.pk]).judged()
    return Today(found[0].seat.of, found[0]) if found else None


@dataclass(frozen=True)
class Closed:
    """The day that has just ended: `result` is None as long as nobody has closed it."""

    day: dt.date
    result: Result | None

    @property
    def tone(self) -> str:
        """How it went: met, near or missed; empty where it was not scored."""
        return tone_of(self.result) if self.result else ""


# A day that nobody closes for so long is no news any more; the alarms speak of it.
_SOON = dt.timedelta(hours=1)


def closed_of(user: User, moment: dt.datetime) -> Closed | None:
    """The day whose cut-off has passed, until the working time of the next one begins; None while a day is running."""
    if user.team is None:
        return None
    with calendar.kept():
        running = calendar.working_day_of(moment, user.team)
        if moment >= calendar.starts(running, user.team):
            return None
        before = calendar.add_working_days(running, -1, user.team)
        cutoff = calendar.cutoff(before, user.team)
    row = PersonDay.objects.filter(person=user, day=before).select_related("closing").first()
    if row is not None:
        return Closed(before, results_of([row])[0])
    if moment - cutoff > _SOON or Closing.objects.filter(team=user.team, day=before).exists():
        return None
    return Closed(before, None)

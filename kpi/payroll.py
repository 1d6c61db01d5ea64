"""The sheet for the payroll: a team's month, person by person. The page, its print and Excel show these rows; approved,
they are the lines as they were written."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import periods, show
from kpi import days
from kpi.models import Closing, Objection, Payroll, PayrollLine, PersonDay
from kpi.pay import ZERO, Again, Share, Worth, month_at, month_of, next_month, recalculations
from people import dated
from people.models import Team, User

Kind = PayrollLine.Kind


@dataclass(frozen=True)
class Row:
    """One line of the sheet: a person's points of the month, or what is recalculated of an earlier one."""

    person: User
    kind: str
    # Of the points: the sheet's own, or the earlier one.
    month: dt.date
    days: int
    points: int
    worth: Worth
    bonus: Decimal
    amount: Decimal
    share: Share | None = None
    again: Again | None = None

    @property
    def is_again(self) -> bool:
        return self.kind == Kind.RECALCULATION

    @property
    def under(self) -> str:
        """What is to be known of the days, in a few words; of a recalculation, the rate it is paid at."""
        if self.again is not None:
            return ", ".join(show.day(result.day.day, weekday=False) for result in self.again.days)
        said = []
        if self.share is not None and self.share.tally.not_scored:
            words = ngettext(
                "%(days)s day not scored", "%(days)s days not scored", self.share.tally.not_scored
            )
            said.append(words % {"days": self.share.tally.not_scored})
        if self.share is not None and self.share.tally.waiting:
            words = ngettext("%(days)s day waits", "%(days)s days wait", self.share.tally.waiting)
            said.append(words % {"days": self.share.tally.waiting})
        return ", ".join(said)

    @property
    def addition(self) -> Decimal:
        return max(self.amount, ZERO)

    @property
    def reduction(self) -> Decimal:
        """«Снижение премии», above zero."""
        return max(-self.amount, ZERO)


@dataclass
class Sheet:
    """A team's month; `payroll` once it is approved."""

    team: Team
    month: dt.date
    rows: list[Row]
    payroll: Payroll | None = None

    @property
    def points(self) -> int:
        return sum(row.points for row in self.rows)

    @property
    def addition(self) -> Decimal:
        return sum((row.addition for row in self.rows), ZERO)

    @property
    def reduction(self) -> Decimal:
        return sum((row.reduction for row in self.rows), ZERO)

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.rows), ZERO)

    @property
    def has_rate(self) -> bool:
        return any(row.worth.plus_rate or row.worth.minus_rate for row in self.rows if not row.is_again)

    @property
    def checksum(self) -> str:
        """Two sheets that say the same have the same one: who approves, approves what was on the page."""
        digest = hashlib.sha256(f"{self.team.pk} {self.month}\n".encode())
        for row in self.rows:
            digest.update(
                f"{row.person.pk} {row.kind} {row.month} {row.days} {row.points} {row.worth} {row.bonus}"
                f" {row.amount}\n".encode()
            )
        return digest.hexdigest()


def sheet_of(team: Team, month: dt.date) -> Sheet:
    """The sheet of the month: as approved, else as of now. A fixed number of queries for any number of people."""
    payroll = Payroll.objects.filter(team=team, month=month).select_related("operation__by").first()
    rows = [_row_of(share) for share in month_of(month, team=team)]
    if payroll is not None:
        rows += [_row_of_line(line) for line in _lines(payroll)]
    elif next_to_approve(team) == month:
        rows += [_row_of_again(again) for again in recalculations(team=team)]
    rows.sort(key=lambda row: (row.person.name, row.person.pk, row.is_again, row.month))
    return Sheet(team, month, rows, payroll)


def _row_of(share: Share) -> Row:
    return Row(
        share.person,
        Kind.POINTS,
        share.month,
        share.tally.scored,
        share.points,
        share.worth,
        share.bonus,
        share.amount,
        share=share,
    )


def _row_of_again(again: Again) -> Row:
    return Row(
        again.person,
        Kind.RECALCULATION,
        again.month,
        len(again.days),
        again.points,
        again.worth,
        again.bonus,
        again.amount,
        again=again,
    )


def _row_of_line(line: PayrollLine) -> Row:
    return Row(
        line.person,
        line.kind,
        line.month,
        line.days,
        line.points,
        Worth.of(line),
        line.bonus,
        line.amount,
    )


def _lines(payroll: Payroll) -> list[PayrollLine]:
    return list(payroll.lines.filter(kind=Kind.RECALCULATION).select_related("person").order_by("pk"))


def next_to_approve(team: Team) -> dt.date | None:
    """The team's first month with closed days that nobody has approved: recalculations go there."""
    approved = Payroll.objects.filter(team=team).order_by("-month").values_list("month", flat=True).first()
    rows = PersonDay.objects.filter(closing__team=team)
    if approved is not None:
        rows = rows.filter(day__gte=next_month(approved))
    day = rows.order_by("day").values_list("day", flat=True).first()
    return month_at(day) if day else None


# --- What stands in the way of the approval ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Hurdle:
    """Something that has to be done first, in words; `kind` and the rest say where."""

    kind: str
    words: str
    day: dt.date | None = None
    objection: Objection | None = None


def hurdles(team: Team, month: dt.date) -> list[Hurdle]:
    """What stands in the way of approving the month, in the order in which it is to be done."""
    after = next_month(month)
    if dated.today_of(team) < after:
        words = _("The month is not over: it can be approved from %(day)s on.")
        return [Hurdle("running", words % {"day": show.day(after, weekday=False)})]
    closings = Closing.objects.filter(team=team, day__gte=month, day__lt=after)
    found = []
    first = next_to_approve(team)
    if first is not None and first < month:
        words = _("%(month)s is not approved yet: months are approved one after the other.")
        found.append(Hurdle("earlier", words % {"month": show.month(first)}, day=first))
    open_days = [each.day for each in days.due(periods.now()) if each.team == team and each.day < after]
    for day in open_days:
        found.append(Hurdle("not_closed", _("%(day)s is not closed.") % {"day": show.day(day)}, day=day))
    waiting = closings.filter(system_down=True, decision__isnull=True).order_by("day")
    for day in waiting.values_list("day", flat=True):
        words = _("%(day)s: the system was unavailable; decide whether the points count.")
        found.append(Hurdle("waiting", words % {"day": show.day(day)}, day=day))
    found += [_about(one) for one in open_objections(team, month)]
    if not found and not PersonDay.objects.filter(closing__in=closings).exists():
        found.append(Hurdle("nobody", _("Nobody of the team has a closed day in this month.")))
    return found


def open_objections(team: Team, month: dt.date) -> list[Objection]:
    """What managers have asked about days of the team's month and nobody has answered."""
    rows = Objection.objects.filter(
        state=Objection.State.OPEN,
        person_day__closing__team=team,
        person_day__day__gte=month,
        person_day__day__lt=next_month(month),
    )
    return list(
        rows.select_related("manager", "person_day", "figure__indicator").order_by("person_day__day", "pk")
    )


def _about(objection: Objection) -> Hurdle:
    day = objection.person_day.day
    words = _("%(day)s, %(who)s: an objection waits for an answer (%(about)s).") % {
        "day": show.day(day),
        "who": objection.manager,
        "about": objection.figure.indicator if objection.figure else _("the whole day"),
    }
    return Hurdle("objection", words, day=day, objection=objection)

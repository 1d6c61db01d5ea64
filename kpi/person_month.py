"""A person's month as it is opened from the payroll: days, figures, the sum in words, what was recalculated later."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import show
from core.money import format_money
from kpi.models import Correction, PayrollLine
from kpi.pay import ZERO, Again, Share, Worth, bonus_of, month_of, next_month, recalculations
from kpi.tracing import Matrix, traced
from people.models import User


@dataclass(frozen=True)
class Part:
    """The person's month in one team."""

    share: Share
    matrix: Matrix
    # Corrections after the approval, the lines they were paid by, and what is not paid yet.
    corrections: Sequence[Correction]
    lines: Sequence[PayrollLine]
    again: Again | None

    @property
    def reckoning(self) -> list[str]:
        """How the money follows from the points, step by step."""
        return reckoning(self.share.points, self.share.worth, self.share.bonus, self.share.amount)


@dataclass(frozen=True)
class PersonMonth:
    person: User
    month: dt.date
    parts: Sequence[Part]

    def only(self, parts: Sequence[Part]) -> "PersonMonth":
        return replace(self, parts=parts)

    @property
    def points(self) -> int:
        return sum(part.share.points for part in self.parts)

    @property
    def amount(self) -> Decimal:
        return sum((part.share.amount for part in self.parts), ZERO)


def person_month(person: User, month: dt.date) -> PersonMonth:
    """The month of the person in all teams it was closed with. A fixed number of queries."""
    shares = month_of(month, people=[person])
    rows = PayrollLine.objects.filter(person=person, month=month, kind=PayrollLine.Kind.RECALCULATION)
    lines = list(rows.select_related("payroll"))
    corrections = list(
        Correction.objects.filter(
            person_day__person=person,
            person_day__day__gte=month,
            person_day__day__lt=next_month(month),
            is_recalculation=True,
        )
        .select_related("person_day__closing", "figure__rule", "figure__indicator", "operation__by")
        .order_by("pk")
    )
    pending = [again for again in recalculations(people=[person]) if again.month == month]
    days = {day.result.day.pk: day for day in traced(result for share in shares for result in share.days)}
    parts = [
        Part(
            share,
            Matrix([days[result.day.pk] for result in share.days]),
            [row for row in corrections if row.person_day.closing.team_id == share.team.pk],
            [line for line in lines if line.payroll.team_id == share.team.pk],
            next((again for again in pending if again.team == share.team), None),
        )
        for share in shares
    ]
    return PersonMonth(person, month, parts)


def reckoning(points: int, worth: Worth, bonus: Decimal, amount: Decimal) -> list[str]:
    """«17 баллов × 100 ₽ = 1 700 ₽», then the caps as far as they bite, in words; the last one is the result."""
    rate = worth.plus_rate if points >= 0 else worth.minus_rate
    raw = points * rate
    counted = ngettext("%(points)s point", "%(points)s points", abs(points)) % {
        "points": show.number(points, signed=True)
    }
    steps = [f"{counted} × {format_money(rate)} = {format_money(raw)}"]
    if points >= 0 and worth.plus_cap is not None and raw > worth.plus_cap:
        steps.append(_("an addition is at most %(sum)s a month") % {"sum": format_money(worth.plus_cap)})
    if points < 0:
        if worth.minus_cap is not None and -raw > worth.minus_cap:
            steps.append(_("a reduction is at most %(sum)s a month") % {"sum": format_money(worth.minus_cap)})
        if min(-raw, worth.minus_cap if worth.minus_cap is not None else -raw) > bonus:
            steps.append(_("the bonus is %(sum)s: no more can be taken off") % {"sum": format_money(bonus)})
    if amount != bonus_of(points, rate=worth, bonus=bonus):
        steps.append(_("a part of the month's limits was used in another team"))
    return steps

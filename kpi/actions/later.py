"""Verbs about closed days (K8): a manager objects, a head corrects, excuses and decides. What was frozen stays.

Heads for their team, directors and administrators for all; nobody for themselves. A correction of a month that is
approved changes nothing in it: it becomes a line of the next one.
"""

from collections.abc import Collection
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core.history.operations import Operation, operation
from kpi.measuring import ratio
from kpi.models import (
    Closing,
    Correction,
    Decision,
    Figure,
    Indicator,
    Norm,
    Objection,
    Payroll,
    PersonDay,
    Rule,
)
from kpi.pay import hold
from kpi.results import settled_figure
from kpi.rules import expected_of
from kpi.totals import first_day
from kpi.verdicts import verdict_of
from people import access
from people.models import User


def correct_figure(
    figure: Figure, *, by: User, value: Decimal, reason: str, objection: Objection | None = None
) -> Correction:
    """The figure's value is another one, for a reason. Verdict and points follow from the rule frozen with it; the
    ratios it is a part of and the week and month that are closed with its day follow, too."""
    require_word_on(figure.person_day, by)
    if figure.rule.unit in (Rule.Unit.PERCENT, Rule.Unit.NUMBER):
        raise ValidationError({"value": _("A ratio follows from its parts: correct those.")})
    if figure.period != Norm.Period.DAY:
        raise ValidationError({"value": _("A week and a month follow from their days: correct those.")})
    if value < 0:
        raise ValidationError({"value": _("The value cannot be negative.")})
    before = settled_figure(figure)
    if before.value == value:
        raise ValidationError({"value": _("This is the value it has.")})
    with operation(by=by) as op:
        made = _correct(figure, op, value, before.base, _reason(reason), None)
        change = value - (before.value or Decimal(0))
        for other, is_base in _that_follow(figure):
            now = settled_figure(other)
            parts = [now.value or Decimal(0), now.base]
            parts[is_base] = (parts[is_base] or Decimal(0)) + change
            _correct(other, op, parts[0] or Decimal(0), parts[1], _reason(reason), made)
        if objection is not None:
            _settle(objection, Objection.State.ACCEPTED, by, op, made)
    return made


def excuse_day(
    day: PersonDay, *, by: User, reason: str, scored: bool = False, objection: Objection | None = None
) -> Correction:
    """The day is not scored for the person after all (an illness entered later); `scored` takes that back."""
    require_word_on(day, by)
    if not day.scored:
        raise ValidationError(_("This day is not scored anyway."))
    with operation(by=by) as op:
        made = Correction.objects.create(
            person_day=day,
            scored=scored,
            reason=_reason(reason),
            is_recalculation=_is_approved(day),
            operation=op,
        )
        if objection is not None:
            _settle(objection, Objection.State.ACCEPTED, by, op, made)
    return made


def decide(closing: Closing, *, by: User, counts: bool, reason: str) -> Decision:
    """One word for the whole team on a day around whose cut-off the system was unavailable: do its points count?"""
    access.require(by, "assign")
    if not may_watch(by, closing.team_id):
        raise PermissionDenied("another team")
    if not closing.system_down:
        raise ValidationError(_("The system was there on this day: its points count."))
    with operation(by=by) as op:
        if Decision.objects.filter(closing=closing).exists():
            raise ValidationError(_("It has been decided already."))
        return Decision.objects.create(closing=closing, counts=counts, reason=_reason(reason), operation=op)


def object_to(
    day: PersonDay,
    *,
    by: User,
    reason: str,
    figure: Figure | None = None,
    asked: Decimal | None = None,
    records: Collection[int] = (),
) -> Objection:
    """A manager asks to look at their closed day again, or at one figure of it (`asked`: what it should be)."""
    if by.pk != day.person_id:
        raise PermissionDenied("somebody else's day")
    if figure is not None and figure.person_day_id != day.pk:
        raise ValidationError(_("This figure is of another day."))
    if asked is not None and asked < 0:
        raise ValidationError({"asked": _("The value cannot be negative.")})
    with operation(by=by):
        waiting = Objection.objects.filter(person_day=day, figure=figure, state=Objection.State.OPEN)
        if waiting.exists():
            raise ValidationError(_("You have asked about this already; the head will answer."))
        objection = Objection(
            manager=by,
            person_day=day,
            figure=figure,
            asked=asked,  # type: ignore[misc]  # may be empty
            reason=_reason(reason),
            records=sorted(set(records)),
        )
        objection.save()
    return objection


def decline(objection: Objection, *, by: User, answer: str) -> Objection:
    """The figure stays as it is, and the head says why."""
    require_word_on(objection.person_day, by)
    with operation(by=by) as op:
        _settle(objection, Objection.State.DECLINED, by, op, None, answer=_reason(answer, "answer"))
    return objection


def withdraw(objection: Objection, *, by: User) -> None:
    """The manager asks no more."""
    if by.pk != objection.manager_id:
        raise PermissionDenied("somebody else's objection")
    with operation(by=by):
        current = Objection.objects.get(pk=objection.pk)
        if current.state != Objection.State.OPEN:
            raise ValidationError(_("It has been answered already."))
        current.soft_delete()


# --- Rights ---------------------------------------------------------------------------------------------------------


def may_watch(user: User, team_id: int | None) -> bool:
    """Whether the user heads the team, or all of them."""
    if not access.may(user, "assign"):
        return False
    return access.owners_visible_to(user) is None or (user.team is not None and user.team.pk == team_id)


def may_have_word_on(user: User, day: PersonDay) -> bool:
    """Whether the user may correct the day: a head of the team it was closed with, or anybody above; not oneself."""
    return user.pk != day.person_id and may_watch(user, day.closing.team_id)


def require_word_on(day: PersonDay, by: User) -> None:
    """PermissionDenied unless `may_have_word_on`."""
    if not may_have_word_on(by, day):
        raise PermissionDenied(f"closed day {day.pk}")


# --- What the verbs have in common ----------------------------------------------------------------------------------


def _reason(text: str, field: str = "reason") -> str:
    text = text.strip()
    if not text:
        raise ValidationError({field: _("Say why: the reason stays beside the figure.")})
    if len(text) > 300:
        raise ValidationError({field: _("At most 300 characters.")})
    return text


def _correct(
    figure: Figure,
    op: Operation,
    value: Decimal,
    base: Decimal | None,
    reason: str,
    follows: Correction | None,
) -> Correction:
    expected = expected_of(figure.rule)
    verdict = verdict_of(ratio(value, base, is_percent=figure.rule.unit == Rule.Unit.PERCENT), expected)
    made: Correction = Correction.objects.create(
        person_day=figure.person_day,
        figure=figure,
        value=value,
        base=base,  # type: ignore[misc]  # only ratios have one
        verdict=verdict,
        points=expected.points(verdict) if expected else 0,
        reason=reason,
        is_recalculation=_is_approved(figure.person_day),
        follows=follows,
        operation=op,
    )
    return made


def _that_follow(figure: Figure) -> list[tuple[Figure, bool]]:
    """Figures that the value is a part of, and whether as their base: ratios of the day; the closed week and month,
    of the indicator itself and of those ratios."""
    day = figure.person_day
    of_indicator: dict[int, bool] = {}
    for row in Indicator.versions.at(day.ends).filter(kind=Indicator.Kind.RATIO):
        if figure.indicator_id in (row.numerator_id, row.denominator_id):
            of_indicator[row.record_id] = row.denominator_id == figure.indicator_id
    found = [
        (other, of_indicator[other.indicator_id])
        for other in Figure.objects.filter(
            person_day=day, period=Norm.Period.DAY, indicator__in=of_indicator
        ).select_related("rule", "person_day__closing")
    ]
    if not figure.rule.is_flow:
        return found
    for period in (Norm.Period.WEEK, Norm.Period.MONTH):
        later = Figure.objects.filter(
            person_day__person=day.person_id,
            person_day__day__gte=day.day,
            period=period,
            indicator__in=[figure.indicator_id, *of_indicator],
        ).select_related("rule", "person_day__closing")
        start = first_day(period, day.day)
        found += [
            (other, of_indicator.get(other.indicator_id, False))
            for other in later
            if first_day(period, other.person_day.day) == start
        ]
    return found


def _is_approved(day: PersonDay) -> bool:
    """Asked once no approval of the team's is under way: a correction is in what is approved, or recalculates it."""
    hold(day.closing.team_id)
    return Payroll.objects.filter(team=day.closing.team_id, month=day.day.replace(day=1)).exists()


def _settle(
    objection: Objection,
    state: str,
    by: User,
    op: Operation,
    correction: Correction | None,
    answer: str = "",
) -> None:
    current = Objection.objects.select_for_update().get(pk=objection.pk)
    if current.state != Objection.State.OPEN:
        raise ValidationError(_("It has been answered already."))
    current.state, current.answer, current.correction = state, answer, correction
    current.decided_by, current.decided_at = by, op.at
    current.save()

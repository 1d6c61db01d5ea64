"""Verbs of money: what a point is worth, whose bonus is how large, a team's month approved (K7).

Rates and bonuses hold from a month on, of which no day is closed yet: nobody's points become cheaper afterwards. `by`
is None for the system (starting data, the demo, tests), which may say any month.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core import show
from core.history.operations import Operation, operation
from core.history.rollback import Plan
from core.money import format_money, money
from kpi.actions.later import may_watch
from kpi.models import Bonus, Payroll, PayrollLine, PersonDay, Rate
from kpi.pay import hold, month_at, next_month
from kpi.payroll import Sheet, hurdles, sheet_of
from people import access, calendar, dated
from people.models import Company, Team, User

Amount = Decimal | int | str

# More than that is a slip of the finger, and sums of a year still fit their column.
LARGEST_RATE = Decimal(1_000_000)
LARGEST_SUM = Decimal(100_000_000)


def set_rate(
    *,
    by: User | None,
    since: dt.date,
    plus_rate: Amount,
    minus_rate: Amount,
    plus_cap: Amount | None = None,
    minus_cap: Amount | None = None,
    team: Team | None = None,
) -> Rate:
    """Roubles for a point from the month on (`since` is its first day), of the company or of one team; for who may
    "configure". One set for the same month before is replaced. ValidationError by field."""
    _require_configure(by)
    values = {
        "plus_rate": _sum(plus_rate, "plus_rate", LARGEST_RATE),
        "minus_rate": _sum(minus_rate, "minus_rate", LARGEST_RATE),
        "plus_cap": None if plus_cap is None else _sum(plus_cap, "plus_cap", LARGEST_SUM),
        "minus_cap": None if minus_cap is None else _sum(minus_cap, "minus_cap", LARGEST_SUM),
    }
    with _operation(by):
        _one_at_a_time()
        if by is not None:
            _require_open(since, earliest_for_rate(team))
        rate = Rate.objects.filter(team=team, since=_first(since)).first() or Rate(team=team, since=since)
        for name, value in values.items():
            setattr(rate, name, value)
        rate.save()
    return rate


def drop_rate(rate: Rate, *, by: User | None) -> None:
    """A rate of a month that has no closed day is set no more: what was in force before goes on."""
    _require_configure(by)
    with _operation(by):
        _one_at_a_time()
        if by is not None:
            _require_not_begun(rate.since, earliest_for_rate(rate.team))
        rate.soft_delete()


def set_bonus(user: User, *, by: User | None, since: dt.date, amount: Amount) -> Bonus:
    """The person's monthly bonus before points from the month on; for heads of their team and all above them, nobody
    but an administrator for themselves. One set for the same month before is replaced."""
    require_bonus_of(user, by)
    value = _sum(amount, "amount", LARGEST_SUM)
    with _operation(by):
        _one_at_a_time()
        if by is not None:
            _require_open(since, earliest_for_bonus(user))
        bonus = Bonus.objects.filter(user=user, since=_first(since)).first() or Bonus(user=user, since=since)
        bonus.amount = value
        bonus.save()
    return bonus


def drop_bonus(bonus: Bonus, *, by: User | None) -> None:
    """A bonus of a month in which the person has no closed day is set no more: the one before it goes on."""
    require_bonus_of(bonus.user, by)
    with _operation(by):
        _one_at_a_time()
        if by is not None:
            _require_not_begun(bonus.since, earliest_for_bonus(bonus.user))
        bonus.soft_delete()


def approve_month(team: Team, month: dt.date, *, by: User, seen: str = "") -> Payroll:
    """The team's month as it stands becomes the sheet for the payroll, for ever; for its head and all above.

    Refused with what stands in the way (`kpi.payroll.hurdles`), and where the sheet is not the one that was looked at
    any more (`seen` is its checksum). Approved already: that one, quietly.
    """
    if not may_watch(by, team.pk):
        raise PermissionDenied("another team")
    month = _first(month)
    approved = Payroll.objects.filter(team=team, month=month)
    if (done := approved.first()) is not None:
        return done
    with operation(by=by) as op:
        hold(team.pk)
        if (done := approved.first()) is not None:
            return done
        with calendar.kept():
            in_the_way = hurdles(team, month)
        if in_the_way:
            raise ValidationError([hurdle.words for hurdle in in_the_way])
        sheet = sheet_of(team, month)
        if seen and seen != sheet.checksum:
            raise ValidationError(_("The figures have changed meanwhile: look at them and approve again."))
        return _write(sheet, op)


def _write(sheet: Sheet, op: Operation) -> Payroll:
    payroll: Payroll = Payroll.objects.create(
        team=sheet.team, month=sheet.month, total=sheet.total, checksum=sheet.checksum, operation=op
    )
    PayrollLine.objects.bulk_create(
        [
            PayrollLine(
                payroll=payroll,
                person=row.person,
                kind=row.kind,
                month=row.month,
                days=row.days,
                points=row.points,
                plus_rate=row.worth.plus_rate,
                minus_rate=row.worth.minus_rate,
                plus_cap=row.worth.plus_cap,
                minus_cap=row.worth.minus_cap,
                bonus=row.bonus,
                amount=row.amount,
            )
            for row in sheet.rows
        ]
    )
    return payroll


def objection(plan: Plan) -> str:
    """For `core.history.rollback.objections`: a rollback changes no rate or bonus of a month that has begun."""
    for row in plan.rows:
        if row.model not in (Rate, Bonus) or not (row.deletes or row.restore or row.conflicting):
            continue
        record: Any = row.model.all_objects.get(pk=row.record_id)
        earliest = earliest_for_rate(record.team) if row.model is Rate else earliest_for_bonus(record.user)
        if record.since < earliest:
            return _("It was about money of a month that has begun: it keeps its rates and bonuses.")
    return ""


# --- Rights and months ------------------------------------------------------------------------------------------------


def may_set_bonus_of(user: User, by: User) -> bool:
    """Heads for their team, directors and administrators for all; nobody but an administrator for themselves."""
    if access.may(by, "configure"):
        return True
    team = user.team
    return user.pk != by.pk and may_watch(by, team.pk if team else None)


def require_bonus_of(user: User, by: User | None) -> None:
    """PermissionDenied unless `may_set_bonus_of`."""
    if by is not None and not may_set_bonus_of(user, by):
        raise PermissionDenied("somebody else's bonus")


def earliest_for_rate(team: Team | None) -> dt.date:
    """The first month for which the team's rate (the company's, without one) may be set."""
    days = PersonDay.objects.all()
    if team is not None:
        days = days.filter(closing__team=team)
        return _earliest(dated.today_of(team), days)
    with calendar.kept():
        return _earliest(max(dated.today_of(one) for one in (None, *Team.objects.all())), days)


def earliest_for_bonus(user: User) -> dt.date:
    """The first month for which the person's bonus may be set."""
    return _earliest(dated.today_of(user.team), PersonDay.objects.filter(person=user))


def _earliest(today: dt.date, days: Any) -> dt.date:
    """The month that runs, until one of its days is closed; then the next one."""
    month = month_at(today)
    return next_month(month) if days.filter(day__gte=month).exists() else month


def _require_open(since: dt.date, earliest: dt.date) -> None:
    if since < earliest:
        words = _("%(month)s is the earliest: a month that has a closed day keeps its rates and bonuses.")
        raise ValidationError({"since": words % {"month": show.month(earliest)}})


def _require_not_begun(since: dt.date, earliest: dt.date) -> None:
    if since < earliest:
        words = _("%(month)s has closed days already: it keeps its rates and bonuses.")
        raise ValidationError(words % {"month": show.month(since)})


# --- What the verbs have in common ------------------------------------------------------------------------------------


def _first(month: dt.date) -> dt.date:
    if month.day != 1:
        raise ValueError(f"{month} is no first day of a month")
    return month


def _sum(value: Amount, field: str, most: Decimal) -> Decimal:
    try:
        amount = money(value)
    except ValidationError as error:
        raise ValidationError({field: error}) from None
    if amount < 0:
        raise ValidationError({field: _("It cannot be negative.")})
    if amount > most:
        raise ValidationError({field: _("At most %(most)s.") % {"most": format_money(most)}})
    return amount


def _one_at_a_time() -> None:
    """Two at once: one after the other."""
    Company.objects.select_for_update().get(pk=1)


def _require_configure(by: User | None) -> None:
    if by is not None:
        access.require(by, "configure")


def _operation(by: User | None) -> Any:
    return operation(by=by, kind=Operation.Kind.FORM if by else Operation.Kind.SYSTEM)

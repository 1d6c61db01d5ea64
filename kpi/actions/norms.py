"""Verbs of norms: what is expected, of whom, from which day on; for who may "configure".

`by` is None for the system (starting data, the demo, tests), which may say any date. Norms of one scope (indicator,
team or person or the company, period, weekday) follow each other and share no day.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from core import show
from core.history.operations import Operation, operation
from core.history.rollback import Plan
from core.money import LARGEST, money
from kpi.models import Indicator, Norm
from kpi.norms import words_of
from people import access, calendar, dated
from people.models import Role, Team, User

Number = Decimal | int | str

_ONE_DAY = dt.timedelta(days=1)
# Points of one figure: more than that is a slip of the finger.
MOST_POINTS = 100


def set_norm(
    indicator: Indicator,
    *,
    by: User | None,
    since: dt.date,
    team: Team | None = None,
    user: User | None = None,
    period: str = Norm.Period.DAY,
    weekday: int | None = None,
    direction: str = Norm.Direction.AT_LEAST,
    low: Number | None = None,
    high: Number | None = None,
    tolerance: int = 0,
    points_met: int = 1,
    points_within: int = 0,
    points_missed: int = -2,
    until: dt.date | None = None,
) -> Norm:
    """The norm from the day `since` on, up to `until` where it has an end; ValidationError by field.

    `since` is later than today, the next working day at the earliest. Of the same scope, an open-ended norm ends the
    day before; one that begins on the same day is replaced; where a later one stands already, the new one lasts until
    the day before it. An end somebody has set is kept: what overlaps with it is refused. Of `low` and `high` those
    that the direction does not need are dropped.
    """
    _require_configure(by)
    new = drafted(
        indicator,
        team=team,
        user=user,
        period=period,
        weekday=weekday,
        direction=direction,
        low=low,
        high=high,
        tolerance=tolerance,
        points_met=points_met,
        points_within=points_within,
        points_missed=points_missed,
    )
    if by is not None:
        _require_ahead(since, team, user)
    if until is not None and until < since:
        raise ValidationError({"until": _("The last day lies before the first one.")})
    new.since, new.until = since, until
    with _operation(by):
        Indicator.objects.select_for_update().get(pk=indicator.pk)  # two at once: one after the other
        _make_room(new, Norm.objects.filter(**_scope_of(new)))
        new.full_clean(exclude=["created_at", "changed_at"])
        new.save()
    return new


def drafted(
    indicator: Indicator,
    *,
    team: Team | None = None,
    user: User | None = None,
    period: str = Norm.Period.DAY,
    weekday: int | None = None,
    direction: str = Norm.Direction.AT_LEAST,
    low: Number | None = None,
    high: Number | None = None,
    tolerance: int = 0,
    points_met: int = 1,
    points_within: int = 0,
    points_missed: int = -2,
) -> Norm:
    """A norm that is saved nowhere, to be tried or set: held to all the rules but those of dates; ValidationError by
    field."""
    worth = {"points_met": points_met, "points_within": points_within, "points_missed": points_missed}
    return Norm(
        **_scope(indicator, team, user, period, weekday),
        direction=direction,
        tolerance=_tolerance(tolerance),
        **_limits(direction, low, high),
        **_points(worth),
    )


def end_norm(norm: Norm, *, by: User | None, until: dt.date | None = None) -> Norm:
    """The norm holds up to `until` (included; today by default). One not yet begun is dropped if it is to end before it
    begins, and the norm that was to make room for it goes on."""
    _require_configure(by)
    today = _today(norm.team, norm.user)
    until = until or today
    if by is not None and max(until, norm.since - _ONE_DAY) < today:
        sentence = _("A day that has begun keeps its norms: the last one is %(day)s at the earliest.")
        raise ValidationError({"until": sentence % {"day": show.day(today)}})
    if norm.until is not None and until > norm.until:
        raise ValidationError({"until": _("It ends earlier than that already.")})
    with _operation(by):
        Indicator.objects.select_for_update().get(pk=norm.indicator_id)
        if until >= norm.since:
            norm.until = until
            norm.save()
        else:
            _let_go_on(norm)
            norm.soft_delete()
    return norm


def objection(plan: Plan) -> str:
    """For `core.history.rollback.objections`: a rollback changes no norm of a day that has begun."""
    ids = [
        row.record_id
        for row in plan.rows
        if row.model is Norm and (row.deletes or row.restore or row.conflicting)
    ]
    for norm in Norm.all_objects.filter(pk__in=ids).select_related("team", "user"):
        if norm.since <= _today(norm.team, norm.user):
            return _("It was about norms of days that have begun: they keep their norms.")
    return ""


# --- Dates ----------------------------------------------------------------------------------------------------------


def earliest(team: Team | None = None, user: User | None = None) -> dt.date:
    """The first working day from which a norm of the scope may hold."""
    return calendar.next_working_day(_today(team, user), team)


def _today(team: Team | None, user: User | None) -> dt.date:
    """The latest local date among those the norm is for: the company's norm holds for its easternmost team, too."""
    if team is None and user is not None:
        team = user.team
    if team is not None:
        return dated.today_of(team)
    with calendar.kept():
        return max(dated.today_of(one) for one in (None, *Team.objects.all()))


def _require_ahead(since: dt.date, team: Team | None, user: User | None) -> None:
    if since <= _today(team, user):
        sentence = _("The next working day is the earliest: %(day)s. A day that has begun keeps its norms.")
        raise ValidationError({"since": sentence % {"day": show.day(earliest(team, user))}})


def _make_room(new: Norm, others: Any) -> None:
    """Ends, replaces or refuses: afterwards no other norm of the scope shares a day with the new one."""
    later = others.filter(since__gt=new.since).order_by("since").first()
    if later is not None:
        if new.until is None:
            new.until = later.since - _ONE_DAY
        elif new.until >= later.since:
            raise ValidationError({"until": _overlap(later)})
    for earlier in others.filter(Q(until__isnull=True) | Q(until__gte=new.since), since__lte=new.since):
        if earlier.since == new.since:
            earlier.soft_delete()
        elif earlier.until is None or others.filter(since=earlier.until + _ONE_DAY).exists():
            # It lasts until the next one, and that is now the new one.
            earlier.until = new.since - _ONE_DAY
            earlier.save()
        else:
            raise ValidationError({"since": _overlap(earlier)})


def _let_go_on(dropped: Norm) -> None:
    """Whatever ended for the dropped norm's sake goes on until the next one."""
    scope = Norm.all_objects.filter(**_scope_of(dropped))
    eve = dropped.since - _ONE_DAY
    before = Norm.objects.filter(**_scope_of(dropped), until=eve).order_by("-since").first()
    # Those that began that day, replaced ones included: the operation that made one of them also ended the one before.
    made = Norm.versions.filter(
        record_id__in=list(scope.filter(since=dropped.since).values_list("pk", flat=True)), version=1
    )
    if before is None or not (
        Norm.versions.of(before)
        .filter(version__gt=1, until=eve, operation_id__in=list(made.values_list("operation_id", flat=True)))
        .exists()
    ):
        return
    later = Norm.objects.filter(**_scope_of(dropped), since__gt=dropped.since).order_by("since").first()
    before.until = later.since - _ONE_DAY if later else None
    before.save()


def _overlap(other: Norm) -> str:
    if other.until is None:
        dates = _("from %(since)s") % {"since": show.day(other.since)}
    else:
        dates = _("from %(since)s to %(until)s") % {
            "since": show.day(other.since),
            "until": show.day(other.until),
        }
    sentence = _("Overlaps with the norm “%(norm)s” %(dates)s: end that one first.")
    return sentence % {"norm": words_of(other), "dates": dates}


# --- What a norm says -----------------------------------------------------------------------------------------------


def _scope(
    indicator: Indicator, team: Team | None, user: User | None, period: str, weekday: int | None
) -> dict[str, Any]:
    if indicator.retired_at is not None:
        raise ValidationError(_("The indicator is out of use: bring it back first."))
    if team is not None and user is not None:
        raise ValidationError({"user": _("Either a team or a person: leave one of them empty.")})
    if user is not None and user.role not in (Role.MANAGER, Role.HEAD):
        raise ValidationError({"user": _("Norms are for those who sell: managers and heads.")})
    if period not in Norm.Period.values:
        raise ValidationError({"period": _("Choose a day, a week or a month.")})
    if weekday is not None and period != Norm.Period.DAY:
        raise ValidationError({"weekday": _("A weekday is chosen for norms of a day only.")})
    if weekday is not None and not 0 <= weekday <= 6:
        raise ValidationError({"weekday": _("Choose a weekday.")})
    return {"indicator": indicator, "team": team, "user": user, "period": period, "weekday": weekday}


def _scope_of(norm: Norm) -> dict[str, Any]:
    return {name: getattr(norm, name) for name in ("indicator", "team", "user", "period", "weekday")}


def _limits(direction: str, low: Number | None, high: Number | None) -> dict[str, Decimal | None]:
    """The numbers the direction needs; ValidationError beside the one in fault."""
    if direction not in Norm.Direction.values:
        raise ValidationError({"direction": _("Choose: at least, at most or between.")})
    first = None if direction == Norm.Direction.AT_MOST else _number("low", low)
    second = None if direction == Norm.Direction.AT_LEAST else _number("high", high)
    if direction == Norm.Direction.AT_LEAST and not first:
        raise ValidationError({"low": _("“At least 0” is always met: set a number above zero.")})
    if first is not None and second is not None and first > second:
        raise ValidationError({"high": _("The upper limit is below the lower one.")})
    return {"low": first, "high": second}


def _number(field: str, value: Number | None) -> Decimal:
    if value is None or value == "":
        raise ValidationError({field: _("Set the number.")})
    try:
        number = money(value)
    except ValidationError as error:
        places = error.code == "money_places"
        words = (
            _("At most two places after the comma.")
            if places
            else _("This is not a number: for example, 15.")
        )
        if error.code == "money_large":
            words = _("The number is too large: at most %(most)s.") % {"most": show.number(LARGEST)}
        raise ValidationError({field: words}) from None
    if number < 0:
        raise ValidationError({field: _("A norm is not negative.")})
    return number


def _tolerance(percent: int) -> int:
    if not 0 <= percent <= 100:
        raise ValidationError({"tolerance": _("The tolerance is between 0 and 100 %.")})
    return percent


def _points(worth: dict[str, int]) -> dict[str, int]:
    for field, points in worth.items():
        if abs(points) > MOST_POINTS:
            sentence = _("Points are between −%(most)s and %(most)s.")
            raise ValidationError({field: sentence % {"most": MOST_POINTS}})
    if worth["points_within"] > worth["points_met"]:
        raise ValidationError({"points_within": _("No more than when the norm is met.")})
    if worth["points_missed"] > worth["points_within"]:
        raise ValidationError({"points_missed": _("No more than within the tolerance.")})
    return worth


def _require_configure(by: User | None) -> None:
    if by is not None:
        access.require(by, "configure")


def _operation(by: User | None) -> Any:
    return operation(by=by, kind=Operation.Kind.FORM if by else Operation.Kind.SYSTEM)

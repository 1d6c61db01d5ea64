"""Which norm holds: a person's own over their team's over the company's, one for a weekday over one for every day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from core.show import number
from kpi.models import Norm
from kpi.verdicts import Expected


class NormTable:
    """The norms of one day as they were recorded at a moment. One query."""

    def __init__(self, rows: Iterable[Any], day: dt.date) -> None:
        self.day = day
        self._rows: dict[tuple[int, str], list[Any]] = defaultdict(list)
        # Those with a norm of their own in force, be it for another weekday: their days are closed one after the other.
        self.people: set[int] = set()
        for row in rows:
            if row.user_id is not None:
                self.people.add(row.user_id)
            if row.weekday is None or row.weekday == day.weekday():
                self._rows[row.indicator_id, row.period].append(row)
        for known in self._rows.values():
            known.sort(key=_narrowness, reverse=True)

    @classmethod
    def at(cls, moment: dt.datetime, day: dt.date) -> "NormTable":
        return cls(
            Norm.versions.at(moment)
            .filter(deleted_at__isnull=True, since__lte=day)
            .exclude(until__lt=day)
            .order_by("record_id"),
            day,
        )

    def norm_of(self, indicator_id: int, period: str, *, person_id: int, team_id: int) -> Any | None:
        """The row in force for the person, a norm or its version; None: shown, not scored."""
        for row in self._rows.get((indicator_id, period), ()):
            if is_for(row, person_id, team_id):
                return row
        return None

    @property
    def periods(self) -> set[str]:
        return {period for _indicator, period in self._rows}

    def indicators_of(self, period: str) -> set[int]:
        """Those of which something is expected for the period."""
        return {indicator for indicator, of in self._rows if of == period}


def is_for(row: Any, person_id: int, team_id: int) -> bool:
    """Whether the norm is the person's, of their team, or of the company."""
    return row.user_id == person_id or (row.user_id is None and row.team_id in (None, team_id))


def rank(row: Any) -> tuple[bool, bool, bool]:
    """Of two norms for one day the one of higher rank holds."""
    return (row.user_id is not None, row.team_id is not None, row.weekday is not None)


def _narrowness(row: Any) -> tuple[tuple[bool, bool, bool], dt.date, int]:
    return rank(row), row.since, getattr(row, "record_id", 0) or row.pk


def expected(row: Any | None, share: Fraction = Fraction(1)) -> Expected | None:
    """The norm as it applies to who was there for `share` of the time, rounded up to a whole number (K6); stocks are
    judged in full, so their share is 1."""
    if row is None:
        return None
    return Expected(
        row.direction,
        _part(row.low, share),
        _part(row.high, share),
        row.tolerance,
        row.points_met,
        row.points_within,
        row.points_missed,
        getattr(row, "record_id", None) or row.pk,
    )


def _part(limit: Decimal | None, share: Fraction) -> Decimal | None:
    if limit is None or share == 1:
        return limit
    part = Fraction(limit) * share
    return Decimal(-(-part.numerator // part.denominator)).quantize(Decimal("0.01"), ROUND_CEILING)


def words_of(row: Any) -> str:
    """«не меньше 15», «не больше 0», «от 2 до 5» of a norm, a version of one or an `Expected`."""
    low, high = (None if limit is None else number(limit) for limit in (row.low, row.high))
    if row.direction == Norm.Direction.AT_LEAST:
        return _("at least %(low)s") % {"low": low}
    if row.direction == Norm.Direction.AT_MOST:
        return _("at most %(high)s") % {"high": high}
    return _("from %(low)s to %(high)s") % {"low": low, "high": high}

"""The verdict: one function decides whether a norm is met, for screen, closing, trial and correction alike.

At least N: met from N on, within tolerance t from N x (1 - t) on. At most N: met up to N, within tolerance up to
N x (1 + t), so a norm of 0 knows only met and missed. Between: met inside, tolerance outward on both sides.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from kpi.models import Figure, Norm

# As texts: whatever is frozen is written thousands of times.
NONE, MET, WITHIN, MISSED = Figure.Verdict.values
Number = Decimal | Fraction


@dataclass(frozen=True)
class Expected:
    """A norm as it applies to one figure: `low` for at least, `high` for at most, both for between; tolerance in %."""

    direction: str
    low: Decimal | None = None
    high: Decimal | None = None
    tolerance: int = 0
    points_met: int = 1
    points_within: int = 0
    points_missed: int = -2
    norm_id: int | None = None

    @cached_property
    def text(self) -> str:
        """All of it in one line: what a checksum is made of."""
        low, high = ("-" if limit is None else f"{limit:.2f}" for limit in (self.low, self.high))
        return (
            f"{self.direction} {low} {high} {self.tolerance}"
            f" {self.points_met} {self.points_within} {self.points_missed} {self.norm_id}"
        )

    def points(self, verdict: str) -> int:
        """What the verdict is worth."""
        return self._worth[verdict]

    @cached_property
    def _worth(self) -> dict[str, int]:
        return {NONE: 0, MET: self.points_met, WITHIN: self.points_within, MISSED: self.points_missed}


def verdict_of(value: Number | None, expected: Expected | None) -> str:
    """Met, within tolerance or missed; "" where there is no norm or no value (a ratio of nothing)."""
    if value is None or expected is None:
        return NONE
    low = None if expected.direction == Norm.Direction.AT_MOST else expected.low
    high = None if expected.direction == Norm.Direction.AT_LEAST else expected.high
    if _lies(value, low, high, 0):
        return MET
    return WITHIN if _lies(value, low, high, expected.tolerance) else MISSED


def _lies(value: Number, low: Decimal | None, high: Decimal | None, percent: int) -> bool:
    """Exactly: whole numbers of hundredths fit a `Decimal` many times over; a ratio is compared as a fraction."""
    if isinstance(value, Fraction):
        low, high = (None if limit is None else Fraction(limit) for limit in (low, high))  # type: ignore[assignment]
    if low is not None and value * 100 < low * (100 - percent):
        return False
    return high is None or value * 100 <= high * (100 + percent)

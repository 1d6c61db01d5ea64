"""The checksum of a closed day, and whether a closed day still says what it said.

SHA-256 over everything the day froze: windows, time present, values, records counted, norms, verdicts, points. It is
computed from what is about to be written and, later, once from the frozen rows and once from the versions anew: rows
that somebody changed past the triggers, and a formula that gives something else today, are told apart.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.periods import Window
from kpi.days import TeamDay
from kpi.measuring import DayOf, Measuring
from kpi.models import Closing, Figure, PersonDay
from kpi.rules import expected_of
from kpi.verdicts import Expected
from people import calendar

# A person's row, and a text of each figure that begins with its indicator and period.
Lines = Iterable[tuple[PersonDay, list[str]]]

ROWS = "the frozen rows are not those that were written"
ANEW = "counted anew, the figures differ"


@dataclass(frozen=True)
class Fault:
    """A closed day that does not say today what it said."""

    closing: Closing
    what: str

    def __str__(self) -> str:
        return f"{self.closing}: {self.what}"


def checksum(lines: Lines) -> str:
    """Over a team's day, in a fixed order."""
    digest = hashlib.sha256()
    for person, figures in sorted(lines, key=lambda pair: pair[0].person_id):
        texts = [
            f"{person.person_id} {person.day} {person.starts.isoformat()} {person.ends.isoformat()}"
            f" {int(person.scored)} {person.absence} {person.seconds_present}/{person.seconds_of_day} {person.points}"
        ]
        digest.update("\n".join([*texts, *sorted(figures), ""]).encode())
    return digest.hexdigest()


def texts_of(day: DayOf) -> list[str]:
    """The figures of a measured day."""
    return [
        _text(
            figure.indicator.record_id,
            figure.period,
            figure.measured.value,
            figure.measured.base,
            figure.measured.records,
            figure.expected,
            figure.verdict,
            figure.points,
        )
        for figure in day.figures
    ]


def of_rows(closing: Closing) -> str:
    """The checksum of what stands in the frozen rows."""
    figures: dict[int, list[str]] = defaultdict(list)
    for row in Figure.objects.filter(person_day__closing=closing).select_related("rule"):
        figures[row.person_day_id].append(
            _text(
                row.indicator_id,
                row.period,
                row.value,
                row.base,
                row.records,
                expected_of(row.rule),
                row.verdict,
                row.points,
            )
        )
    return checksum([(person, figures[person.pk]) for person in closing.people.all()])


def anew(closing: Closing) -> str:
    """The checksum of the day counted once more, from the versions."""
    from kpi.closing import person_day

    of = TeamDay(closing.team, closing.day, Window(closing.starts, closing.ends))
    with calendar.kept():
        days = Measuring([of], is_closed=True).judged()
        return checksum([(person_day(day), texts_of(day)) for day in days])


def faults(closings: Iterable[Closing]) -> Iterator[Fault]:
    """The closings (read with their teams) that do not say today what they said."""
    for closing in closings:
        if of_rows(closing) != closing.checksum:
            yield Fault(closing, ROWS)
        if anew(closing) != closing.checksum:
            yield Fault(closing, ANEW)


def _text(
    indicator: int,
    period: str,
    value: Decimal | None,
    base: Decimal | None,
    records: str,
    norm: Expected | None,
    verdict: str,
    points: int,
) -> str:
    said = norm.text if norm else ""
    return f"{indicator} {period} {_number(value)} {_number(base)} {records} {said} {verdict} {points}"


def _number(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:.2f}"

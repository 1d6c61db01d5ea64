"""The closing of the working day once more, in plain Python, to be checked by eye against the worked cases.

It knows nothing of the program and of no database: the books as they stood at a moment are what a replay of all events
up to that moment gives, and a day is computed from the books at its cut-off and at the start of its window. Slow and
plain on purpose. Numbers in brackets are those of the worked cases (tests/kpi/test_case_…).
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from tests.kpi.books import HELD, ONE_DAY, Books, Card, Window
from tests.kpi.events import Event, NormSet

# Of which source a flow's records are: a record counts for one day ever, per source [34, 36].
FLOWS = {
    "companies_added": "card",
    "meetings_held": "activity",
    "conversations_held": "activity",
    "letters": "activity",  # an administrator's own indicator
    "deals_won": "won",
    "sum_won": "won",
    "deals_lost": "lost",
    "tasks_moved": None,  # counts moves, not records: once a day
}
STOCKS = ("deals_in_work", "overdue_tasks", "deals_without_task")
RATIOS = {"talks_per_letter": ("conversations_held", "letters")}
FIRST_OF = {"week": lambda day: day - day.weekday() * ONE_DAY, "month": lambda day: day.replace(day=1)}
GROUPS = {"conversations_held": "conversation", "meetings_held": "meeting", "letters": "letter"}


# --- Rules of money -------------------------------------------------------------------------------------------------


def verdict(value: Fraction | None, norm: NormSet) -> str:
    """met, within, missed; empty where there is no value [21, 22, 51]."""
    if value is None:
        return ""
    slack = Fraction(norm.tolerance, 100)
    low = None if norm.low is None else Fraction(norm.low)
    high = None if norm.high is None else Fraction(norm.high)
    if (low is None or value >= low) and (high is None or value <= high):
        return "met"
    if (low is None or value >= low * (1 - slack)) and (high is None or value <= high * (1 + slack)):
        return "within"
    return "missed"


def bonus_change(
    points: int, plus_rate: int, minus_rate: int, plus_cap: int | None, minus_cap: int | None, bonus: int
) -> int:
    """What a month's points add to the bonus, below zero: by what they reduce it, never more than there is [50]."""
    if points >= 0:
        added = points * plus_rate
        return added if plus_cap is None else min(added, plus_cap)
    taken = -points * minus_rate
    return -min(taken if minus_cap is None else min(taken, minus_cap), bonus)


def lessened(norm: NormSet, share: Fraction) -> NormSet:
    """The norm of a flow for who was there only a share of the working time, rounded up [43]."""

    def part(number: Decimal | None) -> Decimal | None:
        return None if number is None else Decimal(math.ceil(Fraction(number) * share))

    return norm if share == 1 else replace(norm, low=part(norm.low), high=part(norm.high))


# --- Closing --------------------------------------------------------------------------------------------------------


@dataclass
class Figure:
    """A count or a sum; of a ratio both of its parts, `value` over `base`."""

    value: Decimal
    records: frozenset[str] = frozenset()
    base: Decimal | None = None
    norm: NormSet | None = None  # as it applied
    verdict: str = ""
    points: int = 0

    @property
    def result(self) -> Fraction | None:
        """Nothing of nothing has no value and is not scored [51]."""
        if self.base is None:
            return Fraction(self.value)
        return Fraction(self.value) / Fraction(self.base) if self.base else None


@dataclass
class Row:
    """One person's closed day; figures by indicator and period."""

    person: str
    window: Window
    # Seconds of the day's working time: those the person was there, and all of them.
    there: Fraction
    of_day: Fraction
    why_not: str = ""  # scored
    figures: dict[tuple[str, str], Figure] = field(default_factory=dict)

    @property
    def points(self) -> int:
        return sum(figure.points for figure in self.figures.values())

    @property
    def share(self) -> Fraction:
        return self.there / self.of_day if self.of_day else Fraction(0)


class Oracle:
    """All days of the script's teams whose cut-off lies before `until`, closed in the order of their cut-offs.

    `began` is when the teams and the indicators came into being; a team's first day is the one whose window begins
    after that.
    """

    def __init__(
        self,
        script: Sequence[Event],
        production: Callable[[dt.date], bool],
        began: dt.datetime,
        until: dt.datetime,
    ) -> None:
        self.script, self.production = script, production
        self.windows: dict[tuple[str, dt.date], Window] = {}
        self.rows: dict[tuple[str, dt.date], dict[str, Row]] = {}
        self.of_person: dict[str, dict[dt.date, Row]] = defaultdict(dict)
        self.counted: set[tuple[str, str]] = set()
        # Nothing about a day changes once it has begun [46], so the last books know all cut-offs there ever were.
        books = self.calendar = Books(script, production)
        due = []
        for team in sorted({team for held in books.places.values() for _role, team in held.values() if team}):
            day = books.next_working_day(team, books.working_day_of(team, began))
            while (cutoff := books.cutoff(team, day)) < until:
                due.append((cutoff, team, day))
                day = books.next_working_day(team, day)
        self.cutoffs = sorted({cutoff for cutoff, _team, _day in due})
        for end, team, day in sorted(due):
            start = books.cutoff(team, books.next_working_day(team, day, -1))
            self.close(team, day, Window(start, end))

    def books_at(self, moment: dt.datetime) -> Books:
        return Books((event for event in self.script if event.at <= moment), self.production)

    def close(self, team: str, day: dt.date, of_team: Window) -> None:
        # Who belongs to which team, what kinds count as, whether imports count: as the day began for the company, one
        # moment for all teams, so that nobody belongs to two of them or to none [47].
        begun = self.calendar.cutoff("", self.calendar.next_working_day("", day, -1))
        settings, books = self.books_at(begun), self.books_at(of_team.end)
        self.windows[team, day], rows = of_team, self.rows.setdefault((team, day), {})
        for person in sorted(books.places):
            former = self.of_person[person]
            # Who was nowhere then belongs where they are now, and still to one team a day.
            role, of = settings.place(person, day) or books.place(person, day) or ("", "")
            if of != team or day in former or role not in ("manager", "head"):
                continue
            if role == "head" and not books.has_own_norm(person, day):
                continue
            # A window starts where the person's last closed day ended: moves lose and double nothing [25, 47].
            window = Window(former[max(former)].window.end if former else of_team.start, of_team.end)
            row = rows[person] = Row(person, window, *books.working_time(person, team, day))
            row.why_not = "absent" if not row.there else ""
            self.measure(row, team, day, settings, books)
        for person, row in rows.items():
            self.of_person[person][day] = row
            for (indicator, _period), figure in row.figures.items():
                if source := FLOWS.get(indicator):
                    self.counted |= {(source, record) for record in figure.records}
        for row in rows.values():
            self.judge(row, team, day, books)

    # What is counted

    def measure(self, row: Row, team: str, day: dt.date, settings: Books, books: Books) -> None:
        who, window = row.person, row.window
        picked: dict[str, Iterable[str]] = {
            name: self.activities(name, group, who, window, settings, books) for name, group in GROUPS.items()
        }
        imports = settings.counts_imports  # by which indicators imported records are counted [14]
        picked["companies_added"] = self.new_cards(who, window, books, "companies_added" in imports)
        for name, state in (("deals_won", "won"), ("sum_won", "won"), ("deals_lost", "lost")):
            picked[name] = self.closed_deals(state, who, window, books, name in imports)
        picked["tasks_moved"] = self.moved_tasks(who, window, books)
        # In whose hands a deal is at the cut-off [20].
        open_deals = {n: deal for n, deal in books.deals.items() if deal.is_open and deal.manager == who}
        planned = {n: task for n, task in books.activities.items() if task.is_planned}
        # An overdue task is one; a task on the client is none of the deal's [19, 53].
        with_task = {task.deal for task in planned.values()}
        picked["deals_in_work"] = open_deals
        picked["deals_without_task"] = [
            name
            for name, deal in open_deals.items()
            if name not in with_task and (deal.waiting is None or deal.waiting < day)  # [53]
        ]
        picked["overdue_tasks"] = [
            name
            for name, task in planned.items()
            if task.manager == who
            and books.is_due(task, team, window.end)
            and not books.is_forgiven(task, who, team, day, window)
        ]
        for name, records in picked.items():
            source = FLOWS.get(name)
            fresh = frozenset(record for record in records if (source, record) not in self.counted)
            value = Decimal(len(fresh))
            if name == "sum_won":
                value = sum((books.deals[deal].amount or Decimal(0) for deal in fresh), Decimal(0))
            row.figures[name, "day"] = Figure(value, fresh)
        for name, (over, under) in RATIOS.items():
            row.figures[name, "day"] = Figure(
                row.figures[over, "day"].value, base=row.figures[under, "day"].value
            )

    def activities(
        self, indicator: str, group: str, who: str, window: Window, settings: Books, books: Books
    ) -> Iterator[str]:
        """Done, held, happened in the window, entered by its end, when the books were as they are [1–9, 15, 32, 33]."""
        for name, record in books.activities.items():
            if record.status != "done" or record.deleted or record.manager != who:
                continue
            if record.imported and indicator not in settings.counts_imports:  # [14]
                continue
            # Kinds count as they did when the window began; a newer one as it first stood.
            counted_as = (settings.kinds[record.kind] or books.kinds[record.kind][:1])[-1][1]
            if counted_as != group or (group != "letter" and record.outcome not in HELD):
                continue
            if record.happened in window and record.entered <= window.end:
                yield name

    def new_cards(self, who: str, window: Window, books: Books, imported_too: bool) -> Iterator[str]:
        for name, card in books.cards.items():
            if card.deleted or card.merged_into or (card.imported and not imported_too):  # [13, 14]
                continue
            # By nobody, where the author is none [52].
            added_by = card.first_manager if card.imported else card.author
            older = any(other.created <= window.start for other in merged_with(name, books))  # [13, 52]
            if added_by == who and card.created in window and not older:
                yield name

    def closed_deals(
        self, state: str, who: str, window: Window, books: Books, imported_too: bool
    ) -> Iterator[str]:
        for name, deal in books.deals.items():
            if deal.state != state or deal.deleted or (deal.closed_by_import and not imported_too):
                continue
            if deal.credited == who and deal.closed_at in window:
                yield name  # [10–12, 36, 37]

    def moved_tasks(self, who: str, window: Window, books: Books) -> Iterator[str]:
        before = self.books_at(window.start).activities
        for name, task in books.activities.items():
            moved_before = before[name].moved if name in before else 0
            if task.manager == who and not task.deleted and task.moved > moved_before:  # [44]
                yield name

    # What it is worth

    def judge(self, row: Row, team: str, day: dt.date, books: Books) -> None:
        """Of a week and a month on its last working day, also of who is away on that one: they are not the day's."""
        for indicator in (*FLOWS, *STOCKS, *RATIOS):
            norm = books.norm(indicator, row.person, team, day, "day")
            if norm is not None and not row.why_not:  # shown, not scored [25]
                self.score(row.figures[indicator, "day"], indicator, norm, row.share)
        after = books.next_working_day(team, day)
        for period, first_of in FIRST_OF.items():
            first = first_of(day)
            if first_of(after) == first:
                continue
            rows = {d: other for d, other in self.of_person[row.person].items() if first <= d}
            share = self.share_of(rows, team, first, day, books)
            for indicator in (*FLOWS, *STOCKS, *RATIOS):
                norm = books.norm(indicator, row.person, team, day, period)
                # The calendar was changed after the last day: a week is judged once.
                if any((indicator, period) in other.figures for other in rows.values()):
                    continue
                if norm is not None and share:  # away for all of it: nothing is expected
                    figure = row.figures[indicator, period] = total(
                        indicator, [rows[d] for d in sorted(rows)]
                    )
                    self.score(figure, indicator, norm, share)

    def score(self, figure: Figure, indicator: str, norm: NormSet, share: Fraction) -> None:
        figure.norm = lessened(norm, share) if indicator in FLOWS else norm  # [43]
        figure.verdict = verdict(figure.result, figure.norm)
        worth = dict(zip(("met", "within", "missed"), norm.points, strict=True))
        figure.points = worth.get(figure.verdict, 0)

    def share_of(
        self, rows: dict[dt.date, Row], team: str, first: dt.date, last: dt.date, books: Books
    ) -> Fraction:
        """The part of the period's working time the person was there; days on which they were no part of it (hired
        later) are days they were not there."""
        there = sum((row.there for row in rows.values()), Fraction(0))
        of_all = sum((row.of_day for row in rows.values()), Fraction(0))
        while first <= last:
            if first not in rows and books.works(team, first):
                of_all += books.working_time("", team, first)[1]
            first += ONE_DAY
        return there / of_all if of_all else Fraction(0)


def merged_with(name: str, books: Books) -> Iterator[Card]:
    """The cards that were merged into this one, and into those [52]."""
    for other, card in books.cards.items():
        if card.merged_into == name:
            yield card
            yield from merged_with(other, books)


def total(indicator: str, rows: list[Row]) -> Figure:
    """Of a period: flows are added, a stock is what it is at the end, a ratio that of the sums."""
    if indicator in STOCKS:
        last = rows[-1].figures[indicator, "day"]
        return Figure(last.value, last.records)
    if indicator in RATIOS:
        over, under = (total(part, rows).value for part in RATIOS[indicator])
        return Figure(over, base=under)
    return Figure(sum((row.figures[indicator, "day"].value for row in rows), Decimal(0)))

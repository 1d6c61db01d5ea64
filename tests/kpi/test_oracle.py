"""The oracle itself against the worked cases, by their numbers: what judges the program is judged first."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.kpi.books import Books
from tests.kpi.events import (
    Absent,
    ActivityDeleted,
    ActivityEdited,
    AmountSet,
    Appointed,
    ClientAssigned,
    ClientCreated,
    ClientsMerged,
    DayExcepted,
    DealCreated,
    DealHanded,
    DealMoved,
    Event,
    HoursSet,
    KindSet,
    Logged,
    NormSet,
    Planned,
    TaskMoved,
    WaitingSet,
)
from tests.kpi.oracle import Oracle, Row, bonus_change, lessened, verdict

MOSCOW = dt.timezone(dt.timedelta(hours=3))
DAYS_OFF = {dt.date(2026, 11, 4)}


def is_working(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in DAYS_OFF


def day(number: int) -> dt.date:
    return dt.date(2026, 11, number)


def at(number: int, time: str = "12:00") -> dt.datetime:
    return dt.datetime.combine(day(number), dt.time.fromisoformat(time), MOSCOW)


LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
START: list[Event] = [
    Appointed(at=LONG_AGO, person="anna", since=dt.date(2026, 1, 1), team="north"),
    Appointed(at=LONG_AGO, person="boris", since=dt.date(2026, 1, 1), team="north"),
    KindSet(at=LONG_AGO, kind="call", group="conversation"),
    KindSet(at=LONG_AGO, kind="meeting", group="meeting"),
    ClientCreated(at=LONG_AGO, client="old", manager="anna", by="anna"),
]


def rows(*script: Event) -> Any:
    """By (person, November's day): the row; by (person, day, indicator): the value."""
    events = sorted([*START, *script], key=lambda event: event.at)
    oracle = Oracle(events, is_working, dt.datetime(2026, 10, 30, 10, tzinfo=MOSCOW), at(10, "23:00"))
    found: dict[Any, Any] = {}
    for (_team, date), people in oracle.rows.items():
        for person, row in people.items():
            assert (person, date.day) not in found, "scored twice"
            found[person, date.day] = row
            for (indicator, period), figure in row.figures.items():
                if period == "day":
                    found[person, date.day, indicator] = int(figure.value)
    return found


def days_of(found: Any, indicator: str, person: str = "anna") -> list[int]:
    """The days for which the one record counts."""
    return [key[1] for key, value in found.items() if key[2:] == (indicator,) and key[0] == person and value]


def call(happened: dt.datetime, entered: dt.datetime | None = None, **more: Any) -> Logged:
    said = {"activity": "a1", "client": "old", "manager": "anna", "kind": "call", "outcome": "reached"} | more
    return Logged(at=entered or happened, happened=happened, **said)


def task(entered: dt.datetime, due_on: int, time: str = "", **more: Any) -> Planned:
    said = {"activity": "t1", "client": "old", "manager": "anna", "kind": "call"} | more
    return Planned(at=entered, due_on=day(due_on), due_at=at(due_on, time) if time else None, **said)


@pytest.mark.parametrize(
    ("case", "happened", "entered", "counts_for"),
    [
        (1, at(5, "17:59:30"), at(5, "17:59:50"), [5]),
        (2, at(5, "18:00"), at(5, "18:00"), [5]),
        (3, at(5, "15:00"), at(5, "18:00:01"), []),
        (4, at(5, "19:30"), at(5, "19:32"), [6]),
        (5, at(5, "19:30"), at(6, "17:00"), [6]),
        (6, at(4), at(4), [5]),
        (7, at(7, "11:00"), at(9, "10:00"), [9]),
        (8, at(3, "17:00"), at(5, "09:00"), []),
    ],
)
def test_which_day(case: int, happened: dt.datetime, entered: dt.datetime, counts_for: list[int]) -> None:
    assert days_of(rows(call(happened, entered)), "conversations_held") == counts_for


def test_9_what_is_no_conversation() -> None:
    assert not days_of(rows(call(at(5), outcome="no_answer")), "conversations_held")
    assert not days_of(rows(call(at(5), kind="meeting", outcome="postponed")), "meetings_held")


def deal(*moves: Event) -> Any:
    made = DealCreated(at=at(2), deal="d1", client="old", manager="anna", amount=Decimal(1_000_000))
    return rows(made, *moves)


def move(moment: dt.datetime, stage: str) -> DealMoved:
    return DealMoved(at=moment, deal="d1", stage=stage)


def test_10_reopened_before_the_cutoff_and_after_it() -> None:
    assert not days_of(deal(move(at(5, "17:00"), "won"), move(at(5, "17:30"), "talks")), "deals_won")
    cut = AmountSet(at=at(5, "17:40"), deal="d1", amount=Decimal(5))
    after = deal(move(at(5, "17:00"), "won"), cut, move(at(5, "18:05"), "talks"))
    assert days_of(after, "deals_won") == [5] and after["anna", 5, "sum_won"] == 5


def test_11_and_37_it_is_theirs_who_had_it_when_it_was_won() -> None:
    def handed(number: int, time: str) -> DealHanded:
        return DealHanded(at=at(number, time), deal="d1", manager="boris")

    assert days_of(deal(move(at(5, "17:00"), "won"), handed(5, "17:20")), "deals_won") == [5]
    assert days_of(deal(handed(5, "16:50"), move(at(5, "17:00"), "won")), "deals_won", "boris") == [5]
    again = deal(
        move(at(5, "11:00"), "won"), move(at(5, "12:00"), "talks"), handed(5, "13:00"), move(at(5, "16:00"), "won")
    )  # fmt: skip
    assert days_of(again, "deals_won", "boris") == [5] and not days_of(again, "deals_won")


def test_12_won_twice_in_a_window_is_won_once() -> None:
    found = deal(move(at(5, "11:00"), "won"), move(at(5, "12:00"), "talks"), move(at(5, "13:00"), "won"))
    assert found["anna", 5, "deals_won"] == 1 and found["anna", 5, "sum_won"] == 1_000_000


def test_13_and_52_merged_cards() -> None:
    def merged(survivor: str, away: str, moment: dt.datetime) -> list[int]:
        new = [
            ClientCreated(at=at(5, "10:00"), client=name, manager="anna", by="anna") for name in ("n1", "n2")
        ]
        return days_of(
            rows(new[0], *new[1:][: "n2" in (survivor, away)], ClientsMerged(at=moment, survivor=survivor, away=away)),
            "companies_added",
        )  # fmt: skip

    assert merged("old", "n1", at(5, "11:00")) == []
    assert merged("n1", "old", at(5, "11:00")) == []
    assert merged("old", "n1", at(5, "18:05")) == [5]
    assert merged("n2", "n1", at(5, "11:00")) == [5]


def test_14_and_52_imported_and_entered_by_nobody() -> None:
    for how in ({"by": "anna", "imported": True}, {"by": ""}):
        assert not days_of(
            rows(ClientCreated(at=at(5), client="n1", manager="anna", **how)), "companies_added"
        )


def test_14_an_imported_contact_that_a_person_makes_a_conversation_is_that_person_s_word() -> None:
    tried = call(at(5), outcome="no_answer", imported=True)
    made = ActivityEdited(at=at(5, "13:00"), activity="a1", changes={"outcome": "reached"})
    assert not days_of(rows(call(at(5), imported=True)), "conversations_held")
    assert days_of(rows(tried, made), "conversations_held") == [5]


def test_15_deleted_before_the_cutoff_and_after_it() -> None:
    def deleted(time: str) -> list[int]:
        return days_of(
            rows(call(at(5)), ActivityDeleted(at=at(5, time), activity="a1")), "conversations_held"
        )

    assert deleted("17:55") == [] and deleted("18:05") == [5]


def test_16_to_18_and_44_overdue() -> None:
    early = at(2)

    def moved(time: str) -> TaskMoved:
        return TaskMoved(at=at(5, time), activity="t1", due_on=day(6), due_at=at(6, "12:00"))

    assert rows(task(early, 5, "12:00"))["anna", 5, "overdue_tasks"] == 1
    put_off = rows(task(early, 5, "12:00"), moved("17:50"))
    assert put_off["anna", 5, "overdue_tasks"] == 0 and put_off["anna", 5, "tasks_moved"] == 1
    assert rows(task(early, 5, "12:00"), moved("18:10"))["anna", 5, "overdue_tasks"] == 1
    assert rows(task(early, 5, "18:30"))["anna", 5, "overdue_tasks"] == 0
    assert rows(task(early, 5))["anna", 5, "overdue_tasks"] == 1
    assert rows(task(early, 5, "18:00"))["anna", 5, "overdue_tasks"] == 0
    assert rows(task(at(5, "18:05"), 5, "12:00"))["anna", 5, "overdue_tasks"] == 0


def test_19_20_and_53_deals_with_and_without_a_task() -> None:
    on_deal = task(at(2), 3, "12:00", deal="d1")
    assert deal(on_deal)["anna", 5, "deals_without_task"] == 0
    done = call(at(5, "17:40"), deal="d1", activity="t1", of_task=True)
    assert deal(on_deal, done)["anna", 5, "deals_without_task"] == 1
    assert deal(task(at(2), 3))["anna", 5, "deals_without_task"] == 1
    waiting = deal(WaitingSet(at=at(2), deal="d1", until=day(5)))
    assert [waiting["anna", n, "deals_without_task"] for n in (3, 5, 6)] == [0, 0, 1]
    assert deal(DealHanded(at=at(5, "18:05"), deal="d1", manager="boris"))["anna", 5, "deals_in_work"] == 1


def norm(**said: Any) -> NormSet:
    said = {"norm": "n", "indicator": "conversations_held", "since": day(2), "at": LONG_AGO} | said
    return NormSet(**said)


def test_21_22_and_51_verdicts() -> None:
    talks = norm(low=Decimal(15), tolerance=10)
    assert [verdict(Fraction(n), talks) for n in (15, 14, 13)] == ["met", "within", "missed"]
    overdue = norm(direction="at_most", high=Decimal(0), tolerance=50)
    assert [verdict(Fraction(n), overdue) for n in (0, 1)] == ["met", "missed"]
    between = norm(direction="between", low=Decimal(10), high=Decimal(20), tolerance=10)
    assert [verdict(Fraction(n), between) for n in (8, 9, 10, 20, 22, 23)] == [
        "missed", "within", "met", "met", "within", "missed"
    ]  # fmt: skip
    assert verdict(None, talks) == ""


def test_23_points_are_added() -> None:
    found = rows(
        norm(low=Decimal(1)), norm(norm="o", indicator="overdue_tasks", direction="at_most", high=Decimal(0))
    )
    assert found["anna", 5].points == -2 + 1


def test_24_the_norm_of_the_day() -> None:
    found = rows(
        norm(low=Decimal(1), since=day(2)), norm(norm="n2", low=Decimal(2), since=day(6), at=at(5)),
        call(at(5)), call(at(6), activity="a2"),
    )  # fmt: skip
    assert [found["anna", n].points for n in (5, 6)] == [1, -2]


def test_25_an_absence_is_not_scored_and_what_was_done_is_shown() -> None:
    ill = Absent(at=at(5, "08:00"), absence="ill", person="anna", since=day(5), until=day(5))
    found = rows(ill, call(at(5)), norm(low=Decimal(15)))
    assert found["anna", 5, "conversations_held"] == 1
    assert (found["anna", 5].why_not, found["anna", 5].points) == ("absent", 0)
    assert found["anna", 6].window.start == at(5, "18:00")


def test_28_29_31_and_49_cutoffs_zones_and_calendars() -> None:
    later = HoursSet(at=at(5), since=day(9), cutoff=dt.time(19))
    window = rows(later)["anna", 9].window
    assert (window.start, window.end) == (at(6, "18:00"), at(9, "19:00"))
    east = HoursSet(at=LONG_AGO, since=day(1), team="north", zone="Asia/Vladivostok")
    assert rows(east)["anna", 5].window.end == at(5, "11:00")
    assert ("anna", 7) in rows(DayExcepted(at=at(5), day=day(7), works=True))
    short = DayExcepted(at=at(2), day=day(3), works=True, cutoff=dt.time(17))
    assert days_of(rows(short, call(at(3, "17:30"))), "conversations_held") == [5]


def test_32_to_34_entered_anew() -> None:
    undone = rows(task(at(2), 5), call(at(5, "15:00"), at(5, "18:03"), activity="t1", of_task=True))
    assert not days_of(undone, "conversations_held") and undone["anna", 5, "overdue_tasks"] == 1
    tried = call(at(5, "15:01"), outcome="no_answer")
    better = ActivityEdited(at=at(5, "18:20"), activity="a1", changes={"outcome": "reached"})
    assert not days_of(rows(tried, better), "conversations_held")
    moved = ActivityEdited(at=at(6), activity="a1", changes={"happened": at(5, "19:00")})
    assert days_of(rows(call(at(5, "15:00")), moved), "conversations_held") == [5]
    books = Books([*START, tried, better], is_working)
    assert books.activities["a1"].entered == at(5, "18:20")


def test_35_and_36_won_once() -> None:
    late = deal(call(at(5, "15:00"), at(5, "18:05"), deal="d1"), move(at(5, "18:05"), "won"))
    assert not days_of(late, "conversations_held") and days_of(late, "deals_won") == [6]
    thrice = deal(move(at(5), "won"), move(at(6), "talks"), move(at(9), "won"))
    assert days_of(thrice, "deals_won") == [5] and thrice["anna", 5, "sum_won"] == 1_000_000


def test_40_what_fell_due_in_an_absence_counts_from_the_second_day_on() -> None:
    ill = Absent(at=at(3), absence="ill", person="anna", since=day(5), until=day(5))
    found = rows(ill, task(at(2), 5))
    assert [found["anna", n, "overdue_tasks"] for n in (5, 6, 9)] == [0, 0, 1]


def test_41_what_came_overdue_counts_from_the_next_day_on() -> None:
    found = rows(task(at(2), 5), ClientAssigned(at=at(6, "10:00"), client="old", manager="boris"))
    assert [found["boris", n, "overdue_tasks"] for n in (6, 9)] == [0, 1]
    assert [found["anna", n, "overdue_tasks"] for n in (5, 6)] == [1, 0]


def test_42_the_substitute_talks_the_deal_stays_hers() -> None:
    found = deal(call(at(5), manager="boris"), move(at(5), "won"))
    assert days_of(found, "conversations_held", "boris") == [5] and days_of(found, "deals_won") == [5]


def test_43_norms_of_flows_shrink_with_the_time_present() -> None:
    half = Absent(
        at=at(5, "08:00"), absence="h", person="anna", since=day(5), until=day(5), until_time=dt.time(14)
    )
    seven = [call(at(5, f"15:{n:02}"), activity=f"a{n}") for n in range(7)]
    # 09:00–18:00 without five hours: four ninths of fifteen, rounded up, are seven.
    assert rows(half, norm(low=Decimal(15)), *seven)["anna", 5].points == 1
    assert rows(half, norm(low=Decimal(15)), *seven[1:])["anna", 5].points == -2
    assert lessened(norm(low=Decimal(15)), Fraction(4, 9)).low == 7


def test_47_a_move_between_teams_loses_and_doubles_nothing() -> None:
    away = Appointed(at=at(5), person="anna", since=day(5), team="south")
    east = HoursSet(at=LONG_AGO, since=day(1), team="south", zone="Asia/Vladivostok")
    found = rows(away, east, call(at(5, "12:00")), call(at(6, "08:00"), activity="a2"))
    row: Row = found["anna", 5]
    assert row.window.end == at(5, "18:00") and found["anna", 5, "conversations_held"] == 1
    row = found["anna", 6]
    assert (row.window.start, row.window.end) == (at(5, "18:00"), at(6, "11:00"))
    assert found["anna", 6, "conversations_held"] == 1


def test_50_money() -> None:
    rate = (100, 100, 5_000, 2_000)
    assert [bonus_change(points, *rate, bonus) for points, bonus in ((74, 3_000), (-30, 3_000), (-30, 1_500))] == [
        5_000, -2_000, -1_500
    ]  # fmt: skip


def test_a_week_is_judged_on_its_last_working_day() -> None:
    found = rows(norm(low=Decimal(3), period="week"), *(call(at(n), activity=f"a{n}") for n in (2, 3, 5)))
    assert ("conversations_held", "week") not in found["anna", 5].figures
    assert found["anna", 6].figures["conversations_held", "week"].verdict == "met"

"""A norm tried on closed days before it is switched on, and the number the program proposes for it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.history.operations import operation
from kpi.actions.norms import drafted, set_norm
from kpi.models import Correction, Figure, Norm
from kpi.trial import History, Trial
from people import actions
from people.models import User
from tests.activities.factories import make_call
from tests.factories import make_user
from tests.kpi.factories import Office, close_all, figure, indicator, make_norm, november_day
from tests.leads.factories import make_client

WORKED = (2, 3, 5, 6, 9, 10)


def live(office: Office, calls: dict[User, tuple[int, ...]]) -> None:
    """The people make so many conversations on the days of `WORKED`, which are closed."""
    clients = {person: make_client(f"ООО {person.name}", manager=person) for person in calls}
    for number, day in enumerate(WORKED):
        office.at(day, "12:00")
        for person, counts in calls.items():
            for _call in range(counts[number]):
                make_call(clients[person])
    office.at(10, "18:30")
    close_all()


@pytest.fixture(name="lived")
def _lived(office: Office) -> Office:
    """Anna: 3 3 3 3 3 3, Boris: 0 1 2 3 4 5; judged by at least 2 until now."""
    make_norm("conversations_held", 2)
    live(office, {office.anna: (3,) * 6, office.boris: (0, 1, 2, 3, 4, 5)})
    return office


def history(code: str = "conversations_held", **fields: Any) -> History:
    return History(drafted(indicator(code), **({"low": 3} | fields)), november_day(10))


def of(trial: Trial, person: User) -> Any:
    return next(one for one in trial.people if one.person == person)


def tally(one: Any) -> tuple[int, int, int, int]:
    return one.met, one.within, one.missed, one.points


def test_a_trial_says_what_would_have_been_beside_what_was(lived: Office) -> None:
    trial = history(low=4, tolerance=25).trial()
    boris = of(trial, lived.boris)
    assert tally(boris.was) == (4, 0, 2, 0)
    assert tally(boris.would) == (2, 1, 3, -4)
    assert tally(of(trial, lived.anna).would) == (0, 6, 0, 0)
    assert (boris.all_was, boris.all_would) == (0, -4)
    assert (trial.first, trial.last) == (november_day(2), november_day(10))


def test_a_trial_counts_who_would_be_below_zero_of_all_indicators_together(lived: Office) -> None:
    trial = history(low=4, tolerance=25).trial()
    assert (trial.below_zero, trial.were_below_zero, len(trial.people)) == (1, 0, 2)
    assert trial.people[0].person == lived.boris  # who loses most comes first
    assert trial.total.would.points == -4


def test_a_trial_writes_nothing(lived: Office) -> None:
    before = Norm.all_objects.count()
    history().trial()
    assert Norm.all_objects.count() == before


def test_a_trial_is_of_the_scope_alone(lived: Office) -> None:
    assert [one.person for one in history(user=lived.anna).trial().people] == [lived.anna]
    assert len(history(team=lived.team).trial().people) == 2


def test_who_has_a_narrower_norm_is_left_out_and_counted(lived: Office) -> None:
    set_norm(indicator("conversations_held"), by=lived.admin, since=november_day(11), low=1, user=lived.boris)
    trial = history().trial()
    assert [one.person for one in trial.people] == [lived.anna]
    assert trial.left_out == 1


def test_a_norm_for_a_weekday_is_tried_on_that_weekday_alone(lived: Office) -> None:
    friday = history(weekday=4, low=4).trial()
    assert tally(of(friday, lived.boris).would) == (0, 0, 1, -2)  # 6 November: three
    set_norm(indicator("conversations_held"), by=lived.admin, since=november_day(11), low=1, weekday=4)
    assert of(history(low=4).trial(), lived.boris).would.judged == 5


def test_a_corrected_figure_is_tried_as_corrected(lived: Office) -> None:
    frozen = figure(lived.boris, 2, "conversations_held")
    with operation(by=lived.head) as op:
        Correction.objects.create(
            person_day=frozen.person_day,
            figure=frozen,
            value=9,
            verdict="met",
            points=1,
            reason="в дороге",
            operation=op,
        )
    boris = of(history(low=4).trial(), lived.boris)
    assert (boris.was.points, boris.all_was) == (3, 3)
    assert tally(boris.would) == (3, 0, 3, -3)


def test_days_of_absence_are_not_tried_and_part_of_a_day_by_a_part_of_the_norm(office: Office) -> None:
    actions.add_absence(
        office.anna, kind="sick", since=november_day(3), until=november_day(3), by=office.head
    )
    half = {"from_time": None, "until_time": dt.time(13, 30)}
    actions.add_absence(
        office.anna, kind="other", since=november_day(5), until=november_day(5), by=office.head, **half
    )
    live(office, {office.anna: (2,) * 6})
    assert tally(of(history(low=4).trial(), office.anna).would) == (1, 0, 4, -7)


def test_a_week_is_tried_once_it_is_over_by_the_sum_of_its_days(lived: Office) -> None:
    trial = history(period="week", low=12).trial()
    assert of(trial, lived.anna).would.judged == 1  # 2 to 6 November; Monday and Tuesday are no week yet
    assert tally(of(trial, lived.anna).would) == (1, 0, 0, 1)
    assert tally(of(trial, lived.boris).would) == (0, 0, 1, -2)


def test_a_ratio_of_nothing_is_not_judged(lived: Office) -> None:
    from kpi.actions.settings import add_indicator

    parts = {"numerator": indicator("deals_won"), "denominator": indicator("deals_lost")}
    ratio = add_indicator(by=lived.admin, name="Доля", kind="ratio", **parts)
    lived.at(12, "18:30")
    close_all()
    trial = History(drafted(ratio, low=50), november_day(12)).trial()
    assert [one.would.judged for one in trial.people] == [0, 0]


def test_without_closed_days_there_is_nothing_to_try_on(office: Office) -> None:
    found = History(drafted(indicator("conversations_held"), low=3), dt.date(2026, 10, 30))
    assert found.trial().people == []
    assert (found.proposal().has_number, found.proposal().days) == (False, 0)


# --- The number the program proposes --------------------------------------------------------------------------------


def test_at_least_is_proposed_by_the_80th_percentile_of_peoples_days(lived: Office) -> None:
    # 0 1 2 3 3 3 3 3 3 3 4 5: the tenth of twelve.
    found = history().proposal()
    assert (found.low, found.high, found.days, found.met) == (3, None, 12, 9)
    assert found.share == Decimal("0.75")


def test_at_most_is_proposed_from_the_other_side(lived: Office) -> None:
    found = history(direction="at_most", low=None, high=0).proposal()
    assert (found.low, found.high, found.met) == (None, 2, 3)


def test_between_is_proposed_from_both_sides(lived: Office) -> None:
    found = history(direction="between", low=0, high=1).proposal()
    assert (found.low, found.high) == (2, 3)


def test_nothing_is_proposed_where_most_days_have_nothing(lived: Office) -> None:
    found = history("meetings_held").proposal()
    assert (found.has_number, found.days) == (False, 12)


# --- Speed ----------------------------------------------------------------------------------------------------------


def test_the_count_of_queries_depends_on_neither_people_nor_days(office: Office) -> None:
    office.at(2, "18:30")
    close_all()

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            found = history()
            found.trial()
            found.proposal()
        return len(asked)

    few = queries()
    for _person in range(5):
        make_user(team=office.team)
    office.at(10, "18:30")
    close_all()
    assert (
        Figure.objects.filter(person_day__day=november_day(10)).values("person_day").distinct().count() == 7
    )
    assert queries() == few

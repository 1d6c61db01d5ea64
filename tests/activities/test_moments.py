"""When a contact happened and when it was entered: the worked cases of the day's closing, as far as moments go.

Moscow, cut-off 18:00; Wednesday 4 November 2026 is a day off, Mon 2, Tue 3, Thu 5, Fri 6, Mon 9 are working days.
"""

import datetime as dt

import pytest

from activities.actions import log_activity, update_activity
from activities.models import Activity
from activities.moments import is_late, window_of
from core import periods
from people import calendar
from tests.activities.factories import make_call, make_deal, make_kind, make_task, november, stage_after
from tests.factories import make_hours, make_team, make_user
from tests.leads.factories import make_client

pytestmark = pytest.mark.django_db


def counts_for(activity: Activity) -> int | None:
    """The day of November whose window it happened in and was entered by; None for no day."""
    window = window_of(activity.happened_at)
    return periods.day_of(window.end).day if activity.entered_at <= window.end else None


def logged(happened: tuple[int, str], entered: tuple[int, str]) -> Activity:
    with periods.clock(november(*entered)):
        return make_call(happened_at=november(*happened))


@pytest.mark.parametrize(
    ("case", "happened", "entered", "day"),
    [
        (1, (5, "17:59:30"), (5, "17:59:50"), 5),
        (2, (5, "18:00:00"), (5, "18:00:00"), 5),
        (3, (5, "15:00"), (5, "18:00:01"), None),
        (4, (5, "19:30"), (5, "19:32"), 6),
        (5, (5, "19:30"), (6, "17:00"), 6),
        (6, (4, "12:00"), (4, "12:00"), 5),
        (7, (7, "11:00"), (9, "10:00"), 9),
        (8, (3, "17:00"), (5, "09:00"), None),
    ],
)
def test_the_day_a_call_counts_for(case, happened, entered, day):
    call = logged(happened, entered)
    assert counts_for(call) == day
    assert is_late(call) == (day is None)


def test_a_planned_call_marked_done_after_the_cut_off_is_entered_then():
    """Case 32."""
    with periods.clock(november(2)) as clock:
        task = make_task(due_on=november(5).date())
        clock.move_to(november(5, "18:03"))
        call = make_call(task.client, planned=task, happened_at=november(5, "15:00"))
    assert call.entered_at == november(5, "18:03")
    assert is_late(call)


def test_no_answer_turned_into_a_conversation_after_the_cut_off_is_a_conversation_of_no_day():
    """Case 33."""
    with periods.clock(november(5, "15:01")) as clock:
        call = make_call(outcome="no_answer", text="", happened_at=november(5, "15:00"))
        clock.move_to(november(5, "18:20"))
        call = update_activity(call, by=call.manager, outcome="reached", text="Поговорили")
    assert call.entered_at == november(5, "18:20")
    assert counts_for(call) is None


def test_a_corrected_text_keeps_the_first_moment():
    with periods.clock(november(5, "15:01")) as clock:
        call = make_call()
        clock.move_to(november(5, "18:20"))
        call = update_activity(call, by=call.manager, text="Уточнение", happened_at=november(5, "14:55"))
    assert call.entered_at == november(5, "15:01")
    assert counts_for(call) == 5


def test_a_conversation_turned_into_no_answer_claims_less_and_keeps_its_moment():
    with periods.clock(november(5, "15:01")) as clock:
        call = make_call()
        clock.move_to(november(5, "18:20"))
        call = update_activity(call, by=call.manager, outcome="no_answer")
    assert call.entered_at == november(5, "15:01")


def test_a_call_made_a_meeting_after_the_cut_off_is_entered_anew():
    with periods.clock(november(5, "15:01")) as clock:
        call = make_call()
        clock.move_to(november(5, "18:20"))
        call = update_activity(call, by=call.manager, kind=make_kind("meeting"))
    assert is_late(call)


def test_a_call_moved_into_the_next_window_is_entered_anew_there():
    """Case 34: what Thursday counted is Thursday's in the closed day; the record itself now says Friday."""
    with periods.clock(november(5, "15:00")) as clock:
        call = make_call()
        clock.move_to(november(6, "10:00"))
        call = update_activity(call, by=call.manager, happened_at=november(5, "19:00"))
    assert call.entered_at == november(6, "10:00")
    version = Activity.versions.at(november(5, "18:00")).get(record_id=call.pk)
    assert (version.happened_at, version.entered_at) == (november(5, "15:00"), november(5, "15:00"))


def test_a_call_logged_late_together_with_a_move_is_late_and_the_move_is_of_now():
    """Case 35."""
    with periods.clock(november(5, "18:05")):
        deal = make_deal()
        call = make_call(deal.client, deal=deal, happened_at=november(5, "15:00"), to_stage=stage_after(deal))
    assert is_late(call)
    assert deal.moves.order_by("-at").first().at == november(5, "18:05")


def test_a_team_of_another_zone_has_its_own_window():
    team = make_team()
    make_hours(team=team, zone="Asia/Vladivostok")
    evening = periods.local(november(5).date(), dt.time(18, 30), calendar.zone_of(team))
    assert window_of(evening, team).end == november(6, "11:00")  # 18:00 there
    assert window_of(evening).end == november(5, "18:00")


def test_what_is_planned_is_never_late():
    with periods.clock(november(5)):
        assert not is_late(make_task())


def test_entered_is_the_stamp_of_the_operation_whatever_the_caller_does():
    with periods.clock(november(5)):
        manager = make_user()
        client = make_client(manager=manager)
        with pytest.raises(TypeError):
            log_activity(
                by=manager, client=client, kind=make_kind(), outcome="reached", entered_at=november(4)
            )

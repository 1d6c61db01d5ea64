"""Norms: from which day they hold, how they follow each other, what is refused beside which field."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core.history import rollback
from kpi.actions.norms import end_norm, set_norm
from kpi.models import Norm
from tests.factories import make_hours, make_team
from tests.kpi.factories import Office, close_all, figure, indicator, make_norm, november_day

# Friday, 30 October; Monday, 2 November is the next working day.
MONDAY = november_day(2)


def ask(office: Office, **fields: Any) -> Norm:
    """At least 15 conversations from Monday on, as the administrator sets it."""
    said: dict[str, Any] = {"by": office.admin, "since": MONDAY, "low": 15} | fields
    return set_norm(indicator("conversations_held"), **said)


def refused(office: Office, **fields: Any) -> dict[str, list[str]]:
    """{field: what is said beside it}; nothing is written."""
    before = list(Norm.all_objects.values_list("pk", "version"))
    with pytest.raises(ValidationError) as caught:
        ask(office, **fields)
    assert list(Norm.all_objects.values_list("pk", "version")) == before
    return dict(caught.value.message_dict)


def spans() -> list[tuple[dt.date, dt.date | None]]:
    return list(Norm.objects.order_by("since").values_list("since", "until"))


# --- From which day -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [dt.date(2026, 10, 29), dt.date(2026, 10, 30)])
def test_case_46_a_norm_from_today_or_the_past_is_refused_and_the_next_working_day_named(
    office: Office, day: dt.date
) -> None:
    assert "пн 2 ноября" in refused(office, since=day)["since"][0].replace("\u00a0", " ")


def test_a_norm_of_the_company_waits_for_the_day_of_its_easternmost_team(office: Office) -> None:
    # Thursday 18:30 in Moscow is Friday 01:30 in Vladivostok.
    make_hours(make_team("Владивосток"), zone="Asia/Vladivostok")
    office.at(5, "18:30")
    assert "since" in refused(office, since=november_day(6))
    assert ask(office, since=november_day(6), team=office.team).since == november_day(6)


def test_the_system_sets_norms_from_any_day(office: Office) -> None:
    assert ask(office, by=None, since=dt.date(2026, 1, 12)).pk


@pytest.mark.parametrize("who", ["anna", "head"])
def test_only_who_configures_sets_and_ends_norms(office: Office, who: str) -> None:
    norm = ask(office)
    with pytest.raises(PermissionDenied):
        ask(office, by=getattr(office, who))
    with pytest.raises(PermissionDenied):
        end_norm(norm, by=getattr(office, who))
    assert spans() == [(MONDAY, None)]


def test_case_24_a_norm_changed_at_noon_leaves_the_day_its_old_one(office: Office) -> None:
    ask(office)
    office.at(5, "12:00")
    ask(office, since=november_day(6), low=20)
    office.at(6, "23:00")
    assert [figure(office.anna, day, "conversations_held").rule.low for day in (5, 6)] == [15, 20]


# --- One after the other --------------------------------------------------------------------------------------------


def test_an_open_ended_norm_ends_on_the_eve_of_the_next(office: Office) -> None:
    ask(office)
    ask(office, since=november_day(9), low=20)
    assert spans() == [(MONDAY, november_day(8)), (november_day(9), None)]


def test_a_norm_that_begins_on_the_same_day_is_replaced(office: Office) -> None:
    ask(office)
    ask(office, low=20)
    assert [(norm.since, norm.low) for norm in Norm.objects.all()] == [(MONDAY, 20)]


def test_a_norm_before_one_to_come_lasts_until_its_eve(office: Office) -> None:
    ask(office)
    ask(office, since=november_day(16), low=20)
    ask(office, since=november_day(9), low=17)
    assert spans() == [
        (MONDAY, november_day(8)),
        (november_day(9), november_day(15)),
        (november_day(16), None),
    ]


def test_an_end_that_somebody_set_is_not_overrun(office: Office) -> None:
    ask(office, until=november_day(20))
    sentence = refused(office, since=november_day(9), low=20)["since"][0]
    assert "15" in sentence and "20\u00a0ноября" in sentence
    assert ask(office, since=november_day(21), low=20).pk


def test_a_norm_with_an_end_does_not_reach_into_the_next(office: Office) -> None:
    ask(office, since=november_day(16))
    assert "16\u00a0ноября" in refused(office, until=november_day(20))["until"][0]
    assert ask(office, until=november_day(10)).pk


def test_an_end_before_the_beginning_is_refused(office: Office) -> None:
    assert list(refused(office, until=dt.date(2026, 11, 1))) == ["until"]


@pytest.mark.parametrize(
    "other", [{"weekday": 4}, {"period": "week"}, {"user": "anna"}, {"team": "team"}], ids=str
)
def test_norms_of_other_scopes_stand_beside_each_other(office: Office, other: dict[str, Any]) -> None:
    ask(office)
    ask(
        office,
        **{
            key: getattr(office, value) if value in ("anna", "team") else value
            for key, value in other.items()
        },
    )
    assert spans() == [(MONDAY, None), (MONDAY, None)]


def test_a_norm_of_fridays_goes_over_the_one_of_every_day(office: Office) -> None:
    ask(office)
    ask(office, weekday=4, low=8)
    office.at(9, "12:00")
    assert [figure(office.anna, day, "conversations_held").rule.low for day in (3, 5, 6)] == [15, 15, 8]


# --- Ending ---------------------------------------------------------------------------------------------------------


def test_a_norm_in_force_ends_today_at_the_earliest(office: Office) -> None:
    norm = make_norm("conversations_held", 15)
    with pytest.raises(ValidationError) as caught:
        end_norm(norm, by=office.admin, until=dt.date(2026, 10, 29))
    assert "until" in caught.value.message_dict
    assert end_norm(norm, by=office.admin).until == dt.date(2026, 10, 30)
    office.at(2, "18:01")
    assert figure(office.anna, 2, "conversations_held").rule.direction == ""


def test_a_norm_to_come_is_dropped_and_the_one_before_goes_on(office: Office) -> None:
    old = make_norm("conversations_held", 15)
    ask(office, low=20)
    again = ask(office, low=25)  # replaced before it began
    end_norm(again, by=office.admin)
    old.refresh_from_db()
    assert list(Norm.objects.all()) == [old]
    assert old.until is None


def test_dropping_a_norm_to_come_leaves_an_end_that_somebody_set(office: Office) -> None:
    old = ask(office, until=november_day(8))
    end_norm(ask(office, since=november_day(9), low=20), by=office.admin)
    old.refresh_from_db()
    assert old.until == november_day(8)


def test_rolling_back_a_norm_that_holds_is_refused_one_to_come_is_not(office: Office) -> None:
    norm = ask(office)
    made = Norm.versions.of(norm).first().operation
    planned = rollback.plan(made, allowed=lambda _model, ids: set(ids))
    assert rollback.objection_to(planned) == ""
    office.at(2, "09:00")
    assert rollback.objection_to(rollback.plan(made, allowed=lambda _model, ids: set(ids)))


def test_a_closed_day_keeps_its_norm_whatever_is_ended_later(office: Office) -> None:
    norm = ask(office)
    office.at(2, "18:30")
    close_all()
    end_norm(norm, by=office.admin)
    assert figure(office.anna, 2, "conversations_held").rule.low == 15


# --- What is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"low": 0}, "low"),
        ({"low": None}, "low"),
        ({"low": "много"}, "low"),
        ({"low": "NaN"}, "low"),
        ({"low": -1}, "low"),
        ({"low": "1.005"}, "low"),
        ({"low": 10**15}, "low"),
        ({"direction": "at_most", "high": None}, "high"),
        ({"direction": "at_most", "high": -1}, "high"),
        ({"direction": "between", "low": 5, "high": 2}, "high"),
        ({"direction": "sideways"}, "direction"),
        ({"tolerance": 101}, "tolerance"),
        ({"tolerance": -1}, "tolerance"),
        ({"points_met": 101}, "points_met"),
        ({"points_within": 2}, "points_within"),
        ({"points_missed": 1}, "points_missed"),
        ({"period": "year"}, "period"),
        ({"period": "week", "weekday": 4}, "weekday"),
        ({"weekday": 7}, "weekday"),
    ],
    ids=str,
)
def test_what_cannot_be_a_norm_is_said_beside_its_field(
    office: Office, fields: dict[str, Any], field: str
) -> None:
    assert list(refused(office, **fields)) == [field]


def test_a_norm_is_of_a_team_or_of_a_person_who_sells(office: Office) -> None:
    assert list(refused(office, team=office.team, user=office.anna)) == ["user"]
    assert list(refused(office, user=office.admin)) == ["user"]
    assert ask(office, user=office.head).pk


def test_at_most_zero_and_between_are_norms(office: Office) -> None:
    assert ask(office, direction="at_most", low=None, high=0).high == 0
    both = ask(office, since=november_day(9), direction="between", low=2, high=5)
    assert (both.low, both.high) == (2, 5)


def test_the_number_that_the_direction_does_not_need_is_dropped(office: Office) -> None:
    assert ask(office, high=99).high is None

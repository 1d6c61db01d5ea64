"""The head's scorecard: what it shows of a day before and after its cut-off, of weeks and months, and to whom."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kpi.actions.later import correct_figure, decide, excuse_day, object_to
from kpi.models import Closing, Decision, Heartbeat
from kpi.scorecard.asked import Asked
from kpi.scorecard.page import Page, page_of
from kpi.scorecard.sheet import Cell, Line
from people.actions import add_absence
from people.models import Role, User
from tests.activities.factories import make_call, make_task
from tests.factories import make_team, make_user
from tests.kpi.factories import (
    Office,
    add_own,
    close_all,
    figure,
    indicator,
    make_norm,
    november_day,
    person_day,
)
from tests.leads.factories import make_client

HELD = "conversations_held"


def page(office: Office, user: User | None = None, **asked: str) -> Page:
    who = user or office.head
    return page_of(Asked.of(who, asked, office.clock.moment))


def line(found: Page, person: User) -> Line:
    return next(one for one in found.sheet.lines if one.person_id == person.pk)


def cell(found: Page, person: User, code: str = HELD) -> Cell:
    return line(found, person).cells[indicator(code).pk]


def calls(office: Office, count: int, person: User | None = None) -> None:
    for _ in range(count):
        make_call(make_client(manager=person or office.anna))


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


# --- Of a day -------------------------------------------------------------------------------------------------------


def test_before_the_cutoff_the_figures_are_of_now_and_marked_preliminary(office):
    make_norm(HELD, 2)
    office.at(5, "16:18")
    calls(office, 1)
    found = page(office)
    assert (found.asked.day, found.sheet.is_preliminary) == (november_day(5), True)
    assert (cell(found, office.anna).value, cell(found, office.anna).verdict) == (1, "missed")
    assert found.sheet.sections[0].left == dt.timedelta(hours=1, minutes=42)
    calls(office, 1)
    assert cell(page(office), office.anna).verdict == "met"


def test_after_the_closing_the_frozen_figures_stand_whatever_is_entered_later(office):
    make_norm(HELD, 2)
    office.at(5, "17:00")
    calls(office, 1)
    office.at(5, "18:30")
    close_all()
    calls(office, 3)
    found = page(office)
    assert (found.asked.day, found.sheet.is_preliminary) == (november_day(5), False)
    assert cell(found, office.anna).figure_id == figure(office.anna, 5, HELD).pk
    assert (cell(found, office.anna).value, line(found, office.anna).points) == (1, -2)


def test_live_and_frozen_say_the_same(office):
    make_norm(HELD, 2)
    make_norm("overdue_tasks", high=0)
    office.at(5, "11:00")
    calls(office, 2)
    make_task(make_client(manager=office.boris), november_day(5), due_at=office.at(5, "12:00"))
    office.at(5, "18:00")
    live = page(office, day="2026-11-05")
    office.at(5, "18:01")
    close_all()
    frozen = page(office, day="2026-11-05")
    for person in (office.anna, office.boris):
        before, after = line(live, person), line(frozen, person)
        assert before.points == after.points
        for key, shown in before.cells.items():
            other = after.cells[key]
            assert (shown.value, shown.verdict, shown.mark) == (other.value, other.verdict, other.mark)


def test_a_past_day_that_is_not_closed_says_so_and_is_as_of_its_cutoff(office):
    office.at(5, "17:00")
    calls(office, 1)
    office.at(5, "18:30")
    calls(office, 1)
    found = page(office, day="2026-11-05")
    section = found.sheet.sections[0]
    assert (section.closing, section.is_running) == (None, False) and section.cutoff is not None
    assert cell(found, office.anna).value == 1


def test_in_the_evening_the_closed_day_is_shown_and_in_the_morning_the_new_one(office):
    office.at(5, "18:30")
    close_all()
    assert page(office).asked.day == november_day(5)
    office.at(6, "08:59")
    assert page(office).asked.day == november_day(5)
    office.at(6, "09:00")
    assert page(office).asked.day == november_day(6)


def test_whoever_is_away_is_not_scored_and_what_they_did_is_shown(office):
    make_norm(HELD, 2)
    add_absence(office.anna, kind="sick", since=november_day(5), until=november_day(5), by=office.head)
    office.at(5, "12:00")
    calls(office, 1)
    for time in ("13:00", "18:30"):
        office.at(5, time)
        close_all()
        found = page(office, day="2026-11-05")
        mine = line(found, office.anna)
        assert (mine.is_scored, mine.absence, mine.points) == (False, "sick", None)
        assert (cell(found, office.anna).value, cell(found, office.anna).verdict) == (1, "")
        assert found.sheet.sections[0].at_work


def test_totals_are_sum_over_sum(office):
    make_norm(HELD, 3)
    add_own("ratio", "share", numerator=indicator("meetings_held"), denominator=indicator(HELD))
    office.at(5, "12:00")
    calls(office, 2)
    calls(office, 1, office.boris)
    office.at(5, "18:30")
    close_all()
    totals = {total.column.key: total for total in page(office).sheet.whole.totals}
    held = totals[indicator(HELD).pk]
    assert (held.value, held.norms, held.words, held.mark) == (3, 6, "3", "/ 6")
    assert totals[indicator("share").pk].exact == 0
    assert totals[indicator("share").pk].base == 3


def test_a_correction_counts_and_the_frozen_value_stands_beside_it(office):
    make_norm(HELD, 2)
    office.at(5, "18:30")
    correct_figure(figure(office.anna, 5, HELD), by=office.head, value=Decimal(2), reason="Не было сети")
    found = page(office)
    shown = cell(found, office.anna)
    assert (shown.value, shown.verdict, shown.frozen) == (2, "met", 0)
    assert line(found, office.anna).points == 1
    assert "<del>0</del>" in shown.html


def test_an_excused_day_is_not_scored_and_what_a_month_gives_stays(office):
    make_norm(HELD, 2)
    office.at(5, "18:30")
    excuse_day(person_day(office.anna, 5), by=office.head, reason="Больничный")
    found = page(office)
    mine = line(found, office.anna)
    assert (mine.is_scored, mine.points) == (False, None)
    assert cell(found, office.anna).verdict == ""


def test_an_objection_that_waits_stands_at_its_cell(office):
    make_norm(HELD, 2)
    office.at(5, "18:30")
    frozen = figure(office.anna, 5, HELD)
    object_to(frozen.person_day, by=office.anna, figure=frozen, asked=Decimal(2), reason="Был в дороге")
    found = page(office)
    assert cell(found, office.anna).objection is not None
    assert [topic.person_id for topic in found.topics if topic.in_dialog] == [office.anna.pk]


def test_points_of_a_day_without_system_wait_for_one_word_of_the_head(office):
    make_norm(HELD, 2)
    office.at(5, "18:30")
    Heartbeat.objects.all().delete()
    close_all()
    closing = Closing.objects.get(day=november_day(5))
    assert closing.system_down
    found = page(office)
    assert found.sheet.sections[0].waits_for_decision and line(found, office.anna).waits
    assert line(found, office.anna).points == 0
    browser = signed_in(office.head)
    address = reverse("kpi:day-decide", args=[closing.pk])
    assert browser.post(address, {"counts": "no", "reason": ""}).status_code == 422
    assert browser.post(address, {"counts": "no", "reason": "Свет отключили"}).status_code == 302
    assert Decision.objects.get().counts is False
    assert not page(office).sheet.sections[0].waits_for_decision
    with pytest.raises(Exception, match=r"already|уже"):
        decide(closing, by=office.head, counts=True, reason="Еще раз")


def test_red_green_and_yellow_days_make_the_strip(office):
    make_norm(HELD, 1)
    make_norm("meetings_held", 1, points_missed=-1)
    for day, count in ((2, 0), (3, 1), (5, 0)):
        office.at(day, "12:00")
        calls(office, count)
        office.at(day, "18:00")
    office.at(5, "18:30")
    close_all()
    tones = [mark.tone for mark in line(page(office), office.anna).strip]
    assert tones[-3:] == ["missed", "near", "missed"]


def test_two_red_days_in_a_row_are_the_first_to_talk_about(office):
    make_norm(HELD, 1)
    office.at(5, "18:30")
    close_all()
    assert {topic.person_id for topic in page(office).topics} == {office.anna.pk, office.boris.pk}
    assert len(page(office).topics) <= 5


def test_what_is_usual_is_the_median_of_the_days_before(office):
    for day, count in ((2, 1), (3, 3), (5, 3), (6, 0), (9, 5)):
        office.at(day, "12:00")
        calls(office, count)
    office.at(10, "12:00")
    close_all()
    assert cell(page(office), office.anna).usual is not None
    assert cell(page(office), office.anna).usual == 1  # with 30 October, which had none: 0, 0, 1, 3, 3, 5


# --- Of a week and a month ------------------------------------------------------------------------------------------


def test_a_week_adds_flows_up_and_takes_stocks_as_they_stand(office):
    make_norm(HELD, 2)
    for day, count in ((2, 1), (3, 2), (5, 4)):
        office.at(day, "12:00")
        calls(office, count)
    office.at(5, "18:30")
    close_all()
    found = page(office, view="week")
    assert (found.asked.first, found.asked.last) == (november_day(2), november_day(8))
    held = cell(found, office.anna)
    assert (held.value, held.mark, held.days_met, held.days_judged) == (7, "/ 6", 2, 3)
    assert line(found, office.anna).points == 0
    assert cell(found, office.anna, "deals_in_work").value == 7


def test_corrections_and_excuses_are_in_the_week(office):
    make_norm(HELD, 2)
    office.at(5, "18:30")
    correct_figure(figure(office.anna, 5, HELD), by=office.head, value=Decimal(3), reason="Не было сети")
    excuse_day(person_day(office.anna, 3), by=office.head, reason="Больничный")
    held = cell(page(office, view="week"), office.anna)
    assert (held.value, held.days_met, held.days_judged, held.mark) == (3, 1, 2, "/ 4")


def test_a_norm_of_the_week_is_judged_when_the_week_is_over(office):
    make_norm(HELD, 5, period="week")
    for day in (2, 3, 5):
        office.at(day, "12:00")
        calls(office, 2)
    close_all()
    running = cell(page(office, view="week", day="2026-11-05"), office.anna)
    assert (running.mark, running.verdict) == ("/ 5", "")
    office.at(6, "18:30")
    close_all()
    over = cell(page(office, view="week", day="2026-11-05"), office.anna)
    assert (over.value, over.mark, over.verdict, over.points) == (6, "/ 5", "met", 1)
    assert line(page(office, day="2026-11-06"), office.anna).beyond == 1


def test_a_month_holds_its_days_alone(office):
    office.at(2, "12:00")
    calls(office, 1)
    office.at(3, "12:00")
    close_all()
    assert cell(page(office, view="month"), office.anna).value == 1
    october = page(office, view="month", day="2026-10-30")
    assert cell(october, office.anna).value == 0


# --- To whom --------------------------------------------------------------------------------------------------------


def test_a_head_sees_the_team_a_director_all_and_a_manager_none(office):
    other = make_team("Сети")
    fedor = make_user("Фёдор Рыжов", team=other)
    director = make_user("Виктор Метелин", Role.DIRECTOR)
    office.at(5, "12:00")
    assert {one.person_id for one in page(office).sheet.lines} == {office.anna.pk, office.boris.pk}
    foreign = page(office, team=str(other.pk))
    assert {one.person_id for one in foreign.sheet.lines} == {office.anna.pk, office.boris.pk}
    everybody = page(office, director)
    assert {one.person_id for one in everybody.sheet.lines} == {office.anna.pk, office.boris.pk, fedor.pk}
    assert len(everybody.sheet.sections) == 2
    one = page(office, director, team=str(other.pk))
    assert {found.person_id for found in one.sheet.lines} == {fedor.pk}
    assert signed_in(office.anna).get(reverse("kpi:scorecard")).status_code == 404


@pytest.mark.parametrize(
    "query", ["", "?view=week", "?view=month", "?day=2026-11-05", "?day=2099-01-01&view=x"]
)
def test_the_page_opens_whatever_the_address_says(office, query):
    make_norm(HELD, 2)
    office.at(6, "12:00")
    close_all()
    answer = signed_in(office.head).get(reverse("kpi:scorecard") + query)
    assert answer.status_code == 200
    assert office.anna.name in answer.content.decode()


def test_the_address_holds_what_is_shown(office):
    office.at(6, "12:00")
    asked = page(office, view="week", day="2026-11-03").asked
    assert asked.earlier.endswith("day=2026-11-01&view=week") and asked.later == ""
    asked = page(office, day="2026-11-05").asked
    assert asked.earlier.endswith("day=2026-11-03") and asked.later.endswith("day=2026-11-06")


@pytest.mark.parametrize("query", ["", "?day=2026-11-05", "?view=month"])
def test_the_number_of_queries_does_not_grow_with_people(office, query):
    make_norm(HELD, 2)
    office.at(5, "12:00")
    calls(office, 1)
    office.at(6, "12:00")
    close_all()
    before = queries(office, query)
    for number in range(5):
        # As if they had been there from the beginning, so that closed days hold them.
        calls(office, 1, make_user(f"Новый {number}", team=office.team))
    office.at(9, "18:30")
    close_all()
    office.at(10, "12:00")
    after = queries(office, query.replace("2026-11-05", "2026-11-09"))
    assert len(after) <= len(before) + 1, "\n".join(after)


def queries(office: Office, query: str) -> list[str]:
    browser = signed_in(office.head)
    browser.get(reverse("kpi:scorecard") + query)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(reverse("kpi:scorecard") + query).status_code == 200
    return [one["sql"] for one in captured.captured_queries]

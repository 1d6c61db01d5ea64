"""A day that is not closed does not stay unnoticed: pages, log, letters, /healthz and a command tell of it."""

import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client as Browser
from django.urls import reverse

from kpi import alarms, closing, sweep
from kpi.measuring import Measuring
from kpi.models import Closing, Delay, Figure, PersonDay
from people.models import Role
from tests.activities.factories import make_call
from tests.factories import make_team, make_user
from tests.kpi.factories import Office, close_all, make_norm, november_day
from tests.leads.factories import make_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, office: Office) -> Iterator[Callable[[], None]]:
    """Monday, 2 November: from now on no day can be closed; called, it mends that."""
    close_all()
    office.at(2, "17:00")

    def fails(*_args: Any) -> None:
        raise ArithmeticError("a figure that cannot be")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closing, "_write", fails)
        yield patch.undo


def critical(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.CRITICAL]


def page_of(user: Any, name: str = "people:profile") -> str:
    browser = Browser()
    browser.force_login(user)
    return browser.get(reverse(name)).content.decode()


def command(name: str, *args: str) -> tuple[int, str]:
    """What it prints, and how it ends."""
    out = StringIO()
    try:
        call_command(name, *args, stdout=out, stderr=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


# --- Levels ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "level", "code"),
    [
        ("18:04", "", 0),
        ("18:05", "yellow", 1),
        ("18:14", "yellow", 1),
        ("18:15", "red", 2),
        ("23:00", "red", 2),
    ],
)
def test_yellow_after_five_minutes_and_red_after_fifteen(office, broken, time, level, code):
    office.at(2, time)
    sweep.sweep("beat")
    assert [each.level for each in alarms.look()] == ([level] if level else [])
    ended, said = command("check_closing")
    assert ended == code
    assert (f"{level}: Опт, 02.11.2026" in said) == bool(level)
    assert ("ArithmeticError: a figure that cannot be" in said) == bool(level)


def test_the_log_is_told_once_for_each_level_however_often_and_by_whomever_it_is_looked(
    office, broken, caplog
):
    for time in ("18:05", "18:06", "18:15", "18:16", "19:00"):
        office.at(2, time)
        sweep.sweep("beat")
        command("check_closing")
        alarms.memory.forget()  # another process knows nothing of this one
    assert critical(caplog) == [
        "Опт: 02.11.2026 has not been closed for 5 minutes after its cut-off.",
        "Опт: 02.11.2026 has not been closed for 15 minutes after its cut-off.",
    ]


def test_administrators_and_the_teams_head_get_one_letter_directly(office, broken):
    stranger = make_user("Роман Чужой", Role.HEAD, team=make_team("Розница"))
    for time in ("18:10", "18:15", "18:16", "20:00"):
        office.at(2, time)
        sweep.sweep("page")
    # The other team is red, too, and its letters are its own.
    ours = [letter for letter in mail.outbox if "Опт" in letter.subject]
    assert sorted(letter.to[0] for letter in ours) == sorted([office.admin.email, office.head.email])
    assert "Опт" in ours[0].body
    assert {letter.to[0] for letter in mail.outbox if letter not in ours} <= {
        office.admin.email,
        stranger.email,
    }
    told = {letter.to[0]: letter.body for letter in ours}
    assert "ArithmeticError" in told[office.admin.email]
    assert "ArithmeticError" not in told[office.head.email]


def test_letters_a_mail_server_did_not_take_are_tried_again_after_five_minutes(office, broken, monkeypatch):
    def away(*_args: Any, **_options: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(alarms, "get_connection", away)
        office.at(2, "18:15")
        sweep.sweep("beat")
        assert mail.outbox == []
    office.at(2, "18:16")
    sweep.sweep("beat")
    assert mail.outbox == []
    office.at(2, "18:20")
    sweep.sweep("beat")
    assert len(mail.outbox) == 2
    office.at(2, "18:30")
    sweep.sweep("beat")
    assert len(mail.outbox) == 2


def test_where_not_even_a_row_can_be_written_the_process_still_speaks_once(
    office, broken, monkeypatch, caplog
):
    def refused(*_args: Any, **_options: Any) -> None:
        raise DatabaseError("database is locked")

    monkeypatch.setattr(Delay.objects, "get_or_create", refused)
    for time in ("18:15", "18:16"):
        office.at(2, time)
        alarms.look()
    assert len(critical(caplog)) == 1
    assert len(mail.outbox) == 2


def test_a_day_that_is_closed_at_last_is_an_alarm_no_more(office, broken):
    office.at(2, "18:20")
    sweep.sweep("beat")
    broken()
    assert [str(each) for each in sweep.sweep("beat")] == ["Опт: 02.11.2026"]
    assert alarms.look() == []
    assert command("check_closing")[0] == 0
    assert "не закрыт" not in page_of(office.admin)


def test_a_start_after_a_night_without_the_program_closes_first_and_alarms_nobody(office, caplog):
    close_all()
    office.at(3, "09:00")
    sweep.sweep("start")
    assert Closing.objects.filter(day=november_day(2)).exists()
    assert (critical(caplog), mail.outbox) == ([], [])


# --- Pages and probes -----------------------------------------------------------------------------------


def test_administrator_and_head_see_it_on_every_page_and_others_do_not(office, broken):
    stranger = make_user("Роман Чужой", Role.HEAD, team=make_team("Розница"))
    office.at(2, "18:06")
    sweep.sweep("beat")
    assert 'class="banner near"' in page_of(office.admin)
    assert 'class="banner near"' in page_of(office.head)
    assert 'class="banner' not in page_of(office.anna)
    assert "Опт" not in page_of(stranger)
    office.at(2, "18:16")
    assert 'class="banner missed"' in page_of(office.head), "it grows older without a look at the database"


def test_a_page_costs_no_query_for_it(office, broken, django_assert_num_queries):
    office.at(2, "18:16")
    sweep.sweep("beat")
    assert office.admin.role == Role.ADMIN  # every page asks that anyway
    with django_assert_num_queries(0):
        assert alarms.of_reader(office.admin)
        assert alarms.word() == "red"


def test_where_pages_are_served_the_database_is_asked_once_a_minute(office, broken, monkeypatch):
    monkeypatch.setattr(alarms, "watching", True)
    asked: list[int] = []
    monkeypatch.setattr(alarms.days, "due", lambda moment: asked.append(1) or [])
    for time in ("18:16", "18:16", "18:17"):
        office.at(2, time)
        alarms.of_reader(office.admin)
        alarms.of_reader(office.anna)
    assert len(asked) == 2


def test_healthz_has_a_word_for_it_and_takes_no_web_process_away(office, broken, client):
    office.at(2, "18:01")
    sweep.sweep("beat")
    assert (client.get("/healthz").content, client.get("/healthz?strict").status_code) == (b"ok", 200)
    office.at(2, "18:16")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\nclosing: red")
    assert client.get("/healthz?strict").status_code == 503


# --- The commands ---------------------------------------------------------------------------------------


def test_close_days_says_what_it_closed_and_fails_where_something_is_left(office, broken):
    office.at(2, "18:01")
    ended, said = command("close_days")
    assert (ended, "Not closed: Опт, 02.11.2026" in said) == (1, True)
    broken()
    ended, said = command("close_days")
    assert (ended, "Closed: Опт: 02.11.2026" in said) == (0, True)
    assert command("close_days") == (0, "Nothing is left to close.\n")
    assert Closing.objects.get(day=november_day(2)).way == "command"


@pytest.fixture
def lived(office: Office) -> Office:
    """Some days with norms, a week's end, records and corrections of the calendar's kind; all of it closed."""
    make_norm("conversations_held", 1)
    make_norm("conversations_held", 3, period="week")
    client = make_client(manager=office.anna)
    for day in (2, 3, 5, 6, 9):
        office.at(day)
        make_call(client)
        office.at(day, "18:01")
        close_all()
    return office


def test_closed_days_counted_once_more_give_the_same_checksums(lived):
    ended, said = command("check_closing", "--verify")
    assert (ended, "6 closed day(s) of teams counted once more, 0 differ" in said) == (0, True)


def test_a_formula_that_gives_something_else_today_is_named_by_team_and_day(lived, monkeypatch):
    honest = Measuring.judged

    def another(measuring: Measuring) -> Any:
        found = honest(measuring)
        if measuring.of.day == november_day(3):
            found[0].figures.pop()
        return found

    monkeypatch.setattr(Measuring, "judged", another)
    ended, said = command("check_closing", "--verify", "30")
    assert ended == 2
    assert [line for line in said.splitlines() if line.startswith("differs")] == [
        "differs: Опт: 03.11.2026: counted anew, the figures differ"
    ]


def test_frozen_rows_that_somebody_changed_past_the_triggers_are_named(lived):
    from kpi import guard

    with guard.lifted():
        day = PersonDay.objects.get(person=lived.anna, day=november_day(5))
        Figure.objects.filter(person_day=day, indicator__code="conversations_held").update(points=50)
    ended, said = command("check_closing", "--verify")
    assert (ended, "differs: Опт: 05.11.2026: the frozen rows are not those that were written" in said) == (
        2,
        True,
    )


def test_verifying_looks_no_further_back_than_asked(lived):
    assert "1 closed day(s) of teams counted once more" in command("check_closing", "--verify", "1")[1]


# --- The page of closings -------------------------------------------------------------------------------


def test_the_page_shows_gaps_with_their_reason_and_a_button_to_whom_it_may_concern(office, broken):
    office.at(2, "18:20")
    sweep.sweep("beat")
    page = page_of(office.admin, "kpi:closings")
    assert ("не закрыт" in page, "ArithmeticError" in page, "Закрыть сейчас" in page) == (True, True, True)
    page = page_of(office.head, "kpi:closings")
    assert ("не закрыт" in page, "ArithmeticError" in page, "Закрыть сейчас" in page) == (True, False, False)


def test_the_button_closes_the_day_or_says_that_it_could_not(office, broken, client):
    office.at(2, "18:20")
    client.force_login(office.admin)
    answer = client.post(reverse("kpi:close-now"), follow=True)
    assert "Не всё удалось закрыть" in answer.content.decode()
    broken()
    answer = client.post(reverse("kpi:close-now"), follow=True)
    assert "Закрыт 1 день" in answer.content.decode()
    closed = Closing.objects.get(day=november_day(2))
    assert closed.checksum in answer.content.decode()
    assert "20 мин" in answer.content.decode().replace("\u00a0", " ")


def test_a_head_sees_the_days_of_their_team_alone(office, client):
    make_user("Роман Чужой", Role.HEAD, team=make_team("Розница"))
    office.at(3, "18:01")
    close_all()
    assert Closing.objects.filter(team__name="Розница").exists()
    assert "Розница" not in page_of(office.head, "kpi:closings")
    assert "Розница" in page_of(office.admin, "kpi:closings")

"""Reports by mail: once each, late on the same day, to whom may open them, with what they may see."""

import datetime as dt
import io
import smtplib
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from core import periods
from core.outbox import Job, run_due_jobs, tick
from people.actions import end_appointment
from people.models import Role, User
from reports import actions
from reports.letters import SHOWN
from reports.mailings import every_minute
from reports.models import Letter, Mailing, Recipient
from reports.schedule import Every
from tests.factories import by_system, make_team, make_user
from tests.reports.company import EVENING, Company, company
from tests.reports.sheets import sheet_of

pytestmark = pytest.mark.django_db
FRIDAY = dt.date(2026, 11, 13)


@pytest.fixture
def firm(db: None) -> Iterator[Company]:
    with company() as made:
        yield made


@pytest.fixture
def clock(firm: Company) -> Iterator[periods.Clock]:
    """The company's clock, which tests move."""
    with periods.clock(EVENING) as moved:
        yield moved


def at(day: dt.date, time: str) -> dt.datetime:
    return periods.local(day, dt.time.fromisoformat(time))


def make_mailing(
    by: User, *recipients: User, report: str = "sales-year", query: str = "", **said: Any
) -> Mailing:
    said = {"every": Every.WORKING_DAY, "hour": 9, **said}
    return actions.create_mailing(by=by, report=report, query=query, recipients=recipients or [by], **said)


def to(user: User) -> list[Any]:
    return [each for each in mail.outbox if each.to == [user.email]]


def page_of(letter: Any) -> str:
    return str(letter.alternatives[0][0]).replace("\u00a0", " ")


def file_of(letter: Any) -> Any:
    [content] = [each[1] for each in letter.attachments if isinstance(each, tuple)]
    return load_workbook(io.BytesIO(content)).active


def outcomes() -> list[tuple[int, str]]:
    return list(Letter.objects.order_by("due_at", "user_id").values_list("user", "outcome"))


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="people.backends.DoorKeeper")
    return browser


def row_of(user: User) -> str:
    """What the page of mailings says."""
    return browser_of(user).get("/reports/mailings/").content.decode().replace("\u00a0", " ")


# --- When and how often ---------------------------------------------------------------------------------------------


def test_it_comes_at_its_hour_once_whatever_looks(firm: Company, clock: periods.Clock):
    make_mailing(firm.director)
    for time in ("08:59", "09:00", "09:00", "09:01", "12:00"):
        clock.move_to(at(FRIDAY, time))
        tick()
        every_minute("beat")
        tick(way="start")
    [letter] = to(firm.director)
    assert "2026" in letter.subject
    assert outcomes() == [(firm.director.pk, "sent")]
    clock.move_to(at(FRIDAY + dt.timedelta(3), "09:00"))  # Monday
    tick()
    assert len(to(firm.director)) == 2


def test_one_made_after_its_hour_begins_with_the_next_day(firm: Company, clock: periods.Clock):
    clock.move_to(at(FRIDAY, "12:00"))
    mailing = make_mailing(firm.director)
    tick()
    assert not mail.outbox
    actions.update_mailing(mailing, by=firm.director, hour=10)
    tick()
    assert not mail.outbox


def test_a_worker_asleep_over_the_hour_sends_late_on_the_same_day_and_once(
    firm: Company, clock: periods.Clock
):
    make_mailing(firm.director)
    clock.move_to(at(FRIDAY, "19:40"))
    tick()
    tick()
    assert len(to(firm.director)) == 1


def test_what_was_missed_for_days_is_not_sent_later_and_the_page_says_so(firm: Company, clock: periods.Clock):
    make_mailing(firm.director)
    clock.move_to(at(dt.date(2026, 11, 17), "08:00"))  # Friday and Monday have gone by
    tick()
    assert not mail.outbox
    assert outcomes() == [(firm.director.pk, "missed")] * 2
    assert "не отправлено: в этот день Такт не работал" in row_of(firm.director)
    clock.move_to(at(dt.date(2026, 11, 17), "09:00"))
    tick()
    assert len(to(firm.director)) == 1


def test_a_letter_written_down_but_not_sent_that_day_is_not_sent_on_the_next(
    firm: Company, clock: periods.Clock
):
    make_mailing(firm.director)
    clock.move_to(at(FRIDAY, "09:00"))
    every_minute("beat")  # … and the worker dies before it does the job
    clock.move_to(at(FRIDAY + dt.timedelta(1), "09:00"))
    run_due_jobs()
    assert not mail.outbox
    assert outcomes() == [(firm.director.pk, "missed")]


def test_a_clock_put_back_sends_nothing_again(firm: Company, clock: periods.Clock):
    make_mailing(firm.director)
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    clock.move_to(at(FRIDAY, "08:30"))
    tick()
    clock.move_to(at(FRIDAY, "09:05"))
    tick()
    assert len(to(firm.director)) == 1


def test_stopped_it_is_silent_and_resumed_it_makes_up_for_nothing(firm: Company, clock: periods.Clock):
    mailing = make_mailing(firm.director)
    actions.stop_mailing(mailing, by=firm.director)
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    clock.move_to(at(FRIDAY, "10:00"))
    actions.resume_mailing(mailing, by=firm.director)
    tick()
    assert not mail.outbox and not Letter.objects.exists()
    clock.move_to(at(FRIDAY + dt.timedelta(3), "09:00"))
    tick()
    assert len(to(firm.director)) == 1


def test_what_is_stopped_or_deleted_between_is_not_sent(firm: Company, clock: periods.Clock):
    mailings = [make_mailing(firm.director) for _each in range(3)]
    clock.move_to(at(FRIDAY, "09:00"))
    every_minute("beat")
    actions.stop_mailing(mailings[0], by=firm.director)
    actions.delete_mailing(mailings[1], by=firm.director)
    actions.update_mailing(mailings[2], by=firm.director, recipients=[firm.head])
    run_due_jobs()
    assert not mail.outbox
    assert outcomes() == [(firm.director.pk, "cancelled")] * 3


# --- To whom, and what they see -------------------------------------------------------------------------------------


def test_each_receives_what_they_may_see_themselves(firm: Company, clock: periods.Clock):
    make_mailing(
        firm.director, firm.director, firm.head, firm.anna, report="plan-fact",
        query="?period=this-month&rows=sellers",
    )  # fmt: skip
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    for user, sees, does_not in (
        (firm.director, ["4 000", firm.anna.name, firm.fedor.name], []),
        (firm.anna, ["3 000"], [firm.fedor.name, "4 000"]),
    ):
        [letter] = to(user)
        for words in sees:
            assert words in page_of(letter), (user, words)
        for words in does_not:
            assert words not in page_of(letter), (user, words)
    [head] = to(firm.head)
    theirs = sheet_of("plan-fact", firm.head, rows="sellers")
    assert {str(line.label) for line in theirs.lines} <= set(_labels(head))
    others = {firm.anna.name, firm.fedor.name} - {str(line.label) for line in theirs.lines}
    assert others and not others & set(_labels(head))


def _labels(letter: Any) -> list[str]:
    """The first cell of each line of the table."""
    return [row.partition(">")[2].partition("<")[0] for row in page_of(letter).split("<td") if row]


def test_what_a_recipient_may_not_choose_is_not_applied_and_the_letter_says_so(
    firm: Company, clock: periods.Clock
):
    make_mailing(firm.director, firm.anna, query=f"team={firm.south.pk}")
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    [letter] = to(firm.anna)
    assert "Не применено, потому что выбирать это вы не можете: Команда" in page_of(letter)
    assert "Не применено" in letter.body


def test_who_has_lost_the_right_or_left_receives_nothing_and_the_page_says_so(
    firm: Company, clock: periods.Clock
):
    gone = make_user("Ушедший Иван", role=Role.DIRECTOR)
    lost = make_user("Лишённый Пётр", role=Role.DIRECTOR)
    make_mailing(firm.director, firm.director, gone, lost)
    with by_system():
        gone.is_active = False
        gone.save()
    end_appointment(lost.appointment, until=EVENING.date(), by=firm.admin)
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    assert len(to(firm.director)) == 1
    assert not to(gone) and not to(lost)
    assert dict(outcomes()) == {firm.director.pk: "sent", gone.pk: "left", lost.pk: "no-right"}
    page = row_of(firm.director)
    assert "Иван У. — вход закрыт" in page and "Пётр Л. — отчёт не открыт" in page


def test_the_letter_speaks_the_language_of_its_reader(firm: Company, clock: periods.Clock):
    with by_system():
        firm.head.language = "en"
        firm.head.save()
    make_mailing(firm.director, firm.director, firm.head)
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    assert "Open the whole report" in to(firm.head)[0].body
    assert "Открыть отчёт целиком" in to(firm.director)[0].body


def test_a_period_by_name_goes_on_with_the_days(firm: Company, clock: periods.Clock):
    make_mailing(firm.director, report="plan-fact", query="period=previous-month")
    clock.move_to(at(dt.date(2026, 12, 1), "09:00"))
    tick()
    [letter] = to(firm.director)
    assert "ноябрь 2026" in letter.subject


# --- What is in it --------------------------------------------------------------------------------------------------


def test_a_letter_holds_sentence_table_totals_picture_and_whole_addresses(
    firm: Company, clock: periods.Clock, settings: Any
):
    settings.TAKT_URL = "https://crm.example.test"
    make_mailing(firm.director, report="plan-fact", query="basis=ordered", name="Утро")
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    [letter] = to(firm.director)
    page = page_of(letter)
    assert letter.subject == "Утро, ноябрь 2026"
    assert "Черева" in page and "Итого" in page and "13 ноября 2026, 09:00" in page
    assert 'href="https://crm.example.test/reports/plan-fact/?basis=ordered"' in page
    assert 'href="/' not in page
    assert "style=" in page and "<script" not in page
    [picture] = [each for each in letter.attachments if not isinstance(each, tuple)]
    assert picture["Content-ID"] == "<picture>" and "cid:picture" in page
    svg = picture.get_payload(decode=True).decode()
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" width=') and svg.count("<svg") == 1
    message = letter.message()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].startswith(f"<takt.letter.{Letter.objects.get().pk}@")
    assert "https://crm.example.test/reports/mailings/" in letter.body
    assert "<" not in letter.body


def test_the_file_that_goes_along_says_what_the_page_says(firm: Company, clock: periods.Clock):
    make_mailing(firm.director, report="plan-fact", query="period=this-month", with_file=True)
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    sheet = file_of(to(firm.director)[0])
    last = [cell for cell in list(sheet.iter_rows(values_only=True))[-1] if cell is not None]
    table = sheet_of("plan-fact", firm.director, period="this-month").table()
    totals = [cell.column.type.as_cell(cell.value) for cell in table.total_cells]
    expected = [float(value) for value in totals if value is not None and not isinstance(value, str)]
    assert [float(value) for value in last if not isinstance(value, str)] == pytest.approx(expected)
    assert expected
    browser = browser_of(firm.director)
    answer = browser.get("/reports/plan-fact/?period=this-month&export=xlsx")
    same = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert list(same.iter_rows(values_only=True)) == list(sheet.iter_rows(values_only=True))


def test_a_long_report_is_cut_and_a_large_file_stays_at_home(
    firm: Company, clock: periods.Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("reports.letters.SHOWN", 1)
    monkeypatch.setattr("reports.letters.LARGEST_FILE", 10)
    make_mailing(firm.director, report="plan-fact", with_file=True)
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    [letter] = to(firm.director)
    lines = len(sheet_of("plan-fact", firm.director).lines)
    assert lines > 1 and SHOWN == 50
    assert f"Ещё {lines - 1} строк" in page_of(letter)
    assert "Файл Excel слишком велик" in page_of(letter) and "Файл Excel слишком велик" in letter.body
    assert not [each for each in letter.attachments if isinstance(each, tuple)]


def test_an_empty_report_is_sent_unless_only_something_is_wanted(firm: Company, clock: periods.Clock):
    empty = "period=2020-01-01"
    make_mailing(firm.director, report="cube", query=empty, if_anything=True)
    tidings = make_mailing(firm.director, report="cube", query=empty, name="И пустой")
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    [letter] = to(firm.director)
    assert letter.subject.startswith("И пустой") and "Показать нечего" in page_of(letter)
    assert sorted(outcome for _user, outcome in outcomes()) == ["nothing", "sent"]
    assert "не отправлено: сказать было нечего" in row_of(firm.director)
    assert tidings.title == "И пустой"


def test_what_people_typed_stays_text(firm: Company, clock: periods.Clock):
    make_mailing(firm.director, name="<b>Утро</b> & \n день")
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    [letter] = to(firm.director)
    assert letter.subject.startswith("<b>Утро</b> & день")
    assert "&lt;b&gt;Утро&lt;/b&gt;" in page_of(letter)
    assert "<b>Утро</b> & день" in letter.body


# --- Trouble --------------------------------------------------------------------------------------------------------


def test_a_mail_server_that_refuses_is_told_and_asked_again(
    firm: Company, clock: periods.Clock, monkeypatch: pytest.MonkeyPatch
):
    make_mailing(firm.director)

    def refuse(*_args: Any, **_options: Any) -> None:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    clock.move_to(at(FRIDAY, "09:00"))
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        tick()
        page = row_of(firm.director)
        assert "пока не отправлено, будет новая попытка" in page
        assert "Connection unexpectedly closed" in page
    clock.move_to(at(FRIDAY, "09:01"))
    tick()
    assert len(to(firm.director)) == 1
    assert "будет новая попытка" not in row_of(firm.director)


def test_given_up_it_says_so_and_the_next_day_is_tried_anew(
    firm: Company, clock: periods.Clock, monkeypatch: pytest.MonkeyPatch
):
    make_mailing(firm.director)

    def refuse(*_args: Any, **_options: Any) -> None:
        raise OSError("no route")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        clock.move_to(at(FRIDAY, "09:00"))
        for _attempt in range(6):
            tick()
            clock.advance(hours=1)
        assert Job.objects.get(kind="reports.letter").state == Job.State.FAILED
        assert "отправить не удалось" in row_of(firm.director)
    clock.move_to(at(FRIDAY + dt.timedelta(3), "09:00"))
    tick()
    assert len(to(firm.director)) == 1


def test_a_worker_whose_job_was_taken_over_sends_nothing(firm: Company, clock: periods.Clock):
    make_mailing(firm.director)
    clock.move_to(at(FRIDAY, "09:00"))
    every_minute("beat")
    job = Job.objects.get(kind="reports.letter")
    job.attempts = 7  # another one's claim
    from core.outbox import LeaseLost
    from reports.mailings import send

    with pytest.raises(LeaseLost):
        send(job)
    assert not mail.outbox


def test_what_is_looked_at_every_minute_costs_one_query(firm: Company, clock: periods.Clock):
    for _each in range(3):
        make_mailing(firm.director)
    clock.move_to(at(FRIDAY, "08:00"))
    with CaptureQueriesContext(connection) as queries:
        every_minute("beat")
    assert len(queries) == 1


def test_the_page_costs_as_many_queries_for_many_as_for_one(firm: Company, clock: periods.Clock):
    def asked() -> int:
        browser = browser_of(firm.director)
        browser.get("/reports/mailings/")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/reports/mailings/")
        return len(queries)

    make_mailing(firm.director)
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    one = asked()
    for _each in range(4):
        make_mailing(firm.director, firm.director, firm.head, firm.anna)
    clock.move_to(at(FRIDAY + dt.timedelta(3), "09:00"))
    tick()
    assert asked() == one


# --- Whose it is ----------------------------------------------------------------------------------------------------


def test_a_manager_sends_to_themselves_alone(firm: Company):
    make_mailing(firm.anna)
    with pytest.raises(PermissionDenied):
        make_mailing(firm.anna, firm.director)
    answer = browser_of(firm.anna).post(
        "/reports/sales-year/mail/",
        {"every": "week", "weekday": "0", "hour": "9", "recipients": [firm.fedor.pk]},
    )
    assert answer.status_code == 422
    assert Mailing.objects.count() == 1


def test_nobody_sends_a_report_to_whom_it_is_not_open(firm: Company):
    colleague = make_user(role=Role.COLLEAGUE)
    with pytest.raises(PermissionDenied):
        make_mailing(firm.director, colleague)
    with pytest.raises(PermissionDenied):
        make_mailing(firm.director, report="no-such-report")


def test_foreign_mailings_are_not_there(firm: Company):
    stranger = make_user(team=make_team("Запад"))
    mailing = make_mailing(firm.anna, name="Моя")
    for path in ("", "stop/", "trial/", "delete/", "resume/"):
        assert browser_of(stranger).post(f"/reports/mailings/{mailing.pk}/{path}").status_code == 404
    assert "Моя" not in row_of(stranger)
    assert "Моя" in row_of(firm.director) and "Моя" in row_of(firm.anna)
    with pytest.raises(PermissionDenied):
        actions.stop_mailing(mailing, by=stranger)


def test_a_recipient_sees_it_and_may_leave_and_without_anybody_it_stops(firm: Company):
    mailing = make_mailing(firm.director, firm.anna, name="От директора")
    assert "От директора" in row_of(firm.anna)
    assert browser_of(firm.fedor).post(f"/reports/mailings/{mailing.pk}/leave/").status_code == 404
    assert browser_of(firm.anna).post(f"/reports/mailings/{mailing.pk}/leave/").status_code == 302
    mailing.refresh_from_db()
    assert mailing.is_stopped and not Recipient.objects.exists()
    assert "От директора" not in row_of(firm.anna)
    with pytest.raises(ValidationError):
        actions.resume_mailing(mailing, by=firm.director)


def test_a_trial_goes_to_oneself_at_once_and_is_no_occurrence(firm: Company, clock: periods.Clock):
    mailing = make_mailing(firm.director, firm.head, if_anything=True)
    answer = browser_of(firm.director).post(f"/reports/mailings/{mailing.pk}/trial/")
    assert answer.status_code == 302
    run_due_jobs()
    [letter] = to(firm.director)
    assert "Это пробное письмо только вам" in page_of(letter)
    assert not to(firm.head)
    assert "(пробное)" in row_of(firm.director)
    clock.move_to(at(FRIDAY, "09:00"))
    tick()
    assert len(to(firm.head)) == 1 and len(to(firm.director)) == 1


def test_who_lost_the_report_gets_no_trial_but_a_sentence(firm: Company):
    head = make_user(role=Role.HEAD, team=firm.north)
    mailing = make_mailing(head, report="plan-fact")
    with by_system():
        Mailing.objects.filter(pk=mailing.pk).update(report="no-such-report")
    page = browser_of(head).post(f"/reports/mailings/{mailing.pk}/trial/", follow=True).content.decode()
    assert "Этот отчёт вам больше не открыт." in page
    assert not Letter.objects.exists()


def test_deleted_it_comes_back_with_its_recipients(firm: Company):
    mailing = make_mailing(firm.director, firm.director, firm.head)
    op = actions.delete_mailing(mailing, by=firm.director)
    assert not Mailing.objects.exists() and not Recipient.objects.exists()
    assert browser_of(firm.director).post(f"/journal/{op.pk}/rollback/").status_code == 302
    assert Mailing.objects.get().recipients.alive().count() == 2


# --- What is typed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"recipients": []}, "Выберите, кому присылать."),
        ({"every": ""}, "Выберите, как часто присылать."),
        ({"every": "hourly"}, "Выберите"),
        ({"every": "week", "weekday": "9"}, "Выберите"),
        ({"every": "month", "day": "32"}, "Выберите"),
        ({"hour": "25"}, "Выберите"),
        ({"name": "ы" * 81}, "80"),
    ],
)
def test_what_cannot_be_stands_beside_its_field_and_nothing_is_lost(
    firm: Company, typed: dict[str, Any], says: str
):
    good = {"every": "working-day", "weekday": "0", "day": "1", "hour": "7", "recipients": [firm.director.pk]}
    answer = browser_of(firm.director).post(
        "/reports/sales-year/mail/?period=previous-year", {**good, "name": "Год", **typed}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page and "invalid-feedback" in page
    assert 'action="/reports/sales-year/mail/?period=previous-year"' in page
    assert not Mailing.objects.exists()


def test_what_is_asked_on_the_page_is_what_is_sent_and_changes_are_kept(firm: Company):
    browser = browser_of(firm.director)
    said = {"every": "month", "day": "31", "hour": "8", "recipients": [firm.director.pk, firm.head.pk]}
    answer = browser.post("/reports/cube/mail/?rows=client&period=previous-month&nonsense=1", said)
    assert answer.status_code == 302 and answer["Location"] == "/reports/mailings/"
    mailing = Mailing.objects.get()
    assert mailing.query == "period=previous-month&rows=client"
    assert mailing.schedule.words == "в последний день месяца в 08:00"
    form = browser.get(f"/reports/mailings/{mailing.pk}/").content.decode()
    assert "checked" in form
    said |= {"every": "week", "weekday": "4", "recipients": [firm.head.pk], "with_file": "on"}
    answer = browser.post(
        f"/reports/mailings/{mailing.pk}/",
        {**said, "version": mailing.version, "initial-recipients": [firm.director.pk, firm.head.pk]},
    )
    assert answer.status_code == 302
    mailing.refresh_from_db()
    assert (mailing.schedule.words, mailing.with_file) == ("по пятницам в 08:00", True)
    assert [row.user for row in mailing.recipients.alive()] == [firm.head]


def test_two_who_choose_recipients_at_once_are_asked(firm: Company):
    mailing = make_mailing(firm.director, firm.director)
    seen = mailing.version
    actions.update_mailing(mailing, by=firm.admin, recipients=[firm.director, firm.anna])
    answer = browser_of(firm.director).post(
        f"/reports/mailings/{mailing.pk}/",
        {
            "every": "working-day", "weekday": "0", "day": "1", "hour": "9", "version": seen,
            "initial-recipients": [firm.director.pk], "recipients": [firm.director.pk, firm.head.pk],
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert firm.anna.short_name in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_one_moment_write_each_letter_once() -> None:
    with company() as firm, periods.clock(EVENING) as clock:
        make_mailing(firm.director, firm.director, firm.head)
        clock.move_to(at(FRIDAY, "09:00"))
        begin = threading.Barrier(3)
        trouble: list[Exception] = []

        def look() -> None:
            try:
                begin.wait(timeout=30)
                tick()
            except Exception as error:  # told to the test, in whose thread it is judged
                trouble.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=look) for _each in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        tick()
    assert trouble == []
    assert len(mail.outbox) == 2
    assert sorted(outcome for _user, outcome in outcomes()) == ["sent", "sent"]

"""Files made in the background: the same as the page's own, whole or not at all, for who asked for them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from openpyxl import load_workbook

from core import outbox, periods
from core.exports import delivery, making
from core.exports.models import Export
from core.models import Job
from core.tables import files
from leads.models import Client
from people.models import Role, User
from tests.factories import by_system, make_user
from tests.leads.factories import make_client

pytestmark = pytest.mark.django_db
NOON = periods.local(dt.date(2026, 11, 5), dt.time(12))


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows are many."""
    monkeypatch.setattr(delivery, "AT_ONCE", 2)


@pytest.fixture
def anna() -> User:
    """Who sells to three clients."""
    user = make_user()
    for name in ("Альфа", "Бета", "Гамма"):
        make_client(name, manager=user)
    return user


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def asked(user: User, address: str = "/clients/?export=xlsx") -> Export:
    """The export that the request leads to."""
    answer = browser_of(user).get(address)
    export = Export.objects.latest("pk")
    assert (answer.status_code, answer["Location"]) == (302, f"/files/{export.pk}/")
    return export


def fetched(export: Export) -> bytes:
    answer = browser_of(export.by).get(f"/files/{export.pk}/file/")
    assert answer.status_code == 200, answer
    return b"".join(answer.streaming_content)


def lines_of(content: bytes) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def kept_files(settings: Any) -> list[str]:
    return sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def test_a_long_list_is_made_by_the_worker_as_the_page_would(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "/clients/?q=а&sort=-name&export=xlsx"
    with periods.clock(NOON):
        export = asked(anna, address)
        outbox.run_due_jobs()
        lines = lines_of(fetched(export))
        monkeypatch.setattr(delivery, "AT_ONCE", 10)
        at_once = browser_of(anna).get(address)
    assert lines == lines_of(b"".join(at_once.streaming_content))
    assert [line[1] for line in lines[-3:]] == ["Гамма", "Бета", "Альфа"]
    assert any("Поиск: «а»" in str(line[0]) for line in lines)


def test_csv_is_made_by_the_worker_too(anna: User) -> None:
    export = asked(anna, "/clients/?sort=name&export=csv")
    outbox.run_due_jobs()
    rows = list(csv.reader(io.StringIO(fetched(export).decode()), delimiter=";"))
    assert [row[1] for row in rows[1:]] == ["Альфа", "Бета", "Гамма"]


def test_a_short_list_is_handed_out_at_once(anna: User) -> None:
    answer = browser_of(anna).get("/clients/?q=Альфа&export=xlsx")
    assert ".xlsx" in answer["Content-Disposition"]
    assert not Export.objects.exists()


def test_the_page_says_how_far_it_is_and_then_where_the_file_is(anna: User) -> None:
    export, browser = asked(anna), browser_of(anna)
    Job.objects.filter(pk=export.job_id).update(progress_done=1000, progress_total=4000)
    text = browser.get(f"/files/{export.pk}/").content.decode()
    assert "Файл готовится" in text and 'value="25"' in text
    assert f'hx-get="/files/{export.pk}/progress/"' in text
    assert browser.get(f"/files/{export.pk}/file/").status_code == 302
    outbox.run_due_jobs()
    text = browser.get(f"/files/{export.pk}/progress/", headers={"HX-Request": "true"}).content.decode()
    assert f'href="/files/{export.pk}/file/"' in text and "hx-get" not in text
    assert "3 строки" in text
    answer = browser.get(f"/files/{export.pk}/file/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "Клиенты" in browser.get("/files/").content.decode()


def test_the_worker_says_how_far_it_is(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PORTION", 1)
    said = []
    monkeypatch.setattr(Job, "progress", lambda job, done, total=0, note="": said.append((done, total)))
    asked(anna)
    outbox.run_due_jobs()
    assert said == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_nobody_else_gets_the_file_nor_learns_of_it(anna: User) -> None:
    export = asked(anna)
    outbox.run_due_jobs()
    for other in (make_user(), make_user(role=Role.DIRECTOR), make_user(role=Role.ADMIN)):
        browser = browser_of(other)
        for part in ("", "progress/", "file/"):
            assert browser.get(f"/files/{export.pk}/{part}").status_code == 404
        assert "Клиенты" not in browser.get("/files/").context["table"].title
        assert browser.get("/files/").context["rows"] == []


def test_the_file_holds_what_its_reader_may_see_when_it_is_made(anna: User) -> None:
    export = asked(anna)
    lost = Client.objects.get(name="Бета")
    with by_system():
        lost.manager = make_user()
        lost.save()
    outbox.run_due_jobs()
    assert "Бета" not in str(lines_of(fetched(export)))


def test_who_may_open_the_page_no_more_gets_a_sentence(anna: User) -> None:
    export = asked(anna)
    with by_system():
        anna.is_active = False
        anna.save()
    outbox.run_due_jobs()
    export.refresh_from_db()
    assert not export.is_ready
    assert export.note == "Этот список или отчёт вам больше не доступен."


def test_a_report_that_is_not_for_the_reader_any_more_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "AT_ONCE", -1)
    director = make_user(role=Role.DIRECTOR)
    export = asked(director, "/reports/plan-fact/?export=xlsx")
    monkeypatch.setattr("reports.report.Report.is_for", classmethod(lambda cls, user: False))
    outbox.run_due_jobs()
    export.refresh_from_db()
    assert export.note and not export.is_ready


def test_the_file_speaks_the_language_it_was_asked_in() -> None:
    reader = make_user(language="en")
    for _number in range(3):
        make_client(manager=reader)
    export = asked(reader)
    outbox.run_due_jobs()
    assert lines_of(fetched(export))[0][0] == "Clients"


def test_asked_twice_it_is_made_once(anna: User) -> None:
    assert asked(anna) == asked(anna)
    assert asked(anna, "/clients/?sort=name&export=xlsx") == asked(anna, "/clients/?sort=name&export=xlsx")
    assert Job.objects.filter(kind="exports.write").count() == 2
    outbox.run_due_jobs()
    assert asked(anna).is_in_work  # what is ready may have grown old


def test_without_a_broker_the_next_tick_makes_it(
    anna: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OSError("Redis is away")

    monkeypatch.setattr("core.tasks.tick.apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        export = asked(anna)
    outbox.tick()
    assert fetched(export)


def test_a_worker_killed_in_the_middle_leaves_nothing_to_fetch_and_the_next_one_makes_it_whole(
    anna: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def killed(table: Any, file: Any) -> None:
        file.write(b"half")
        rows = Path(f"{file.name}-waiting/rows")
        rows.parent.mkdir()
        rows.touch()
        raise KeyboardInterrupt

    export = asked(anna)
    with monkeypatch.context() as patch:
        patch.setitem(files.INTO_FILE, "xlsx", killed)
        patch.setattr(Path, "unlink", lambda *args, **kwargs: None)  # nobody tidies up after a kill
        with pytest.raises(KeyboardInterrupt):
            outbox.run_due_jobs()
    export.refresh_from_db()
    assert not export.is_ready and export.is_in_work
    assert [name.endswith((".part", "rows")) for name in kept_files(settings)] == [True, True]

    Job.objects.filter(pk=export.job_id).update(lease_until=periods.now() - dt.timedelta(minutes=1))
    outbox.run_due_jobs()
    assert len(lines_of(fetched(export))) > 3
    assert [name.endswith(".xlsx") for name in kept_files(settings)] == [True]


def test_a_worker_whose_job_was_taken_over_names_no_file(
    anna: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def slow(table: Any, file: Any) -> None:
        files.write_xlsx(table, file)
        Job.objects.filter(kind="exports.write").update(attempts=2)

    export = asked(anna)
    monkeypatch.setitem(files.INTO_FILE, "xlsx", slow)
    outbox.run_due_jobs(limit=1)
    export.refresh_from_db()
    assert not export.is_ready
    assert kept_files(settings) == []


def test_files_are_made_one_at_a_time(anna: User) -> None:
    other = Job.objects.create(
        kind="exports.write",
        state=Job.State.RUNNING,
        attempts=1,
        run_at=NOON,
        created_at=NOON,
        lease_until=periods.now() + dt.timedelta(minutes=5),
    )
    export = asked(anna)
    outbox.run_due_jobs()
    export.refresh_from_db()
    assert export.is_in_work and export.job.run_at > periods.now()
    other.delete()
    with periods.clock(export.job.run_at):
        outbox.run_due_jobs()
        assert fetched(export)


def test_a_job_that_was_given_up_may_be_asked_for_once_more(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, browser = asked(anna), browser_of(anna)
    with monkeypatch.context() as patch:
        patch.setattr(making, "_rows_of", lambda export: 1 / 0)
        patch.setattr("core.outbox.runner.MAX_ATTEMPTS", 1)
        outbox.run_due_jobs()
    assert "Попробуйте ещё раз" in browser.get(f"/files/{export.pk}/").content.decode()
    browser.post(f"/files/{export.pk}/retry/")
    outbox.run_due_jobs()
    assert fetched(export)


def test_more_rows_than_excel_holds_are_refused_with_a_sentence(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(anna)
    monkeypatch.setattr(files, "LARGEST", 2)
    answer = browser_of(anna).get("/clients/?sort=name&export=xlsx", follow=True)
    assert answer.redirect_chain == [("/clients/?sort=name", 302)]
    assert "В Excel помещается не больше 2 строк" in str(next(iter(answer.context["messages"])))
    outbox.run_due_jobs()  # there have become more of them meanwhile
    export.refresh_from_db()
    assert "не больше 2 строк" in export.note


def test_files_die_after_some_days(anna: User, settings: Any) -> None:
    with periods.clock(NOON) as clock:
        export = asked(anna)
        outbox.run_due_jobs()
        clock.move_to(NOON + delivery.KEPT - dt.timedelta(hours=1))
        making.forget_old_files()
        assert fetched(export)
        clock.move_to(NOON + delivery.KEPT + dt.timedelta(hours=1))
        making.forget_old_files()
    assert kept_files(settings) == []
    assert not Export.objects.exists()

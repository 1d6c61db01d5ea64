"""The pages: from the file to the result, without a script."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from activities.models import Activity, ActivityKind
from core.imports.models import ImportRun
from core.outbox import run_due_jobs
from leads.models import Client
from people.models import Role
from tests.factories import make_user
from tests.hostile_files import HOSTILE
from tests.imports.factories import checked, loaded, upload
from tests.workbooks import make_workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, head):
    client.force_login(head)
    return client


def send(page, path):
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return page.post(reverse("imports:new"), {"file": file, "once": f"key{path.name}"})


def fields_of(html):
    """The form of a page as a browser without scripts would send it."""
    data = {}
    for tag in re.findall(r"<input [^>]*>", html):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and 'type="search"' not in tag and name[1] != "csrfmiddlewaretoken":
            data[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        data[name] = chosen[1] if chosen else ""
    return data


def content(response):
    return response.content.decode()


def columns_sent(page, run, **changes):
    url = reverse("imports:columns", args=[run.pk])
    return page.post(url, fields_of(content(page.get(url))) | changes)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_read_is_answered_on_the_page(page, tmp_path, name):
    make, _code = HOSTILE[name]
    make(tmp_path / name)
    response = send(page, tmp_path / name)
    assert response.status_code == 422
    assert "invalid-feedback" in content(response)
    assert not ImportRun.objects.exists()


def test_a_manager_goes_from_the_file_to_the_result_and_back(page, tmp_path):
    made = make_workbook(tmp_path / "База.xlsx", clients=12, activities=20)
    send(page, made.path)
    run = ImportRun.objects.get()
    assert "База.xlsx" in content(page.get(reverse("imports:list")))
    assert columns_sent(page, run)["Location"] == reverse("imports:run", args=[run.pk])
    url = reverse("imports:run", args=[run.pk])
    assert "hx-get" in content(page.get(url))
    run_due_jobs()
    preview = content(page.get(url))
    assert "Загрузить 12" in preview.replace("\xa0", " ") or "Load 12" in preview
    assert page.post(url, fields_of(preview) | {"load": "1"})["Location"] == url
    run_due_jobs()
    assert Client.objects.count() == 12
    assert Activity.objects.count() == 20
    result = content(page.get(url))
    undo = reverse("imports:undo", args=[run.pk])
    assert undo in result
    assert "12" in content(page.get(undo))
    page.post(undo)
    run_due_jobs()
    assert not Client.objects.exists()
    assert page.get(url).status_code == 200


def test_a_form_sent_twice_makes_one_run(page, tmp_path):
    made = make_workbook(tmp_path / "a.xlsx", clients=2, activities=2)
    first, second = send(page, made.path), send(page, made.path)
    assert first["Location"] == second["Location"]
    assert ImportRun.objects.count() == 1


def test_a_button_pressed_twice_loads_once(page, tmp_path, head):
    run = checked(make_workbook(tmp_path / "a.xlsx", clients=5, activities=5).path, head)
    url = reverse("imports:run", args=[run.pk])
    sent = fields_of(content(page.get(url))) | {"load": "1"}
    page.post(url, sent)
    page.post(url, sent)
    run_due_jobs()
    assert Client.objects.count() == 5


def test_a_changed_answer_is_checked_before_anything_is_loaded(page, tmp_path, head):
    run = checked(make_workbook(tmp_path / "a.xlsx", clients=5, activities=30).path, head)
    url = reverse("imports:run", args=[run.pk])
    sent = fields_of(content(page.get(url)))
    other = ActivityKind.objects.get(name="Командировка")
    word = next(name for name in sent if name.startswith("words-kind"))
    page.post(url, sent | {word: str(other.pk), "load": "1"})
    run.refresh_from_db()
    assert run.state == ImportRun.State.CHECKING
    run_due_jobs()
    assert not Client.objects.exists()


def test_another_sheet_kind_shows_its_columns_and_chooses_nothing(page, tmp_path, head):
    run = upload(make_workbook(tmp_path / "a.xlsx", clients=2, activities=2).path, head)
    response = columns_sent(page, run, **{"sheet0-kind": "activities", "again": "1"})
    assert response.status_code == 200
    run.refresh_from_db()
    assert run.state == ImportRun.State.UPLOADED


def test_a_column_without_which_nothing_goes_is_asked_for(page, tmp_path, head):
    run = upload(make_workbook(tmp_path / "a.xlsx", clients=2, activities=2).path, head)
    response = columns_sent(page, run, **{"sheet0-column1": ""})
    assert response.status_code == 422


def test_anothers_import_is_not_there(client, tmp_path, head):
    run = checked(make_workbook(tmp_path / "a.xlsx", clients=3, activities=3, spoilt=True).path, head)
    client.force_login(make_user(role=Role.ADMIN))
    for name in ("run", "columns", "progress", "errors", "undo"):
        assert client.get(reverse(f"imports:{name}", args=[run.pk])).status_code == 404
    for name in ("run", "columns", "undo", "retry", "discard"):
        assert client.post(reverse(f"imports:{name}", args=[run.pk])).status_code == 404
    assert ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.CHECKED).exists()


def test_who_may_not_import_finds_no_import(client):
    client.force_login(make_user(role=Role.COLLEAGUE))
    assert client.get(reverse("imports:list")).status_code == 404
    assert client.get(reverse("imports:new")).status_code == 404


def test_the_rows_with_errors_come_back_as_a_workbook(page, tmp_path, head):
    run = checked(make_workbook(tmp_path / "a.xlsx", clients=60, activities=60, spoilt=True).path, head)
    response = page.get(reverse("imports:errors", args=[run.pk]))
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    errors = {entry["sheet"]: entry["error"] for entry in run.counts}
    assert {sheet.title: sheet.max_row - 1 for sheet in book} == errors
    assert book["Лиды"].cell(1, 12).value == "Ошибка"
    assert book["Лиды"].cell(2, 12).value


def test_a_run_thrown_away_leaves_nothing(page, tmp_path, head, django_capture_on_commit_callbacks):
    run = upload(make_workbook(tmp_path / "a.xlsx", clients=2, activities=2).path, head)
    path = run.file.path
    with django_capture_on_commit_callbacks(execute=True):
        page.post(reverse("imports:discard", args=[run.pk]))
    assert not ImportRun.objects.exists()
    assert not Path(path).exists()


def test_a_loaded_run_cannot_be_thrown_away(page, tmp_path, head):
    run = loaded(checked(make_workbook(tmp_path / "a.xlsx", clients=2, activities=2).path, head))
    page.post(reverse("imports:discard", args=[run.pk]))
    assert ImportRun.objects.filter(pk=run.pk).exists()

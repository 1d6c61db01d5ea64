"""The workbook as it really is: every fault is found at its row, the rows with faults are mended and loaded later."""

import datetime as dt

import pytest
from django.db import connection
from openpyxl import load_workbook

from activities.actions import log_activity
from activities.models import Activity, ActivityKind
from core.history.integrity import faults
from core.imports import error_file, importer, runs
from core.imports.models import ImportRow
from leads.actions import update_client
from leads.models import Client
from pipeline.models import Deal
from tests.factories import make_user
from tests.imports.factories import (
    answered,
    checked,
    loaded,
    worked,
)
from tests.leads.factories import make_client
from tests.workbooks import ACTIVITY_FAULTS, LEAD_FAULTS, make_workbook

pytestmark = pytest.mark.django_db

# Beside which column a fault is said; duplicates are a question and no error.
COLUMN_OF = {
    "no_name": "name",
    "bad_phone": "phones",
    "bad_email": "emails",
    "bad_inn": "inn",
    "unknown_manager": "manager",
    "no_project": "client",
    "unknown_client": "client",
    "no_date": "when",
    "bad_date": "when",
    "future_date": "when",
    "unknown_kind": "kind",
    "unknown_status": "stage",
}


@pytest.fixture
def made(tmp_path):
    return make_workbook(tmp_path / "База.xlsx", clients=60, activities=90, spoilt=True)


def rows_of(run):
    return {(run.plan[row.place]["sheet"], row.number): row for row in run.rows.all()}


def test_every_fault_is_found_at_its_row_and_nothing_else_is(head, made):
    run = checked(made.path, head)
    rows = rows_of(run)
    by_sheet = {entry["sheet"]: entry for entry in run.counts}
    assert by_sheet["Лиды"]["rows"] == made.clients
    assert by_sheet["Активности"]["rows"] == made.activities
    assert {*made.faults.values()} == {*LEAD_FAULTS, *ACTIVITY_FAULTS}
    for place, fault in made.faults.items():
        if fault.startswith("duplicate"):
            assert rows[place].same_as, (place, fault)
            assert rows[place].action == ImportRow.Action.SKIP
        else:
            assert COLUMN_OF[fault] in dict(rows[place].errors), (place, fault, rows[place].errors)
    wrong = {place for place, row in rows.items() if row.errors} - made.faults.keys()
    # An activity of a client whose own row is wrong waits with it.
    assert all([key for key, _said in rows[place].errors] == ["client"] for place in wrong)


def test_words_are_asked_about_and_taken_as_answered(head, made, sellers):
    run = checked(made.path, head)
    asked = {key: {word["key"]: word["choice"] for word in words} for key, words in run.words.items()}
    assert "" in asked["manager"].values() and "" in asked["kind"].values() and "" in asked["stage"].values()
    words = {
        "manager": dict.fromkeys([key for key, choice in asked["manager"].items()], sellers["Вера Попова"]),
        "kind": {
            key: choice or ActivityKind.objects.get(name="Звонок") for key, choice in asked["kind"].items()
        },
        "stage": {key: choice or "skip" for key, choice in asked["stage"].items()},
    }
    run = answered(run, words)
    rows = rows_of(run)
    for fault in ("unknown_manager", "unknown_kind"):
        for number in made.rows_with(fault):
            sheet = "Лиды" if fault == "unknown_manager" else "Активности"
            assert not {"manager", "kind"} & dict(rows[sheet, number].errors).keys()
    for number in made.rows_with("unknown_status"):
        assert rows["Активности", number].action in ("skip", "error")
        assert "stage" not in dict(rows["Активности", number].errors)


def mended(run, path, today=dt.date(2026, 11, 5)):
    """The file of errors as somebody mends it in Excel: every cell that was wrong gets something right."""
    with error_file.write(run, importer.importer_of(run)) as file:
        book = load_workbook(file)
    known = list(Client.objects.values_list("name", flat=True))
    names = [row[1].value for row in book["Лиды"].iter_rows(min_row=2) if row[1].value]
    for number, row in enumerate(book["Лиды"].iter_rows(min_row=2), 1):
        row[1].value = row[1].value or f"Найденное название {number}"
        row[4].value, row[5].value, row[6].value = (
            f"8 903 555-01-{number:02}",
            f"mended{number}@example.com",
            None,
        )
        row[9].value = "Анна Смирнова"
    for row in book["Активности"].iter_rows(min_row=2):
        if row[0].value not in names:
            row[0].value = known[0]
        row[1].value = today - dt.timedelta(days=7)
        row[2].value, row[4].value = "Звонок", "Интересуется"
    book.save(path)
    return path


def test_the_file_of_errors_is_mended_and_loaded_with_the_same_columns(head, made, tmp_path):
    first = loaded(checked(made.path, head))
    assert first.state == "applied", first.note
    clients, activities = Client.objects.count(), Activity.objects.count()
    assert clients == first.counts[0]["create"] and activities == first.counts[1]["create"]
    second = checked(mended(first, tmp_path / "mended.xlsx"), head)
    assert [entry["kind"] for entry in second.plan] == ["clients", "activities"]
    assert second.plan[0]["columns"] == first.plan[0]["columns"]
    assert second.total("error") == 0, [row.errors for row in second.rows.filter(action="error")]
    assert second.total("rows") == first.total("error")
    second = loaded(second)
    assert second.state == "applied", second.note
    assert Client.objects.count() == clients + second.counts[0]["create"]
    assert Activity.objects.count() == activities + second.counts[1]["create"]
    assert list(faults()) == []


def test_a_file_loaded_twice_adds_nothing_the_second_time(head, made):
    loaded(checked(made.path, head))
    before = Client.objects.count(), Activity.objects.count(), Deal.objects.count()
    again = checked(made.path, head)
    assert again.total("create") == 0
    assert again.total("rows") == made.clients + made.activities
    assert not runs.load(again) or worked(again)
    assert (Client.objects.count(), Activity.objects.count(), Deal.objects.count()) == before


def test_an_older_status_moves_no_deal_that_somebody_knows_more_of(head, tmp_path, sellers):
    made = make_workbook(tmp_path / "a.xlsx", clients=4, activities=12)
    loaded(checked(made.path, head))
    stages = dict(Deal.objects.values_list("client__name", "stage__name"))
    path = tmp_path / "older.csv"
    lines = [
        f"{name.replace(chr(34), '')};01.03.2019;Звонок;Давно;Обсуждаем задачу" for name in made.last_status
    ]
    path.write_text("\n".join(["Проект;Дата;Тип связи;Содержание;Статус", *lines]))
    run = loaded(checked(path, head))
    assert run.state == "applied", run.note
    assert run.counts[0]["create"] == len(made.last_status)
    assert dict(Deal.objects.values_list("client__name", "stage__name")) == stages


def test_duplicates_are_completed_when_the_user_says_so(head, sellers, tmp_path):
    anna = sellers["Анна Смирнова"]
    known = make_client("ООО «Ромашка»", anna, phones=["+79161112233"], city="Тула")
    path = tmp_path / "a.csv"
    path.write_text(
        "Название;Телефон;E-mail;Город;Контактное лицо\nРомашка, ООО;8 916 111-22-33;r@romashka.ru;Орёл;Олег\n"
    )
    run = checked(path, head)
    row = run.rows.get()
    assert row.action == "skip" and row.same_as["record"] == known.pk
    run = loaded(answered(run, duplicates="update"))
    assert run.state == "applied", run.note
    known.refresh_from_db()
    assert known.city == "Тула"  # what stood there stays
    assert sorted(known.contact_points.values_list("value", flat=True)) == ["79161112233", "r@romashka.ru"]
    assert [person.name for person in known.contacts.all()] == ["Олег"]
    assert Client.objects.found_by("r@romashka.ru").exists()
    runs.undo(run)
    worked(run)
    assert list(Client.objects.values_list("pk", flat=True)) == [known.pk]
    assert list(known.contact_points.values_list("value", flat=True)) == ["79161112233"]


def test_duplicates_are_created_all_the_same_with_a_reason(head, sellers, tmp_path):
    make_client("ООО «Ромашка»", sellers["Анна Смирнова"], phones=["+79161112233"])
    path = tmp_path / "a.csv"
    path.write_text("Название;Телефон;Менеджер\nРомашка Юг;8 916 111-22-33;Борис Кузнецов\n")
    run = loaded(answered(checked(path, head), duplicates="create", reason="Филиал"))
    assert run.state == "applied", run.note
    assert Client.objects.get(name="Ромашка Юг").duplicate_reason == "Филиал"


def test_one_duplicate_may_be_decided_otherwise_than_all(head, sellers, tmp_path):
    make_client("ООО «Ромашка»", sellers["Анна Смирнова"], phones=["+79161112233"])
    path = tmp_path / "a.csv"
    path.write_text("Название;Телефон\nРомашка Юг;8 916 111-22-33\nРомашка Восток;89161112233\n")
    run = checked(path, head)
    answers = {
        "all": {"default_manager": str(sellers["Вера Попова"].pk)},
        "words": {},
        "rows": {"0:3": "create"},
    }
    runs.decide(run, answers)
    run = loaded(worked(run))
    assert run.state == "applied", run.note
    assert sorted(Client.objects.values_list("name", flat=True)) == ["ООО «Ромашка»", "Ромашка Восток"]


def test_a_nearly_equal_name_is_shown_and_new_unless_the_user_says_otherwise(head, sellers, tmp_path):
    known = make_client("ООО «Волжский торговый дом»", sellers["Анна Смирнова"])
    path = tmp_path / "a.csv"
    path.write_text("Название;Телефон\nВолжскй торговый дом;8 916 111-22-33\nТорговый дом Волжский;\n")
    run = checked(path, head)
    rows = list(run.rows.order_by("number"))
    assert [row.action for row in rows] == ["create", "create"]
    assert {row.same_as["record"] for row in rows} == {known.pk}
    answers = {"all": {}, "words": {}, "rows": {rows[0].key: "update", rows[1].key: "skip"}}
    runs.decide(run, answers)
    run = loaded(worked(run))
    assert run.state == "applied", run.note
    assert Client.objects.get() == known
    assert list(known.contact_points.values_list("value", flat=True)) == ["79161112233"]


def test_more_than_one_writer_may_write_at_once_is_not_begun(head, tmp_path, monkeypatch):
    run = checked(make_workbook(tmp_path / "a.xlsx", clients=3, activities=3).path, head)
    monkeypatch.setattr(runs, "MOST_AT_ONCE", 5)
    assert runs.is_too_long(run) == (connection.vendor == "sqlite")
    assert runs.load(run) != runs.is_too_long(run)


def test_a_foreign_card_is_named_and_never_completed(sellers, tmp_path):
    stranger = make_client("ООО «Ромашка»", make_user("Чужой Продавец"), phones=["+79161112233"])
    anna = sellers["Анна Смирнова"]
    path = tmp_path / "a.csv"
    path.write_text("Название;Телефон;Город\nРомашка;8 916 111-22-33;Орёл\n")
    run = answered(checked(path, anna), duplicates="update")
    assert run.rows.get().action == "skip"
    (said, url) = importer.importer_of(run).links(run, [stranger.pk])[stranger.pk]
    assert "Чужой Продавец" in said and url == "" and "Ромашка" not in said


def test_a_manager_cannot_load_for_a_colleague(sellers, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Название;Менеджер\nРомашка;Борис Кузнецов\nЛютик;\n")
    anna, boris = sellers["Анна Смирнова"], sellers["Борис Кузнецов"]
    run = checked(path, anna)
    assert [row.action for row in run.rows.order_by("number")] == ["error", "create"]
    run = answered(run, {"manager": {"борис кузнецов": boris}})
    assert run.rows.get(number=2).action == "error"
    run = loaded(answered(run, {"manager": {"борис кузнецов": anna}}))
    assert set(Client.objects.values_list("manager__name", flat=True)) == {"Анна Смирнова"}


def test_what_was_done_with_an_imported_client_since_keeps_it_when_the_import_is_undone(
    head, sellers, tmp_path, evening
):
    made = make_workbook(tmp_path / "a.xlsx", clients=6, activities=12)
    run = loaded(checked(made.path, head))
    evening.advance(hours=1)
    called, edited = Client.objects.order_by("pk")[:2]
    call = ActivityKind.objects.get(name="Звонок")
    log_activity(by=called.manager, client=called, kind=call, outcome="reached", text="Позвонил")
    update_client(edited, by=edited.manager, city="Новый Уренгой")
    evening.advance(hours=1)
    assert runs.undo(run)
    run = worked(run)
    assert run.state == "undone", run.note
    assert [client.pk for client in Client.objects.all()] == [called.pk]
    assert [activity.text for activity in Activity.objects.all()] == ["Позвонил"]
    assert list(faults()) == []


def test_an_import_undone_in_the_journal_is_known_as_undone(head, tmp_path):
    from core.history import rollback

    run = loaded(checked(make_workbook(tmp_path / "a.xlsx", clients=3, activities=3).path, head))
    allowed = importer.importer_of(run).allowed(head)
    back = rollback.apply(run.operation, by=head, allowed=allowed)
    run.refresh_from_db()
    assert run.state == "undone"
    rollback.apply(back, by=head, allowed=allowed)
    run.refresh_from_db()
    assert run.state == "applied"
    assert Client.objects.count() == 3


def test_a_client_entered_since_the_check_is_no_second_one(head, sellers, tmp_path):
    made = make_workbook(tmp_path / "a.xlsx", clients=3, activities=3)
    run = checked(made.path, head)
    phone = next(iter(made.phones.values()))
    make_client("Введён руками", sellers["Анна Смирнова"], phones=[f"+{phone}"])
    run = loaded(run)
    assert run.state == "checked" and run.note
    assert Client.objects.count() == 1
    assert run.counts[0]["duplicates"] == 1

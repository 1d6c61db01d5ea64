"""Files of other kinds: text in every usual encoding, a sheet alone, columns remembered, a header named by hand."""

import datetime as dt

import pytest
from openpyxl import Workbook

from activities.models import Activity
from core import periods
from core.imports import importer, runs
from core.imports.book import mapping_for, recall
from core.imports.models import ImportRun
from core.tasks import clean
from leads.models import Client
from pipeline.models import Deal
from tests.imports.factories import EVENING, checked, guessed_plan, loaded, upload
from tests.leads.factories import make_client
from tests.workbooks import make_csv, make_workbook

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_of_any_encoding_and_delimiter_goes_in(head, tmp_path, encoding, delimiter):
    rows = make_csv(tmp_path / "leads.csv", encoding=encoding, delimiter=delimiter, clients=8)
    run = loaded(checked(tmp_path / "leads.csv", head))
    assert run.state == "applied", run.note
    assert sorted(Client.objects.values_list("name", flat=True)) == sorted(row[1] for row in rows[1:])


def test_activities_alone_find_the_clients_that_are_here(head, sellers, tmp_path):
    anna = sellers["Анна Смирнова"]
    by_name = make_client("ООО «Ромашка»", anna)
    by_key = make_client("ЗАО «Лютик»", anna)
    by_number = make_client("Василёк", anna, old_number="17")
    path = tmp_path / "calls.csv"
    path.write_text(
        "Клиент;Дата;Тип;Комментарий;Этап\n"
        "ООО «Ромашка»;01.11.2026;Звонок;Раз;Интересуется\n"
        "лютик;02.11.2026 14:30;Встреча;Два;\n"
        "17;03.11.2026;Звонок;Три;Упущен\n"
    )
    run = loaded(checked(path, head))
    assert run.state == "applied", run.note
    said = dict(Activity.objects.values_list("client", "text"))
    assert said == {by_name.pk: "Раз", by_key.pk: "Два", by_number.pk: "Три"}
    noon = periods.local(dt.date(2026, 11, 1), dt.time(12))
    assert Activity.objects.get(client=by_name).happened_at == noon
    assert Activity.objects.get(client=by_key).happened_at == periods.local(
        dt.date(2026, 11, 2), dt.time(14, 30)
    )
    assert {one.manager for one in Activity.objects.all()} == {anna}
    lost = Deal.objects.get(client=by_number)
    assert lost.state == "lost" and lost.loss_reason.name == "Другое"
    by_name.refresh_from_db()
    assert by_name.last_contact_at == noon


def test_what_an_import_brings_counts_as_entered_now(head, sellers, tmp_path):
    make_client("Ромашка", sellers["Анна Смирнова"])
    path = tmp_path / "calls.csv"
    path.write_text("Клиент;Дата;Тип\nРомашка;01.11.2026;Звонок\n")
    loaded(checked(path, head))
    assert Activity.objects.get().entered_at == EVENING


def test_a_client_of_another_team_is_as_good_as_none(head, tmp_path):
    make_client("Чужой клиент")
    path = tmp_path / "calls.csv"
    path.write_text("Клиент;Дата;Тип\nЧужой клиент;01.11.2026;Звонок\n")
    row = checked(path, head).rows.get()
    assert [key for key, _said in row.errors] == ["client"]


def test_a_deal_comes_with_its_amount_and_a_won_one_without(head, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "Название;Статус;Сумма;Товар\nРомашка;Обсуждаем условия;1 200 000,50 руб.;Станок\nЛютик;Работа!;;\n"
    )
    run = loaded(checked(path, head))
    assert run.state == "applied", run.note
    deals = {deal.client.name: deal for deal in Deal.objects.select_related("client", "stage")}
    assert str(deals["Ромашка"].amount) == "1200000.50" and deals["Ромашка"].name == "Станок"
    assert deals["Ромашка"].stage.name == "Обсуждаем условия"
    assert deals["Лютик"].state == "won" and deals["Лютик"].amount is None


def test_columns_are_remembered_for_whoever_chose_them(head, sellers, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Первое;Второе\nРомашка;89161112233\n")
    run = upload(path, head)
    assert guessed_plan(run) == []
    plan = [{"sheet": "a", "kind": "clients", "header": 1, "columns": {"name": 0, "phones": 1}}]
    runs.choose_columns(run, plan)
    again = upload(path, head)
    assert recall(again.book[0]["headings"], head).kind == "clients"
    kind = importer.importer("sales").sheets[0]
    assert mapping_for(again.book[0], kind, head) == {"name": 0, "phones": 1}
    assert recall(again.book[0]["headings"], sellers["Анна Смирнова"]) is None


def test_the_header_may_be_named_by_hand(head, tmp_path):
    book = Workbook()
    for line in (
        ["Название", "Телефон"],
        ["примечание к таблице", "старое"],
        ["Имя фирмы", "Моб."],
        ["Ромашка", "89161112233"],
    ):
        book.active.append(line)
    book.save(tmp_path / "a.xlsx")
    run = upload(tmp_path / "a.xlsx", head)
    assert run.book[0]["header"] == 1
    runs.look_again(run, importer.importer_of(run), {"Sheet": 3})
    assert run.book[0]["headings"] == ["Имя фирмы", "Моб."]
    assert run.book[0]["samples"] == [["Ромашка", "89161112233"]]


def test_old_runs_are_forgotten_with_their_files(head, tmp_path, evening, django_capture_on_commit_callbacks):
    made = make_workbook(tmp_path / "a.xlsx", clients=2, activities=2)
    done = loaded(checked(made.path, head))
    idle = upload(made.path, head)
    evening.advance(days=40)
    with django_capture_on_commit_callbacks(execute=True):
        clean(None)
    assert list(ImportRun.objects.all()) == [done]
    done.refresh_from_db()
    assert not done.file and not done.rows.exists() and done.operation
    assert not list((tmp_path / "uploads").rglob("*.xlsx")), idle

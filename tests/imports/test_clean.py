"""The clean workbook of a small firm goes in as it is."""

import pytest

from activities.models import Activity
from core.history.integrity import faults
from core.imports import runs
from leads.models import Client, ContactPoint
from pipeline.models import Deal
from tests.imports.factories import checked, loaded, make_head, make_sellers, worked
from tests.leads.factories import make_campaign, make_source
from tests.workbooks import make_workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def head():
    sellers = make_sellers()
    return make_head(sellers["Анна Смирнова"].team)


@pytest.fixture
def made(tmp_path):
    return make_workbook(tmp_path / "Наша база.xlsx", clients=40, activities=90)


def test_the_counts_of_each_sheet_equal_the_workbooks(head, made):
    run = checked(made.path, head)
    assert run.state == "checked", run.note
    by_sheet = {entry["sheet"]: entry for entry in run.counts}
    assert by_sheet["Лиды"]["rows"] == by_sheet["Лиды"]["create"] == made.clients
    assert by_sheet["Активности"]["rows"] == by_sheet["Активности"]["create"] == made.activities


def test_every_client_has_one_deal_in_the_stage_of_its_last_status(head, made):
    run = loaded(checked(made.path, head))
    assert run.state == "applied", run.note
    assert Client.objects.count() == made.clients
    assert Activity.objects.count() == made.activities
    assert Deal.objects.count() == made.clients
    stages = {deal.client.name: deal.stage.name for deal in Deal.objects.select_related("client", "stage")}
    assert {name: stages[name] for name in made.last_status} == made.last_status
    assert {stages[name] for name in stages.keys() - made.last_status.keys()} <= {"Холодный"}
    phones = {
        point.client.name: point.value for point in ContactPoint.objects.phones().select_related("client")
    }
    assert phones == made.phones
    assert list(faults()) == []


def test_an_import_is_undone(head, made):
    run = loaded(checked(made.path, head))
    assert runs.undo(run)
    run = worked(run)
    assert run.state == "undone", run.note
    assert not Client.objects.exists() and not Deal.objects.exists() and not Activity.objects.exists()


def test_a_file_may_name_the_campaign_a_client_came_by(head, tmp_path):
    source = make_source("Выставка осенью")
    campaign = make_campaign("Агропродмаш", source=source)
    path = tmp_path / "a.csv"
    path.write_text(
        "Название;Телефон;Кампания;Менеджер\n"
        "ООО «Первое»;+7 912 111-22-33;агропродмаш;Анна Смирнова\n"
        "ООО «Второе»;+7 912 111-22-34;Неизвестная;Анна Смирнова\n"
    )
    run = loaded(checked(path, head))
    assert run.state == "applied", run.note
    first, second = Client.objects.order_by("name_key")[::-1]
    assert (first.campaign, first.source) == (campaign, source)
    assert (second.campaign, second.source) == (None, None)

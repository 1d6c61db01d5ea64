"""Starting data."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import translation

from core.history.integrity import faults
from core.history.operations import operation
from core.starting import _start, backdate
from leads.models import Source
from people.models import Company

pytestmark = pytest.mark.django_db


def test_a_new_company_finds_its_lists_and_its_settings():
    assert Source.objects.filter(name="Выставка").exists()
    assert Company.get().deal_for_new_client


def test_starting_data_has_a_history_like_everything_else():
    source = Source.objects.first()
    version = Source.versions.of(source).get()
    assert version.operation.by is None
    assert version.operation.kind == "system"
    assert version.operation.words == "Начальные данные"
    with translation.override("en"):
        assert version.operation.words == "Starting data"


def test_starting_data_of_a_company_with_a_past_has_a_whole_history():
    began = dt.datetime(2026, 1, 12, 6, tzinfo=dt.UTC)
    changed = Source.objects.first()
    with operation(by=None):
        changed.name = "Выставка в Перми"
        changed.save()
    backdate(began)
    assert list(faults()) == []
    assert {source.created_at for source in Source.objects.all()} == {began}
    assert Source.versions.at(began).count() == Source.objects.count()


def test_migrating_again_makes_nothing_twice():
    before = Source.all_objects.count()
    _start()
    assert Source.all_objects.count() == before


def test_a_list_somebody_emptied_stays_empty():
    with operation(by=None):
        Source.objects.all().soft_delete()
    _start()
    assert not Source.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_starting_data_is_there_again_after_a_flush():
    call_command("flush", interactive=False, verbosity=0)
    assert Source.objects.count() == 6
    assert Company.get().pk == 1

"""Whenever the worker is killed, the company stands before the import or after it, and the next worker ends it."""

import os
import signal

import pytest
from django.db import connection

from activities.models import Activity
from core.history.integrity import faults
from core.imports import jobs, runs
from core.imports.models import ImportRow
from core.outbox import Job, run_due_jobs
from core.outbox.models import LEASE
from leads.models import Client
from tests.imports.factories import checked, guessed_plan, upload, worked
from tests.workbooks import make_workbook

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(tmp_path):
    return make_workbook(tmp_path / "База.xlsx", clients=30, activities=40)


def killed_in(monkeypatch, owner, name, *, after=0):
    """A worker in a process of its own that dies by SIGKILL when it has called the function `after` times."""
    connection.close()
    child = os.fork()
    if child == 0:
        real, calls = getattr(owner, name), []

        def die(*args, **kwargs):
            if len(calls) == after:
                os.kill(os.getpid(), signal.SIGKILL)
            calls.append(1)
            return real(*args, **kwargs)

        setattr(owner, name, die)
        try:
            run_due_jobs()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def test_a_check_killed_in_the_middle_begins_anew(head, made, monkeypatch, evening):
    monkeypatch.setattr(jobs, "PORTION", 10)
    run = upload(made.path, head)
    runs.choose_columns(run, guessed_plan(run))
    killed_in(monkeypatch, jobs, "_check_rows", after=3)
    assert 0 < ImportRow.objects.count() < made.clients + made.activities
    evening.move_to(evening.moment + 2 * LEASE)
    run = worked(run)
    assert run.state == "checked"
    assert run.total("rows") == ImportRow.objects.count() == made.clients + made.activities


@pytest.mark.parametrize("place", ["create_clients", "place_deals", "record_activities"])
def test_a_load_killed_in_the_middle_has_written_nothing_and_is_done_once(
    head, made, monkeypatch, evening, place
):
    from activities.importing import writing

    run = checked(made.path, head)
    assert runs.load(run)
    killed_in(monkeypatch, writing, place)
    assert not Client.objects.exists() and not Activity.objects.exists()
    evening.move_to(evening.moment + 2 * LEASE)
    run = worked(run)
    assert run.state == "applied"
    assert (Client.objects.count(), Activity.objects.count()) == (made.clients, made.activities)
    assert list(faults()) == []


def test_a_load_killed_at_its_very_end_has_written_nothing(head, made, monkeypatch, evening):
    run = checked(made.path, head)
    runs.load(run)
    killed_in(monkeypatch, jobs, "_mark")
    assert not Client.objects.exists()
    evening.move_to(evening.moment + 2 * LEASE)
    assert worked(run).state == "applied"
    assert Client.objects.count() == made.clients


def test_a_job_that_comes_twice_loads_once(head, made):
    run = checked(made.path, head)
    runs.load(run)
    run = worked(run)
    Job.objects.filter(pk=run.job_id).update(state=Job.State.WAITING)
    run = worked(run)
    assert run.state == "applied"
    assert Client.objects.count() == made.clients


def test_an_undoing_killed_in_the_middle_takes_all_back_in_the_end(head, made, monkeypatch, evening):
    from core.history import rollback

    run = checked(made.path, head)
    runs.load(run)
    run = worked(run)
    runs.undo(run)
    killed_in(monkeypatch, rollback, "_write")
    assert Client.objects.count() == made.clients
    evening.move_to(evening.moment + 2 * LEASE)
    assert worked(run).state == "undone"
    assert not Client.objects.exists()

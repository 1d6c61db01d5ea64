"""Background jobs: done at least once, their effect once, whatever dies meanwhile."""

import datetime as dt
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction

from core import outbox, periods
from core.models import Job
from core.outbox import (
    GiveUp,
    LeaseLost,
    enqueue,
    enqueue_mail,
    handler,
    queue,
    run_due_jobs,
    runner,
    workers,
)
from core.outbox.models import LEASE

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC)
NEVER = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What was sent to the broker; nothing leaves the test."""
    sent: list[int] = []
    monkeypatch.setattr("core.tasks.tick.apply_async", lambda **options: sent.append(1))
    return sent


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Registers a handler of the kind "work" for one test; no other kind is known meanwhile."""
    queue.handlers()
    monkeypatch.setattr(queue, "_handlers", {})

    def register(function: Callable[[Job], None], **options: bool) -> None:
        handler("work", **options)(function)

    return register


@pytest.fixture
def clock() -> Iterator[periods.Clock]:
    with periods.clock(NOON) as fixed:
        yield fixed


def effect(job: Job) -> None:
    """Something a job leaves in the database."""
    Job.objects.create(kind="effect", run_at=NEVER, created_at=NOON)


def effects() -> int:
    return Job.objects.filter(kind="effect").count()


# --- Into the outbox ------------------------------------------------------------------------------------------------


def test_a_job_is_there_with_what_caused_it_or_not_at_all():
    def cause() -> None:
        with transaction.atomic():
            enqueue("work")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cause()
    assert not Job.objects.exists()


def test_a_key_makes_a_job_once_for_ever(work):
    work(effect)
    first = enqueue("work", {"day": 1}, key="day:1")
    assert enqueue("work", {"day": 2}, key="day:1") == first
    run_due_jobs()
    assert enqueue("work", key="day:1") == first
    assert run_due_jobs() == 0
    assert effects() == 1


def test_a_worker_is_woken_after_the_commit_and_not_before(nudges, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        enqueue("work")
        assert not nudges
    assert nudges


def test_nobody_is_woken_for_a_job_of_tomorrow(nudges, django_capture_on_commit_callbacks, clock):
    with django_capture_on_commit_callbacks(execute=True):
        enqueue("work", run_at=NOON + dt.timedelta(days=1))
    assert not nudges


def test_a_dead_broker_breaks_nothing(monkeypatch, caplog, django_capture_on_commit_callbacks, work):
    def dead(**options: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("core.tasks.tick.apply_async", dead)
    work(effect)
    with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True):
        enqueue("work")
    assert "No worker could be woken" in caplog.text
    assert run_due_jobs() == 1


# --- Out of the outbox ----------------------------------------------------------------------------------------------


def test_a_job_waits_for_its_moment(work, clock):
    work(effect)
    enqueue("work", run_at=NOON + dt.timedelta(minutes=1))
    assert run_due_jobs() == 0
    clock.advance(minutes=1)
    assert run_due_jobs() == 1
    job = Job.objects.get(kind="work")
    assert (job.state, job.attempts, job.finished_at) == (Job.State.DONE, 1, NOON + dt.timedelta(minutes=1))


def test_jobs_run_in_the_order_they_were_due_and_at_most_as_many_as_asked(work, clock):
    order = []
    work(lambda job: order.append(job.payload["number"]))
    for number in (3, 1, 2):
        enqueue("work", {"number": number}, run_at=NOON - dt.timedelta(minutes=10 - number))
    assert run_due_jobs(limit=2) == 2
    assert order == [1, 2]
    run_due_jobs()
    assert order == [1, 2, 3]


def test_a_failed_attempt_leaves_no_effect_and_is_tried_again_later(work, clock):
    def fails_once(job: Job) -> None:
        effect(job)
        if job.attempts == 1:
            raise RuntimeError("the line is busy")

    work(fails_once)
    enqueue("work")
    run_due_jobs()
    job = Job.objects.get(kind="work")
    assert (job.state, job.error, effects()) == (Job.State.WAITING, "RuntimeError: the line is busy", 0)
    assert run_due_jobs() == 0
    clock.advance(seconds=31)
    assert run_due_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.error, effects()) == (Job.State.DONE, "", 1)


def test_after_five_failures_a_job_is_given_up_with_an_error_in_the_log(work, clock, caplog):
    def fails(job: Job) -> None:
        raise RuntimeError("never")

    work(fails)
    enqueue("work")
    while Job.objects.get().state == Job.State.WAITING:
        run_due_jobs()
        clock.advance(hours=2)
    job = Job.objects.get()
    assert (job.state, job.attempts) == (Job.State.FAILED, 5)
    assert job.finished_at
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 4 + ["ERROR"]
    assert run_due_jobs() == 0


def test_a_handler_can_give_up_at_once_with_a_sentence(work):
    def gives_up(job: Job) -> None:
        raise GiveUp("The file is gone.")

    work(gives_up)
    enqueue("work")
    run_due_jobs()
    job = Job.objects.get()
    assert (job.state, job.attempts, job.error) == (Job.State.FAILED, 1, "The file is gone.")


def test_a_job_nobody_handles_waits_for_a_program_that_does(work, clock):
    enqueue("work")
    run_due_jobs()
    work(effect)
    clock.advance(minutes=1)
    run_due_jobs()
    assert effects() == 1


def test_one_bad_job_does_not_stop_the_others(work):
    def picky(job: Job) -> None:
        if job.payload:
            raise RuntimeError
        effect(job)

    work(picky)
    enqueue("work", {"bad": True})
    enqueue("work")
    assert run_due_jobs() == 2
    assert effects() == 1


# --- Workers that die -----------------------------------------------------------------------------------------------


def test_a_job_of_a_dead_worker_is_taken_again_when_its_lease_is_over(work, clock):
    work(effect)
    job = enqueue("work")
    assert runner._claim(job)  # and its process is gone
    clock.advance(minutes=4)
    assert run_due_jobs() == 0
    clock.move_to(NOON + LEASE + dt.timedelta(seconds=1))
    assert run_due_jobs() == 1
    assert effects() == 1
    assert Job.objects.get(pk=job.pk).attempts == 2


def test_a_job_whose_worker_was_killed_here_is_taken_over_at_the_next_start(work, clock):
    work(effect)
    dead = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = f"{workers._place()}/{dead.pid}/{workers._started(dead.pid)}"
    enqueue("work")
    Job.objects.update(state=Job.State.RUNNING, attempts=1, lease_until=NOON + LEASE, worker=name)
    assert outbox.tick() == 0, "it lives"
    dead.kill()
    dead.communicate()
    assert (outbox.tick(), effects()) == (1, 1)


@pytest.mark.parametrize(
    "name",
    ["", "elsewhere/pid:[1]/7/100", "nonsense", workers.own_name()],
    # The last one's own words differ from process to process, and tests run in several.
    ids=["nobody", "elsewhere", "nonsense", "this process"],
)
def test_a_worker_of_another_machine_or_a_living_one_keeps_its_lease(work, clock, name):
    work(effect)
    enqueue("work")
    Job.objects.update(state=Job.State.RUNNING, attempts=1, lease_until=NOON + LEASE, worker=name)
    assert (outbox.tick(), effects()) == (0, 0)
    clock.move_to(NOON + LEASE + dt.timedelta(seconds=1))
    assert (outbox.tick(), effects()) == (1, 1)


def test_a_worker_that_comes_back_too_late_changes_nothing(work, clock):
    def slow(job: Job) -> None:
        if job.attempts == 1:
            clock.advance(minutes=6)
            run_due_jobs()  # another worker takes the job over and does it
        effect(job)

    work(slow, resumable=True)
    job = enqueue("work")
    assert runner._claim(job)
    with pytest.raises(LeaseLost):
        runner._do(job, queue.Handler(slow, resumable=True))
    found = Job.objects.get(pk=job.pk)
    assert (found.state, found.attempts) == (Job.State.DONE, 2)


def test_an_atomic_handler_has_no_effect_once_its_job_was_taken_over(work, clock):
    work(effect)
    job = enqueue("work")
    assert runner._claim(job)
    clock.advance(minutes=6)
    run_due_jobs()
    runner._run(job)
    assert effects() == 1


def test_a_job_that_kills_every_worker_is_given_up(work, clock, caplog):
    work(effect)
    job = enqueue("work")
    for _death in range(5):
        assert runner._claim(Job.objects.get(pk=job.pk))
        clock.advance(minutes=6)
    run_due_jobs()
    assert Job.objects.get(pk=job.pk).state == Job.State.FAILED
    assert effects() == 0


def test_progress_keeps_the_lease_and_is_seen(work, clock):
    seen = []

    def long(job: Job) -> None:
        for done in (1, 2, 3):
            clock.advance(minutes=4)
            job.progress(done, 3, f"row {done}")
            seen.append(Job.objects.get(pk=job.pk).percent)
            assert run_due_jobs() == 0  # nobody else takes it

    work(long, resumable=True)
    enqueue("work")
    assert run_due_jobs() == 1
    job = Job.objects.get()
    assert seen == [33, 66, 100]
    assert (job.progress_done, job.progress_total, job.progress_note) == (3, 3, "row 3")


def test_a_resumable_handler_can_finish_in_the_transaction_of_its_effect(work, clock):
    def finishes(job: Job) -> None:
        with transaction.atomic():
            job.finish()
            effect(job)
        raise SystemExit  # the process is stopped right after the commit

    work(finishes, resumable=True)
    enqueue("work")
    with pytest.raises(SystemExit):
        run_due_jobs()
    clock.advance(hours=1)
    assert run_due_jobs() == 0
    assert effects() == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_do_every_job_once(work):
    work(effect)
    for _number in range(20):
        enqueue("work", run_at=NOON)
    start, ran = threading.Barrier(3), []

    def worker() -> None:
        start.wait()
        try:
            ran.append(run_due_jobs())
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(ran) == 20
    assert effects() == 20
    assert not Job.objects.filter(kind="work").exclude(state=Job.State.DONE, attempts=1).exists()


# --- The beat, letters ----------------------------------------------------------------------------------------------


def test_the_beat_asks_once_a_day_for_what_is_daily(work, clock):
    work(effect, daily=True)
    assert outbox.tick() == 1
    assert outbox.tick() == 0
    clock.advance(days=1)
    assert outbox.tick() == 1


def test_the_beat_calls_for_another_one_when_more_is_due(work, nudges):
    work(effect)
    for _number in range(3):
        enqueue("work")
    assert outbox.tick(limit=2) == 2
    assert nudges


def test_a_letter_is_sent_by_the_worker():
    enqueue_mail("anna@example.test", "Напоминание", "Осталось записать 2 разговора.")
    assert not mail.outbox
    run_due_jobs()
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["anna@example.test"], "Напоминание")


def test_old_jobs_are_cleaned_away_but_keys_are_for_ever(clock):
    enqueue_mail("a@example.test", "", "")
    enqueue("core.clean", key="kept")
    run_due_jobs()
    clock.advance(days=31)
    enqueue("core.clean")
    run_due_jobs()
    assert sorted(Job.objects.values_list("key", flat=True), key=str) == [
        None,
        "kept",
    ]  # None: the cleaning itself


def test_two_handlers_of_one_kind_are_a_mistake(work):
    work(effect)
    with pytest.raises(ValueError, match="Two handlers"):
        work(lambda job: None)

"""Verbs of a run: upload, choose the columns, decide, load, undo. Each hands the work to the worker and returns.

A state changes by one conditional UPDATE, so that of two presses of a button one does it. Whose run it is, the view
has asked already.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import File
from django.db import connection, models, transaction

from core import outbox, periods
from core.imports import book as books
from core.imports.importer import Importer
from core.imports.limits import Limits
from core.imports.models import ImportRun
from core.imports.reader import open_book

State = ImportRun.State
# A request waits so long for the first look at a file; the worker then has the full time of `limits.LIMITS`.
FIRST_LOOK = Limits(seconds=25)
# Rows that one transaction may write where the database has one writer: others wait meanwhile, and not for ever.
MOST_AT_ONCE = 30_000
# Staged rows and the file go after this time; what was written, and that it can be undone, stays.
KEPT = dt.timedelta(days=30)


def start(upload: File[bytes], *, by: models.Model, importer: Importer) -> ImportRun:
    """Keeps the file and looks into it. `UnreadableFile` if it cannot be read; then nothing is kept."""
    run = read(upload, by=by, importer=importer)
    run.save()
    return run


def read(upload: File[bytes], *, by: models.Model, importer: Importer) -> ImportRun:
    """As `start`, but the run is left to be saved: reading takes seconds, and no transaction waits for it."""
    now = periods.now()
    run = ImportRun(
        by_id=by.pk, importer=importer.key, name=_name(upload.name), created_at=now, changed_at=now
    )
    run.file.save(upload.name or "upload", upload, save=False)
    try:
        with open_book(run.file.path, filename=run.name, limits=FIRST_LOOK) as book:
            run.book = books.describe(book, importer)
    except BaseException:
        run.file.delete(save=False)
        raise
    return run


def _name(name: str | None) -> str:
    """What the user calls the file, cut in its middle, so that its ending stays."""
    name = (name or "").replace("\\", "/").rpartition("/")[2].replace("\x00", "").strip() or "—"
    return name if len(name) <= 200 else f"{name[:150]}…{name[-40:]}"


def look_again(run: ImportRun, importer: Importer, headers: Mapping[str, int]) -> None:
    """Reads the headings anew from the rows the user named, by sheet."""
    with open_book(run.file.path, filename=run.name, limits=FIRST_LOOK) as book:
        run.book = books.describe(book, importer, headers)
    _touch(run, book=run.book)


def choose_columns(run: ImportRun, plan: Sequence[Mapping[str, Any]]) -> bool:
    """Takes the plan (`ImportRun.plan`), remembers it for the next file of the kind and has the rows checked."""
    with transaction.atomic():
        chosen = {entry["sheet"]: entry for entry in plan}
        for sheet in run.book:
            entry = chosen.get(sheet["sheet"])
            columns = entry["columns"] if entry else {}
            books.remember(sheet["headings"], entry["kind"] if entry else "", columns, run.by)
        return check(run, plan=list(plan), answers={}, words={}, note="")


def decide(run: ImportRun, answers: Mapping[str, Any]) -> bool:
    """Takes the answers and has the rows checked by them; False if nothing has changed."""
    if run.answers == answers:
        return False
    return check(run, answers=dict(answers), note="")


def check(run: ImportRun, **values: Any) -> bool:
    """Has the rows checked (anew); False if a worker has the run or it is loaded."""
    states = [State.UPLOADED, State.CHECKED, State.FAILED]
    return _hand_over(run, states, State.CHECKING, "imports.check", **values)


def is_too_long(run: ImportRun) -> bool:
    """Whether the run holds more rows than may be written at once."""
    return connection.vendor == "sqlite" and run.to_load > MOST_AT_ONCE


def load(run: ImportRun) -> bool:
    """Has the checked rows written; False if it was asked for already, or there are too many."""
    return not is_too_long(run) and _hand_over(run, [State.CHECKED], State.APPLYING, "imports.apply")


def undo(run: ImportRun) -> bool:
    """Has everything the run wrote rolled back; False if it was asked for already."""
    return _hand_over(run, [State.APPLIED], State.UNDOING, "imports.undo")


def retry(run: ImportRun) -> bool:
    """Has a job that was given up done once more."""
    kinds = {State.CHECKING: "imports.check", State.APPLYING: "imports.apply", State.UNDOING: "imports.undo"}
    state = State(run.state)
    return run.is_stuck and _hand_over(run, [state], state, kinds[state], only_job=run.job_id)


def _hand_over(
    run: ImportRun, before: Sequence[str], after: str, kind: str, only_job: int | None = None, **values: Any
) -> bool:
    with transaction.atomic():
        mine = ImportRun.objects.filter(pk=run.pk, state__in=before)
        if only_job is not None:
            mine = mine.filter(job=only_job)
        if not mine.update(state=after, changed_at=periods.now(), **values):
            return False
        job = outbox.enqueue(kind, {"run": run.pk})
        ImportRun.objects.filter(pk=run.pk).update(job=job)
    run.refresh_from_db()
    return True


def discard(run: ImportRun) -> bool:
    """Throws away a run that has written nothing; False if it is being worked on or has."""
    idle = [State.UPLOADED, State.CHECKED, State.FAILED]
    with transaction.atomic():
        found = ImportRun.objects.select_for_update().filter(pk=run.pk, state__in=idle).first()
        if found is None:
            return False
        found.rows.all().delete()
        found.delete()
        transaction.on_commit(lambda: found.file.delete(save=False))
    return True


def forget_old_runs() -> None:
    """Deletes files and staged rows that nobody has touched for long, and with them runs that wrote nothing."""
    old = ImportRun.objects.last_touched_before(periods.now() - KEPT)
    for run in old.exclude(file="").exclude(state__in=ImportRun.IN_WORK)[:1000]:
        if not discard(run):
            run.rows.all().delete()
            run.file.delete(save=False)
            ImportRun.objects.filter(pk=run.pk).update(file="")


def _touch(run: ImportRun, **values: Any) -> None:
    ImportRun.objects.filter(pk=run.pk).update(changed_at=periods.now(), **values)

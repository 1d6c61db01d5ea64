"""What the worker does for a run: checks its rows into staging, writes them, takes them back.

Checked portion by portion; a check that was killed begins anew. Written and taken back in one transaction each with
the mark that the job is done: whenever a worker dies, the company stands before or after, never between.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core import periods
from core.history import rollback
from core.history.operations import Operation, operation
from core.imports import runs
from core.imports.book import rows_below
from core.imports.importer import Check, OutOfDate, Parsed, SheetKind, importer_of
from core.imports.models import ImportRow, ImportRun, count_rows
from core.imports.parse import CellError, as_text
from core.imports.reader import Row, UnreadableFile, open_book
from core.outbox import GiveUp, Job, handler

State = ImportRun.State
PORTION = 1_000


def _run_of(job: Job, state: str) -> ImportRun | None:
    """The run, if it still waits for this very job."""
    rows = ImportRun.objects.select_related("by", "operation")
    return rows.filter(pk=job.payload["run"], state=state, job=job).first()


def _in_their_language(user: models.Model) -> Any:
    return translation.override(getattr(user, "language", settings.LANGUAGE_CODE))


# --- Check ----------------------------------------------------------------------------------------------------------


@handler("imports.check", resumable=True)
def check(job: Job) -> None:
    """Stages every row of the run with what becomes of it."""
    run = _run_of(job, State.CHECKING)
    if run is None:
        return
    with _in_their_language(run.by):
        try:
            words = _stage(run, job)
        except (UnreadableFile, FileNotFoundError) as error:
            missing = _("The file is not kept any more: upload it again.")
            said = str(error) if isinstance(error, UnreadableFile) else missing
            _end(run, job, state=State.FAILED, note=said)
            return
        _end(run, job, state=State.CHECKED, words=words, counts=count_rows(run))


def _end(run: ImportRun, job: Job, **values: Any) -> None:
    with transaction.atomic():
        job.finish()
        mine = ImportRun.objects.filter(pk=run.pk, state=State.CHECKING, job=job)
        mine.update(changed_at=periods.now(), **values)


def _stage(run: ImportRun, job: Job) -> dict[str, list[dict[str, Any]]]:
    importer = importer_of(run)
    session = importer.begin(run)
    with transaction.atomic():
        job.progress(0)
        run.rows.all().delete()
    with open_book(run.file.path, filename=run.name) as book:
        chosen = [
            (kind, place, entry)
            for kind in importer.sheets
            for place, entry in enumerate(run.plan)
            if entry["kind"] == kind.key
        ]
        total = sum(book.sheet(entry["sheet"]).height for _kind, _place, entry in chosen)
        done = 0
        for kind, place, entry in chosen:
            rows = rows_below(book.sheet(entry["sheet"]), entry["header"])
            for some in _portions(rows):
                staged = _check_rows(run, session, kind, place, entry["columns"], some)
                done += len(staged)
                with transaction.atomic():  # a worker whose job was taken over writes no further row
                    job.progress(done, total, entry["sheet"])
                    ImportRow.objects.bulk_create(staged)
    return {key: [asdict(word) for word in words] for key, words in session.words().items()}


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while some := list(islice(remaining, PORTION)):
        yield some


def _check_rows(
    run: ImportRun, session: Check, kind: SheetKind, place: int, columns: dict[str, int], rows: list[Row]
) -> list[ImportRow]:
    parsed = [_parse(run, kind, place, columns, row) for row in rows]
    session.check(kind.key, parsed)
    for one, (_number, cells) in zip(parsed, rows, strict=True):
        if one.is_wrong:
            one.row.action = ImportRow.Action.ERROR
        if one.is_wrong or one.row.same_as:
            one.row.raw = [as_text(cell) for cell in cells]
    return [one.row for one in parsed]


def _parse(run: ImportRun, kind: SheetKind, place: int, columns: dict[str, int], row: Row) -> Parsed:
    number, cells = row
    parsed = Parsed(ImportRow(run=run, place=place, number=number, action=ImportRow.Action.CREATE), {})
    for column in kind.columns:
        index = columns.get(column.key)
        if index is None:
            continue
        try:
            value = column.parse(cells[index])
        except CellError as error:
            parsed.error(column.key, str(error))
            value = None
        else:
            if column.required and value in (None, "", []):
                parsed.error(column.key, _("The cell is empty: fill it in."))
        parsed.values[column.key] = value
    return parsed


# --- Write ----------------------------------------------------------------------------------------------------------


@handler("imports.apply", resumable=True)
def apply(job: Job) -> None:
    """Writes what is staged: all of it or nothing, once."""
    run = _run_of(job, State.APPLYING)
    if run is None:
        return
    with _in_their_language(run.by):
        try:
            with operation(by=run.by, kind=Operation.Kind.IMPORT, note=run.name) as op:
                job.finish()  # its row lock keeps whoever takes the job over waiting for our end
                importer_of(run).apply(run)
                _mark(run, State.APPLYING, state=State.APPLIED, operation=op)
        except OutOfDate as error:
            with transaction.atomic():
                job.finish()
                _mark(run, State.APPLYING, state=State.CHECKED)
                said = _("Nothing was loaded: %(why)s The rows were checked anew, look at the result.")
                runs.check(run, note=said % {"why": error})


def _mark(run: ImportRun, before: str, **values: Any) -> None:
    if not ImportRun.objects.filter(pk=run.pk, state=before).update(changed_at=periods.now(), **values):
        raise GiveUp(f"run {run.pk} is not {before} any more")


# --- Take back ------------------------------------------------------------------------------------------------------


@handler("imports.undo", resumable=True)
def undo(job: Job) -> None:
    """Rolls back what the run wrote. What somebody changed since stays as it is now."""
    run = _run_of(job, State.UNDOING)
    if run is None or run.operation is None:
        return
    allowed = importer_of(run).allowed(run.by)
    with _in_their_language(run.by):
        try:
            with transaction.atomic():
                job.finish()
                conflicts = rollback.plan(run.operation, allowed=allowed).conflicts
                keep = {one.key: rollback.KEEP for one in conflicts}
                rollback.apply(run.operation, by=run.by, allowed=allowed, choices=keep)
        except (PermissionDenied, rollback.Refused) as error:
            said = (
                _("It cannot be undone: some of its records belong to others by now.")
                if isinstance(error, PermissionDenied)
                else _("It cannot be undone: a value that has to be unique is taken by another record now.")
            )
            with transaction.atomic():
                job.finish()
                _mark(run, State.UNDOING, state=State.APPLIED, note=said)


def after_rollback(operation: Operation, **_signal: Any) -> None:
    """Receiver of `core.history.rollback.restored`: an import may be undone by any door, and the undoing too."""
    reverted = operation.reverts
    if reverted is None:
        return
    now = periods.now()
    ImportRun.objects.filter(operation=reverted).update(state=State.UNDONE, changed_at=now)
    if reverted.reverts_id:
        ImportRun.objects.filter(operation=reverted.reverts_id).update(state=State.APPLIED, changed_at=now)

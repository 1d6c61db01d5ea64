"""What the worker does for an export: asks the page for its rows, as its reader would, and writes them into a file.

The file gets its name when it is whole: whoever is killed before leaves nothing behind that could be fetched, and the
next attempt begins anew.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from core import periods
from core.exports.delivery import PageRequest, Rows, TooLong, hand_over
from core.exports.models import Export
from core.outbox import Job, handler
from core.outbox.models import Job as Jobs
from core.tables import files
from core.tables.table import Row, Table

FOLDER = "exports"
# One file at a time: whatever else waits for the worker finds a thread of it free.
_TURN = dt.timedelta(seconds=10)
_STEPS = 100

# What a request has around it and a job has not, filled by rooms in their `AppConfig.ready()`.
around: list[Callable[[], AbstractContextManager[Any]]] = []


@handler("exports.write", resumable=True)
def write(job: Job) -> None:
    """Makes the file of an export that still waits for this very job."""
    export = Export.objects.select_related("by").filter(job=job, file="", note="").first()
    if export is None:
        return
    if _is_anothers_turn(job):
        with transaction.atomic():
            job.finish()
            hand_over(export, run_at=periods.now() + _TURN)
        return
    with translation.override(export.language), surrounded():
        try:
            rows = _rows_of(export)
        except (Http404, PermissionDenied):
            _end(export, job, note=_("The list or report is not open to you any more."))
        except TooLong as error:
            _end(export, job, note=str(error))
        else:
            _make(export, job, rows)


@contextmanager
def surrounded() -> Iterator[None]:
    """Within the block a page may be asked as within a request."""
    with ExitStack() as stack:
        for surrounding in around:
            stack.enter_context(surrounding())
        yield


def _is_anothers_turn(job: Job) -> bool:
    running = Jobs.objects.filter(kind=job.kind, state=Jobs.State.RUNNING, pk__lt=job.pk)
    return running.filter(lease_until__gt=periods.now()).exists()


def _rows_of(export: Export) -> Rows:
    """The rows of the page, which sees to it that they are those its reader may see now."""
    user: Any = export.by
    if not user.is_active:
        raise PermissionDenied
    answer = PageRequest(export.address, user).answer()
    if not isinstance(answer, Rows):
        raise TypeError(f"{export.address} answers with no file.")
    return answer


def _make(export: Export, job: Job, rows: Rows) -> None:
    _sweep(export)
    name = f"{FOLDER}/{export.key}-{job.attempts}.{export.form}"
    whole = Path(default_storage.path(name))
    whole.parent.mkdir(parents=True, exist_ok=True)
    part = whole.with_suffix(".part")
    try:
        with part.open("wb") as file:
            files.INTO_FILE[export.form](_counted(rows.table, job, rows.count), file)
            file.flush()
            os.fsync(file.fileno())
        job.progress(rows.count, rows.count)  # a worker whose job was taken over names nothing
        part.replace(whole)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _end(
        export,
        job,
        file=name,
        name=files.file_name(rows.table, export.form),
        size=whole.stat().st_size,
        rows=rows.count,
        made_at=periods.now(),
    )


def _counted(table: Table, job: Job, total: int) -> Table:
    """The table, whose rows say as they are taken how far the file is."""
    step = max(files.PORTION, total // _STEPS)

    def told() -> Iterator[Row]:
        for number, row in enumerate(table.rows):
            if number % step == 0:
                job.progress(min(number, total), total)
            yield row

    return replace(table, rows=told())


def _end(export: Export, job: Job, **values: Any) -> None:
    with transaction.atomic():
        job.finish()
        Export.objects.filter(pk=export.pk, job=job).update(**values)


def _sweep(export: Export) -> None:
    """Takes away what earlier attempts left of it."""
    for path in Path(default_storage.path(FOLDER)).glob(f"{export.key}-*"):
        if path.is_dir():
            shutil.rmtree(path)  # what a workbook keeps beside it until it is whole
        else:
            path.unlink(missing_ok=True)


def forget_old_files() -> None:
    """Deletes the files whose time is over, and what is known of them."""
    for export in Export.objects.over(periods.now())[:1000]:
        _sweep(export)
        export.delete()

"""Runs as functions call for them: a workbook on its way through the import, by the program's own verbs."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core import periods
from core.imports import book, importer, runs
from core.imports.models import ImportRun
from core.outbox import run_due_jobs
from people.models import Role, Team, User
from tests.factories import make_team, make_user
from tests.workbooks import MANAGERS, TODAY

# The evening of the day after which no clean activity of the workbooks lies.
EVENING = periods.local(TODAY, dt.time(20))


def make_sellers(team: Team | None = None) -> dict[str, User]:
    """The managers that the workbooks name, in one team."""
    team = team or make_team()
    return {name: make_user(name, team=team) for name in MANAGERS}


def make_head(team: Team) -> User:
    return make_user("Галина Орлова", Role.HEAD, team=team)


def upload(path: Path, by: User) -> ImportRun:
    content = SimpleUploadedFile(path.name, path.read_bytes())
    return runs.start(content, by=by, importer=importer.importer("sales"))


def guessed_plan(run: ImportRun) -> list[dict[str, Any]]:
    """What the page offers before anybody has changed a choice."""
    plan = []
    for sheet in run.book:
        kind = book.guess_kind(sheet, importer.importer_of(run))
        if kind is not None:
            columns = book.mapping_for(sheet, kind, run.by)
            plan.append(
                {"sheet": sheet["sheet"], "kind": kind.key, "header": sheet["header"], "columns": columns}
            )
    return plan


def checked(path: Path, by: User) -> ImportRun:
    """The run of a file after the worker has checked it by what was guessed."""
    run = upload(path, by)
    assert runs.choose_columns(run, guessed_plan(run))
    return worked(run)


def worked(run: ImportRun) -> ImportRun:
    """The run after the worker has done what is due."""
    run_due_jobs()
    run.refresh_from_db()
    return run


def answered(run: ImportRun, words: dict[str, dict[str, Any]] | None = None, **for_all: str) -> ImportRun:
    """The run checked by these answers: {vocabulary: {word: record or choice}}."""
    known = {
        key: {word: str(getattr(choice, "pk", choice)) for word, choice in some.items()}
        for key, some in (words or {}).items()
    }
    answers = {"all": for_all, "words": known, "rows": {}}
    assert runs.decide(run, answers)
    return worked(run)


def loaded(run: ImportRun) -> ImportRun:
    assert runs.load(run)
    return worked(run)

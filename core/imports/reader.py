"""Opens an uploaded file safely and gives its sheets and rows.

    with open_book(path, filename="Клиенты.xlsx") as book:
        for number, cells in book.sheets[0].rows:
            ...

The file is read once, by a process of its own with limits of memory and time (`core.imports.sandbox`), into a temporary
spool; from there the rows come as often as they are asked for, a batch at a time. 100,000 rows of 12 columns take
about three seconds.
"""

import contextlib
import json
import logging
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from core.imports.limits import LIMITS, Limits
from core.imports.sandbox.spool import Cell, Row, read_index, read_rows

__all__ = ["Book", "Cell", "Row", "Sheet", "UnreadableFile", "open_book"]

log = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parents[2]
_REFUSED = 3

_SENTENCES = {
    "empty": _("The file is empty."),
    "broken": _(
        "The file is damaged or was not uploaded to its end. Open it in Excel, save it again and upload that."
    ),
    "password": _("The file is protected by a password. Take the password off in Excel and upload it again."),
    "xls": _("This is a workbook in the old format .xls. Open it in Excel and save it as .xlsx."),
    "xlsb": _("This is a binary workbook .xlsb. Open it in Excel and save it as .xlsx."),
    "markup": _("This is a page or XML, though perhaps named .xls. Open it in Excel and save it as .xlsx."),
    "not_workbook": _("This archive is no Excel workbook. Upload a file .xlsx or .csv."),
    "not_table": _("This file is no table. Upload a file .xlsx or .csv."),
    "entities": _(
        "The workbook holds declarations no spreadsheet program writes. It is not read for safety."
    ),
    "unpacked": _("The file is too large: unpacked it has more than %(megabytes)s MB."),
    "far_cell": _(
        "Cell %(cell)s is filled: at most %(rows)s rows and %(columns)s columns are read. Delete what lies beyond."
    ),
    "rows": _("The file is too long: at most %(rows)s rows are read. Cut it into parts."),
    "columns": _("Row %(row)s has more than %(columns)s cells: at most that many columns are read."),
    "quotes": _("At row %(row)s a quotation mark is opened and not closed, or a cell is too long."),
    "heavy": _(
        "The file needs too much memory to be read. Take out what is not needed, or cut it into parts."
    ),
    "slow": _("The file takes longer than %(seconds)s seconds to read. Cut it into parts."),
    "no_sheets": _("The workbook has no sheet with rows."),
}


class UnreadableFile(Exception):
    """The file is not read. `str()` is the sentence for the user in the active language; `code` names the reason."""

    def __init__(self, code: str, limits: Limits = LIMITS, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = {
            "megabytes": limits.unpacked // 1024**2,
            "rows": f"{limits.rows:,}".replace(",", "\u00a0"),
            "columns": limits.columns,
            "seconds": limits.seconds,
        } | params

    def __str__(self) -> str:
        return str(_SENTENCES[self.code]) % self.params


@dataclass(frozen=True)
class Sheet:
    """A sheet that holds something. `width`: its columns from A to the last filled one; `height`: its filled rows."""

    name: str
    width: int
    height: int
    hidden: bool
    _spool: str
    _start: int

    @property
    def rows(self) -> Iterator[Row]:
        """The filled rows from the top, anew each time: (number as Excel shows it, `width` cells).

        A cell is a text, a number (whole ones of a workbook come as floats: see `parse.as_text`), a date or time, a
        yes/no, or None when blank. Valid while the book is open.
        """
        with open(self._spool, "rb") as file:
            yield from read_rows(file, self._start, self.height, self.width)


class Book:
    """An opened file. Its temporary spool goes when the book is closed."""

    def __init__(self, spool: str, sheets: list[Sheet]) -> None:
        self._spool = spool
        self.sheets = sheets

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name. Raises KeyError."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)

    def close(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._spool)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_book(path: str | Path, *, filename: str = "", limits: Limits = LIMITS) -> Book:
    """The sheets of an .xlsx or .csv file that hold something; what it is, its content says, not its name.

    `filename`: what the user calls it; names the sheet of a text file. Raises `UnreadableFile`.
    """
    descriptor, spool = tempfile.mkstemp(prefix="takt-import-")
    book = Book(spool, [])
    try:
        with os.fdopen(descriptor, "rb") as file:
            _run(str(Path(path).resolve()), Path(filename or path).stem, descriptor, limits)
            for entry in read_index(file):
                if entry["rows"]:
                    name, width, rows, hidden = (entry[key] for key in ("name", "width", "rows", "hidden"))
                    book.sheets.append(Sheet(name, width, rows, hidden, spool, entry["start"]))
        if not book.sheets:
            raise UnreadableFile("no_sheets", limits)
    except (OSError, pickle.UnpicklingError) as error:
        book.close()
        log.warning("The sandbox left no readable spool: %s", error)
        raise UnreadableFile("broken", limits) from error
    except BaseException:
        book.close()
        raise
    return book


def _run(path: str, name: str, output: int, limits: Limits) -> None:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "core.imports.sandbox", path, name, json.dumps(asdict(limits))],
            cwd=_ROOT,
            env={"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"},  # nothing of ours: no keys, no database
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile("slow", limits) from error
    said = done.stderr.decode(errors="replace")
    if done.returncode == _REFUSED:
        answer = json.loads(said.splitlines()[-1])
        raise UnreadableFile(answer["code"], limits, **answer["params"])
    if done.returncode:
        log.warning("The sandbox ended with status %s: %s", done.returncode, said[-2000:])
        if -done.returncode in (signal.SIGXCPU, signal.SIGKILL):
            raise UnreadableFile("slow", limits)
        heavy = any(words in said for words in ("memory allocation", "MemoryError", "capacity overflow"))
        raise UnreadableFile("heavy" if heavy else "broken", limits)

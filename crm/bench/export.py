"""A file of 100,000 rows × 12 columns at real size: how long, how much memory, and what of it is the bare writer's.

Three ways, each in a process of its own, so that its memory is its own: the whole way of the worker from the address to
the file, with the rows fetched from the database; the same rows made up, through `Table` and kinds; and the writer
alone, handed the finished values of the cells.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from xlsxwriter import Workbook

from core import periods
from core.exports.delivery import PageRequest, Rows
from core.exports.making import surrounded
from core.tables import Column, Row, Table
from core.tables.files import LARGEST, write_xlsx
from crm.bench.cases import person_of
from people.models import Role

ROWS, COLUMNS = 100_000, 12
MEMORY_GOAL_MB = 150

LIST = "/clients/?export=xlsx"
KINDS = (
    "number", "text", "person", "stage", "money", "percent", "date", "moment", "phone", "longtext", "int", "sum",
)  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """What one way took; `cpu` is the processor's time, which a busy machine does not change."""

    way: str
    rows: int
    seconds: float
    cpu: float
    memory_mb: int
    size_mb: float


class _Stage:
    name, colour = "Договор", 3


def _values(number: int, moment: dt.datetime) -> tuple[object, ...]:
    return (
        number, f"ООО «Уралоболочка {number}»", "Белова А.", _Stage, Decimal(number) / 100, (number % 100) / 100,
        moment.date(), moment, f"7912{number:07}", f"Обсудили поставку {number % 977}", number % 1000, Decimal(number),
    )  # fmt: skip


def _bare(file: IO[bytes]) -> int:
    """XlsxWriter alone, asked for each cell by the method that is its own."""
    columns, moment = _columns(), periods.now().replace(tzinfo=None, microsecond=0)
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Bench")
        sheet.set_column(0, COLUMNS - 1, 20)
        looks = [book.add_format({"num_format": column.type.number_format}) for column in columns]
        ways = [_way(sheet, value) for value in _values(0, moment)]
        for number in range(ROWS):
            values = list(_values(number, moment))
            values[3] = "Договор"
            for column, (write, value, look) in enumerate(zip(ways, values, looks, strict=True)):
                write(number, column, value, look)
    return ROWS


def _way(sheet: Any, value: object) -> Callable[..., Any]:
    match value:
        case dt.date():
            return sheet.write_datetime
        case int() | float() | Decimal():
            return sheet.write_number
    return sheet.write_string


def _columns() -> list[Column]:
    return [Column(kind, kind, kind) for kind in KINDS]  # type: ignore[arg-type]


def _tables(file: IO[bytes]) -> int:
    """The same cells as a `Table` whose kinds make the cells."""
    columns, moment = _columns(), periods.now()

    def rows() -> Iterator[Row]:
        for number in range(ROWS):
            yield Row(number, _values(number, moment), columns)

    write_xlsx(Table("Bench", columns, rows(), moment), file)
    return ROWS


def _list(file: IO[bytes]) -> int:
    """The list of clients, as the worker makes it for the director."""
    with surrounded():
        answer = PageRequest(LIST, person_of(Role.DIRECTOR)).answer()
        assert isinstance(answer, Rows)
        write_xlsx(answer.table, file)
    return min(answer.count, LARGEST)


WAYS: dict[str, Callable[[IO[bytes]], int]] = {
    "the bare writer": _bare,
    "our export, rows made up": _tables,
    "our export, the list of clients from the database": _list,
}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def write_once(way: str) -> Taken:
    """Writes one file in this process."""
    before, begun, cpu = _peak(), time.perf_counter(), time.process_time()
    with tempfile.TemporaryFile() as file:
        rows = WAYS[way](file)
        size = file.seek(0, 2)
    return Taken(
        way,
        rows,
        time.perf_counter() - begun,
        time.process_time() - cpu,
        _peak() - before,
        size / 1024 / 1024,
    )


def exports() -> Iterator[Taken]:
    """Every way, each in a process of its own."""
    for way in WAYS:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench", "--export-once", way]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        yield Taken(**json.loads(done.stdout.splitlines()[-1]))

"""What goes from the sandbox to the reader: batches of rows, then an index of the sheets, then where it begins.

Batches are pickles of plain values. The reader loads them with an unpickler that knows dates and nothing else, so that
a sandbox taken over by its file still cannot make the server run anything.
"""

import datetime as dt
import pickle
import struct
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
Row = tuple[int, list[Cell]]

_BATCH = 500
_TAIL = struct.Struct("<Q")
_KNOWN = {"date": dt.date, "datetime": dt.datetime, "time": dt.time, "timedelta": dt.timedelta}


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in _KNOWN:
            return _KNOWN[name]
        raise pickle.UnpicklingError(f"{module}.{name} is no value of a cell.")


class SpoolWriter:
    """Writes sheets one after another. Rows that hold nothing are left out; the others are filled to one width."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.index: list[dict[str, Any]] = []

    def sheet(
        self, name: str, rows: Iterable[Row], *, width: int | None = None, hidden: bool = False
    ) -> None:
        """`rows`: (number as Excel shows it, cells from column A on). Without `width` it is that of the longest row."""
        start = self.file.tell()
        batch: list[Row] = []
        widest = count = 0
        for number, cells in rows:
            # Written out for speed: an ordinary cell passes without a call.
            cells = [
                cell if cell.__class__ is not str or (cell[:1] > " " and "\r" not in cell) else _plain(cell)
                for cell in cells
            ]
            while cells and cells[-1] is None:
                cells.pop()
            if cells:
                batch.append((number, cells))
                widest = max(widest, len(cells))
                count += 1
                if len(batch) == _BATCH:
                    self._write(batch)
                    batch = []
        if batch:
            self._write(batch)
        self.index.append(
            {"name": name, "start": start, "rows": count, "width": width or widest, "hidden": hidden}
        )

    def close(self) -> None:
        start = self.file.tell()
        self._write(self.index)
        self.file.write(_TAIL.pack(start))
        self.file.flush()

    def _write(self, value: Any) -> None:
        pickle.dump(value, self.file, protocol=5)


def _plain(cell: Any) -> Cell:
    """None for a blank cell; line breaks as «\\n»."""
    if isinstance(cell, str):
        if not cell or cell.isspace():
            return None
        return cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell
    return cell  # type: ignore[no-any-return]


def read_index(file: BinaryIO) -> list[dict[str, Any]]:
    """The sheets of a spool: name, start, rows, width, hidden. Raises UnpicklingError or OSError for anything else."""
    file.seek(-_TAIL.size, 2)
    file.seek(*_TAIL.unpack(file.read(_TAIL.size)))
    index = _PlainUnpickler(file).load()
    if not isinstance(index, list):
        raise pickle.UnpicklingError("The spool has no index.")
    return index


def read_rows(file: BinaryIO, start: int, count: int, width: int) -> Iterator[Row]:
    """The rows of the sheet whose index says so; every row has `width` cells."""
    file.seek(start)
    while count > 0:
        batch = _PlainUnpickler(file).load()
        count -= len(batch)
        for number, cells in batch:
            if len(cells) < width:
                cells.extend([None] * (width - len(cells)))
            yield number, cells

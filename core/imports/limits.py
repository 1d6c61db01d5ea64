"""How large a file may be that somebody uploads to be read. Imports nothing: the sandbox reads it too."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file. Whatever lies beyond one is refused with a sentence, never half read."""

    rows: int = 200_000  # the number of the last row that holds anything, per sheet
    columns: int = 200
    parts: int = 5_000  # files inside the workbook's archive
    unpacked: int = 300 * 1024 * 1024  # bytes of the archive once unpacked, or of a text file
    cell: int = 100_000  # characters in one cell of a text file; Excel's own limit is a third of it
    seconds: int = 60
    memory: int = 1024 * 1024 * 1024  # bytes of address space of the process that reads


LIMITS = Limits()

"""The rows with errors as a workbook of their own: their columns and what is wrong, to be mended and uploaded again."""

from itertools import groupby
from tempfile import NamedTemporaryFile
from typing import IO

from django.utils.translation import gettext as _

from core.imports.importer import Importer
from core.imports.models import ImportRow, ImportRun
from core.tables.workbook import Book

_WIDTH, _WIDTH_OF_ERROR = 16, 60


def write(run: ImportRun, importer: Importer) -> IO[bytes]:
    """A temporary file that goes when it is closed, read from its beginning.

    Every cell is text as the check read it: the mended file is read with the same mapping, whose signature passes the
    added column by.
    """
    described = {sheet["sheet"]: sheet for sheet in run.book}
    kinds = {kind.key: kind for kind in importer.sheets}
    rows = run.rows.filter(action=ImportRow.Action.ERROR).order_by("place", "number")
    file = NamedTemporaryFile(prefix="takt-", suffix=".xlsx")  # noqa: SIM115 — the response closes it
    with Book(file) as book:
        text, bold = book.style("@"), book.style("@", bold=True)
        for place, some in groupby(rows.iterator(1000), key=lambda row: row.place):
            entry = run.plan[place]
            labels = {column.key: str(column.label) for column in kinds[entry["kind"]].columns}
            headings = described[entry["sheet"]]["headings"]
            widths = [*[_WIDTH] * len(headings), _WIDTH_OF_ERROR]
            count = len(widths)
            sheet = book.sheet(entry["sheet"], widths=widths, frozen=(1, 0))
            sheet.append([*headings, _("Error")], [bold] * count)
            for row in some:
                said = " ".join(f"{labels[key]}: {sentence}" for key, sentence in row.errors)
                sheet.append([*row.raw, said], [text] * (len(row.raw) + 1))
    file.seek(0)
    return file

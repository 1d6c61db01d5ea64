"""The rows with errors as a workbook of their own: their columns and what is wrong, to be mended and uploaded again."""

from itertools import groupby
from tempfile import NamedTemporaryFile
from typing import IO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from core.imports.importer import Importer
from core.imports.models import ImportRow, ImportRun
from core.tables.files import text_cell


def write(run: ImportRun, importer: Importer) -> IO[bytes]:
    """A temporary file that goes when it is closed, read from its beginning.

    Every cell is text as the check read it: the mended file is read with the same mapping, whose signature passes the
    added column by.
    """
    book = Workbook(write_only=True)
    described = {sheet["sheet"]: sheet for sheet in run.book}
    kinds = {kind.key: kind for kind in importer.sheets}
    rows = run.rows.filter(action=ImportRow.Action.ERROR).order_by("place", "number")
    for place, some in groupby(rows.iterator(1000), key=lambda row: row.place):
        entry = run.plan[place]
        labels = {column.key: str(column.label) for column in kinds[entry["kind"]].columns}
        sheet = book.create_sheet(entry["sheet"][:31])
        headings = described[entry["sheet"]]["headings"]
        sheet.freeze_panes = "A2"
        sheet.column_dimensions[get_column_letter(len(headings) + 1)].width = 60
        sheet.append([text_cell(sheet, text, bold=True) for text in [*headings, _("Error")]])
        for row in some:
            said = " ".join(f"{labels[key]}: {sentence}" for key, sentence in row.errors)
            sheet.append([text_cell(sheet, text) for text in [*row.raw, said]])
    if not book.worksheets:
        book.create_sheet("1")
    file = NamedTemporaryFile(prefix="takt-", suffix=".xlsx")  # noqa: SIM115 — the response closes it
    book.save(file)
    file.seek(0)
    return file

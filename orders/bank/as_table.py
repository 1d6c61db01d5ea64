"""A statement as the table the import machine reads: a header, and every document in the very line it begins in.

So a fault of a row is named by the line of the bank's own file, and checking, preview, loading and undoing are the same
for a statement as for a workbook.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from orders.bank.exchange import Document, Statement

# Column key of the importer → attribute of a document.
COLUMNS = {
    "paid_on": "day",
    "amount": "amount",
    "number": "number",
    "payer": "payer",
    "payer_inn": "payer_inn",
    "payer_account": "payer_account",
    "payee_account": "payee_account",
    "purpose": "purpose",
}


def as_csv(statement: Statement, headings: Mapping[str, str]) -> bytes:
    """The file in UTF-8. `headings`: what stands above a column, by its key."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([headings[key] for key in COLUMNS])
    line = 1
    for document in statement.incoming:
        out.write("\n" * (document.line - line - 1))
        writer.writerow(_cells(document))
        line = document.line
    return out.getvalue().encode()


def _cells(document: Document) -> list[str]:
    return [" ".join(getattr(document, name).split()) for name in COLUMNS.values()]


def plan_of(book: Sequence[Mapping[str, Any]], kind: str) -> list[dict[str, Any]]:
    """`ImportRun.plan` of such a table: nobody has to say which column is which."""
    columns = {key: index for index, key in enumerate(COLUMNS)}
    return [{"sheet": book[0]["sheet"], "kind": kind, "header": 1, "columns": columns}]

"""A report asked as its page asks it, and the records behind its numbers."""

from typing import Any

from core import periods
from people.models import User
from reports.report import TOTAL, Report
from reports.sheet import Sheet


def sheet_of(code: str, user: User, **asked: str) -> Sheet:
    found = Report.registry[code]
    form = found.form(user, asked, periods.now())
    assert form.is_valid(), form.errors
    return Sheet(found(form.asked), form)


def table(sheet: Sheet, *keys: str) -> dict[str, Any]:
    """{line: its values of these columns (the one value of one column)}, the total among them as «=»."""
    rows = [(str(line.label), line.values) for line in sheet.lines]
    if sheet.total:
        rows.append(("=", sheet.total))
    found = {}
    for label, values in rows:
        said = tuple(values.get(key) for key in keys)
        found[label] = said[0] if len(keys) == 1 else said
    return found


def behind(sheet: Sheet, label: str, column: str) -> list[Any]:
    """The records behind a cell, after a look whether they make its number."""
    line = next((line for line in sheet.lines if str(line.label) == label), None)
    found = sheet.report.records(line.key if line else TOTAL, column)
    assert found is not None
    if found.value is not None:
        number = found.rows.order_by().aggregate(number=found.value)["number"]
        assert (number or 0) == ((line.values if line else sheet.total)[column] or 0)
    return list(found.rows)

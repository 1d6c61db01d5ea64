"""The letter of a mailing: the report as its recipient would see it, for mail programs.

They know no style sheets of ours and show no `<svg>` within a page: the table carries its own styles, the picture goes
along as a file that the page shows where the program can. Gmail cuts a letter at 102 kB, so it holds fifty lines.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Any

from django.core.mail import EmailMessage
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import show
from core.letters import File, address, letter
from core.tables.columns import Column
from core.tables.files import file_name, write_xlsx
from reports.asking import words_of
from reports.drawing import file_of
from reports.drawing.marks import COLOURS
from reports.models import Letter, Mailing
from reports.report import TOTAL, Line, Report
from reports.sheet import Sheet, is_beside

SHOWN = 50
# Mail servers refuse more.
LARGEST_FILE = 8 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Units of the picture: as wide as a letter.
_WIDTH = 680
_PICTURE = "picture"


def compose(row: Letter, moment: dt.datetime) -> EmailMessage | None:
    """The letter to its recipient, in the language in force; None where it is sent only if there is something to say,
    and there is nothing."""
    mailing, user = row.mailing, row.user
    report = Report.registry[mailing.report]
    form = report.form(user, QueryDict(mailing.query).dict(), moment)
    sheet = Sheet(report(form.asked), form)
    if mailing.if_anything and sheet.says_nothing and not row.is_trial:
        return None
    files, left_out = _files(mailing, sheet)
    picture = file_of(sheet.picture, _WIDTH) if sheet.picture else b""
    if picture:
        files.append(File("picture.svg", picture, "image/svg+xml", _PICTURE))
    told = {
        "mailing": mailing,
        "row": row,
        "sheet": sheet,
        "columns": _columns(sheet),
        "lines": _lines(sheet),
        "total": _cells(Line(TOTAL, _("Total"), sheet.total), sheet) if sheet.total else (),
        "hidden": max(0, len(sheet.lines) - SHOWN),
        "sentence": _absolute(sheet.sentence),
        "picture": f"cid:{_PICTURE}" if picture else "",
        "not_asked": [str(form.fields[name].label) for name in form.errors if name in form.fields],
        "file_left_out": left_out,
        "url": address(reverse("reports:report", args=[mailing.report]) + sheet.asked.query()),
        "mailings_url": address(reverse("reports:mailings")),
    }
    return letter(
        [user.email],
        _subject(mailing, sheet),
        unescape(strip_tags(render_to_string("reports/letters/report.txt", told))).strip() + "\n",
        html=render_to_string("reports/letters/report.html", told),
        files=files,
        name=f"takt.letter.{row.pk}",
    )


def _subject(mailing: Mailing, sheet: Sheet) -> str:
    said = mailing.name or sheet.title
    period = (
        words_of(sheet.asked.period) if sheet.report.period else show.day(sheet.asked.moment, weekday=False)
    )
    return (said if period in said else f"{said}, {period}").replace(show.NBSP, " ")


def _files(mailing: Mailing, sheet: Sheet) -> tuple[list[File], bool]:
    """The Excel file, if it is wanted; and whether it was too large to go along."""
    if not mailing.with_file:
        return [], False
    table, into = sheet.table(), BytesIO()
    write_xlsx(table, into)
    if into.tell() > LARGEST_FILE:
        return [], True
    return [File(file_name(table, "xlsx"), into.getvalue(), XLSX)], False


@dataclass(frozen=True)
class _Cell:
    column: Column
    words: str
    colour: str = ""

    @property
    def is_number(self) -> bool:
        return self.column.type.right

    @property
    def is_beside(self) -> bool:
        return is_beside(self.column)


def _columns(sheet: Sheet) -> list[Column]:
    """Those a letter has place for."""
    return [column for column in sheet.heads if not column.wide_only and not column.type.drawn]


def _lines(sheet: Sheet) -> list[tuple[Line, list[_Cell]]]:
    return [(line, _cells(line, sheet)) for line in sheet.lines[:SHOWN]]


def _cells(line: Line, sheet: Sheet) -> list[_Cell]:
    """The cells after the first one."""
    found = []
    for column in _columns(sheet)[1:]:
        words = column.type.as_words(column.value_of(line))
        tone = column.tone(line) if column.tone and words else ""
        # Of a name or a day there is no total.
        nothing = "" if line.key == TOTAL and not column.type.right else show.DASH
        found.append(_Cell(column, words or nothing, COLOURS.get(tone, "")))
    return found


def _absolute(sentence: Any) -> SafeString:
    """The sentence with links that lead somewhere from outside, too."""
    html = conditional_escape(sentence)
    return mark_safe(re.sub(r'(href=")/', rf"\g<1>{address('/')}", html))  # noqa: S308 - of safe pieces

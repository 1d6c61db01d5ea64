"""The kinds of columns: how a value of each looks on the page, in words, and in a cell of a spreadsheet.

Page and writers know kinds only, never a list. Cells are made in Python and not by a template each: a page of fifty
rows has five hundred of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import periods, show
from core.colours import stage_class
from core.money import format_money, plain_money
from core.phones import format_phone
from core.tables.values import Flag, NextStep
from core.tables.workbook import CellValue


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of column. Its functions are never called with None or "": an empty cell is empty everywhere."""

    name: str
    words: Callable[[Any], str] = str
    html: Callable[[Any], SafeString] | None = None  # `words`, escaped, where there is nothing to add
    cell: Callable[[Any], CellValue] | None = None  # `words` where it is a text
    number_format: str = "@"
    width: int = 24  # characters
    right: bool = False
    falls: bool = False  # the first click sorts from the greatest (latest) down
    named: bool = False  # says nothing without its column's name
    drawn: bool = False  # a picture: there are no words for it, so files leave it out

    def as_html(self, value: Any) -> SafeString:
        if is_empty(value):
            return _NOTHING
        return self.html(value) if self.html else SafeString(escape(self.words(value)))

    def as_words(self, value: Any) -> str:
        return "" if is_empty(value) else self.words(value)

    def as_cell(self, value: Any) -> CellValue:
        if not value and is_empty(value):  # asked a million times for a long file
            return None
        return self.cell(value) if self.cell else self.words(value)


_NOTHING = SafeString("")


def is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == ()


def _number_words(value: Any) -> str:
    return str(value)


def _percent_words(value: Any) -> str:
    """One place after the comma, if there is anything to say there."""
    return show.percent(value, 1 if round(float(value) * 1000) % 10 else 0)


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(periods.company_zone()).replace(tzinfo=None, microsecond=0)


def _day(value: dt.date) -> dt.date:
    return periods.day_of(value) if isinstance(value, dt.datetime) else value


def _longtext_html(value: Any) -> SafeString:
    return format_html('<span class="clamp" title="{}">{}</span>', value, value)


def _date_html(value: dt.date) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), show.day(value))


def _moment_html(value: dt.datetime) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), show.moment(value))


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _phone_words(value: Any) -> str:
    return ", ".join(format_phone(str(phone)) for phone in _many(value))


def _phone_html(value: Any) -> SafeString:
    return format_html_join(
        ", ", '<a href="tel:+{}">{}</a>', ((phone, format_phone(str(phone))) for phone in _many(value))
    )


def _phone_cell(value: Any) -> str:
    """Digits alone: a "+" at the beginning is what formulas begin with, and an import reads digits as well."""
    return ", ".join("".join(filter(str.isdigit, str(phone))) or str(phone) for phone in _many(value))


def _email_words(value: Any) -> str:
    return ", ".join(str(address) for address in _many(value))


def _email_html(value: Any) -> SafeString:
    return format_html_join(
        ", ", '<a href="mailto:{}">{}</a>', ((address, address) for address in _many(value))
    )


def _stage_words(value: Any) -> str:
    return str(value.name)


def _stage_html(value: Any) -> SafeString:
    return format_html('<span class="stage {}">{}</span>', stage_class(value.colour), value.name)


_STEP_CLASS = {"overdue": "over", "today": "today", "later": "later", "nothing": "nothing"}


def _step_words(value: NextStep) -> str:
    return f"{value.words}: {value.text}" if value.text else value.words


def _step_html(value: NextStep) -> SafeString:
    mark = mark_safe('<span aria-hidden="true">●</span>') if value.state == "overdue" else _NOTHING
    text = format_html(' <span class="next-text">{}</span>', value.text) if value.text else _NOTHING
    return format_html(
        '<span class="next {}">{}{}</span>{}', _STEP_CLASS[value.state], mark, value.words, text
    )


def _bool_words(value: Any) -> str:
    return _("yes") if value else _("no")


def _flags_words(value: Any) -> str:
    return ", ".join(str(flag) for flag in _many(value))


_TONE_CLASS = {"near": "warn", "missed": "bad"}


def _flags_html(value: Any) -> SafeString:
    flags = [flag if isinstance(flag, Flag) else Flag(str(flag)) for flag in _many(value)]
    return format_html_join(
        " ",
        '<span class="tag {}">{}</span>',
        ((_TONE_CLASS.get(flag.tone, flag.tone), flag.text) for flag in flags),
    )


_SPARK_WIDTH, _SPARK_HEIGHT = 72, 20


def _spark_words(values: Any) -> str:
    return ""


def _spark_html(values: Any) -> SafeString:
    """The values of up to 24 months as a line from left to right; a gap where one is missing."""
    numbers = [None if value is None else float(value) for value in list(values)[-24:]]
    known = [value for value in numbers if value is not None]
    if not known:
        return _NOTHING
    low, high = min(0.0, *known), max(0.0, *known)
    step = (_SPARK_WIDTH - 4) / max(len(numbers) - 1, 1)
    runs: list[list[str]] = [[]]
    last = ""
    for index, value in enumerate(numbers):
        if value is None:
            runs.append([])
            continue
        y = _SPARK_HEIGHT - 2 - (value - low) / ((high - low) or 1) * (_SPARK_HEIGHT - 4)
        runs[-1].append(f"{2 + index * step:.1f},{y:.1f}")
        last = runs[-1][-1]
    lines = format_html_join("", '<polyline points="{}"/>', ((" ".join(run),) for run in runs if run))
    x, y_last = last.split(",")
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" width="{}" height="{}" fill="none" stroke="currentColor"'
        ' stroke-width="1.6" stroke-linejoin="round" aria-hidden="true">{}'
        '<circle cx="{}" cy="{}" r="2" fill="currentColor" stroke="none"/></svg>',
        *(_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_WIDTH, _SPARK_HEIGHT, lines, x, y_last),
    )


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("text", width=32),
        Kind("longtext", html=_longtext_html, width=60),
        # A number that names a record («№ 418»): no groups of three, nothing to add up.
        Kind(
            "number",
            named=True,
            words=_number_words,
            cell=int,
            number_format="0",
            width=10,
            right=True,
            falls=True,
        ),
        Kind(
            "int",
            named=True,
            words=show.number,
            cell=int,
            number_format="#,##0",
            width=12,
            right=True,
            falls=True,
        ),
        # A value of whatever unit: a count, a quantity, a sum.
        Kind(
            "quantity",
            named=True,
            words=show.number,
            cell=Decimal,
            number_format="#,##0.##",
            width=12,
            right=True,
            falls=True,
        ),
        Kind(
            "money",
            words=format_money,
            cell=Decimal,
            number_format='#,##0.00\\ "₽"',
            width=18,
            right=True,
            falls=True,
        ),
        # A sum in a column whose head says the currency: «1 240 000».
        Kind(
            "sum",
            named=True,
            words=plain_money,
            cell=Decimal,
            number_format="#,##0.00",
            width=16,
            right=True,
            falls=True,
        ),
        # A share: 0.44 is «44 %».
        Kind(
            "percent",
            named=True,
            words=_percent_words,
            cell=float,
            number_format="0.0%",
            width=10,
            right=True,
            falls=True,
        ),
        Kind(
            "date",
            named=True,
            words=show.day,
            html=_date_html,
            cell=_day,
            number_format="DD.MM.YYYY",
            width=12,
            falls=True,
        ),
        Kind(
            "moment",
            named=True,
            words=show.moment,
            html=_moment_html,
            cell=_local,
            number_format="DD.MM.YYYY HH:MM",
            width=17,
            falls=True,
        ),
        Kind("person"),
        Kind("phone", words=_phone_words, html=_phone_html, cell=_phone_cell, width=20),
        Kind("email", words=_email_words, html=_email_html, width=28),
        Kind("stage", words=_stage_words, html=_stage_html, width=22),
        Kind("next_step", words=_step_words, html=_step_html, width=36),
        Kind("bool", named=True, words=_bool_words, width=8),
        Kind("flags", words=_flags_words, html=_flags_html, width=24),
        # Values one after another as a small line: what a year looked like, in a row of it.
        Kind("spark", words=_spark_words, html=_spark_html, drawn=True),
    )
}

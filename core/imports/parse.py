"""Cells as people fill them, made into values. Every parser takes any cell and returns a value or raises `CellError`.

A blank cell is None, or an empty list or text, never an error: whether a value is required is the importer's matter.
"""

import datetime as dt
import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from core.imports.sandbox.spool import Cell
from core.inn import clean_inn
from core.money import KOPECK, LARGEST, money, parse_money
from core.phones import PhonesRead, read_phones
from core.text import normal


class CellError(Exception):
    """The cell cannot be understood; `str()` is a sentence for the user, in the language active when it was raised."""


def is_blank(cell: Cell) -> bool:
    """Whether nothing can be seen in the cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def as_text(cell: Cell) -> str:
    """The cell as a person reads it: 89123456789.0 → «89123456789», a date → «05.11.2026»; blank → ""."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else repr(cell).replace(".", ",")
    if isinstance(cell, dt.datetime):
        return f"{cell:%d.%m.%Y %H:%M}"
    if isinstance(cell, dt.date):
        return f"{cell:%d.%m.%Y}"
    if isinstance(cell, dt.time):
        return f"{cell:%H:%M}"
    return str(cell)


def line(cell: Cell, *, most: int | None = None) -> str:
    """A text of one line: line breaks and runs of blanks become one blank. `most`: characters it may have."""
    return _fits(" ".join(as_text(cell).replace("\x00", "").split()), most)


def paragraphs(cell: Cell, *, most: int | None = None) -> str:
    """A text whose line breaks are kept."""
    lines = as_text(cell).replace("\x00", "").split("\n")
    return _fits("\n".join(" ".join(one.split()) for one in lines).strip(), most)


def whole(cell: Cell) -> int | None:
    """A whole number: 7, 7.0, «1 200». A number with a part or with words beside it is an error."""
    if is_blank(cell):
        return None
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    text = re.sub(r"[\s'’]", "", as_text(cell)).replace("−", "-")
    if re.fullmatch(r"[+-]?\d{1,18}(?:[.,]0*)?", text, re.ASCII):
        return int(re.split("[.,]", text)[0])
    raise CellError(_("“%(value)s” is not a whole number.") % {"value": _shown(cell)})


# A hundred-thousandth of a rouble: what sums made by formulas are beside a whole kopeck, and nobody means.
_NOISE = KOPECK / 1000


def amount(cell: Cell) -> Decimal | None:
    """A sum of money. A number of the workbook is a float already: it is rounded to a kopeck when it lies within a
    thousandth of one, as sums made by formulas do, and else refused."""
    if is_blank(cell):
        return None
    try:
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            exact = Decimal(repr(cell))
            if exact.is_finite() and abs(exact) <= LARGEST:
                rounded = exact.quantize(KOPECK)
                return money(rounded if abs(rounded - exact) < _NOISE else exact)
            return money(exact)
        return parse_money(as_text(cell))
    except ValidationError as error:
        raise CellError(error.messages[0]) from None


_MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_NUMERIC = re.compile(r"(\d{1,2})[./\-\s](\d{1,2})[./\-\s](\d{4}|\d{2})(?!\d)")
_ISO = re.compile(r"(\d{4})[.\-/](\d{1,2})[.\-/](\d{1,2})(?!\d)")
_WORDS = re.compile(r"(\d{1,2})[\s.\-]*([а-я]{3,8})\.?[\s.\-]*(\d{4}|\d{2})(?!\d)")
_TIME = re.compile(r"(\d{1,2})[:.\-](\d{2})(?:[:.]\d{2}(?:[.,]\d+)?)?")
_WEEKDAY = re.compile(
    r"^(?:пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)[.,]*\s+"
)
_ERA = dt.datetime(1899, 12, 30)  # day 0 of Excel
_FIRST_SERIAL, _AFTER_SERIALS = 10_000, 80_000  # 1927 … 2119: other numbers are no dates


def day_and_time(cell: Cell) -> tuple[dt.date, dt.time | None] | None:
    """A local date and, where one is written, the time: «05.11.2026», «5 ноября 2026 г.», «05.11.26 14:30», ISO, «чт,
    5 ноя 26», Excel's own dates and its day numbers. A year of two digits lies in 1970–2069."""
    if is_blank(cell):
        return None
    # Compared as they are, because infinity is a float too; True and False are far below.
    if isinstance(cell, (float, int)) and _FIRST_SERIAL <= cell < _AFTER_SERIALS:
        cell = _ERA + dt.timedelta(minutes=round(cell * 24 * 60))
    if isinstance(cell, dt.datetime):
        # Excel keeps a date alone as midnight.
        return cell.date(), cell.time().replace(second=0, microsecond=0) if cell.time() != dt.time() else None
    if isinstance(cell, dt.date):
        return cell, None
    text = _WEEKDAY.sub("", normal(as_text(cell)))
    try:
        found = _date_in(text)
        if found:
            return found
    except ValueError:
        pass
    raise CellError(_("“%(value)s” is not a date: write it like 05.11.2026.") % {"value": _shown(cell)})


def day(cell: Cell) -> dt.date | None:
    """The local date of a cell, whatever time stands with it."""
    found = day_and_time(cell)
    return found[0] if found else None


def _date_in(text: str) -> tuple[dt.date, dt.time | None] | None:
    """The date a text begins with and the time after it; ValueError for a day or an hour that does not exist."""
    if match := _ISO.match(text):
        year, month, number = _year(match[1]), int(match[2]), int(match[3])
    elif match := _NUMERIC.match(text):
        number, month, year = int(match[1]), int(match[2]), _year(match[3])
    elif match := _WORDS.match(text):
        word = match[2]
        months = [index for index, start in enumerate(_MONTHS, 1) if word.startswith(start)]
        if not months:
            return None
        number, month, year = int(match[1]), months[0], _year(match[3])
    else:
        return None
    rest = re.sub(r"^\s*(?:г(?:ода?)?\b\.?)?[\s,]*(?:в\s+)?t?", "", text[match.end() :])
    rest = re.sub(r"\s*(?:z|мск|[+-]\d\d:?\d\d)$", "", rest)
    if not rest:
        return dt.date(year, month, number), None
    time = _TIME.fullmatch(rest)
    if not time:
        return None
    return dt.date(year, month, number), dt.time(int(time[1]), int(time[2]))


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 2:
        year += 2000 if year < 70 else 1900
    if not 1900 <= year <= 2200:
        raise ValueError
    return year


def phones(cell: Cell) -> PhonesRead:
    """The phones of a cell; pieces that are none stand in `invalid` and are the importer's to report."""
    return read_phones(as_text(cell))


_MAILS_BETWEEN = re.compile(r"[\s,;|/]+|(?<=\S)\bи\b")
_MAIL_WRAPPING = "<>()[]\"'«».:"


def emails(cell: Cell) -> list[str]:
    """The e-mail addresses of a cell in lower case, each once. Text beside them («Иван <ivan@firma.ru>») is left out;
    a piece with «@» that is no address, or a text with no address at all, is an error."""
    text = line(cell)
    found: dict[str, None] = {}
    for piece in _MAILS_BETWEEN.split(text):
        address = piece.removeprefix("mailto:").strip(_MAIL_WRAPPING).lower()
        if "@" not in address:
            continue
        try:
            validate_email(address)
        except ValidationError:
            raise CellError(_("“%(value)s” is not an e-mail address.") % {"value": _shown(piece)}) from None
        found[address] = None
    if text and not found and normal(text) not in ("-", "—", "–", "нет", "no", "н/д"):
        raise CellError(_("“%(value)s” is not an e-mail address.") % {"value": _shown(cell)})
    return list(found)


def inn(cell: Cell) -> str:
    """An INN by its control digits. Kept as a number by Excel it has lost a leading zero: here it gets it back."""
    text = as_text(cell)
    if isinstance(cell, (int, float)) and len(text) in (9, 11):
        text = "0" + text
    if text in ("-", "—", "–"):
        return ""
    try:
        return clean_inn(re.sub(r"(?i)^инн[\s:]*", "", text))
    except ValidationError as error:
        raise CellError(error.messages[0]) from None


_YES = frozenset({"да", "есть", "истина", "yes", "y", "true", "+", "1", "v", "x", "х", "✓", "✔"})
_NO = frozenset({"нет", "ложь", "no", "n", "false", "-", "–", "—", "−", "0"})


def yes_no(cell: Cell) -> bool | None:
    """«да», «+», «1», «x», «нет», «-», «0»; None of a blank cell."""
    if is_blank(cell):
        return None
    if isinstance(cell, bool):
        return cell
    text = normal(as_text(cell))
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise CellError(_("“%(value)s” is neither yes nor no.") % {"value": _shown(cell)})


def _fits(text: str, most: int | None) -> str:
    if most is not None and len(text) > most:
        sentence = _("The text is too long: %(length)s characters, at most %(most)s are kept.")
        raise CellError(sentence % {"length": len(text), "most": most})
    return text


def _shown(cell: Cell) -> str:
    text = line(cell)
    return text if len(text) <= 60 else text[:59] + "…"

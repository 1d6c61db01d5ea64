"""How values look to people: numbers, shares, days and moments in the language in force.

No-break spaces hold groups of digits and units together; minus is «−»; a missing value is a dash.
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

from core import periods

NBSP = "\u00a0"
MINUS = "\u2212"
DASH = "—"
Number = int | float | Decimal


def number(value: Number | None, places: int | None = None, *, signed: bool = False) -> str:
    """«1 240 000», «−3,5»; `places` fixes the digits after the comma, without it they are as they are."""
    if value is None:
        return DASH
    # By way of text a float is the number one reads, not its binary neighbour.
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole, _point, part = f"{abs(exact):,f}".partition(".")
    if places is None:
        part = part.rstrip("0")
    sign = MINUS if exact < 0 else "+" if signed and exact > 0 else ""
    words = sign + whole.replace(",", NBSP)
    if not part:
        return words
    return f"{words}{'.' if translation.get_language() == 'en' else ','}{part}"


def percent(share: Number | None, places: int = 0) -> str:
    """A share of one as «98 %»."""
    return DASH if share is None else f"{number(Decimal(str(share)) * 100, places)}{NBSP}%"


def weekday_name(day: dt.date) -> str:
    """«чт»."""
    return (
        pgettext("weekday, short", "Mon"),
        pgettext("weekday, short", "Tue"),
        pgettext("weekday, short", "Wed"),
        pgettext("weekday, short", "Thu"),
        pgettext("weekday, short", "Fri"),
        pgettext("weekday, short", "Sat"),
        pgettext("weekday, short", "Sun"),
    )[day.weekday()]


def _date(value: dt.date) -> dt.date:
    return periods.day_of(value) if isinstance(value, dt.datetime) else value


def day(value: dt.date | None, *, weekday: bool = True) -> str:
    """«чт 5 ноября», with the year where it is not this one; a moment gives its day in the company's zone."""
    if value is None:
        return DASH
    date = _date(value)
    text = date_format(date, "j E").replace(" ", NBSP)
    if date.year != periods.today().year:
        text += f"{NBSP}{date.year}"
    return f"{weekday_name(date)}{NBSP}{text}" if weekday else text


def short_day(value: dt.date | None) -> str:
    """«5 ноя», with the year where it is not this one: for narrow columns."""
    if value is None:
        return DASH
    date = _date(value)
    # Three letters of the genitive: «9 мая», not «9 май».
    text = f"{date.day}{NBSP}{date_format(date, 'E')[:3]}"
    return text if date.year == periods.today().year else f"{text}{NBSP}{date.year}"


def month(value: dt.date) -> str:
    """«Ноябрь 2026»: a month as a name, whichever of its days is given."""
    return date_format(_date(value), "F Y")


def of_month(value: dt.date) -> str:
    """«ноября 2026», as it stands after «с»."""
    return date_format(_date(value), "E Y")


def whole_moment(value: dt.datetime) -> str:
    """«1 декабря 2026, 10:15», the same whenever it is read: for paper and files."""
    return f"{date_format(_date(value), 'j E Y').replace(' ', NBSP)}, {clock_time(value)}"


def clock_time(value: dt.datetime | dt.time | None) -> str:
    """«16:30» in the company's zone."""
    if value is None:
        return DASH
    time = value.astimezone(periods.company_zone()) if isinstance(value, dt.datetime) else value
    return f"{time:%H:%M}"


def moment(value: dt.datetime | None) -> str:
    """«сегодня, 16:30», «вчера, 09:05», «чт 5 ноября, 16:30»."""
    return DASH if value is None else f"{near_day(value)}, {clock_time(value)}"


def near_day(value: dt.date | None) -> str:
    """«сегодня», «вчера», «завтра», else the day."""
    if value is None:
        return DASH
    distance = (_date(value) - periods.today()).days
    near = {0: gettext("today"), -1: gettext("yesterday"), 1: gettext("tomorrow")}
    return near.get(distance) or day(value)


def duration(span: dt.timedelta | None) -> str:
    """«1 ч 42 мин», «3 мин»; less than a minute is «1 мин», days and more are said in hours."""
    if span is None:
        return DASH
    hours, minutes = divmod(max(1, round(span.total_seconds() / 60)), 60)
    parts = []
    if hours:
        parts.append(gettext("%(hours)s h") % {"hours": number(hours)})
    if minutes:
        parts.append(gettext("%(minutes)s min") % {"minutes": minutes})
    return " ".join(parts).replace(" ", NBSP)

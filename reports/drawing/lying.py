"""One series lying, its labels at the left: bars from a common beginning, and the narrowing bars of a funnel."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import ngettext

from reports.drawing.marks import NARROW, Part, box, rule, tint, words
from reports.drawing.words import breadth, exact, fitting, short
from reports.pictures import Picture, Series, Value

# More than these nobody reads off a picture; the table has them all.
SHOWN = 24
_ROW, _BAR = 27.0, 18.0


def bars(picture: Picture, width: int) -> tuple[float, list[Part]]:
    if not picture.series or not picture.labels:
        return 0, []
    series = picture.series[0]
    values = [_float(value) for value in _cut(series.values)]
    said = [_said(series, index, picture) for index in range(len(values))]
    names = _name_room(picture, width)
    numbers = max(map(breadth, said), default=0) + 12
    low, high = min([0.0, *values]), max([0.0, *values])
    left, right = names + (numbers if low < 0 else 0), width - numbers
    scale = (right - left) / ((high - low) or 1.0)
    zero = left - low * scale
    parts: list[Part] = []
    for index, value in enumerate(values):
        middle = index * _ROW + _ROW / 2
        parts.append(words(0, middle + 4, fitting(picture.labels[index], names - 10)))
        tone = series.tones[index] if index < len(series.tones) else ""
        start = zero + min(value, 0.0) * scale
        says = _says(picture, series, index)
        parts.append(box(start, middle - _BAR / 2, abs(value) * scale, _BAR, tint(0, tone), says, rx=2.0))
        end = zero + value * scale + (6 if value >= 0 else -6)
        parts.append(words(end, middle + 4, said[index], "start" if value >= 0 else "end", "strong"))
    height = len(values) * _ROW
    parts.append(rule(zero, 0, zero, height, "zero"))
    return height + _rest(picture, height, parts), parts


def funnel(picture: Picture, width: int) -> tuple[float, list[Part]]:
    if not picture.series or not picture.labels:
        return 0, []
    series = picture.series[0]
    values = [max(_float(value), 0.0) for value in _cut(series.values)]
    said = [_said(series, index, picture) for index in range(len(values))]
    names = _name_room(picture, width)
    numbers = max(map(breadth, said), default=0) + 12
    room, most = width - names - numbers, max([*values, 0.0]) or 1.0
    middle = names + room / 2
    parts: list[Part] = []
    for index, value in enumerate(values):
        y = index * _ROW + _ROW / 2
        long = value / most * room
        parts.append(words(0, y + 4, fitting(picture.labels[index], names - 10)))
        # A stage without anything is still a stage: a hairline.
        long, says = max(long, 1.5), _says(picture, series, index)
        parts.append(box(middle - long / 2, y - 11, long, 22, tint(0), says, rx=2.0))
        parts.append(words(width, y + 4, said[index], "end", "strong"))
    height = len(values) * _ROW
    return height + _rest(picture, height, parts), parts


def _cut(values: Sequence[Value]) -> Sequence[Value]:
    return values[:SHOWN]


def _float(value: Value) -> float:
    return float(value or 0)


def _said(series: Series, index: int, picture: Picture) -> str:
    note = str(series.notes[index]) if index < len(series.notes) else ""
    number = short(series.values[index], picture.unit) or "—"
    return f"{number} · {note}" if note else number


def _says(picture: Picture, series: Series, index: int) -> str:
    return f"{picture.labels[index]}: {exact(series.values[index], picture.unit)}"


def _name_room(picture: Picture, width: int) -> float:
    """How much of the width the labels get: what they need, but never more than leaves the bars their place."""
    needed = max(breadth(str(label)) for label in picture.labels[:SHOWN]) + 12
    return min(needed, width * (0.42 if width <= NARROW else 0.3))


def _rest(picture: Picture, height: float, parts: list[Part]) -> float:
    """Says how many more there are; returns the place this takes."""
    more = len(picture.labels) - SHOWN
    if more <= 0:
        return 0
    text = ngettext("and %(count)s more in the table", "and %(count)s more in the table", more)
    parts.append(words(0, height + 14, text % {"count": more}))
    return 22

"""Series over labels: bars side by side, bars on one another, lines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from core.places import Text
from reports.drawing.marks import (
    FONT,
    NARROW,
    Part,
    box,
    dot,
    polyline,
    rule,
    steps,
    tint,
    words,
)
from reports.drawing.words import breadth, exact, fitting, short
from reports.pictures import Picture, Series, Value

_BARS, _LINES = ("bar", "stacked"), ("line", "dashed", "dotted")
_LINE_HEIGHT = 18
# How far from its point the words at the end of a line may stand.
_NEAR = 40
Box = tuple[float, float, float, float]


def paint(picture: Picture, width: int) -> tuple[float, list[Part]]:
    drawing = _Axes(picture, width)
    return (drawing.height, drawing.parts()) if drawing.count and picture.series else (0, [])


def _float(value: Value) -> float | None:
    return None if value is None else float(value)


class _Axes:
    def __init__(self, picture: Picture, width: int) -> None:
        self.picture, self.width = picture, width
        self.is_narrow = width <= NARROW
        self.count = max([len(picture.labels), *(len(series.values) for series in picture.series)], default=0)
        self.numbers = [[_float(value) for value in series.values] for series in picture.series]
        self.bars = [index for index, series in enumerate(picture.series) if series.look in _BARS]
        self.lines = [index for index, series in enumerate(picture.series) if series.look in _LINES]
        if not self.count or not picture.series:
            return
        self.key, key_rows = self._key()
        self.top = 22.0 + key_rows * _LINE_HEIGHT
        self.plot = (150.0 if self.is_narrow else 190.0) if self.count > 1 else 150.0
        self.bottom = self.top + self.plot
        low, high = self._range()
        whole = all(value is None or value == int(value) for row in self.numbers for value in row)
        self.says_values = self._has_room_for_values()
        # Numbers below bars that go down have a line of their own above the labels.
        self.foot = self.bottom + (16.0 if self.says_values and low < 0 else 0.0)
        self.height = self.foot + 24
        self.ticks = steps(low, high, 3 if self.is_narrow else 4, whole=whole)
        if self.says_values or len(self.ticks) < 2:
            self.low, self.high = low, high or (1.0 if not low else 0.0)
        else:
            self.low, self.high = self.ticks[0], self.ticks[-1]
        # A picture of lines alone lets the last mark stand at its very end.
        gutter = max((breadth(self._tick(tick)) for tick in self.ticks), default=0) + 8
        self.left = 2.0 if self.says_values else gutter
        self.right = width - (8.0 if self.bars else 12.0)
        self.slot = (self.right - self.left) / self.count

    # --- what it measures ---

    def _range(self) -> tuple[float, float]:
        found = [0.0]
        stacks: dict[tuple[int, bool], float] = {}
        for series, row in zip(self.picture.series, self.numbers, strict=True):
            for index, value in enumerate(row):
                if value is None:
                    continue
                if series.look == "stacked":
                    key = (index, value < 0)
                    stacks[key] = value = stacks.get(key, 0.0) + value
                found.append(value)
        return min(found), max(found)

    def _has_room_for_values(self) -> bool:
        """Whether each bar has its number above it: then no axis has to say how much it is."""
        if len(self.bars) != 1 or self.picture.series[self.bars[0]].look != "bar":
            return False
        slot = self.width / self.count
        labels = [short(value, self.picture.unit) for value in self.picture.series[self.bars[0]].values]
        return not self.lines and max(map(breadth, labels), default=0) + 4 <= slot

    def _key(self) -> tuple[list[tuple[float, int, int, str]], int]:
        """The names of bars where there are several, and of lines above bars: (x, row, series, name). At their own ends
        those lines would be named across the bars."""
        if len(self.bars) < 2 and not (self.bars and self.lines):
            return [], 0
        found, x, row = [], 0.0, 0
        for index in (*self.bars, *self.lines):
            name = fitting(self.picture.series[index].name, self.width - 24)
            room = breadth(name) + 34
            if x and x + room > self.width:
                x, row = 0.0, row + 1
            found.append((x, row, index, name))
            x += room
        return found, row + 1

    def x(self, index: int) -> float:
        if self.bars or self.count == 1:
            return self.left + self.slot * (index + 0.5)
        return self.left + (self.right - self.left) * index / (self.count - 1)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * self.plot

    def _tick(self, value: float) -> str:
        return short(round(value, 6), self.picture.unit)

    def _says(self, series: Series, index: int) -> str:
        name = f", {series.name}" if len(self.picture.series) > 1 and series.name else ""
        return f"{self._label(index)}{name}: {exact(series.values[index], self.picture.unit)}"

    def _label(self, index: int) -> Text:
        return self.picture.labels[index] if index < len(self.picture.labels) else ""

    # --- what it draws ---

    def parts(self) -> list[Part]:
        return [
            *self._grid(),
            *self._bars(),
            *self._stacks(),
            *self._curves(),
            *self._zero(),
            *self._labels(),
            *self._names(),
        ]

    def _grid(self) -> Iterable[Part]:
        if self.says_values:
            return
        for tick in self.ticks:
            if tick:
                yield rule(self.left, self.y(tick), self.right, self.y(tick))
            yield words(self.left - 8, self.y(tick) + 4, self._tick(tick), "end")

    def _zero(self) -> Iterable[Part]:
        yield rule(self.left, self.y(0), self.right, self.y(0), "zero")

    def _side_by_side(self) -> list[int]:
        return [index for index in self.bars if self.picture.series[index].look == "bar"]

    def _thickness(self) -> tuple[float, float]:
        """How wide one bar is, and how far the first of a slot stands from its middle."""
        stacked = any(self.picture.series[index].look == "stacked" for index in self.bars)
        beside = len(self._side_by_side()) + stacked
        thick = min(self.slot * 0.7 / max(beside, 1), 46.0)
        return thick, -thick * beside / 2

    def _bars(self) -> Iterable[Part]:
        thick, start = self._thickness()
        for place, index in enumerate(self._side_by_side()):
            series = self.picture.series[index]
            for at, value in enumerate(self.numbers[index]):
                if value is None:
                    continue
                x = self.x(at) + start + place * thick
                top, low = sorted((self.y(value), self.y(0)))
                tone = series.tones[at] if at < len(series.tones) else ""
                gap = 1.0 if len(self._side_by_side()) > 1 else 0.0
                yield box(x, top, thick - gap, low - top, tint(index, tone), self._says(series, at), rx=2.0)
                if self.says_values:
                    y = top - 6 if value >= 0 else low + 14
                    yield words(
                        x + thick / 2, y, short(series.values[at], self.picture.unit), "middle", "strong"
                    )

    def _stacks(self) -> Iterable[Part]:
        thick, start = self._thickness()
        start += thick * len(self._side_by_side())
        reached: dict[tuple[int, bool], float] = {}
        for index in self.bars:
            series = self.picture.series[index]
            if series.look != "stacked":
                continue
            for at, value in enumerate(self.numbers[index]):
                if not value:
                    continue
                below = reached.get((at, value < 0), 0.0)
                reached[at, value < 0] = below + value
                top, low = sorted((self.y(below + value), self.y(below)))
                tone = series.tones[at] if at < len(series.tones) else ""
                yield box(
                    self.x(at) + start, top, thick, low - top, tint(index, tone), self._says(series, at)
                )

    def _bar_points(self) -> Iterable[tuple[float, float]]:
        """Points all over the bars, close enough that no words fit between two of them."""
        thick, start = self._thickness()
        tops: dict[tuple[int, int], float] = {}
        beside = self._side_by_side()
        for index in self.bars:
            place = beside.index(index) if index in beside else len(beside)
            for at, value in enumerate(self.numbers[index]):
                stacked = index not in beside
                tops[at, place] = (tops.get((at, place), 0.0) if stacked else 0.0) + (value or 0.0)
        for (at, place), value in tops.items():
            left, (top, low) = self.x(at) + start + place * thick, sorted((self.y(value), self.y(0)))
            for x in (left, left + thick / 2, left + thick):
                yield from ((x, top + step) for step in range(0, int(low - top) + 1, 6))

    def _curves(self) -> Iterable[Part]:
        taken: list[Box] = []
        ends: list[tuple[float, float, str, str]] = []
        ways = list(self._bar_points())
        for index in self.lines:
            series, row = self.picture.series[index], self.numbers[index]
            colour = self._line_colour(index)
            points = [
                (self.x(at), self.y(value)) if value is not None else None for at, value in enumerate(row)
            ]
            for run in _runs(points):
                ways += _samples(run)
                if len(run) > 1:
                    yield polyline(run, colour, series.look)
                else:
                    yield dot(*run[0], colour, radius=2.5)
            known = [at for at, point in enumerate(points) if point is not None]
            if series.look == "line":
                for at in known:
                    point = points[at]
                    if point is not None:
                        yield dot(*point, colour, self._says(series, at), 4 if at == known[-1] else 2)
            end = points[known[-1]] if known else None
            text = str(series.mark or (series.name if len(self.picture.series) > 1 else ""))
            if end is not None and text and not self.bars:
                ends.append((*end, text, colour))
        for x, y, text, colour in sorted(ends):
            place = self._place(x, y, text, taken, ways)
            taken.append(place)
            yield words(
                place[0], place[3] - 3, fitting(text, self.width - 8), "start", _ink(colour), bold=True
            )

    def _line_colour(self, index: int) -> str:
        """Lines above bars are in ink. A forecast goes on in the colour of its fact."""
        if self.picture.series[index].look == "dashed":
            return "plan"
        solid = [each for each in self.lines if self.picture.series[each].look == "line"]
        return tint((3 if self.bars else 0) + (solid.index(index) if index in solid else 0))

    def _place(
        self, x: float, y: float, text: str, taken: Sequence[Box], ways: Sequence[tuple[float, float]]
    ) -> Box:
        """Where the words at the end of a line stand: near its point, inside the picture, on no line and no words."""
        room = min(breadth(text) * 1.06, self.width - 8)
        right, left = min(x + 8, self.width - room - 2), max(x - room - 6, 2.0)
        sides = [left, right] if x + room + 8 > self.width else [right, left]
        free = None
        for step in range(0, int(self.plot), 4):
            for at, top in ((at, top) for at in sides for top in (y - 22 - step, y + 6 + step)):
                found = (at, top, at + room, top + 16)
                if top < 0 or top + 16 > self.bottom or any(_meet(found, other) for other in taken):
                    continue
                free = free or found
                # Far from its line a word says less than across another one.
                if step > _NEAR or not any(_holds(found, way) for way in ways):
                    return found if step <= _NEAR else free
        return free or (sides[0], 0.0, sides[0] + room, 16.0)

    def _labels(self) -> Iterable[Part]:
        widest = max((breadth(str(label)) for label in self.picture.labels), default=0)
        pitch = self.slot if self.bars or self.count == 1 else (self.right - self.left) / (self.count - 1)
        taken = 0.0
        every = max(1, math.ceil((min(widest, 96 if self.is_narrow else 150) + 8) / pitch))
        for index in range(0, self.count, every):
            text = fitting(self._label(index), pitch * every - 4)
            half = breadth(text) / 2
            x = min(max(self.x(index), half + 1), self.width - half - 1)
            if index and x - half < taken + 4:
                continue  # the last one, held back by the edge
            taken = x + half
            yield words(x, self.foot + FONT + 6, text, "middle")

    def _names(self) -> Iterable[Part]:
        for x, row, index, name in self.key:
            series, middle = self.picture.series[index], row * _LINE_HEIGHT + 7
            if index in self.lines:
                yield polyline([(x, middle), (x + 11, middle)], self._line_colour(index), series.look)
            else:
                yield box(x, middle - 5, 10, 10, tint(index, _tone_of(series)), rx=2.0)
            yield words(x + 15, row * _LINE_HEIGHT + 11.5, name)


def _tone_of(series: Series) -> str:
    """The verdict that all values of a series are coloured by, if it is one."""
    return series.tones[0] if len(set(series.tones)) == 1 else ""


def _ink(colour: str) -> str:
    """Words are never in a pale tint."""
    return colour if colour in ("tint-1", "met", "near", "missed") else "words"


def _runs(points: Sequence[tuple[float, float] | None]) -> Iterable[list[tuple[float, float]]]:
    """The points between gaps."""
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _samples(run: Sequence[tuple[float, float]]) -> Iterable[tuple[float, float]]:
    """Points along the way, close enough that no words fit between two of them."""
    for (x1, y1), (x2, y2) in pairwise(run):
        count = max(1, int(max(abs(x2 - x1), abs(y2 - y1)) / 6))
        yield from (
            (x1 + (x2 - x1) * part / count, y1 + (y2 - y1) * part / count) for part in range(count + 1)
        )


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box[0] - 2 < point[0] < box[2] + 2 and box[1] < point[1] < box[3]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

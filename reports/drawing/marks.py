"""The few things a picture is made of: rectangles, lines, words; their colours; the steps of an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core.places import Text

# Units of a picture on a wide page and on a phone; on paper the wide one is drawn.
WIDE, NARROW = 960, 336
FONT = 12

# Class → colour of the light theme. static/css/charts.css says the classes for both themes and paper.
COLOURS = {
    "tint-1": "#1f4fd8",
    "tint-2": "#8794aa",
    "tint-3": "#7d9fff",
    "tint-4": "#39465a",
    "tint-5": "#b9c8f4",
    "tint-6": "#cdd5e0",
    "plan": "#5f6c82",
    "met": "#136a40",
    "near": "#855400",
    "missed": "#b3261e",
    "up": "#136a40",
    "down": "#b3261e",
    "grid": "#e3e8ef",
    "zero": "#828ea0",
    "words": "#4c5b72",
    "strong": "#16202e",
}
TINTS = 6

Part = SafeString


def tint(index: int, tone: str = "") -> str:
    """The class of a series, or of the verdict one of its values is coloured by."""
    return tone if tone in COLOURS else f"tint-{index % TINTS + 1}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _attributes(values: dict[str, object]) -> SafeString:
    pairs = (
        (name.rstrip("_").replace("_", "-"), _number(value) if isinstance(value, float) else value)
        for name, value in values.items()
        if value is not None
    )
    return format_html_join("", ' {}="{}"', pairs)


def _tag(name: str, inside: str = "", **attributes: object) -> Part:
    return mark_safe(f"<{name}{_attributes(attributes)}>{inside}</{name}>")  # noqa: S308 - of escaped pieces


def box(x: float, y: float, width: float, height: float, colour: str, says: str = "", **more: object) -> Part:
    """A rectangle; `says` is shown to whoever points at it."""
    title = f"<title>{escape(says)}</title>" if says else ""
    return _tag(
        "rect", title, x=float(x), y=float(y), width=float(max(width, 0)), height=float(max(height, 0)),
        class_=f"fill {colour}", fill=COLOURS[colour], **more,
    )  # fmt: skip


def rule(x1: float, y1: float, x2: float, y2: float, colour: str = "grid") -> Part:
    return _tag(
        "line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2),
        class_=f"stroke {colour}", stroke=COLOURS[colour],
    )  # fmt: skip


def words(
    x: float, y: float, text: Text, anchor: str = "start", colour: str = "words", *, bold: bool = False
) -> Part:
    return _tag(
        "text", escape(text), x=float(x), y=float(y), text_anchor=None if anchor == "start" else anchor,
        class_=f"fill {colour}", fill=COLOURS[colour], font_weight=600 if bold else None,
    )  # fmt: skip


def polyline(points: Sequence[tuple[float, float]], colour: str, look: str) -> Part:
    return _tag(
        "polyline", points=" ".join(f"{_number(x)},{_number(y)}" for x, y in points), fill="none",
        class_=f"stroke {colour}", stroke=COLOURS[colour], stroke_width=1.5 if look == "dashed" else 2.5,
        stroke_dasharray={"dashed": "6 5", "dotted": "2 5"}.get(look), stroke_linejoin="round",
        stroke_linecap="round" if look != "dashed" else None,
    )  # fmt: skip


def dot(x: float, y: float, colour: str, says: str = "", radius: float = 4) -> Part:
    title = f"<title>{escape(says)}</title>" if says else ""
    return _tag(
        "circle", title, cx=float(x), cy=float(y), r=float(radius), class_=f"fill {colour}", fill=COLOURS[colour]
    )  # fmt: skip


def ribbon(x1: float, top1: float, x2: float, top2: float, thick: float, colour: str, says: str) -> Part:
    """An arm between two uprights."""
    low1, low2, middle = top1 + thick, top2 + thick, (x1 + x2) / 2
    outline = (
        ("M", x1, top1), ("C", middle, top1), (" ", middle, top2), (" ", x2, top2),
        ("L", x2, low2), ("C", middle, low2), (" ", middle, low1), (" ", x1, low1),
    )  # fmt: skip
    way = "".join(f"{step}{_number(x)},{_number(y)}" for step, x, y in outline) + "Z"
    title = f"<title>{escape(says)}</title>"
    return _tag("path", title, d=way, class_=f"fill arm {colour}", fill=COLOURS[colour], fill_opacity="0.3")


def drawn(title: str, width: int, height: float, parts: Sequence[Part], css: str) -> SafeString:
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}" font-size="{}"'
        ' font-family="Inter Variable, Segoe UI, Arial, sans-serif">{}</svg>',
        css, width, _number(float(height)), title, FONT, mark_safe("".join(parts)),  # noqa: S308 - of safe parts
    )  # fmt: skip


def steps(low: float, high: float, most: int = 4, *, whole: bool = False) -> list[float]:
    """Round values from `low` to `high` and a little around, zero among them."""
    span = high - low
    if span <= 0:
        return [0.0]
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(part * power for part in (1, 2, 2.5, 5, 10) if part * power >= rough * 0.999)
    if whole:
        step = max(1.0, float(math.ceil(step)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [index * step for index in range(first, last + 1)]

"""Pictures as SVG: what paper, a letter and a browser without scripts show.

Colours are presentation attributes, so that a letter shows them, and classes, by which static/css/charts.css colours
them in both themes and in black on paper. Nothing here has a style attribute: the content security policy forbids it.
"""

from __future__ import annotations

import json

from django.utils.html import format_html
from django.utils.safestring import SafeString

from reports.drawing import axes, flows, lying
from reports.drawing.marks import NARROW, WIDE, drawn
from reports.drawing.words import exact
from reports.pictures import Picture

__all__ = ["NARROW", "WIDE", "figure", "file_of", "svg"]

_PAINTERS = {"axes": axes.paint, "bars": lying.bars, "funnel": lying.funnel, "sankey": flows.paint}


def svg(picture: Picture, width: int = WIDE) -> SafeString:
    """The picture as an `<svg>` of that many units; empty where there is nothing to draw."""
    height, parts = _PAINTERS[picture.kind](picture, width)
    if not parts:
        return SafeString("")
    return drawn(str(picture.title), width, height, parts, "narrow" if width == NARROW else "wide")


def file_of(picture: Picture, width: int = WIDE) -> bytes:
    """The picture as a file of its own, on white; empty where there is nothing to draw."""
    height, parts = _PAINTERS[picture.kind](picture, width)
    if not parts:
        return b""
    inside = drawn(str(picture.title), width, height, parts, "wide")
    root = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:.0f}" '
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return inside.replace("<svg ", root, 1).replace(">", f">{ground}", 1).encode()


def figure(picture: Picture | None, width: int = WIDE) -> SafeString:
    """The picture as it stands on a page: the SVG for a wide and for a narrow one, and what static/js/chart.js makes a
    chart of (a data attribute: htmx takes scripts out of fragments). `width`: what the wide one is drawn in."""
    wide = svg(picture, width) if picture is not None else SafeString("")
    if picture is None or not wide:
        return SafeString("")
    data = format_html(' data-picture="{}"', json.dumps(_data(picture), ensure_ascii=False))
    return format_html(
        '<figure class="picture {}"{}>{}{}</figure>',
        picture.kind,
        data if picture.kind in ("axes", "bars") else "",
        wide,
        svg(picture, NARROW),
    )


def _data(picture: Picture) -> dict[str, object]:
    """The same picture for the script, numbers in words beside them."""
    return {
        "kind": picture.kind,
        "title": str(picture.title),
        "unit": str(picture.unit),
        "labels": [str(label) for label in picture.labels],
        "series": [
            {
                "name": str(series.name),
                "look": series.look,
                "mark": str(series.mark),
                "values": [None if value is None else float(value) for value in series.values],
                "words": [exact(value, picture.unit) for value in series.values],
                "tones": list(series.tones),
            }
            for series in picture.series
        ],
    }

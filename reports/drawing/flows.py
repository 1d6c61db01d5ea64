"""Flows from place to place: a sankey. Where what flows comes back, all that begins stands at the left and all that
ends at the right; otherwise every place stands right of those before it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from reports.drawing.marks import NARROW, Part, box, ribbon, tint, words
from reports.drawing.words import breadth, exact, fitting, short
from reports.pictures import Picture

_UPRIGHT, _GAP = 10.0, 20.0
Key = tuple[str, str]  # side and name: a place of a flow that comes back stands on both sides


@dataclass
class _Place:
    name: str
    layer: int = 0
    inward: float = 0.0
    outward: float = 0.0
    y: float = 0.0
    # How far down its arms are drawn already.
    used_in: float = 0.0
    used_out: float = 0.0

    @property
    def size(self) -> float:
        return max(self.inward, self.outward)


@dataclass
class _Arm:
    start: _Place
    end: _Place
    value: float
    says: str


def paint(picture: Picture, width: int) -> tuple[float, list[Part]]:
    places, arms = _read(picture)
    if not arms:
        return 0, []
    layers: dict[int, list[_Place]] = defaultdict(list)
    for place in places:
        layers[place.layer].append(place)
    last = max(layers)
    tallest = max(len(column) for column in layers.values())
    room = max(220.0, tallest * 40.0)
    scale = min(
        (room - _GAP * (len(column) - 1)) / (sum(place.size for place in column) or 1)
        for column in layers.values()
    )
    for column in layers.values():
        taken = sum(place.size for place in column) * scale + _GAP * (len(column) - 1)
        y = 10 + (room - taken) / 2
        for place in column:
            place.y = y
            y += place.size * scale + _GAP
    side = width * (0.27 if width <= NARROW else 0.16)
    xs = {layer: side + (width - 2 * side - _UPRIGHT) * (layer / last if last else 0.0) for layer in layers}
    step = (width - 2 * side - _UPRIGHT) / last if last else side
    parts: list[Part] = []
    # The arms of an upright leave it, and reach it, in the order of what they lead to and come from: none cross there.
    downs: dict[int, tuple[float, float]] = {}
    for arm in sorted(arms, key=lambda arm: (arm.end.y, arm.end.layer)):
        downs[id(arm)] = (arm.start.y + arm.start.used_out, 0.0)
        arm.start.used_out += arm.value * scale
    for arm in sorted(arms, key=lambda arm: (arm.start.y, arm.start.layer)):
        downs[id(arm)] = (downs[id(arm)][0], arm.end.y + arm.end.used_in)
        arm.end.used_in += arm.value * scale
    for arm in arms:
        top, end_top = downs[id(arm)]
        start, end = xs[arm.start.layer] + _UPRIGHT, xs[arm.end.layer]
        parts.append(ribbon(start, top, end, end_top, max(arm.value * scale, 0.8), tint(0), arm.says))
    for place in places:
        x, middle = xs[place.layer], place.y + place.size * scale / 2
        number = short(_plain(place.size), picture.unit)
        says = f"{place.name}: {exact(_plain(place.size), picture.unit)}"
        parts.append(box(x, place.y, _UPRIGHT, max(place.size * scale, 1.5), "tint-4", says))
        at_left = place.layer == 0
        at, anchor = (x - 6, "end") if at_left else (x + _UPRIGHT + 6, "start")
        space = side - 8 if place.layer in (0, last) else step - _UPRIGHT - 10
        if breadth(number) > space:
            continue  # its mark says it, and the table below
        name = fitting(place.name, space)
        parts += [
            words(at, middle - 2, name, anchor),
            words(at, middle + 12, number, anchor, "strong", bold=True),
        ]
    return room + 20, parts


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _read(picture: Picture) -> tuple[list[_Place], list[_Arm]]:
    said = [
        (str(flow.start), str(flow.end), float(flow.value or 0))
        for flow in picture.flows
        if (flow.value or 0) > 0
    ]
    depth = _layers([(start, end) for start, end, _value in said])
    both_sides = depth is None
    places: dict[Key, _Place] = {}
    arms = []
    for start, end, value in said:
        left = places.setdefault(("from" if both_sides else "", start), _Place(start))
        right = places.setdefault(("to" if both_sides else "", end), _Place(end))
        if depth is None:
            left.layer, right.layer = 0, 1
        else:
            left.layer, right.layer = depth[start], depth[end]
        left.outward += value
        right.inward += value
        arms.append(_Arm(left, right, value, f"{start} → {end}: {exact(_plain(value), picture.unit)}"))
    return list(places.values()), arms


def _layers(flows: list[tuple[str, str]]) -> dict[str, int] | None:
    """{place: how many flows lead to it one after another}; None where they lead back."""
    depth = {name: 0 for flow in flows for name in flow}
    for _round in range(len(depth) + 1):
        changed = False
        for start, end in flows:
            if depth[end] < depth[start] + 1:
                depth[end] = depth[start] + 1
                changed = True
        if not changed:
            return depth
    return None

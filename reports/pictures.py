"""A picture of a report: what it shows, said once. `reports.drawing` makes an SVG of it, the page's script a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from core.places import Text

Value = Decimal | int | float | None
Look = Literal["line", "dashed", "dotted", "bar", "stacked"]


@dataclass(frozen=True)
class Series:
    """One row of values along the picture's labels; None is a gap. `tone`: the verdict it is coloured by, else ink and
    one blue. `mark` is written at its last point («план 10 200 000»); `notes` beside each value of bars and funnels."""

    name: Text
    values: Sequence[Value]
    look: Look = "bar"
    tones: Sequence[str] = field(default=())
    mark: Text = ""
    notes: Sequence[Text] = field(default=())


@dataclass(frozen=True)
class Flow:
    """So many went from one place to another: an arm of a sankey."""

    start: Text
    end: Text
    value: Value


@dataclass(frozen=True)
class Picture:
    """`axes`: series over labels, side by side or as lines; `bars`: one series lying, the labels at the left;
    `funnel`: one series of narrowing bars; `sankey`: flows. Every picture stands beside the table it is made of."""

    kind: Literal["axes", "bars", "funnel", "sankey"]
    title: Text
    labels: Sequence[Text] = ()
    series: Sequence[Series] = ()
    flows: Sequence[Flow] = ()
    unit: Text = ""

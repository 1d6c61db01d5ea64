"""Pictures as SVG: whatever the numbers are, the drawing is well-formed, stays inside, and says what it shows."""

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation

from reports.drawing import NARROW, WIDE, figure, svg
from reports.drawing.marks import steps
from reports.drawing.words import exact, fitting, short
from reports.pictures import Flow, Picture, Series

MONTHS = [f"Месяц {number} года" for number in range(1, 25)]


def axes(*series: Series, labels: list[str] | None = None, unit: str = "₽") -> Picture:
    count = max(len(each.values) for each in series)
    return Picture("axes", "Продажи", labels or MONTHS[:count], series, unit=unit)


def parsed(picture: Picture, width: int = WIDE) -> ET.Element:
    return ET.fromstring(svg(picture, width))


def rects(picture: Picture, width: int = WIDE) -> list[ET.Element]:
    return parsed(picture, width).findall("rect")


def texts(picture: Picture, width: int = WIDE) -> list[str]:
    return [text.text or "" for text in parsed(picture, width).findall("text")]


PICTURES = {
    "bars": axes(Series("Факт", [Decimal("1240000.50"), 300, 0])),
    "one point": axes(Series("Факт", [5], "line")),
    "all zero": axes(Series("Факт", [0, 0, 0])),
    "nothing known": axes(Series("Факт", [None, None], "line")),
    "huge": axes(Series("Факт", [Decimal(10) ** 14, 1, 2])),
    "all below zero": axes(Series("Отклонение", [-5, -100_000, -3], tones=["down", "down", "down"])),
    "24 labels": axes(Series("Факт", list(range(24)))),
    "lines with gaps": axes(
        Series("План", [1, 2, 3, 4], "dashed", mark="план 4"),
        Series("Факт", [1, None, 2, None], "line", mark="факт 2"),
        Series("Прогноз", [None, None, 2, 3], "dotted"),
    ),
    "stacked": axes(Series("Нал", [5, -2], "stacked"), Series("Безнал", [3, -4], "stacked")),
    "lying": Picture("bars", "Причины", ["Дорого", "Молчат"], [Series("Сделки", [12, -3])]),
    "lying, many": Picture("bars", "Причины", MONTHS * 2, [Series("Сделки", list(range(48)))]),
    "funnel": Picture("funnel", "Воронка", ["Холодный", "Работа!"], [Series("Сделки", [0, 0], notes=["", "0 %"])]),
    "sankey": Picture("sankey", "Путь", flows=[Flow("А", "Б", 5), Flow("Б", "В", 3), Flow("А", "В", 1)]),
    "sankey that comes back": Picture("sankey", "Путь", flows=[Flow("А", "Б", 5), Flow("Б", "А", 3)]),
}  # fmt: skip


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_drawn_inside_its_frame(name: str, width: int) -> None:
    root = parsed(PICTURES[name], width)
    _x, _y, right, bottom = map(float, root.attrib["viewBox"].split())
    for rect in root.iter("rect"):
        x, y = float(rect.attrib["x"]), float(rect.attrib["y"])
        assert x >= -0.1 and y >= -0.1
        assert x + float(rect.attrib["width"]) <= right + 0.1
        assert y + float(rect.attrib["height"]) <= bottom + 0.1
    for text in root.iter("text"):
        assert 0 <= float(text.attrib["x"]) <= right
        assert 0 <= float(text.attrib["y"]) <= bottom


@pytest.mark.parametrize("name", PICTURES)
def test_no_picture_has_what_the_content_policy_refuses(name: str) -> None:
    drawing = figure(PICTURES[name])
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", drawing)


def test_names_are_escaped_in_the_drawing_and_in_what_the_script_reads() -> None:
    nasty = '<img src=x onerror="alert(1)">&"'
    picture = Picture("axes", nasty, [nasty, "б"], [Series(nasty, [1, 2]), Series("б", [2, 1])])
    drawing = figure(picture)
    assert "<img" not in drawing
    assert 'data-picture="{&quot;' in drawing
    title = parsed(picture).find("rect/title")
    assert title is not None and nasty in (title.text or "")


@pytest.mark.parametrize(
    "picture",
    [
        Picture("axes", "Пусто"),
        Picture("axes", "Пусто", [], [Series("Факт", [])]),
        Picture("bars", "Пусто", [], [Series("Факт", [])]),
        Picture("funnel", "Пусто"),
        Picture("sankey", "Пусто", flows=[Flow("А", "Б", 0)]),
    ],
)
def test_nothing_to_draw_is_no_picture(picture: Picture) -> None:
    assert svg(picture) == "" and figure(picture) == ""
    assert figure(None) == ""


def test_bars_begin_at_zero_and_are_as_long_as_their_numbers() -> None:
    small, large = rects(axes(Series("Факт", [100, 300])))
    assert float(large.attrib["height"]) == pytest.approx(3 * float(small.attrib["height"]), rel=0.01)
    feet = {float(rect.attrib["y"]) + float(rect.attrib["height"]) for rect in (small, large)}
    assert max(feet) - min(feet) < 0.2


def test_what_is_below_zero_hangs_from_the_line() -> None:
    up, down = rects(axes(Series("Отклонение", [100, -50])))
    assert float(down.attrib["y"]) == pytest.approx(
        float(up.attrib["y"]) + float(up.attrib["height"]), abs=0.2
    )


def test_stacked_bars_stand_on_one_another() -> None:
    first, second = rects(axes(Series("Нал", [100], "stacked"), Series("Безнал", [50], "stacked")))[:2]
    assert float(second.attrib["y"]) + float(second.attrib["height"]) == pytest.approx(
        float(first.attrib["y"]), abs=0.2
    )


def test_a_gap_ends_a_line() -> None:
    root = parsed(axes(Series("Факт", [1, 2, None, 3, 4], "line")))
    assert len(root.findall("polyline")) == 2


def test_looks_of_lines_are_told_apart_without_colour() -> None:
    lines = parsed(PICTURES["lines with gaps"]).findall("polyline")
    assert [line.attrib.get("stroke-dasharray") for line in lines] == ["6 5", "2 5"]
    assert {"план 4", "факт 2"} <= set(texts(PICTURES["lines with gaps"]))


def test_a_phone_gets_fewer_labels() -> None:
    def named(width: int) -> int:
        return sum("Месяц" in text for text in texts(PICTURES["24 labels"], width))

    assert 2 <= named(NARROW) < named(WIDE) <= 24


def test_a_verdict_colours_its_bar() -> None:
    bar = rects(axes(Series("Прогноз", [98], tones=["missed"])))[0]
    assert "missed" in bar.attrib["class"].split()


def test_what_is_too_long_for_a_picture_is_said_to_be_in_the_table() -> None:
    with translation.override("en"):
        assert "and 24 more in the table" in texts(PICTURES["lying, many"])


def test_a_flow_that_comes_back_stands_on_both_sides() -> None:
    assert sorted(set(texts(PICTURES["sankey that comes back"])) & {"А", "Б"}) == ["А", "Б"]
    assert len(rects(PICTURES["sankey that comes back"])) == 4
    assert len(rects(PICTURES["sankey"])) == 3


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1_240_000, "1,24 млн"),
        (12_345_678, "12,3 млн"),
        (999_999, "1 млн"),
        (-340_000, "−340 тыс."),
        (9_500, "9 500"),
        (Decimal("2000000000"), "2 млрд"),
        (0, "0"),
        (12.5, "12,5"),
    ],
)
def test_short_numbers(value: Decimal | int | float, said: str) -> None:
    with translation.override("ru"):
        assert short(value).replace("\u00a0", " ") == said


def test_whole_numbers_with_their_unit() -> None:
    with translation.override("ru"):
        assert exact(Decimal("1240000.00"), "₽") == "1\u00a0240\u00a0000\u00a0₽"
        assert exact(98, "%") == "98\u00a0%"
        assert exact(None) == "—"


def test_steps_of_an_axis_are_round_and_hold_the_values() -> None:
    assert steps(0, 9.3) == [0, 2.5, 5, 7.5, 10]
    assert steps(-40, 100) == [-50, 0, 50, 100]
    assert steps(0, 3, whole=True) == [0, 1, 2, 3]
    assert steps(0, 0) == [0]


def test_words_are_cut_to_their_room() -> None:
    assert fitting("Дорого", 200) == "Дорого"
    assert fitting("Выбрали конкурента с длинным именем", 80).endswith("…")


def test_the_key_of_a_series_of_one_verdict_is_in_its_colour() -> None:
    picture = Picture(
        "axes",
        "Нормы",
        ["Встречи", "Разговоры"],
        [
            Series("Выполнено", [3, 4], look="stacked", tones=["met", "met"]),
            Series("Не выполнено", [1, 2], look="stacked", tones=["missed", "missed"]),
        ],
    )
    drawn = str(svg(picture))
    assert drawn.count('class="fill met"') == 3 and drawn.count('class="fill missed"') == 3
    assert "tint-" not in drawn


def test_a_sankey_without_room_leaves_the_words_between_out() -> None:
    flows = [Flow(str(step), str(step + 1), 100_000 - step) for step in range(5)]
    wide, narrow = (str(svg(Picture("sankey", "Путь", flows=flows), width)) for width in (WIDE, NARROW))
    assert wide.count("<text") > narrow.count("<text")

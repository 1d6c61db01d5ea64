"""Activity against norms (R10): what people's closed days say over a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.places import Text
from core.tables.columns import Column
from kpi.models import Figure, Norm
from kpi.scorecard.asked import teams_of
from kpi.scorecard.days import sheet_of_day
from people import calendar
from reports.asking import Switch
from reports.discipline import Discipline, Sums, as_decimal
from reports.facts.discipline import FIGURES
from reports.pictures import Picture, Series
from reports.report import HEADS, TOTAL, Found, Line, Report, Section

_INDICATORS, _MANAGERS = "indicators", "managers"
_VERDICTS = {"met": Figure.Verdict.MET, "within": Figure.Verdict.WITHIN, "missed": Figure.Verdict.MISSED}


class ActivityNorms(Report):
    code, title, section = "activity", gettext_lazy("Activity against norms"), Section.WORK
    about = gettext_lazy(
        "The figures of the closed days of the period, with their corrections. What is counted of a day is added"
        " up; what stands at a moment (deals in work, overdue tasks) is that of the last closed day; a ratio is"
        " the sum of its parts. Norm: the norms “at least” of the days that were judged (of weeks or months where"
        " no day is), added up; done is the value that was judged by them / these norms. Met, within tolerance and"
        " missed count judged figures, those of weeks and months included; days off, absences and excused days"
        " are not judged. The day that is running is no part of it and stands apart."
    )
    roles = HEADS
    narrowings = ("team", "manager")
    switches: ClassVar[Sequence[Switch]] = (
        Switch(
            "rows",
            gettext_lazy("In the rows"),
            {
                _INDICATORS: gettext_lazy("By indicator"),
                _MANAGERS: gettext_lazy("By manager"),
            },
        ),
    )
    compared = ("value",)
    icon = "speedometer2"

    @property
    def is_by_manager(self) -> bool:
        return self.asked.switches.get("rows") == _MANAGERS

    @property
    def rows_are(self) -> Text:  # type: ignore[override]
        return _("Manager, indicator") if self.is_by_manager else _("Indicator, manager")

    @cached_property
    def discipline(self) -> Discipline:
        return Discipline(self.asked)

    @cached_property
    def is_running(self) -> bool:
        """Whether the day of today belongs to the period and is a working one."""
        today = self.asked.today
        return self.asked.first <= today <= self.asked.last and calendar.is_working(today)

    @cached_property
    def so_far(self) -> dict[tuple[int, int], Decimal | None]:
        """{(person, indicator): value} of today, of teams whose day is not closed yet."""
        if not self.is_running:
            return {}
        with calendar.kept():
            sheet = sheet_of_day(teams_of(self.asked.user), self.asked.today, self.asked.moment)
        wanted = [
            set(people) for people in (self.asked.narrow.get(key) for key in ("team", "manager")) if people
        ]
        return {
            (line.person_id, key): as_decimal(cell.exact)
            for section in sheet.sections
            if section.closing is None
            for line in section.lines
            if all(line.person_id in people for people in wanted)
            for key, cell in line.cells.items()
        }

    def columns(self) -> Sequence[Column]:
        columns = [
            Column("value", _("Value"), "quantity"),
            Column("norm", _("Norm"), "quantity"),
            Column("done", _("Done, %"), "percent"),
            Column("met", _("Met"), "int"),
            Column("within", _("Within tolerance"), "int", wide_only=True),
            Column("missed", _("Missed"), "int"),
            Column("points", _("Points"), "int"),
        ]
        return [*columns, Column("now", _("Today so far"), "quantity")] if self.is_running else columns

    def lines(self) -> list[Line]:
        found = self.discipline
        people = sorted(found.people, key=lambda pk: found.people[pk].name)
        indicators = sorted(found.positions, key=lambda pk: (found.positions[pk], pk))
        outer, inner = (people, indicators) if self.is_by_manager else (indicators, people)
        lines: list[Line] = []
        for one in outer:
            below = [(one, other) if self.is_by_manager else (other, one) for other in inner]
            pairs = [pair for pair in below if pair in found.sums]
            parent = f"{'p' if self.is_by_manager else 'i'}{one}"
            lines.append(Line(parent, self._name(parent), self._values(pairs, parent), is_sum=True))
            for person, indicator in pairs:
                name = self._name(f"i{indicator}" if self.is_by_manager else f"p{person}")
                values = self._values([(person, indicator)], "")
                lines.append(Line(f"{person}-{indicator}", name, values, level=1, parent=parent))
        return lines

    def _name(self, key: str) -> str:
        pk = int(key[1:])
        return self.discipline.people[pk].short_name if key[0] == "p" else self.discipline.positions[pk][1]

    def _values(self, pairs: Sequence[tuple[int, int]], parent: str) -> dict[str, Any]:
        """Of one figure or of several; different indicators have no value together, only verdicts and points."""
        sums = Sums()
        for pair in pairs:
            sums.add(self.discipline.sums[pair])
        values: dict[str, Any] = {key: getattr(sums, key) for key in (*_VERDICTS, "points")}
        if not parent.startswith("p") and parent != TOTAL:
            now = [found for pair in pairs if (found := self.so_far.get(pair)) is not None]
            values |= {
                "value": sums.number,
                "norm": sums.wanted or None,
                "done": sums.done,
                # Of a ratio each person's own can be said, not that of all.
                "now": sum(now[1:], now[0]) if now and (len(pairs) == 1 or sums.base is None) else None,
            }
        return values

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return self._values(list(self.discipline.sums), TOTAL)

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in ("value", *_VERDICTS, "points")

    def records(self, line: str, column: str) -> Found | None:
        rows = FIGURES.records(self.asked, **self._of(line)).filter(
            indicator__in=list(self.discipline.positions)
        )
        if column == "value" and line != TOTAL and not line.startswith("p"):
            rows = rows.filter(period=Norm.Period.DAY)
            is_sum = (
                not rows.filter(rule__is_flow=False).exists() and not rows.filter(base__isnull=False).exists()
            )
            return Found(rows, FIGURES.measures["value"].value if is_sum else None)
        # A day that was excused later is not judged any more; a week or month that ended with it is.
        judged = rows.exclude(judged="").exclude(
            period=Norm.Period.DAY, person_day__in=self.discipline.unscored
        )
        if column in _VERDICTS:
            return Found(judged.filter(judged=_VERDICTS[column]), Count("pk"))
        return Found(judged) if column == "points" else None

    @staticmethod
    def _of(line: str) -> dict[str, int]:
        if line == TOTAL:
            return {}
        if line[:1] in ("p", "i"):
            return {"manager" if line[0] == "p" else "indicator": int(line[1:])}
        person, _dash, indicator = line.partition("-")
        return {"manager": int(person), "indicator": int(indicator)}

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        shown = [line for line in lines if line.is_sum and any(line.values.get(key) for key in _VERDICTS)]
        looks = [
            (_("Met"), "met", "met"),
            (_("Within tolerance"), "within", "near"),
            (_("Missed"), "missed", "missed"),
        ]
        return Picture(
            "axes",
            self.title,
            [line.label for line in shown],
            [
                Series(
                    name, [line.values.get(key) for line in shown], look="stacked", tones=[tone] * len(shown)
                )
                for name, key, tone in looks
            ],
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        judged = sum(total[key] for key in _VERDICTS)
        days = len({result.day.day for result in self.discipline.results})
        said = format_html(
            _("Closed days: <b>{}</b>. Norms met: <b>{}</b> of {}, missed: {}."),
            show.number(days),
            show.number(total["met"]),
            show.number(judged),
            show.number(total["missed"]),
        )
        if not self.so_far:
            return said
        until = calendar.cutoff(self.asked.today)
        more = _("Today is still running until {} and stands apart.")
        return said + format_html(" " + more, show.clock_time(until))

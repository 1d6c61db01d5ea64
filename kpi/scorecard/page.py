"""Everything the page of the scorecard shows for what was asked."""

from dataclasses import dataclass
from functools import cached_property

from core.periods import Window, first_of
from kpi.gaming import Sign, signs
from kpi.pay import rates_in_force, so_far
from kpi.scorecard.around import STRIP, add_strips, add_usual
from kpi.scorecard.asked import DAY, Asked
from kpi.scorecard.days import sheet_of_day
from kpi.scorecard.sheet import Section, Sheet
from kpi.scorecard.spans import sheet_of_span
from kpi.scorecard.talk import Topic, topics


@dataclass
class Page:
    """What was asked, its sheet with strips and money; what stands below the table is asked for by itself."""

    asked: Asked
    sheet: Sheet
    strip_days: int = STRIP

    @cached_property
    def topics(self) -> list[Topic]:
        """Whom to talk to now: on the running day and the last one, when it is read."""
        return topics(self.sheet.lines, self.asked.moment) if self.asked.is_latest else []

    @cached_property
    def signs(self) -> list[tuple[str, Sign]]:
        """Signs of gaming of a day, with the names of whose they are."""
        if self.asked.view != DAY:
            return []
        names = {line.person_id: line.name for line in self.sheet.lines}
        return [(names[sign.person_id], sign) for sign in _signs(self.sheet) if sign.person_id in names]


def page_of(asked: Asked) -> Page:
    """The page with its table. A fixed number of queries, whatever the number of people."""
    page = _with_strips(asked)
    if asked.view == DAY:
        add_usual(page.sheet, asked.day)
    add_month(page.sheet, asked)
    return page


def beside_of(asked: Asked) -> Page:
    """The page as far as what stands below its table needs it."""
    return _with_strips(asked)


def _with_strips(asked: Asked) -> Page:
    is_day = asked.view == DAY
    sheet = sheet_of_day(asked.teams, asked.day, asked.moment) if is_day else sheet_of_span(asked)
    add_strips(sheet, min(asked.last, asked.running))
    return Page(asked, sheet)


def _signs(sheet: Sheet) -> list[Sign]:
    """Of the teams' windows: mostly one for all."""
    together: dict[Window, list[Section]] = {}
    for section in sheet.sections:
        if section.window is not None:
            together.setdefault(section.window, []).append(section)
    found: list[Sign] = []
    for window, sections in together.items():
        people = [line.person_id for section in sections for line in section.lines]
        found += signs(people, window, [section.closing for section in sections if section.closing])
    return found


def add_month(sheet: Sheet, asked: Asked) -> None:
    """The points and the money of the month's closed days so far; money where a rate is in force."""
    month = first_of("month", asked.day)
    has_rate = bool(rates_in_force([team.pk for team in asked.teams], month))
    months = so_far(sheet.people, month)
    for line in sheet.lines:
        of_person = months.get(line.person_id)
        if of_person is not None:
            line.month_points = of_person.points
            line.money = of_person.amount if has_rate else None

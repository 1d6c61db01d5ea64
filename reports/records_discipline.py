"""Figures of closed days behind a number; each leads to its own records."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.tables.columns import Column
from core.tables.values import Flag
from kpi.indicators import name_of
from kpi.measuring import ratio
from kpi.models import Figure, Norm
from kpi.rules import expected_of
from kpi.scorecard.sheet import TONES, in_words, norm_mark
from reports.records import Records

_TONES: Mapping[Any, Any] = TONES


class FiguresOf(Records):
    title = _("Figures of closed days")
    model = Figure
    joins = ("person_day__person", "indicator", "rule")
    default_sort, primary = "-day", "indicator"

    def row_link(self, record: Any) -> str | None:
        return reverse("kpi:figure", args=[record.pk])

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("day", _("Day"), "date", value="person_day.day", sort="person_day__day", on_phone="end"),
            Column(
                "indicator",
                _("Indicator"),
                value=lambda each: name_of(each.indicator),
                sort="indicator__position",
            ),
            Column(
                "manager",
                _("Manager"),
                "person",
                value="person_day.person.short_name",
                sort="person_day__person__name",
            ),
            Column(
                "period",
                _("For the period"),
                value=lambda each: Norm.Period(each.period).label,
                sort="period",
                wide_only=True,
            ),
            Column("value", _("Value"), value=_value, sort="counted"),
            Column(
                "norm",
                _("Norm"),
                value=lambda each: norm_mark(expected_of(each.rule), each.rule.unit).lstrip("/ "),
            ),
            Column("verdict", _("Verdict"), "flags", value=_verdict, sort="judged"),
        ]


def _value(record: Any) -> str:
    is_percent = record.rule.unit == record.rule.Unit.PERCENT
    return in_words(ratio(record.counted, record.base, is_percent=is_percent), record.rule.unit, full=True)


def _verdict(record: Any) -> list[Flag]:
    verdict = Figure.Verdict(record.judged)
    return [Flag(str(verdict.label), _TONES.get(verdict, "plain"))] if verdict else []

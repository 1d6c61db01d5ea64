"""Stages as reports show them: those of the period, retired ones too, called and ordered as they were at its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pipeline.models import Funnel, Stage
from reports.asking import Asked


@dataclass
class Stages:
    """Every stage there is, in order, read at once. Name, place and whether it is retired are those of the end of the
    period (of now, where it goes on); a stage that came later has its own.

    A retired stage keeps the place it had, and the ones after it move up: so of two with one place it stands before.
    """

    found: list[Stage] = field(default_factory=list)

    @classmethod
    def read(cls, asked: Asked) -> Stages:
        """Two queries."""
        rows = list(Stage.objects.select_related("funnel"))
        moment = min(asked.period.end, asked.moment) if asked.period_name else asked.moment
        then = {version.record_id: version for version in Stage.versions.at(moment)}
        for stage in rows:
            if version := then.get(stage.pk):
                stage.name, stage.position, stage.retired_at = (
                    version.name,
                    version.position,
                    version.retired_at,
                )
        rows.sort(key=_order)
        return cls(rows)

    @cached_property
    def by_id(self) -> dict[int, Stage]:
        return {stage.pk: stage for stage in self.found}

    @cached_property
    def rank(self) -> dict[int, int]:
        """The place of each stage among all of them."""
        return {stage.pk: place for place, stage in enumerate(self.found)}

    def of(self, funnel: int) -> list[Stage]:
        return [stage for stage in self.found if stage.funnel_id == funnel]

    def funnels(self, only: Iterable[int]) -> list[Funnel]:
        """Those of the given ids, in their order."""
        wanted = set(only)
        return list({each.funnel_id: each.funnel for each in self.found if each.funnel_id in wanted}.values())

    def label(self, pk: int) -> str:
        """The stage's name; with the funnel's where several have stages."""
        stage = self.by_id[pk]
        return f"{stage.name} ({stage.funnel})" if self._has_several else stage.name

    @cached_property
    def _has_several(self) -> bool:
        return len({stage.funnel_id for stage in self.found}) > 1


def _order(stage: Stage) -> tuple[Any, ...]:
    retired = stage.retired_at
    return (
        stage.funnel.position,
        stage.funnel_id,
        stage.position,
        retired is None,
        retired.timestamp() if retired else 0,
        stage.pk,
    )

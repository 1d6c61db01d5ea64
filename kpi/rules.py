"""The rule a figure was judged by, kept word for word: one row for all figures with the same content."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils import translation

from kpi import indicators
from kpi.measuring import Judged
from kpi.models import Rule
from kpi.verdicts import Expected

# The state of the indicator, the period, and the very object that says what was expected: figures share a few.
_Key = tuple[int, str, int]


class Rules:
    """Finds or makes the rules of figures: two queries for any number of them."""

    def __init__(self, figures: Sequence[Judged]) -> None:
        # Kept as long as the keys that name parts of them.
        self._figures = figures
        drafts: dict[_Key, Rule] = {}
        texts: dict[int, dict[str, dict[str, str]]] = {}
        for figure in figures:
            key = _key(figure)
            if key not in drafts:
                row = figure.indicator
                if row.pk not in texts:
                    texts[row.pk] = _texts(row)
                drafts[key] = _draft(figure, texts[row.pk])
        wanted = {draft.digest: draft for draft in drafts.values()}
        known = self._known(wanted)
        missing = [draft for digest, draft in wanted.items() if digest not in known]
        if missing:
            # Another closing may have made one of them meanwhile: the digest is unique, so it is the same rule.
            Rule.objects.bulk_create(missing, ignore_conflicts=True)
            known |= self._known([draft.digest for draft in missing])
        self._ids = {key: known[draft.digest] for key, draft in drafts.items()}

    def id_of(self, figure: Judged) -> int:
        return self._ids[_key(figure)]

    @staticmethod
    def _known(digests: Iterable[str]) -> dict[str, int]:
        return dict(Rule.objects.filter(digest__in=list(digests)).values_list("digest", "pk"))


def _key(figure: Judged) -> _Key:
    return (figure.indicator.pk, figure.period, id(figure.expected))


def _texts(row: Any) -> dict[str, dict[str, str]]:
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = {"name": indicators.name_of(row), "formula": indicators.formula_of(row)}
    return found


def _draft(figure: Judged, texts: dict[str, dict[str, str]]) -> Rule:
    row, norm = figure.indicator, figure.expected
    rule = Rule(
        indicator_id=row.record_id,
        code=row.code,
        texts=texts,
        unit=indicators.unit_of(row),
        is_flow=indicators.is_flow(row),
        period=figure.period,
    )
    if norm is not None:
        rule.norm_id, rule.direction = norm.norm_id, norm.direction
        rule.low, rule.high = norm.low, norm.high  # type: ignore[assignment]  # both may be empty
        rule.tolerance = norm.tolerance
        rule.points_met, rule.points_within = norm.points_met, norm.points_within
        rule.points_missed = norm.points_missed
    content = {
        field.attname: getattr(rule, field.attname)
        for field in Rule._meta.concrete_fields
        if field.attname not in ("id", "digest")
    }
    rule.digest = hashlib.sha256(
        json.dumps(content, sort_keys=True, default=str, ensure_ascii=False).encode()
    ).hexdigest()
    return rule


def expected_of(rule: Rule) -> Expected | None:
    """The frozen norm, to judge a corrected value by; None where there was none."""
    if not rule.direction:
        return None
    return Expected(
        rule.direction,
        rule.low,
        rule.high,
        rule.tolerance,
        rule.points_met,
        rule.points_within,
        rule.points_missed,
        rule.norm_id,
    )

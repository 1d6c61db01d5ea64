"""Verbs of indicators: what is counted, in which order it is shown; for who may "configure".

Built-in indicators are declared in `kpi/indicators/`; of them only the name, the column and whether imports count may
change. Whatever changes here holds from the next day's window on: a day that has begun keeps its indicators
(`kpi.days.as_begun`). `by` is None for the system.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from activities.models import Activity, ActivityKind
from core.history.operations import Operation, operation
from core.text import normal
from kpi.indicators import name_of
from kpi.models import Indicator
from people import access
from people.models import Company, User

# What may change of every indicator; of one of activities; of a ratio.
EVERY = frozenset({"name", "on_scorecard", "counts_imports"})
OF_ACTIVITIES = frozenset({"activity_kind", "group", "held", "direction"})
OF_RATIO = frozenset({"numerator", "denominator", "as_percent"})

_OWN_CODE = re.compile(r"own_(\d+)")
_Kind = Indicator.Kind


def add_indicator(*, by: User | None, name: str, kind: str, **fields: Any) -> Indicator:
    """One of the company's own, after the others: a count of activities, the sum of their quantity, or a ratio.

    `fields`: of activities `activity_kind` or `group` (neither: all of them), `held`, `direction`; of a ratio
    `numerator`, `denominator`, `as_percent`; of each `on_scorecard`, `counts_imports`. Its code is made here.
    ValidationError by field.
    """
    _require_configure(by)
    if kind not in (_Kind.COUNT, _Kind.QUANTITY, _Kind.RATIO):
        raise ValidationError({"kind": _("Choose what it is: a number, a sum or a ratio.")})
    row = Indicator(kind=kind)
    with _operation(by):
        _one_at_a_time()
        known = list(Indicator.all_objects.all())
        numbers = [int(found[1]) for one in known if (found := _OWN_CODE.fullmatch(one.code))]
        row.code = f"own_{max(numbers, default=0) + 1}"
        row.position = max((one.position for one in known), default=0) + 10
        _fill(row, {"name": name} | fields)
        row.save()
    return row


def update_indicator(indicator: Indicator, *, by: User | None, **fields: Any) -> Indicator:
    """Other values for what may change of its kind; `StaleRecord` if somebody saved it meanwhile."""
    _require_configure(by)
    with _operation(by):
        _one_at_a_time()
        _fill(indicator, fields)
        indicator.save()
    return indicator


def retire_indicator(indicator: Indicator, *, by: User | None, with_ratios: bool = False) -> list[Indicator]:
    """Counted and shown no more from the next day's window on; its norms stay and hold again once it is back.

    Refused, naming them, while ratios in use stand on it, unless they are to go as well (`with_ratios`). All that
    were retired.
    """
    _require_configure(by)
    with _operation(by) as op:
        _one_at_a_time()
        ratios = list(ratios_on(indicator))
        if ratios and not with_ratios:
            names = ", ".join(f"“{one}”" for one in ratios)
            sentence = _("“%(name)s” is a part of %(ratios)s: that would be counted no more either.")
            raise ValidationError(
                {"with_ratios": sentence % {"name": indicator, "ratios": names}}, code="in_ratio"
            )
        gone = [indicator, *ratios]
        for one in gone:
            one.retired_at = op.at
            one.save()
    return gone


def restore_indicator(indicator: Indicator, *, by: User | None) -> Indicator:
    """Counted again from the next day's window on. A ratio needs both of its parts in use."""
    _require_configure(by)
    with _operation(by):
        _one_at_a_time()
        for part in (indicator.numerator, indicator.denominator):
            if part is not None and part.retired_at is not None:
                raise ValidationError(_("“%(name)s” is out of use: bring it back first.") % {"name": part})
        _require_free_name(indicator)
        indicator.retired_at = None
        indicator.save()
    return indicator


def ratios_on(indicator: Indicator) -> Any:
    """The ratios in use that stand on the indicator."""
    return Indicator.objects.in_use().filter(Q(numerator=indicator) | Q(denominator=indicator))


def reorder(ids: Sequence[int], *, by: User | None) -> None:
    """Puts the indicators in use into this order. ValidationError unless `ids` are exactly they."""
    _require_configure(by)
    with _operation(by):
        _one_at_a_time()
        known = {one.pk: one for one in Indicator.objects.in_use()}
        if sorted(ids) != sorted(known):
            raise ValidationError(
                _("The indicators have changed meanwhile: look at them and put them in order again.")
            )
        _number([known[pk] for pk in ids])


def move_indicator(indicator: Indicator, *, up: bool, by: User | None) -> None:
    """One place nearer to the beginning or to the end; at the end of the row nothing happens."""
    _require_configure(by)
    with _operation(by):
        _one_at_a_time()
        rows = list(Indicator.objects.in_use())
        here = next((place for place, one in enumerate(rows) if one.pk == indicator.pk), None)
        there = None if here is None else here + (-1 if up else 1)
        if here is not None and there is not None and 0 <= there < len(rows):
            rows[here], rows[there] = rows[there], rows[here]
            _number(rows)


# --- Rules ----------------------------------------------------------------------------------------------------------


def _fill(row: Indicator, fields: dict[str, Any]) -> None:
    """Sets the fields, which have to be the kind's own, and holds them to the rules."""
    allowed = EVERY
    if row.kind == _Kind.RATIO:
        allowed = (EVERY - {"counts_imports"}) | OF_RATIO
    elif row.kind != _Kind.BUILT_IN:
        allowed = EVERY | OF_ACTIVITIES
    if unknown := fields.keys() - allowed:
        raise TypeError(f"not to be set of this indicator: {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        setattr(row, name, " ".join(value.split()) if name == "name" else value)
    if not row.name and row.kind != _Kind.BUILT_IN:
        raise ValidationError({"name": _("Enter the name.")})
    if row.kind == _Kind.RATIO:
        _require_parts(row)
    elif row.kind != _Kind.BUILT_IN:
        _require_activities(row)
    row.clean_fields(exclude=["created_at", "changed_at", "retired_at"])
    _require_free_name(row)


def _require_parts(row: Indicator) -> None:
    for field in ("numerator", "denominator"):
        part = getattr(row, field)
        if part is None:
            raise ValidationError({field: _("Choose an indicator.")})
        if part.kind == _Kind.RATIO:
            raise ValidationError({field: _("A ratio cannot stand on a ratio: choose what is counted.")})
        if part.retired_at is not None:
            raise ValidationError(
                {field: _("“%(name)s” is out of use: bring it back first.") % {"name": part}}
            )
    if row.numerator_id == row.denominator_id:
        raise ValidationError({"denominator": _("Divided by itself it is always 1: choose another one.")})


def _require_activities(row: Indicator) -> None:
    if row.activity_kind is not None and row.group:
        raise ValidationError(
            {"group": _("Either one kind or all that count as this: leave one of them empty.")}
        )
    if row.group and row.group not in ActivityKind.Group.values:
        raise ValidationError({"group": _("Choose among those offered.")})
    if row.held not in Indicator.Held.values:
        raise ValidationError({"held": _("Choose among those offered.")})
    if row.direction and row.direction not in Activity.Direction.values:
        raise ValidationError({"direction": _("Choose among those offered.")})
    if row.kind == _Kind.QUANTITY and row.activity_kind is not None and not row.activity_kind.unit:
        sentence = _("No quantity is asked for of “%(kind)s”: set its unit in the list of kinds first.")
        raise ValidationError({"activity_kind": sentence % {"kind": row.activity_kind}})


def _require_free_name(row: Indicator) -> None:
    name = normal(name_of(row))
    if any(normal(name_of(one)) == name for one in Indicator.objects.in_use().exclude(pk=row.pk)):
        raise ValidationError({"name": _("Another indicator is called so.")})


def _number(rows: Sequence[Indicator]) -> None:
    for place, row in enumerate(rows, 1):
        if row.position != 10 * place:
            row.position = 10 * place
            row.save()


def _one_at_a_time() -> None:
    """Two administrators at once: one after the other."""
    Company.objects.select_for_update().get(pk=1)


def _require_configure(by: User | None) -> None:
    if by is not None:
        access.require(by, "configure")


def _operation(by: User | None) -> Any:
    return operation(by=by, kind=Operation.Kind.FORM if by else Operation.Kind.SYSTEM)

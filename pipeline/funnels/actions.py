"""Verbs of funnels and stages, for who may "configure". Moves of the past keep the names stages had then.

A funnel in use always has an open, a won and a lost stage. A stage that deals stand in or went through keeps its type:
what was counted as won stays won.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.colours import STAGE_COLOURS
from core.history.operations import Operation, operation
from people import access
from people.models import User
from pipeline.actions import enter
from pipeline.control import CONTROLS
from pipeline.models import Deal, Funnel, Stage, StageMove

STAGE_FIELDS = frozenset({"name", "kind", "colour", "probability", "norm_days", "control_points", "hint"})
_COLOURS = {number for number, _name in STAGE_COLOURS}


def add_funnel(name: str, *, by: User, like: Funnel | None = None) -> Funnel:
    """A new funnel after the others, with the stages of `like`, or else with one stage of each type."""
    access.require(by, "configure")
    name = _free_funnel_name(name)
    with operation(by=by):
        last = Funnel.objects.aggregate(last=Max("position"))["last"] or 0
        funnel: Funnel = Funnel.objects.create(name=name, position=last + 1)
        Stage.objects.bulk_create(_copied(like, funnel) if like else _first_stages(funnel))
    return funnel


def rename_funnel(funnel: Funnel, name: str, *, by: User) -> Funnel:
    """Another name. `StaleRecord` if somebody saved it meanwhile."""
    access.require(by, "configure")
    name = _free_funnel_name(name, but=funnel)
    with operation(by=by):
        funnel.name = name
        funnel.save()
    return funnel


def retire_funnel(funnel: Funnel, *, by: User) -> None:
    """Takes the funnel off the board. Refused while open deals stand in it, and for the last one."""
    access.require(by, "configure")
    with operation(by=by) as op:
        if not Funnel.objects.in_use().exclude(pk=funnel.pk).exists():
            raise ValidationError(_("This is the only funnel: add another one first."))
        if Deal.objects.open().filter(stage__funnel=funnel).exists():
            raise ValidationError(_("Open deals stand in this funnel: move them to another one first."))
        funnel.retired_at = op.at
        funnel.save()


def add_stage(funnel: Funnel, *, by: User, name: str, kind: str = Stage.Kind.OPEN, **fields: Any) -> Stage:
    """A new stage: an open one after the last open one, a closed one at the end. `fields`: `STAGE_FIELDS`."""
    access.require(by, "configure")
    stage = Stage(funnel=funnel, name=name, kind=kind, **fields)
    _require_right(stage, fields.keys() | {"name", "kind"})
    with operation(by=by):
        stages = _in_order(funnel)
        opened = [n for n, one in enumerate(stages, 1) if one.kind == Stage.Kind.OPEN]
        place = max(opened, default=0) if kind == Stage.Kind.OPEN else len(stages)
        stage.position = place + 1
        stage.save()
        _number([*stages[:place], stage, *stages[place:]])
    return stage


def update_stage(stage: Stage, *, by: User, **fields: Any) -> Stage:
    """Other values for `STAGE_FIELDS`. `StaleRecord` if somebody saved it meanwhile; ValidationError by field."""
    access.require(by, "configure")
    kind = stage.kind
    with operation(by=by):
        for name, value in fields.items():
            setattr(stage, name, value)
        _require_right(stage, fields.keys())
        if stage.kind != kind:
            _require_unused(stage)
            _require_other(stage, kind)
        stage.save()
    return stage


def reorder_stages(funnel: Funnel, ids: Sequence[int], *, by: User) -> None:
    """Puts the funnel's stages in use into this order. ValidationError unless `ids` are exactly they."""
    access.require(by, "configure")
    with operation(by=by):
        stages = {stage.pk: stage for stage in _in_order(funnel)}
        if sorted(ids) != sorted(stages):
            raise ValidationError(
                _("The stages have changed meanwhile: look at them and put them in order again.")
            )
        _number([stages[pk] for pk in ids])


def move_stage(stage: Stage, *, up: bool, by: User) -> None:
    """One place nearer to the beginning or to the end; at the end of the row nothing happens."""
    access.require(by, "configure")
    with operation(by=by):
        stages = _in_order(stage.funnel)
        here = next((n for n, one in enumerate(stages) if one.pk == stage.pk), None)
        there = None if here is None else here + (-1 if up else 1)
        if here is not None and there is not None and 0 <= there < len(stages):
            stages[here], stages[there] = stages[there], stages[here]
            _number(stages)


def retire_stage(stage: Stage, target: Stage | None, *, by: User) -> int:
    """Takes the stage out of use and moves its deals to `target` (a stage in use of the same type); how many moved.

    The moves are kept like any others. Nothing is asked of the deals: it is the stage that goes, not they. `target`
    may be None where no deal stands in the stage.
    """
    access.require(by, "configure")
    with operation(
        by=by, kind=Operation.Kind.BULK, note=_("Stage “%(stage)s” retired") % {"stage": stage}
    ) as op:
        _require_other(stage, stage.kind)
        deals = list(Deal.objects.filter(stage=stage).select_for_update())
        if deals:
            _require_target(stage, target)
            enter(deals, target, op)  # type: ignore[arg-type]
        stage.retired_at = op.at
        stage.save()
    return len(deals)


def bring_back_stage(stage: Stage, *, by: User) -> None:
    """The retired stage takes deals again, at the end of those of its type."""
    access.require(by, "configure")
    with operation(by=by):
        stage.retired_at = None
        stage.save()
        _number(_in_order(stage.funnel))


# --- Rules ----------------------------------------------------------------------------------------------------------


def _in_order(funnel: Funnel) -> list[Stage]:
    stages = Stage.objects.filter(funnel=funnel, retired_at__isnull=True)
    return list(stages.select_for_update().order_by("position", "pk"))


def _number(stages: Sequence[Stage]) -> None:
    for position, stage in enumerate(stages, 1):
        if stage.position != position:
            stage.position = position
            stage.save()


def _copied(like: Funnel, funnel: Funnel) -> list[Stage]:
    names = ("name", "kind", "colour", "position", "probability", "norm_days", "control_points", "hint")
    return [
        Stage(funnel=funnel, **{name: getattr(stage, name) for name in names})
        for stage in Stage.objects.filter(funnel=like, retired_at__isnull=True)
    ]


def _first_stages(funnel: Funnel) -> list[Stage]:
    rows = [
        (pgettext("stage", "New"), Stage.Kind.OPEN, 2, 10),
        (pgettext("stage", "Won"), Stage.Kind.WON, 9, 100),
        (pgettext("stage", "Lost"), Stage.Kind.LOST, 10, 0),
    ]
    return [
        Stage(funnel=funnel, name=name, kind=kind, colour=colour, position=position, probability=probability)
        for position, (name, kind, colour, probability) in enumerate(rows, 1)
    ]


def _require_right(stage: Stage, changed: Any) -> None:
    if unknown := set(changed) - STAGE_FIELDS:
        raise TypeError(f"not fields of a stage that may be set: {', '.join(sorted(unknown))}")
    stage.name = " ".join(stage.name.split())
    stage.clean_fields(exclude=[field.name for field in stage._meta.fields if field.name not in STAGE_FIELDS])
    if stage.colour not in _COLOURS:
        raise ValidationError({"colour": _("Choose one of the colours offered.")})
    if set(stage.control_points) - set(CONTROLS):
        raise ValidationError({"control_points": _("Choose among the fields offered.")})
    same = Stage.objects.filter(funnel=stage.funnel_id, name=stage.name, retired_at__isnull=True)
    if same.exclude(pk=stage.pk).exists():
        raise ValidationError({"name": _("This funnel has a stage of that name already.")})


def _require_unused(stage: Stage) -> None:
    moves = StageMove.objects.filter(Q(to_stage=stage) | Q(from_stage=stage))
    if moves.exists() or Deal.all_objects.filter(stage=stage).exists():
        raise ValidationError({"kind": _("Deals have been in this stage: its type cannot change any more.")})


def _require_other(stage: Stage, kind: str) -> None:
    """One stage of the type must remain besides this one."""
    others = Stage.objects.filter(funnel=stage.funnel_id, kind=kind, retired_at__isnull=True)
    if not others.exclude(pk=stage.pk).exists():
        label = str(Stage.Kind(kind).label)
        raise ValidationError(
            _("It is the only stage of the type “%(kind)s”: add another one first.") % {"kind": label}
        )


def _require_target(stage: Stage, target: Stage | None) -> None:
    if target is None:
        raise ValidationError({"target": _("Deals stand in this stage: choose where they go.")})
    if (
        target.pk == stage.pk
        or target.kind != stage.kind
        or target.retired_at
        or target.funnel_id != stage.funnel_id
    ):
        raise ValidationError({"target": _("Choose a stage of the same type that is in use.")})


def _free_funnel_name(name: str, but: Funnel | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("Enter the name.")})
    if len(name) > 100:
        raise ValidationError({"name": _("Too long: at most %(max)s characters.") % {"max": 100}})
    if Funnel.objects.in_use().filter(name=name).exclude(pk=but.pk if but else None).exists():
        raise ValidationError({"name": _("There is a funnel of that name already.")})
    return name

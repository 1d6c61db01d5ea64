"""The verbs of the short lists, for every `NamedList`; only who may "configure" uses them."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.history.operations import operation
from core.text import normal
from leads.models import NamedList
from people import access
from people.models import User

N = TypeVar("N", bound=NamedList)


def add_entry(model: type[N], *, by: User, name: str, **fields: Any) -> N:
    """A new entry at the end of its list. ValidationError where the list has one of that name."""
    access.require(by, "configure")
    name = _free_name(model, name)
    with operation(by=by):
        last = model.objects.order_by("-position").values_list("position", flat=True).first()
        entry = model(name=name, position=(last or 0) + 1, **fields)
        entry.clean()
        entry.save()
    return entry


def update_entry(entry: N, *, by: User, **fields: Any) -> N:
    """Renames the entry or changes its other fields; records that name it keep it. `StaleRecord`, ValidationError."""
    access.require(by, "configure")
    if "name" in fields:
        fields["name"] = _free_name(type(entry), fields["name"], but=entry)
    with operation(by=by):
        if any(getattr(entry, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(entry, name, value)
            entry.clean()
            entry.save()
    return entry


def move_entry(entry: NamedList, *, up: bool, by: User) -> None:
    """One place up or down; at the end of the list nothing happens."""
    access.require(by, "configure")
    with operation(by=by):
        entries: list[NamedList] = list(
            type(entry).objects.filter(retired_at=None).order_by("position", "pk")
        )
        here = next((n for n, one in enumerate(entries) if one.pk == entry.pk), None)
        there = None if here is None else here + (-1 if up else 1)
        if here is None or there is None or not 0 <= there < len(entries):
            return
        entries[here], entries[there] = entries[there], entries[here]
        for position, one in enumerate(entries, 1):
            if one.position != position:
                one.position = position
                one.save()


def retire_entry(entry: NamedList, *, by: User) -> None:
    """Offered no more; records that name it keep it, and filters still know it."""
    access.require(by, "configure")
    if entry.retired_at is None:
        with operation(by=by) as op:
            entry.retired_at = op.at
            entry.save()


def bring_back_entry(entry: NamedList, *, by: User) -> None:
    """Offered again, at the place it had."""
    access.require(by, "configure")
    if entry.retired_at is not None:
        with operation(by=by):
            entry.retired_at = None
            entry.save()


def _free_name(model: type[N], name: str, but: N | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("Enter the name.")})
    others = model.objects.exclude(pk=but.pk if but else None).values_list("name", flat=True)
    if normal(name) in {normal(other) for other in others}:
        raise ValidationError({"name": _("The list has such an entry already.")})
    return name

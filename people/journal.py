"""The journal: which operations a person may look into, and which of them they may roll back."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.apps import apps
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import show
from core.history.changes import Change, models_of
from core.history.operations import Operation
from core.history.rollback import Plan
from core.history.tracked import Tracked
from people import access
from people.models import User


def operations_visible_to(user: User) -> QuerySet[Operation]:
    """Everybody's for director and admin; the team's for its head; one's own for a manager; else none."""
    rows = Operation.objects.all()
    if access.may(user, "journal"):
        return rows
    owners = access.owners_visible_to(user)
    return rows if owners is None else rows.filter(by__in=owners)


def in_words(operation: Operation) -> str:
    """«клиенты: создано 3 · сделки: создано 3, изменено 1»: what the operation wrote, from its counts."""
    parts = []
    for label, (created, changed) in operation.counts.items():
        said = []
        if created:
            said.append(_("created %(count)s") % {"count": show.number(created)})
        if changed:
            said.append(_("changed %(count)s") % {"count": show.number(changed)})
        name = str(apps.get_model(label)._meta.verbose_name_plural)
        parts.append(f"{name[:1].upper()}{name[1:]}: {', '.join(said)}")
    return " · ".join(parts)


def changeable_by(user: User) -> Callable[[type[Tracked], Iterable[int]], set[int]]:
    """`allowed` for `core.history.rollback`: which of a model's rows the user may change."""
    return lambda model, ids: access.changeable(user, model, ids)


def may_roll_back(user: User, operation: Operation) -> bool:
    """Whether the user may change every record that the operation wrote."""
    for model in models_of(operation):
        ids = set(model.versions.filter(operation=operation).values_list("record_id", flat=True))
        if ids - access.changeable(user, model, ids):
            return False
    return bool(operation.counts)


def told_to(user: User, changes: list[Change]) -> list[Change]:
    """The changes without the fields that are not for this user (`access.keep_secret`)."""
    for change in changes:
        change.fields = [
            one for one in change.fields if access.may_read(user, change.model, str(one.field.name))
        ]
    return changes


def veil(user: User, plan: Plan) -> None:
    """Takes the same fields out of the preview of a rollback. They come back with the rest, and are not told."""
    for row in plan.rows:
        row.texts = [text for text in row.texts if access.may_read(user, row.model, str(text[0].name))]
    words = _("is not shown")
    plan.conflicts = [
        one
        if access.may_read(user, one.model, str(one.field.name))
        else replace(one, before_text=words, set_text=words, current_text=words)
        for one in plan.conflicts
    ]

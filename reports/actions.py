"""Verbs of what readers keep of reports."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core.history.operations import Operation, operation
from people.models import User
from reports.models import SavedView
from reports.report import Report


def save_view(*, by: User, report: str, name: str, query: str, is_shared: bool = False) -> SavedView:
    """Keeps a question under a name; one's own of the same name and report is replaced.

    PermissionDenied for a report that `by` may not open; ValidationError of "name" without one.
    """
    known = Report.registry.get(report)
    if known is None or not known.is_for(by):
        raise PermissionDenied(report)
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("Give it a name: by it you will find it again.")})
    with operation(by=by):
        view = SavedView.objects.filter(user=by, report=report, name=name).first()
        view = view or SavedView(user=by, report=report, name=name)
        view.query, view.is_shared = query.removeprefix("?"), is_shared
        view.full_clean(exclude=["user"], validate_unique=False, validate_constraints=False)
        view.save()
    return view


def delete_view(view: SavedView, *, by: User) -> Operation:
    """Takes it away, from colleagues too; only who made it may. A rollback of the operation brings it back."""
    if view.user_id != by.pk:
        raise PermissionDenied(f"view {view.pk}")
    with operation(by=by) as op:
        SavedView.objects.filter(pk=view.pk).soft_delete()
    return op

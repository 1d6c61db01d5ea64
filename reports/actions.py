"""Verbs of what readers keep of reports, and of what is sent of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from core.history.operations import Operation, operation
from core.outbox import enqueue
from people import access
from people.models import Appointment, User, UserQuerySet
from reports.models import Letter, Mailing, Recipient, SavedView
from reports.report import Report

LETTER = "reports.letter"
# Changed, the moments before are those of another schedule.
_TIMES = {"every", "weekday", "day", "hour"}


# --- Views ------------------------------------------------------------------------------------------------------------


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


# --- Mailings ---------------------------------------------------------------------------------------------------------


def may_receive(report: type[Report]) -> UserQuerySet:
    """Those who sign in and may open the report today."""
    today = Appointment.objects.in_force().filter(role__in=report.roles)
    people: UserQuerySet = User.objects.active().filter(pk__in=today.values("user"))
    return people


def may_be_chosen(by: User, report: type[Report], mailing: Mailing | None = None) -> UserQuerySet:
    """To whom `by` may send: who sets tasks for others, to all who may open the report, the others to themselves.
    Who receives it already may go on."""
    people = may_receive(report)
    if access.may(by, "assign"):
        return people
    already = mailing.recipients.values("user") if mailing else ()
    return people.filter(Q(pk=by.pk) | Q(pk__in=already))


def create_mailing(*, by: User, report: str, query: str, recipients: Iterable[User], **said: Any) -> Mailing:
    """From now on the question is answered by mail. `said`: name, every, weekday, day, hour, with_file, if_anything.

    PermissionDenied for a report that `by` may not open, and for recipients that are not theirs to choose;
    ValidationError of "recipients" where there are none, of the others for what cannot be.
    """
    known = Report.registry.get(report)
    if known is None or not known.is_for(by):
        raise PermissionDenied(report)
    with operation(by=by) as op:
        mailing = Mailing(user=by, report=report, query=query.removeprefix("?"), runs_since=op.at)
        _set(mailing, said)
        _set_recipients(mailing, recipients, by)
    return mailing


def update_mailing(
    mailing: Mailing, *, by: User, recipients: Iterable[User] | None = None, **said: Any
) -> Mailing:
    """Changes what is given, as `create_mailing` takes it. With another time it begins anew: what the old one has
    missed is nobody's any more."""
    access.require_change(by, mailing)
    with operation(by=by) as op:
        if _TIMES & said.keys():
            mailing.runs_since = op.at
        if said:
            _set(mailing, said)
        if recipients is not None:
            _set_recipients(mailing, recipients, by)
    return mailing


def stop_mailing(mailing: Mailing, *, by: User) -> None:
    """Nothing is sent until it is resumed; what waits to be sent is not sent either."""
    access.require_change(by, mailing)
    with operation(by=by):
        mailing.is_stopped = True
        mailing.save()


def resume_mailing(mailing: Mailing, *, by: User) -> None:
    """It sends again from the next moment on; ValidationError where nobody would receive it."""
    access.require_change(by, mailing)
    if not Recipient.objects.filter(mailing=mailing).exists():
        raise ValidationError(_("Nobody would receive it: first choose to whom it is sent."))
    with operation(by=by) as op:
        mailing.is_stopped, mailing.runs_since = False, op.at
        mailing.save()


def delete_mailing(mailing: Mailing, *, by: User) -> Operation:
    """Takes it away; a rollback of the operation brings it back."""
    access.require_change(by, mailing)
    with operation(by=by) as op:
        Recipient.objects.filter(mailing=mailing).soft_delete()
        Mailing.objects.filter(pk=mailing.pk).soft_delete()
    return op


def leave_mailing(mailing: Mailing, *, by: User) -> None:
    """`by` receives it no more, whosever it is; without anybody left it is stopped. PermissionDenied for who does not
    receive it."""
    with operation(by=by):
        if not Recipient.objects.filter(mailing=mailing, user=by).soft_delete():
            raise PermissionDenied(f"mailing {mailing.pk}")
        if not Recipient.objects.filter(mailing=mailing).exists():
            Mailing.objects.filter(pk=mailing.pk).update(is_stopped=True)


def send_trial(mailing: Mailing, *, by: User) -> Letter:
    """A letter to oneself at once, of what oneself may see; ValidationError where `by` may not open the report."""
    access.require_change(by, mailing)
    known = Report.registry.get(mailing.report)
    if known is None or not known.is_for(by):
        raise ValidationError(_("You may not open this report any more."))
    with operation(by=by) as op:
        job = enqueue(LETTER, {"mailing": mailing.pk, "user": by.pk})
        return Letter.objects.create(mailing=mailing, user=by, due_at=op.at, is_trial=True, job=job)


def _set(mailing: Mailing, said: dict[str, Any]) -> None:
    for field, value in said.items():
        setattr(mailing, field, value)
    mailing.name = " ".join(mailing.name.split())
    mailing.full_clean(exclude=["user"], validate_unique=False, validate_constraints=False)
    if not (0 <= mailing.weekday <= 6 and 1 <= mailing.day <= 31 and 0 <= mailing.hour <= 23):
        raise ValidationError(_("There is no such time."))
    mailing.save()


def _set_recipients(mailing: Mailing, recipients: Iterable[User], by: User) -> None:
    wanted = {user.pk for user in recipients}
    if not wanted:
        raise ValidationError({"recipients": _("Choose to whom it is sent.")})
    now = dict(Recipient.objects.filter(mailing=mailing).values_list("user", "pk"))
    new = wanted - now.keys()
    known = Report.registry[mailing.report]
    if new - set(may_be_chosen(by, known, mailing).values_list("pk", flat=True)):
        raise PermissionDenied("recipients")
    if gone := [pk for user, pk in now.items() if user not in wanted]:
        Recipient.objects.filter(pk__in=gone).soft_delete()
    Recipient.objects.bulk_create([Recipient(mailing=mailing, user_id=pk) for pk in sorted(new)])

"""Pages of tasks and of single activities."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import View

from activities import actions
from activities.forms_tasks import ActivityForm, CancelTaskForm, MoveTaskForm, TaskForm
from activities.in_hand import InHand
from activities.models import Activity
from activities.moments import is_late
from activities.views_log import page_behind, safe_back
from core import show
from core.forms import EditRecord, add_errors, redirect_to
from core.once import once, result_of
from core.toasts import undoable
from leads.models import Client
from people import access
from people.access import get_visible_or_404
from people.pages import ForAbility, for_ability

_WITH = ("client", "deal__stage", "kind", "contact", "manager", "stage", "set_by", "follows")


def _own(request: HttpRequest, pk: int) -> Activity:
    """An activity of the people whose records the user sees."""
    rows = Activity.objects.select_related(*_WITH)
    return get_visible_or_404(rows, request.user, pk=pk)  # type: ignore[arg-type]


def _task(request: HttpRequest, pk: int) -> Activity:
    task = _own(request, pk)
    if not task.is_planned:
        raise Http404
    return task


class NewTask(ForAbility, View):
    """Plans something for a client that is given; without one the page that finds it."""

    ability = "sell"

    def get(self, request: HttpRequest) -> HttpResponse:
        wished = request.GET
        hand = InHand.of(request.user, wished.get("client", ""), wished.get("deal", ""), "none")  # type: ignore[arg-type]
        back = wished.get("back") or page_behind(request)
        return self._page(TaskForm(hand=hand, initial={"back": back}))

    def post(self, request: HttpRequest) -> HttpResponse:
        if answer := result_of(request):
            return answer
        sent = request.POST
        hand = InHand.of(request.user, sent.get("client", ""), sent.get("deal", ""), "none")  # type: ignore[arg-type]
        form = TaskForm(sent, hand=hand)
        if form.is_valid():
            try:
                return once(request, lambda: self._save(form))
            except ValidationError as error:
                add_errors(form, error)
        return self._page(form, 422)

    def _save(self, form: TaskForm) -> str:
        task = actions.plan_activity(by=self.request.user, **form.values())  # type: ignore[arg-type]
        said = _("Planned for %(day)s: %(what)s.") % {"day": show.near_day(task.due_on), "what": task.what}
        messages.success(self.request, said)
        return safe_back(self.request, form.cleaned_data["back"])

    def _page(self, form: TaskForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "hand": form.hand}
        return render(self.request, "activities/task_new.html", context, status=status)


class MoveTask(ForAbility, View):
    """Another day for a task; the same page cancels it."""

    ability = "sell"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._page(_task(request, pk), MoveTaskForm(user=request.user), page_behind(request))  # type: ignore[arg-type]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        task = _task(request, pk)
        back = request.POST.get("back", "")
        form = MoveTaskForm(request.POST, user=request.user)  # type: ignore[arg-type]
        if form.is_valid():
            try:
                moved = actions.move_task(task, by=request.user, **form.due)  # type: ignore[arg-type]
                messages.success(request, _("Put off to %(day)s.") % {"day": show.near_day(moved.due_on)})
                return redirect_to(request, safe_back(request, back))
            except ValidationError as error:
                add_errors(form, error)
        return self._page(task, form, back, 422)

    def _page(self, task: Activity, form: Any, back: str, status: int = 200) -> HttpResponse:
        context = {"task": task, "form": form, "cancel_form": CancelTaskForm(), "back": back}
        return render(self.request, "activities/task_move.html", context, status=status)


@for_ability("sell")
@require_POST
def cancel_task(request: HttpRequest, pk: int) -> HttpResponse:
    task = _task(request, pk)
    form = CancelTaskForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    actions.cancel_task(task, by=request.user, reason=reason)  # type: ignore[arg-type]
    messages.success(request, _("The task is cancelled: %(what)s.") % {"what": task.what})
    return redirect_to(request, safe_back(request, request.POST.get("back", "")))


@for_ability("sell")
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """One activity in full. Also somebody else's, where its client is the user's."""
    rows = Activity.objects.select_related(*_WITH)
    found = rows.visible_to(request.user).filter(pk=pk).first()
    may_change = found is not None
    if found is None:
        found = rows.filter(pk=pk, client__in=Client.objects.visible_to(request.user)).first()
    if found is None:
        raise Http404
    context = {
        "activity": found,
        "may_change": may_change,
        "may_accept": _may_accept(request, found),
        "late": is_late(found, found.manager.team),
        "next_steps": found.next_steps.filter(deleted_at=None).select_related("kind"),
    }
    return render(request, "activities/activity.html", context)


def _may_accept(request: HttpRequest, task: Activity) -> bool:
    user: Any = request.user
    if not task.set_by_id or not task.is_done or task.accepted_at or task.manager_id == user.pk:
        return False
    return task.set_by_id == user.pk or access.may(user, "assign")


class EditActivity(ForAbility, EditRecord):
    ability = "sell"
    form_class, template_name = ActivityForm, "activities/activity_edit.html"

    def record(self) -> Activity:
        found = _own(self.request, self.kwargs["pk"])
        if found.status == Activity.Status.CANCELLED:
            raise Http404
        return found

    def save(self, form: Any) -> str:
        user: Any = self.request.user
        changed = actions.update_activity(
            form.record, by=user, expected_version=form.record.version, **form.changes
        )
        return str(changed.get_absolute_url())


@for_ability("sell")
@require_POST
def delete_activity(request: HttpRequest, pk: int) -> HttpResponse:
    found = _own(request, pk)
    operation = actions.delete_activity(found, by=request.user)  # type: ignore[arg-type]
    undoable(
        request, _("Deleted: %(what)s.") % {"what": found}, reverse("people:rollback", args=[operation.pk])
    )
    return redirect_to(request, safe_back(request, request.POST.get("back", "")))


@for_ability("sell")
@require_POST
def accept_result(request: HttpRequest, pk: int) -> HttpResponse:
    found = _own(request, pk)
    if not _may_accept(request, found):
        raise PermissionDenied("accepting this result")
    actions.accept_result(found, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The result is accepted."))
    return redirect_to(request, found.get_absolute_url())

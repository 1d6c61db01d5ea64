"""One operation with its changes, and its rollback with a preview."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import View

from core.history import changes, rollback
from core.history.operations import Operation
from people import access, journal
from people.pages import ForAbility
from people.views.verbs import Request

PER_PAGE = 50


class OneOperation(ForAbility, View):
    """What the operation did to each record, «before → after»; of somebody else's record only its kind."""

    ability = "sell"

    def get(self, request: Request, pk: int) -> HttpResponse:
        operation = visible_or_404(request.user, pk)
        count = changes.change_count(operation)
        page = Paginator(range(count), PER_PAGE).get_page(request.GET.get("page"))
        found = journal.told_to(
            request.user, changes.changes_of(operation, start=max(page.start_index() - 1, 0), limit=PER_PAGE)
        )
        readable = {
            model: access.readable(
                request.user, model, [one.record_id for one in found if one.model is model]
            )
            for model in {one.model for one in found}
        }
        return render(
            request,
            "people/operation.html",
            {
                "operation": operation,
                "words": journal.in_words(operation),
                "rows": [(one, one.record_id in readable[one.model]) for one in found],
                "page": page,
                "may_roll_back": journal.may_roll_back(request.user, operation),
                "rollbacks": operation.reverted_by.select_related("by"),
            },
        )


class Rollback(ForAbility, View):
    """The preview of a rollback: what comes back, what was changed since (to be decided), what stays. POST does it."""

    ability = "sell"

    def get(self, request: Request, pk: int) -> HttpResponse:
        return self._preview(request, self._operation(request, pk), {})

    def post(self, request: Request, pk: int) -> HttpResponse:
        operation = self._operation(request, pk)
        choices = {key: str(value) for key, value in request.POST.items() if ":" in key}
        allowed = journal.changeable_by(request.user)
        try:
            if rollback.plan(operation, allowed=allowed).is_empty:
                return self._preview(request, operation, choices)
            done = rollback.apply(operation, by=request.user, allowed=allowed, choices=choices)
        except PermissionDenied:
            raise Http404 from None
        except rollback.Unresolved:
            sentence = _("Choose for every field that was changed since, then roll back again.")
            return self._preview(request, operation, choices, error=sentence)
        except rollback.Refused as refused:
            sentence = refused.sentence or _(
                "It cannot come back as it was: a value that has to be unique is taken by another record now."
            )
            return self._preview(request, operation, choices, error=sentence)
        messages.success(request, _("Rolled back."))
        # A note's «Undo» brings its reader back to where they were.
        wished = request.POST.get("next", "")
        if wished and url_has_allowed_host_and_scheme(wished, {request.get_host()}, request.is_secure()):
            return HttpResponseRedirect(wished)
        return HttpResponseRedirect(reverse("people:operation", args=[done.pk]))

    def _operation(self, request: Request, pk: int) -> Operation:
        operation = visible_or_404(request.user, pk)
        if not journal.may_roll_back(request.user, operation):
            raise Http404
        return operation

    def _preview(
        self, request: Request, operation: Operation, choices: dict[str, str], error: str = ""
    ) -> HttpResponse:
        try:
            plan = rollback.plan(operation, allowed=journal.changeable_by(request.user))
        except PermissionDenied:
            raise Http404 from None
        journal.veil(request.user, plan)
        shown = [row for row in plan.changed if row.texts or row.brings_back]
        objection = rollback.objection_to(plan)
        context = {
            "operation": operation,
            "words": journal.in_words(operation),
            "plan": plan,
            "changed": shown[:PER_PAGE],
            "changed_more": len(shown) - PER_PAGE,
            "deleted": plan.deleted[:PER_PAGE],
            "deleted_more": len(plan.deleted) - PER_PAGE,
            "conflicts": [(one, choices.get(one.key, "")) for one in plan.conflicts],
            "error": objection or error,
            "impossible": bool(objection),
        }
        return render(request, "people/rollback.html", context, status=422 if error else 200)


def visible_or_404(user: Any, pk: int) -> Operation:
    operation: Operation = get_object_or_404(
        journal.operations_visible_to(user).select_related("by", "reverts__by"), pk=pk
    )
    return operation

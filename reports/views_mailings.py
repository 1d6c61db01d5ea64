"""Reports by mail: the page of mailings, making and changing one, its buttons."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods, show
from core.toasts import undoable
from people import access, calendar
from people.models import User
from people.pages import ForAbility, for_ability
from people.views.verbs import EditPage, Push, VerbForm
from reports import actions
from reports.forms import MailingForm, NewMailingForm
from reports.mailing_rows import rows_of
from reports.models import Mailing, Recipient, SavedView
from reports.report import Report
from reports.sheet import Sheet


@for_ability("sell")
def mailings(request: HttpRequest) -> HttpResponse:
    """Those the reader may change, and those of others that they receive."""
    user: Any = request.user
    own = list(Mailing.objects.visible_to(user).select_related("user").order_by("report", "pk"))
    received = Mailing.objects.filter(pk__in=Recipient.objects.filter(user=user).values("mailing"))
    others = received.exclude(pk__in=[mailing.pk for mailing in own]).select_related("user")
    with calendar.kept():
        rows = rows_of(own, user)
        context = {
            "rows": sorted(rows, key=lambda row: not row.is_mine),
            "received": rows_of(list(others), user, may_change=False),
        }
    return render(request, "reports/mailings.html", context)


class NewMailing(ForAbility, VerbForm):
    """Sends what the address asks of a report; what of it cannot be asked is left out."""

    ability = "sell"
    form_class = NewMailingForm
    template_name = "reports/mailing.html"  # type: ignore[misc]
    title = gettext_lazy("Send by mail")
    button = gettext_lazy("Send regularly")

    @cached_property
    def report(self) -> type[Report]:
        found = Report.registry.get(self.kwargs["code"])
        if found is None or not found.is_for(self.request.user):
            raise Http404("report")
        return found

    @cached_property
    def query(self) -> str:
        return self.report.form(self.request.user, self.request.GET, periods.now()).asked.query()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user, "report": self.report}

    def get_initial(self) -> dict[str, Any]:
        views = SavedView.objects.open_to(self.request.user).filter(
            report=self.report.code, query=self.query.removeprefix("?")
        )
        named = views.first() if self.query else None
        return {"name": named.name if named else ""}

    def act(self, form: Any) -> str:
        said = {name: value for name, value in form.cleaned_data.items() if name != "once"}
        mailing = actions.create_mailing(
            by=self.request.user, report=self.report.code, query=self.query, **said
        )
        messages.success(self.request, _says_next(mailing.schedule.next(periods.now())))
        return reverse("reports:mailings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "asks": in_words(self.report, self.request.user, self.query),
            "back": reverse("reports:report", args=[self.report.code]) + self.query,
            "address": self.request.path + self.query,
        }


def _says_next(moment: dt.datetime | None) -> str:
    return _("The report will be sent; first %(moment)s.") % {"moment": show.moment(moment)}


def in_words(report: type[Report], user: User, query: str) -> str:
    """What is asked, as the page of the report says it."""
    form = report.form(user, QueryDict(query.removeprefix("?")).dict(), periods.now())
    sheet = Sheet(report(form.asked), form)
    return " · ".join(part for part in (sheet.title, sheet.subtitle) if part)


def mailing_or_404(request: Any, pk: int) -> Mailing:
    mailing: Mailing = access.get_visible_or_404(Mailing, request.user, pk=pk)
    return mailing


class OneMailing(ForAbility, EditPage):
    """Changes one."""

    ability = "sell"
    form_class = MailingForm
    template_name = "reports/mailing.html"
    button = gettext_lazy("Save")
    back = reverse_lazy("reports:mailings")

    def record(self) -> Mailing:
        mailing = mailing_or_404(self.request, self.kwargs["pk"])
        if mailing.report not in Report.registry:
            raise Http404("report")
        return mailing

    def form_kwargs(self) -> dict[str, Any]:
        return {"by": self.request.user}

    def save(self, form: Any) -> str:
        said = form.changes
        if form.cleaned_data["recipients"] != form.current_values()["recipients"]:
            said["recipients"] = form.cleaned_data["recipients"]
        if said:
            actions.update_mailing(form.record, by=self.request.user, **said)
        return reverse("reports:mailings")

    def context(self, form: Any) -> dict[str, Any]:
        mailing = form.record
        return {
            **self.page(),
            "title": mailing.title,
            "asks": in_words(Report.registry[mailing.report], self.request.user, mailing.query),
            "mailing": mailing,
            "address": self.request.path,
        }


class _Button(ForAbility, Push):
    """A button of one's own mailing."""

    ability = "sell"

    @cached_property
    def mailing(self) -> Mailing:
        return mailing_or_404(self.request, self.kwargs["pk"])

    def refused_url(self) -> str:
        return reverse("reports:mailings")


class StopMailing(_Button):
    def act(self) -> str:
        actions.stop_mailing(self.mailing, by=self.request.user)
        return self.refused_url()


class ResumeMailing(_Button):
    def act(self) -> str:
        actions.resume_mailing(self.mailing, by=self.request.user)
        messages.success(self.request, _says_next(self.mailing.schedule.next(periods.now())))
        return self.refused_url()


class TrialOfMailing(_Button):
    def act(self) -> str:
        actions.send_trial(self.mailing, by=self.request.user)
        messages.success(
            self.request,
            _("A trial goes to %(address)s, to nobody else.") % {"address": self.request.user.email},
        )
        return self.refused_url()


class DeleteMailing(_Button):
    def act(self) -> str:
        op = actions.delete_mailing(self.mailing, by=self.request.user)
        sentence = _("The mailing “%(name)s” has been deleted.") % {"name": self.mailing.title}
        undoable(self.request, sentence, reverse("people:rollback", args=[op.pk]))
        return self.refused_url()


class LeaveMailing(_Button):
    """Whoever receives it may leave, whosever it is."""

    @cached_property
    def mailing(self) -> Mailing:
        found = Mailing.objects.filter(
            pk=self.kwargs["pk"], recipients__user=self.request.user, recipients__deleted_at=None
        ).first()
        if found is None:
            raise Http404("mailing")
        return found

    def act(self) -> str:
        actions.leave_mailing(self.mailing, by=self.request.user)
        messages.success(
            self.request, _("“%(name)s” is not sent to you any more.") % {"name": self.mailing.title}
        )
        return self.refused_url()

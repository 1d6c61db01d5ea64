"""The catalogue of reports, a report, the records behind a number."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import push_url

from core import periods
from core.exports.delivery import deliver
from core.tables.files import WRITERS
from core.tables.filters import dressed
from core.tables.selection import EXPORT
from people import calendar
from people.pages import for_ability
from reports import records as behind
from reports.models import SavedView
from reports.report import Report, offered
from reports.sheet import Sheet


@for_ability("sell")
def catalog(request: HttpRequest) -> HttpResponseBase:
    """All reports of the reader."""
    user: Any = request.user
    kept = SavedView.objects.open_to(user).select_related("user")
    views = [(view, Report.registry[view.report]) for view in kept]
    return render(request, "reports/catalog.html", {"shelves": offered(user), "views": views})


@for_ability("sell")
def report(request: HttpRequest, code: str) -> HttpResponseBase:
    """One report: page, fragment for htmx, or file."""
    user: Any = request.user
    found = Report.registry.get(code)
    if found is None or not found.is_for(user):
        raise Http404("report")
    with calendar.kept():
        form = found.form(user, request.GET, periods.now())
        sheet = Sheet(found(form.asked), form)
        if (form_of := request.GET.get(EXPORT, "")) in WRITERS:
            return deliver(
                request,
                form_of,
                title=sheet.title,
                back=request.path + sheet.asked.query(),
                count=len(sheet.lines),
                table=sheet.table,
            )
        htmx: Any = getattr(request, "htmx", None)
        whole = not htmx or htmx.boosted or htmx.history_restore_request
        address = request.path + sheet.asked.query()
        exports = [(form_of, request.path + sheet.asked.query(**{EXPORT: form_of})) for form_of in WRITERS]
        context = {
            "sheet": sheet,
            "report": sheet.report,
            "form": form,
            "fields": dressed(form),
            "address": address,
            "views": SavedView.objects.open_to(user).filter(report=code).select_related("user")
            if whole
            else (),
            "exports": exports,
            "is_fragment": not whole,
        }
        response = render(request, "reports/report.html" if whole else "reports/_sheet.html", context)
    if not whole:
        push_url(response, address)
    patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
    return response


@for_ability("sell")
def records(request: HttpRequest, code: str) -> HttpResponseBase:
    """The records behind one number of a report."""
    with calendar.kept():
        return behind.show(request, code)

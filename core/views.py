"""Answers that belong to no room: the health probe and the error pages, all with the request's id."""

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import requires_csrf_token

from core import health
from core.middleware import request_id


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 «ok» while this process answers, below it what rooms have to say; asks neither the database nor others.

    With `?strict` 503 where something is said: for who watches over the company, not for a load balancer."""
    found = health.complaints()
    status = HTTPStatus.SERVICE_UNAVAILABLE if found and "strict" in request.GET else HTTPStatus.OK
    body = "\n".join(["ok", *found])
    return HttpResponse(body, content_type="text/plain", status=status, headers={"Cache-Control": "no-store"})


def _page(request: HttpRequest, status: HTTPStatus, template: str) -> HttpResponse:
    """The error in the look: in the frame for who is signed in, bare for others; for htmx a note for the toasts.

    A request that failed before its language was known is answered in the company's.
    """
    if not hasattr(request, "LANGUAGE_CODE"):
        translation.activate(settings.LANGUAGE_CODE)
    # The frame must not tell an address that leads somewhere from one that leads nowhere.
    request.resolver_match = None
    user = getattr(request, "user", None)
    framed = (
        status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND) and user is not None and user.is_authenticated
    )
    layout = "base.html" if framed else "bare.html"
    if request.headers.get("HX-Request") == "true":
        layout = "note.html"
    return render(request, template, {"layout": layout, "request_id": request_id()}, status=status)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, HTTPStatus.BAD_REQUEST, "400.html")


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, HTTPStatus.FORBIDDEN, "403.html")


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same words for «not there» and «not yours»."""
    return _page(request, HTTPStatus.NOT_FOUND, "404.html")


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Asks neither the user nor the database: they may be what failed."""
    if not hasattr(request, "LANGUAGE_CODE"):
        translation.activate(settings.LANGUAGE_CODE)
    layout = "note.html" if request.headers.get("HX-Request") == "true" else "bare.html"
    context = {"layout": layout, "request_id": request_id()}
    return render(request, "500.html", context, status=HTTPStatus.INTERNAL_SERVER_ERROR)


@requires_csrf_token
def lost_form_key(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's CSRF key is missing or stale: says how to keep what was typed."""
    return _page(request, HTTPStatus.FORBIDDEN, "lost_form_key.html")

"""The start page and the switches of the frame."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from core.context import THEME_COOKIE, THEMES
from core.places import home_pages
from people import preferences

YEAR = 60 * 60 * 24 * 365


def home(request: HttpRequest) -> HttpResponseBase:
    """What the user's role works with first; for a role without such a page, its sections."""
    view = home_pages.view_for(request.user.role)  # type: ignore[union-attr]
    return view(request) if view else render(request, "home.html")


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keeps the language with the user, and in a cookie for the pages before signing in."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise BadRequest("unknown language")
    if request.user.is_authenticated:
        preferences.set_language(request.user, language=language)
    return _back(request, settings.LANGUAGE_COOKIE_NAME, language)


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keeps light, dark or auto with the user, and in a cookie for the pages before signing in."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        raise BadRequest("unknown theme")
    if request.user.is_authenticated:
        preferences.set_theme(request.user, theme=theme)
    return _back(request, THEME_COOKIE, theme)


def _back(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    """To the page the switch stood on, with the choice in a cookie."""
    wished = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wished, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(wished if safe else "/")
    response.set_cookie(
        cookie, value, max_age=YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
    )
    return response

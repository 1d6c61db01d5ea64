"""The language of an answer: the user's own setting, before signing in the cookie's, else Russian.

Never the browser's Accept-Language: it turned half of a form English for whoever had bought an English laptop.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

KNOWN = frozenset(code for code, _name in settings.LANGUAGES)


class Language:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._wished(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    @staticmethod
    def _wished(request: HttpRequest) -> str:
        """Asks for the user only where there is a session, so that a stranger's request costs no query."""
        wished = ""
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            wished = getattr(request.user, "language", "")
        wished = wished or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return wished if wished in KNOWN else settings.LANGUAGE_CODE

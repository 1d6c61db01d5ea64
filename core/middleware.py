"""A request gets an id that its response, its error page and every line of the log carry; a probe gets its answer."""

import logging
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

_request_id: ContextVar[str] = ContextVar("takt_request_id", default="-")


def request_id() -> str:
    """The id of the request being answered, "-" outside of one (worker, commands)."""
    return _request_id.get()


class RequestId:
    """Names the request. Outermost, so that whatever fails further in has a name already."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request_id.set(secrets.token_hex(5))
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id()
            return response
        finally:
            _request_id.reset(token)


class RequestIdFilter(logging.Filter):
    """Puts `request_id` on every record, for the log's format."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id()
        return True


class Health:
    """Answers `/healthz` before hosts, sessions and the database are asked anything.

    A probe comes by address, without TLS, maybe with a stale session cookie, and while the database is away.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            from core.views import healthz  # views need the apps to be ready

            return healthz(request)
        return self.get_response(request)

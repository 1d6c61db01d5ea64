"""The program's addresses and one more: an empty page, the floor under every measured one."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from crm.urls import handler400, handler403, handler404, handler500
from crm.urls import urlpatterns as program

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

EMPTY = "/bench/empty/"


def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, for somebody signed in: what sessions, users and the middleware cost by themselves."""
    return HttpResponse()


urlpatterns = [*program, path(EMPTY[1:], empty)]

"""What each role sees first: the manager's day, the head's and the director's table, the admin's list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from activities.my_day import MyDay
from core import periods
from people.pages import for_ability


@for_ability("sell")
def my_day(request: HttpRequest) -> HttpResponse:
    """The manager's home page; a head who sells as well has it in the rail."""
    day = MyDay(request.user, periods.now())  # type: ignore[arg-type]
    return render(request, "activities/my_day.html", {"day": day, "queue": day.queue})

"""What may be said of the closing's speed at any size: how many questions it asks."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpi.closing import close
from kpi.days import due, running_day
from kpi.measuring import figures_of
from kpi.models import Figure
from people import calendar
from tests.activities.factories import make_call
from tests.factories import make_user
from tests.kpi.factories import Office, close_all, make_norm
from tests.leads.factories import make_client


def hire(office: Office, count: int) -> None:
    """So many more managers, each with a conversation of the day."""
    for number in range(count):
        manager = make_user(f"Менеджер {office.clock.moment:%d%H}-{number}", team=office.team)
        make_call(make_client(manager=manager))


def questions(office: Office, day: int) -> tuple[int, int]:
    """How many it takes to look at the running day, and to close it."""
    moment = office.at(day, "17:00")
    with calendar.kept(), CaptureQueriesContext(connection) as looking:
        figures_of([running_day(office.team, moment)])
    moment = office.at(day, "18:01")
    with CaptureQueriesContext(connection) as closing:
        close(due(moment), "beat")
    return len(looking), len(closing)


def test_fifty_people_take_as_many_questions_as_five(office: Office) -> None:
    make_norm("conversations_held", 1)
    make_norm("conversations_held", 3, period="week")
    office.at(2, "09:00")
    close_all()
    hire(office, 3)
    questions(office, 2)  # the first one makes the rules
    of_five = questions(office, 3)
    office.at(5, "09:00")
    hire(office, 45)
    of_fifty = questions(office, 5)
    assert of_fifty == of_five
    assert Figure.objects.filter(person_day__day=office.clock.moment.date()).count() >= 50 * 10

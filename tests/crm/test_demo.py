"""The demo company: lived through by the program's verbs, the same for a date, never among real data."""

import datetime as dt
from collections import defaultdict
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from activities.models import Activity
from core import periods
from core.history.integrity import faults
from core.history.operations import Operation
from crm.demo.large import Large
from crm.demo.people import make_many
from crm.demo.small import NOTEBOOK_DAYS, Small
from kpi import checksums
from kpi.models import Closing, PersonDay
from leads.models import Client
from leads.search import refresh_search
from people import calendar
from people.models import Role, User
from pipeline.models import Deal
from tests.factories import THURSDAY, make_user

pytestmark = pytest.mark.django_db


def fingerprint() -> list[tuple[object, ...]]:
    """What a company holds, without ids: they go on counting on PostgreSQL."""
    return [
        *Client.objects.order_by("pk").values_list("name", "manager__email", "created_at", "last_contact_at"),
        *Deal.objects.order_by("pk").values_list("stage__name", "amount", "stage_since", "next_step_on"),
        *Activity.objects.order_by("pk").values_list("text", "outcome", "happened_at", "due_on"),
    ]


def test_a_few_days_leave_whole_histories_and_every_kind_of_record() -> None:
    Small(THURSDAY, days=4).live()

    assert list(faults()) == []
    assert User.objects.filter(is_demo=True).count() == 18
    assert Client.objects.count() > 380
    assert Activity.objects.done().count() > 100
    assert Activity.objects.planned().exists()
    assert {op.by is not None for op in Operation.objects.filter(kind=Operation.Kind.FORM)} == {True}
    assert not Activity.objects.filter(happened_at__gt=THURSDAY).exists()
    derived = dict(Client.objects.values_list("pk", "search"))
    refresh_search(derived)
    assert dict(Client.objects.values_list("pk", "search")) == derived


def test_every_day_but_the_running_one_is_closed_on_time_and_none_is_like_another() -> None:
    company = Small(THURSDAY, days=4)
    company.live()

    closings = list(Closing.objects.order_by("day", "team"))
    closed = NOTEBOOK_DAYS + len(company.working_days()) - 1
    assert len(closings) == 3 * closed
    assert {closing.way for closing in closings} == {Closing.Way.BEAT}
    assert not any(closing.system_down for closing in closings)
    assert max(closing.closed_at - closing.ends for closing in closings) < dt.timedelta(minutes=1)
    days = defaultdict(list)
    lived = PersonDay.objects.filter(day__gte=company.working_days()[0], scored=True).order_by("person")
    for day, points in lived.values_list("day", "points"):
        days[day].append(points)
    assert all(len(set(points)) > 1 for points in days.values())
    assert len({tuple(points) for points in days.values()}) == len(days)
    assert not list(checksums.faults(Closing.objects.select_related("team").order_by("-day")[:3]))


def test_whatever_the_date_the_company_has_sixty_closed_days() -> None:
    with calendar.kept():
        for week in range(53):
            moment = THURSDAY + dt.timedelta(weeks=week)
            assert NOTEBOOK_DAYS + len(Small(moment).working_days()) > 60, moment


def test_the_company_is_the_same_every_time_for_a_date() -> None:
    seen = []
    for _time in range(2):
        with transaction.atomic():
            Small(THURSDAY, days=2).live()
            seen.append(fingerprint())
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    assert len(seen[0]) > 800


def test_the_large_company_is_whole_too() -> None:
    with periods.clock(THURSDAY):
        Large(scale=0.002, closed_days=2).fill(make_many)

    assert (Client.objects.count(), Deal.objects.count()) == (200, 400)
    assert Activity.objects.filter(client=Client.objects.get(pk=1)).count() >= 500
    assert list(faults()) == []


def test_the_large_company_knows_last_contacts_and_next_steps() -> None:
    with periods.clock(THURSDAY):
        Large(scale=0.001, closed_days=0).fill(make_many)

    for deal in Deal.objects.all():
        done = deal.activities.contacts().values_list("happened_at", flat=True)
        planned = deal.activities.planned().values_list("due_on", flat=True)
        assert deal.last_contact_at == max(done, default=None)
        assert deal.next_step_on == min(planned, default=None)


def test_a_database_with_people_in_it_is_left_alone() -> None:
    make_user("Анна Рыбина", role=Role.ADMIN)
    with pytest.raises(CommandError, match="users already"):
        call_command("demo", stdout=StringIO())
    assert User.objects.count() == 1


@override_settings(PRODUCTION=True)
def test_there_is_no_demo_in_production() -> None:
    with pytest.raises(CommandError, match="production"):
        call_command("demo", stdout=StringIO())


def test_the_sign_ins_are_printed_one_a_role() -> None:
    out = StringIO()
    with periods.clock(THURSDAY - dt.timedelta(days=1)):
        make_many(3, 12)
    with periods.clock(THURSDAY):
        call_command("demo", "--who", stdout=out)
    assert out.getvalue().count("@takt.example") == 5

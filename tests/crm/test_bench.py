"""The pages that are measured at real size: what may be said of them at any size, their number of questions."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.conf import settings as program
from django.test import Client as Browser

from core import periods
from crm.bench.cases import CASES, Case, person_of
from crm.bench.closing import closing_rows, last_moment
from crm.demo.large import Large
from crm.demo.people import make_many
from kpi.models import Closing, Figure, PersonDay
from tests.factories import THURSDAY

MOST = 12
# Pages that hold what several rooms know: all of a client with its orders, payments and terms; six reports at once.
MOST_OF = {"card with 500 activities": 21, "home of the director": 64}
# The pages people work on all day. A scorecard asks a question an indicator, and how many is held beside its own tests.
PAGES = [case for case in CASES if not re.search(r"the send$|scorecard|why a number", case.name)]


@pytest.fixture
def company(db: Any) -> Any:
    """More than a page of everything: 500 clients, 1,000 deals, 5,000 activities, 500 of them with one client."""
    with periods.clock(THURSDAY):
        Large(0.005, closed_days=1).fill(make_many)
        yield


def opens(case: Case) -> Callable[[], Any]:
    user = person_of(case.role)
    browser = Browser()
    browser.force_login(user, backend=program.AUTHENTICATION_BACKENDS[-1])
    request = case.prepare(user)
    return lambda: request(browser)


def test_no_measured_page_asks_more_questions_than_it_may(
    company: None, django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    for case in PAGES:
        look = opens(case)
        look()
        with django_assert_max_num_queries(MOST_OF.get(case.name, MOST)):
            assert look().status_code == 200, case.name


def test_the_closing_is_measured_and_taken_away_again(company: None) -> None:
    closings = Closing.objects.count()
    with periods.clock(last_moment()):
        rows = {row.name: row for row in closing_rows(rounds=1)}
    assert [row.rounds for row in rows.values()] == [1, 1, 1, 1, 1, 20, 20]
    assert rows["closing of 50 people, whole"].queries
    assert Closing.objects.count() == closings
    assert not Figure.objects.exclude(person_day__in=PersonDay.objects.all()).exists()


def test_the_measured_send_saves_a_contact(company: None) -> None:
    send = opens(next(case for case in CASES if case.name.endswith("the send")))
    assert [send().status_code for _time in range(2)] == [302, 302]

"""The rights walk: every address × method × member of the cast, with own, foreign and missing records.

How to give a new address its sample: in tests/<room>/samples.py add an entry to SAMPLES, named as `reverse` names it
(where one name has several patterns: name and parameters, "pipeline:board(pk)"):

    SAMPLES = {
        "leads:list": Sample(),                                        # a list; what each may see follows
        "leads:card": Sample(of=lambda cast, seller: seller.client),   # a seller's record
        "people:team": Sample(it=lambda cast: cast.north, roles=ADMIN),  # a record of nobody's
    }

`tests.samples.Sample` says the rest: valid data for POST, what is asked besides. What must hold:

- an address without a sample fails the walk;
- without a sign-in everything leads to the sign-in;
- what a member sees holds their records' tokens and none of anybody else's, in pages, fragments and files alike;
- what is not theirs answers exactly as what is not there: same status, same body;
- a request that is refused writes nothing.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from core import periods
from core.history.operations import Operation
from core.tables import List
from tests.cast import Cast, Member, Seller, make_cast
from tests.factories import THURSDAY
from tests.samples import NO_SUCH, Sample

# Asked of pytest-django for the test database alone: the cast is one for the module (see the fixture).
pytestmark = pytest.mark.django_db

ROOMS = ("crm", "core", "people", "leads", "pipeline", "activities", "orders", "imports", "kpi", "reports")
METHODS = ("GET", "POST")
REFUSED = (404, 405)

SAMPLES: dict[str, Sample] = {
    name: sample
    for room in ROOMS
    if find_spec(f"tests.{room}") and find_spec(f"tests.{room}.samples")
    for name, sample in import_module(f"tests.{room}.samples").SAMPLES.items()
}


# --- The addresses of the program -----------------------------------------------------------------------------------


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern with the name `reverse` knows it by."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from addresses(pattern, space)
        else:
            yield f"{prefix}{pattern.name}", pattern


def by_sample_name() -> dict[str, URLPattern]:
    """Patterns by the name of their sample; of a name's patterns those with parameters are told apart by them."""
    named: dict[str, list[URLPattern]] = {}
    for name, pattern in addresses():
        named.setdefault(name, []).append(pattern)
    return {
        f"{name}({','.join(parameters)})" if len(patterns) > 1 and parameters else name: pattern
        for name, patterns in named.items()
        for pattern in patterns
        for parameters in [list(pattern.pattern.converters)]
    }


ADDRESSES = by_sample_name()


def test_every_address_has_a_sample_and_every_sample_an_address():
    assert sorted(set(ADDRESSES) - set(SAMPLES)) == [], "addresses without a sample"
    assert sorted(set(SAMPLES) - set(ADDRESSES)) == [], "samples without an address"
    assert not [name for name in ADDRESSES if name.endswith("None")], "addresses without a name"


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """One cast for the whole walk: what a request changes is undone after it (see `ask`)."""
    with django_db_blocker.unblock(), periods.clock(THURSDAY), transaction.atomic():
        yield make_cast()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def browsers(cast: Cast) -> dict[int, Browser]:
    """{id of a user: a browser they are signed in with}."""
    found = {}
    for member in cast.members:
        found[member.user.pk] = Browser()
        found[member.user.pk].force_login(member.user)
    return found


# --- Asking ---------------------------------------------------------------------------------------------------------


class Answer:
    """A response with what it wrote to the database, its text out of whatever it is packed in."""

    operations = 0  # how many were made and not taken back

    def __init__(self, response: HttpResponse, path: str, queries: CaptureQueriesContext) -> None:
        self.status = response.status_code
        self.location = response.headers.get("Location", "")
        body = b"".join(response.streaming_content) if response.streaming else response.content
        self.text = unpacked(body)
        self.same = masked(self.text, path, response.headers.get("X-Request-ID", ""))
        self.writes = [
            query["sql"]
            for query in queries.captured_queries
            if re.match(r"\s*(INSERT|UPDATE|DELETE)", query["sql"], re.IGNORECASE)
            and not re.search(r"django_session|axes_", query["sql"])
        ]

    def tokens_of(self, sellers: list[Seller]) -> list[str]:
        text = self.text.lower()
        return [seller.token for seller in sellers if seller.token.lower() in text]


def unpacked(body: bytes) -> str:
    """The text of a page, of a CSV file, or of everything inside a workbook."""
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    return body.decode("utf-8", errors="replace")


def masked(text: str, path: str, request_id: str) -> str:
    """The body without what differs from request to request: its address, its id, one-time keys."""
    text = text.replace(path, "PATH")
    if request_id:
        text = text.replace(request_id, "ID")
    text = re.sub(r'(name="(?:csrfmiddlewaretoken|once)" value=")[^"]*', r"\1KEY", text)
    return re.sub(r'("X-CSRFToken": ")[^"]*', r"\1KEY", text)


def ask(
    browser: Browser, method: str, path: str, data: dict[str, Any] | None = None, **headers: Any
) -> Answer:
    """One request whose changes are undone, the browser's cookies too: the next one finds everything as it was."""
    cookies = browser.cookies.output(header="", sep=";")
    with transaction.atomic():
        before = Operation.objects.count()
        with CaptureQueriesContext(connection) as queries:
            if method == "GET":
                response = browser.get(path, headers=headers)
            else:
                response = browser.post(path, data or {}, headers=headers)
            answer = Answer(response, path, queries)
        answer.operations = Operation.objects.count() - before
        transaction.set_rollback(True)
    browser.cookies.clear()
    browser.cookies.load(cookies)
    return answer


def askers(cast: Cast) -> list[Member]:
    """One of each role; the other sellers are there to be asked about."""
    return [cast.anna, cast.head, cast.director, cast.admin, cast.logistician]


def address(name: str, keywords: dict[str, Any]) -> str:
    return reverse(name.partition("(")[0], kwargs=keywords)


def data_of(sample: Sample, cast: Cast, member: Member, seller: Seller) -> dict[str, Any]:
    return sample.post(cast, member, seller) if sample.post else {}


def walk(names: list[str]) -> pytest.MarkDecorator:
    """A test for each of the addresses; those without a sample are named by the test above."""
    found = [pytest.param(name, SAMPLES[name], id=name) for name in names]
    return pytest.mark.parametrize(("name", "sample"), found)


KNOWN = sorted(set(ADDRESSES) & set(SAMPLES))
BEHIND_SIGN_IN = [name for name in KNOWN if not SAMPLES[name].public]
RECORDS = [name for name in BEHIND_SIGN_IN if SAMPLES[name].of]
PAGES = [name for name in BEHIND_SIGN_IN if not SAMPLES[name].of]


# --- Walking --------------------------------------------------------------------------------------------------------


@walk(BEHIND_SIGN_IN)
def test_a_stranger_is_led_to_the_sign_in(cast: Cast, name: str, sample: Sample):
    path = address(name, sample.keywords(cast, cast.anna))
    for method in METHODS:
        answer = ask(Browser(), method, path, data_of(sample, cast, cast.anna, cast.anna))
        assert (answer.status, answer.location.partition("?")[0]) == (302, reverse("login")), method
        assert answer.writes == [], method


@walk(RECORDS)
def test_a_record_is_there_for_those_who_may_see_it_alone(
    cast: Cast, browsers: dict[int, Browser], name: str, sample: Sample
):
    for member in askers(cast):
        browser = browsers[member.user.pk]
        may_come = member.user.role in sample.roles
        nothing = address(name, sample.missing_keywords(cast, cast.anna))
        seen = [one for one in cast.seen_by(member) if one is member or not sample.private]
        hidden = [one for one in cast.sellers if one not in seen]
        # One's own, a colleague's of the team, somebody's of another team.
        for seller in [*seen[:2], *hidden[:1], *hidden[-1:]]:
            path = address(name, sample.keywords(cast, seller))
            for method in METHODS:
                who = f"{method} {path} by {member}"
                data = data_of(sample, cast, member, seller)
                answer = ask(browser, method, path, data)
                assert answer.status < 500, who
                if may_come and seller in seen:
                    refused = answer.status == 403 and sample.may_refuse and not answer.writes
                    assert refused or answer.status not in (403, 404), who
                    assert answer.tokens_of(hidden) == [], who
                    if method == "GET" and answer.status == 200 and sample.shows:
                        assert seller.token in answer.text, who
                    continue
                none = ask(browser, method, nothing, data)
                assert answer.status in REFUSED, who
                assert (answer.status, answer.same) == (none.status, none.same), who
                assert answer.writes == [], who


@walk(PAGES)
def test_a_page_is_there_for_its_roles_and_shows_to_each_their_own(
    cast: Cast, browsers: dict[int, Browser], name: str, sample: Sample
):
    path = address(name, sample.keywords(cast, cast.anna))
    no_page = f"/{NO_SUCH}/"
    for member in askers(cast):
        browser = browsers[member.user.pk]
        if member.user.role not in sample.roles:
            for method in METHODS:
                who = f"{method} {path} by {member}"
                answer = ask(browser, method, path, data_of(sample, cast, member, cast.anna))
                none = ask(browser, method, no_page)
                assert answer.status in REFUSED, who
                if answer.status == 404:
                    assert answer.same == none.same, who
                assert answer.writes == [], who
            continue
        hidden = cast.hidden_from(member)
        other = hidden[0] if hidden else cast.anna
        plain = sample.needs.format(own=cast.seen_by(member)[0].client.pk) if sample.needs else ""
        for query in [plain, *questions(name, sample, other)]:
            for headers in ({}, {"HX-Request": "true"}):
                who = f"GET {path}{query} {headers} by {member}"
                answer = ask(browser, "GET", path + query, **headers)
                assert answer.status in (200, 204, 302, 405, *([404] if query != plain else [])), who
                assert answer.tokens_of(hidden) == [], who
                if is_list(name) and sample.shows and (not query or "export" in query):
                    assert answer.tokens_of(cast.seen_by(member)) == [
                        s.token for s in cast.seen_by(member)
                    ], who
        who = f"POST {path} by {member}"
        answer = ask(browser, "POST", path, data_of(sample, cast, member, other))
        assert answer.status in (200, 204, 302, 400, 404, 405, 422), who
        assert answer.tokens_of(hidden) == [], who
        if sample.reaches and hidden:
            assert answer.status in (400, 404, 422), who
            assert answer.operations == 0, who


@walk([name for name in PAGES if SAMPLES[name].it])
def test_what_belongs_to_nobody_and_is_not_there_answers_404(
    cast: Cast, browsers: dict[int, Browser], name: str, sample: Sample
):
    path = address(name, sample.missing_keywords(cast, cast.anna))
    for member in askers(cast):
        for method in METHODS:
            answer = ask(browsers[member.user.pk], method, path, data_of(sample, cast, member, cast.anna))
            assert answer.status in REFUSED, f"{method} {path} by {member}"
            assert answer.writes == []


@walk([name for name in KNOWN if SAMPLES[name].public])
def test_what_is_open_to_strangers_tells_nothing(cast: Cast, name: str, sample: Sample):
    path = address(name, sample.keywords(cast, cast.anna))
    for method in METHODS:
        answer = ask(Browser(), method, path, data_of(sample, cast, cast.anna, cast.anna))
        assert answer.status in (200, 302, 400, 405), method
        assert answer.tokens_of(cast.sellers) == []
        assert answer.writes == []


def is_list(name: str) -> bool:
    view = getattr(ADDRESSES[name].callback, "view_class", None)
    return isinstance(view, type) and issubclass(view, List)


def questions(name: str, sample: Sample, other: Seller) -> list[str]:
    """What a page is asked besides: a list for its files, and everything for what is another seller's."""
    asked = [*(["?export=xlsx", "?export=csv", "?q={phone}"] if is_list(name) else []), *sample.queries]
    place = other.user.appointment
    known = {
        "phone": re.sub(r"\D", "", other.phone)[-7:],
        "whole_phone": re.sub(r"\D", "", other.phone),
        "number": other.client.pk,
        "client": other.client.pk,
        "deal": other.deal.pk,
        "task": other.task.pk,
        "user": other.user.pk,
        "team": place.team_id if place else "",
    }
    return [query.format(**known) for query in asked]

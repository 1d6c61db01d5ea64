"""The frame around every page, the error pages, the language of an answer, the policy that pages live under."""

import logging
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.template import engines
from django.test import Client, RequestFactory

from core.context import Shell
from core.middleware import RequestIdFilter
from core.places import HomePages, Rail, TopBar
from core.toasts import undoable
from people.models import Role, User
from tests.factories import make_user

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))


@pytest.fixture
def failing(settings) -> Client:
    settings.ROOT_URLCONF = "tests.core.page_urls"
    return Client(raise_request_exception=False)


def request_id_of(page: HttpResponse) -> str:
    found = re.search(r"<code>([0-9a-f]{10})</code>", page.content.decode())
    return found[1] if found else "no id on the page"


# --- Error pages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "status"), [("/bad/", 400), ("/broken/", 500), ("/no/such/page/", 404)])
def test_an_error_page_is_in_the_look_and_names_its_request_without_the_database(failing, url, status):
    page = failing.get(url)
    assert page.status_code == status
    assert page["X-Request-ID"] == request_id_of(page)
    assert "css/tokens.css" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("url", "status"), [("/refused/", 403), ("/no/such/page/", 404)])
def test_who_is_signed_in_keeps_the_frame_around_an_error(failing, url, status):
    failing.force_login(make_user(name="Мария Белова"))
    page = failing.get(url)
    assert page.status_code == status
    assert page["X-Request-ID"] == request_id_of(page)
    assert "Мария Белова" in page.content.decode()


def test_a_lost_form_key_has_a_page_of_its_own():
    page = Client(enforce_csrf_checks=True).post("/language/", {"language": "ru"})
    assert page.status_code == 403
    assert page["X-Request-ID"] == request_id_of(page)
    assert "lost_form_key.html" in [template.name for template in page.templates]


def test_a_request_of_htmx_gets_its_error_as_a_note(failing):
    note = failing.get("/broken/", headers={"HX-Request": "true"})
    assert note.status_code == 500
    assert "<html" not in note.content.decode()
    assert note["X-Request-ID"] in note.content.decode()


def test_a_foreign_host_is_refused_in_the_look(failing):
    page = failing.get("/login/", headers={"host": "evil.test"})
    assert page.status_code == 400
    assert page["X-Request-ID"] == request_id_of(page)


def test_every_request_has_another_id_and_the_log_knows_it(failing, caplog):
    caplog.handler.addFilter(RequestIdFilter())
    with caplog.at_level(logging.ERROR, logger="django.request"):
        first, second = failing.get("/broken/"), failing.get("/broken/")
    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert [record.request_id for record in caplog.records] == [first["X-Request-ID"], second["X-Request-ID"]]


# --- The probe ------------------------------------------------------------------------------------------------------


def test_the_probe_asks_no_database_no_session_and_no_host():
    client = Client(headers={"host": "10.0.0.7"})
    client.cookies[settings.SESSION_COOKIE_NAME] = "stale"
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


# --- The policy -----------------------------------------------------------------------------------------------------


def test_pages_come_with_a_policy_that_forbids_inline_scripts_and_styles(failing):
    policy = failing.get("/no/such/page/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_no_template_has_an_inline_script_style_or_handler(template):
    text = template.read_text()
    if template.parent.name == "letters":
        return  # mail programs know no style sheets of ours
    assert not re.search(r"\sstyle\s*=", text), "a style attribute: say it in static/css"
    assert not re.search(r"<style\b", text), "an inline style sheet"
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", text), "an inline script"
    assert not re.search(r"\s(on[a-z]+|hx-on[^\s=]*)=[\"']", text), "an inline handler"
    assert "javascript:" not in text
    assert "hx-vals='js:" not in text and 'hx-vals="js:' not in text, "evaluated values"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_every_template_compiles(template):
    name = str(template.relative_to(Path(settings.BASE_DIR, "templates")))
    engines["django"].get_template(name)


@pytest.mark.parametrize(
    "file", sorted(Path(settings.BASE_DIR, "static/css").glob("*.css")), ids=lambda path: path.name
)
def test_style_sheets_load_nothing_from_elsewhere(file):
    assert not re.search(r"@import|https?://", file.read_text())


# --- Language, theme ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_language_is_russian_whatever_the_browser_prefers(client):
    page = client.get("/login/", headers={"accept-language": "en-US,en;q=0.9"})
    assert page["Content-Language"] == "ru"
    assert '<html lang="ru"' in page.content.decode()


@pytest.mark.django_db
def test_the_language_is_the_users_own_once_signed_in(client):
    client.force_login(make_user(language="en"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ru"
    assert '<html lang="en"' in client.get("/no/such/page/").content.decode()


@pytest.mark.django_db
def test_the_language_chosen_before_signing_in_is_kept_in_a_cookie(client):
    answer = client.post("/language/", {"language": "en", "next": "/login/"})
    assert answer["Location"] == "/login/"
    assert client.get("/login/")["Content-Language"] == "en"


@pytest.mark.django_db
def test_an_answer_after_an_english_one_is_russian_again(client):
    client.get("/login/", headers={"cookie": f"{settings.LANGUAGE_COOKIE_NAME}=en"})
    assert Client().get("/login/")["Content-Language"] == "ru"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "field", "value"), [("/language/", "language", "en"), ("/theme/", "theme", "dark")]
)
def test_a_switch_of_the_frame_is_kept_with_the_user(client, url, field, value):
    user = make_user()
    client.force_login(user)
    client.post(url, {field: value})
    assert getattr(User.objects.get(pk=user.pk), field) == value


@pytest.mark.django_db
@pytest.mark.parametrize(("url", "field"), [("/language/", "language"), ("/theme/", "theme")])
def test_a_switch_to_what_there_is_not_is_refused_and_changes_nothing(client, url, field):
    user = make_user()
    client.force_login(user)
    assert client.post(url, {field: "klingon"}).status_code == 400
    assert getattr(User.objects.get(pk=user.pk), field) == getattr(user, field)


@pytest.mark.django_db
def test_a_switch_never_leads_to_another_site(client):
    assert client.post("/language/", {"language": "en", "next": "https://evil.test/"})["Location"] == "/"


@pytest.mark.django_db
def test_the_page_says_its_theme_only_where_one_was_chosen(client):
    user = make_user()
    client.force_login(user)
    assert "data-bs-theme" not in client.get("/no/such/page/").content.decode()
    client.post("/theme/", {"theme": "dark"})
    assert 'data-bs-theme="dark"' in client.get("/no/such/page/").content.decode()


# --- The frame ------------------------------------------------------------------------------------------------------


def test_the_rail_shows_each_role_its_own_places_in_their_order():
    rail = Rail()
    rail.add("Funnels", "admin:funnels", "gear", roles={Role.ADMIN}, order=20)
    rail.add("Clients", "leads:list", "people", order=10)
    assert [entry.label for entry in rail.entries_for(Role.MANAGER)] == ["Clients"]
    assert [entry.label for entry in rail.entries_for(Role.ADMIN)] == ["Clients", "Funnels"]


def test_a_place_added_twice_stands_once():
    rail = Rail()
    rail.add("Clients", "leads:list", "people")
    rail.add("Customers", "leads:list", "people")
    assert [entry.label for entry in rail.entries_for("manager")] == ["Customers"]


def test_a_place_of_a_room_that_serves_no_such_address_is_left_out():
    assert TopBar(search="nowhere:search").search_url("manager") is None


def test_search_and_quick_log_are_for_their_roles_alone():
    bar = TopBar(quick_log="home", quick_log_roles=frozenset({"manager"}))
    assert bar.quick_log_url("manager") == "/"
    assert bar.quick_log_url("colleague") is None


def test_a_role_has_the_home_page_its_room_registered():
    pages = HomePages()
    pages.add(Role.MANAGER, lambda request: HttpResponse("my day"))
    view = pages.view_for("manager")
    assert view is not None and view(RequestFactory().get("/")).content == b"my day"
    assert pages.view_for("director") is None


@pytest.mark.parametrize(
    ("target", "layout"), [("dialog-body", "dialog.html"), ("results", "base.html"), ("", "base.html")]
)
def test_a_page_asked_for_by_the_dialog_comes_without_the_frame(target, layout):
    assert Shell(RequestFactory().get("/", headers={"HX-Target": target})).layout == layout


@pytest.mark.django_db
def test_a_message_offers_undo_where_there_is_one(client):
    client.force_login(make_user())
    request = client.get("/no/such/page/").wsgi_request
    undoable(request, "Deleted", "/undo/7/")
    page = (
        engines["django"]
        .get_template("parts/toasts.html")
        .render({"messages": get_messages(request)}, request)
    )
    assert 'action="/undo/7/"' in page


@pytest.mark.django_db
def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(client):
    assert client.get("/")["Location"] == "/login/?next=/"

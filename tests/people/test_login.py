"""Signing in."""

import pytest
from django.test import Client

from people.login import DEMO_PASSWORD, demo_accounts
from people.models import Role, User
from tests.factories import by_system, make_user

PASSWORD = "verdict-ledger-42"

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    user = make_user(email="belova@example.test")
    with by_system():
        user.set_password(PASSWORD)
        user.save()
    return user


def sign_in(client: Client, email: str = "belova@example.test", password: str = PASSWORD):
    return client.post("/login/", {"username": email, "password": password})


def test_one_signs_in_by_email_in_any_letter_case(client, user):
    assert sign_in(client, " Belova@Example.TEST ")["Location"] == "/"
    assert client.get("/").wsgi_request.user == user


def test_the_moment_of_signing_in_is_kept_and_is_no_change_of_the_record(client, user):
    version = User.objects.get(pk=user.pk).version
    sign_in(client)
    kept = User.objects.get(pk=user.pk)
    assert kept.last_login is not None
    assert kept.version == version


def test_a_wrong_password_keeps_the_email_and_says_what_to_check(client, user):
    page = sign_in(client, password="wrong").content.decode()
    assert 'value="belova@example.test"' in page
    assert 'role="alert"' in page
    assert "wrong" not in page


def test_who_may_not_sign_in_is_told_no_more_than_a_stranger(client, user):
    stranger = sign_in(client, "nobody@example.test").context["form"].non_field_errors()
    with by_system():
        user.is_active = False
        user.save()
    assert sign_in(client).context["form"].non_field_errors() == stranger


def test_after_ten_wrong_passwords_the_sign_in_rests(client, user):
    for _attempt in range(10):
        page = sign_in(client, password="wrong")
    assert page.status_code == 429
    assert "people/locked_out.html" in [template.name for template in page.templates]
    assert sign_in(client).status_code == 429


def test_who_is_signed_in_already_goes_on_to_the_start_page(client, user):
    client.force_login(user)
    assert client.get("/login/")["Location"] == "/"


def test_a_fragment_asked_for_after_the_session_ended_sends_the_whole_page_to_sign_in_and_back(client, user):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/clients/?q=vector"}
    answer = client.get("/", headers=headers, follow=True)
    assert answer["HX-Redirect"] == "/login/?next=%2Fclients%2F%3Fq%3Dvector"
    assert answer.content == b""


def test_signing_out_leads_back_to_the_sign_in(client, user):
    client.force_login(user)
    assert client.post("/logout/")["Location"] == "/login/"
    assert "_auth_user_id" not in client.session


def test_the_demo_companys_people_are_offered_one_per_role(client, user):
    first = make_user(name="Игорь Сомов", role=Role.HEAD, is_demo=True)
    make_user(role=Role.HEAD, is_demo=True)
    assert [account["email"] for account in demo_accounts()] == [first.email]
    assert DEMO_PASSWORD in client.get("/login/").content.decode()


def test_no_demo_sign_in_is_offered_without_a_demo_or_in_production(client, user, settings):
    assert demo_accounts() == []
    make_user(is_demo=True)
    settings.PRODUCTION = True
    assert demo_accounts() == []
    assert DEMO_PASSWORD not in client.get("/login/").content.decode()


def test_nobody_of_a_demo_company_gets_into_production(client, settings) -> None:
    user = make_user(is_demo=True, email="belova@takt.example")
    client.force_login(user)
    assert client.get("/").status_code == 200

    settings.PRODUCTION = True

    answer = client.get("/")
    assert answer.status_code == 302, "the session from before is no way in"
    assert answer.url.startswith("/login/")


def test_a_demo_password_opens_nothing_in_production(client, settings) -> None:
    user = make_user(is_demo=True, email="belova@takt.example")
    user.set_password("takt-demo-2026")
    User._base_manager.filter(pk=user.pk).update(password=user.password)
    sent = {"username": user.email, "password": "takt-demo-2026"}

    settings.PRODUCTION = True
    assert client.post("/login/", sent).status_code == 200

    settings.PRODUCTION = False
    assert client.post("/login/", sent).status_code == 302

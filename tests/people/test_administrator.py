"""The command that lets the first administrator in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from people.models import Role, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("administrator", *words, stdout=out)
    return out.getvalue()


def password_in(said: str) -> str:
    return said.splitlines()[0].rsplit(" ", 1)[1]


def test_the_first_administrator_signs_in_with_the_printed_password() -> None:
    said = run("Anna@Example.test", "Анна Рыбина")

    user = User.objects.get(email="anna@example.test")
    assert user.role == Role.ADMIN
    answer = Browser().post("/login/", {"username": user.email, "password": password_in(said)})
    assert answer.status_code == 302


def test_a_known_person_becomes_administrator_and_gets_a_new_password() -> None:
    manager = make_user("Анна Рыбина", email="anna@example.test")

    said = run("anna@example.test")

    user = User.objects.get(pk=manager.pk)
    assert user.role == Role.ADMIN
    assert user.check_password(password_in(said))


def test_somebody_new_needs_a_name() -> None:
    with pytest.raises(CommandError, match="name"):
        run("nobody@example.test")
    assert not User.objects.exists()


def test_a_wrong_address_is_said_in_a_sentence() -> None:
    with pytest.raises(CommandError):
        run("no address", "Анна Рыбина")

"""`manage.py administrator EMAIL NAME`: the first sign-in of a new company; others are added in the interface."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from core.history.operations import Operation, operation
from people.actions import activate_user, appoint, create_user, give_password
from people.models import Role, User


class Command(BaseCommand):
    """Also the way back in when the last administrator's password is lost: run it again with their e-mail."""

    help = "Makes an administrator, or a known person one, and prints a new password once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name", nargs="?", default="")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            with operation(by=None, kind=Operation.Kind.SYSTEM):
                user = self._administrator(email.strip().lower(), name.strip())
                password = give_password(user, by=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{user.name} signs in as {user.email} with the password {password}")
        self.stdout.write("It is shown this once: change it after signing in.")

    @staticmethod
    def _administrator(email: str, name: str) -> User:
        user = User.objects.filter(email=email).first()
        if user is None:
            if not name:
                raise CommandError("Say the name too: manage.py administrator anna@example.ru 'Анна Рыбина'.")
            return create_user(email=email, name=name, role=Role.ADMIN, by=None)
        if not user.is_active:
            activate_user(user, by=None)
        if user.role != Role.ADMIN:
            appoint(user, role=Role.ADMIN, by=None)
        return user

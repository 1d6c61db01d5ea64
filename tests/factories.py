"""Factories as functions: each makes one saved record with sensible defaults, through an operation of the system."""

import datetime as dt
import itertools
from typing import Any

from core.history.operations import Operation, operation
from people.models import ALWAYS, Appointment, Department, Role, Team, User, WorkingHours

_numbers = itertools.count(1)

# Thursday: the day before was a holiday (4 November 2026), which makes many a trap visible.
THURSDAY = dt.datetime(2026, 11, 5, 9, 0, tzinfo=dt.UTC)  # 12:00 in Moscow
TODAY = dt.date(2026, 11, 5)


def by_system() -> Any:
    """The operation in which factories write."""
    return operation(by=None, kind=Operation.Kind.SYSTEM)


def make_team(name: str = "") -> Team:
    with by_system():
        team: Team = Team.objects.create(name=name or f"Отдел {next(_numbers)}")
    return team


def make_hours(team: Team | None = None, since: dt.date = ALWAYS, **fields: Any) -> WorkingHours:
    """Hours in force from the day on, 09:00 to 18:00 in the company's zone by default; of the company or of a team."""
    with by_system():
        hours, _new = WorkingHours.objects.get_or_create(team=team, since=since)
        for name, value in fields.items():
            setattr(hours, name, value)
        hours.save()
    return hours


def make_department(name: str = "") -> Department:
    with by_system():
        department: Department = Department.objects.create(name=name or f"Логистика {next(_numbers)}")
    return department


def make_user(
    name: str = "",
    role: str = Role.MANAGER,
    team: Team | None = None,
    department: Department | None = None,
    since: dt.date = dt.date(2020, 1, 1),
    **fields: Any,
) -> User:
    """A user with an appointment in force since long ago; signs in by `client.force_login`."""
    number = next(_numbers)
    if role in (Role.MANAGER, Role.HEAD) and team is None:
        team = make_team()
    if role == Role.COLLEAGUE and department is None:
        department = make_department()
    with by_system():
        user = User(
            email=fields.pop("email", f"user{number}@example.test"),
            name=name or f"Имя Фамилия{number}",
            **fields,
        )
        user.set_unusable_password()
        user.save()
        Appointment.objects.create(user=user, role=role, team=team, department=department, since=since)
    return user

"""Samples of the people room's addresses for the rights walk."""

import datetime as dt
from typing import Any

from core.history.operations import Operation
from people.models import Absence, Appointment, CalendarDay, Role, WorkingHours
from tests.cast import Cast, Member, Seller
from tests.factories import TODAY, by_system, make_hours
from tests.samples import ADMIN, EVERYBODY, Sample

# Who enters absences; that a head reaches their own team's alone is in test_absences.py.
ASSIGN = frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN})


def operation_of(cast: Cast, seller: Seller) -> Operation:
    """The operation in which the seller made their client."""
    return Operation.objects.filter(by=seller.user, counts__has_key="leads.client").earliest("pk")


def absence(cast: Cast) -> Absence:
    found: Absence | None = Absence.objects.first()
    if found is None:
        with by_system():
            found = Absence.objects.create(user=cast.anna.user, kind="sick", since=TODAY, until=TODAY)
    return found


def exception(cast: Cast) -> CalendarDay:
    found: CalendarDay | None = CalendarDay.objects.first()
    if found is None:
        with by_system():
            found = CalendarDay.objects.create(day=TODAY + dt.timedelta(1), is_working=False)
    return found


def hours_to_come(cast: Cast) -> WorkingHours:
    return make_hours(since=TODAY + dt.timedelta(4), cutoff=dt.time(19))


def new_user(cast: Cast, _member: Member, _seller: Seller) -> dict[str, Any]:
    return {"email": "new@example.test", "name": "Новый", "role": "admin", "since": TODAY}


def appointment(cast: Cast, _member: Member, _seller: Seller) -> dict[str, Any]:
    return {"role": "head", "team": cast.south.pk, "since": TODAY}


def absence_data(cast: Cast, _member: Member, _seller: Seller) -> dict[str, Any]:
    return {"user": cast.boris.user.pk, "kind": "sick", "since": TODAY, "until": TODAY}


SAMPLES = {
    "people:profile": Sample(roles=EVERYBODY, post=lambda *_: {"language": "en", "theme": "dark"}),
    "people:own_password": Sample(roles=EVERYBODY),
    "people:settings": Sample(roles=ADMIN),
    "people:company": Sample(roles=ADMIN, post=lambda *_: {"name": "Моя"}),
    "people:users": Sample(roles=ADMIN, shows=False),
    "people:user_new": Sample(roles=ADMIN, post=new_user),
    "people:user": Sample(
        it=lambda cast: cast.anna.user,
        roles=ADMIN,
        post=lambda *_: {"name": "Другое имя", "email": "other@example.test"},
    ),
    "people:appoint": Sample(it=lambda cast: cast.anna.user, roles=ADMIN, post=appointment),
    "people:give_password": Sample(it=lambda cast: cast.anna.user, roles=ADMIN),
    "people:deactivate": Sample(it=lambda cast: cast.anna.user, roles=ADMIN),
    "people:activate": Sample(it=lambda cast: cast.anna.user, roles=ADMIN),
    "people:appointment_end": Sample(
        it=lambda cast: Appointment.objects.get(user=cast.anna.user),
        roles=ADMIN,
        post=lambda *_: {"until": TODAY},
    ),
    "people:teams": Sample(roles=ADMIN),
    "people:team_new": Sample(roles=ADMIN, post=lambda *_: {"name": "Запад"}),
    "people:team": Sample(it=lambda cast: cast.north, roles=ADMIN, post=lambda *_: {"name": "Запад"}),
    "people:team_remove": Sample(it=lambda cast: cast.north, roles=ADMIN),
    "people:departments": Sample(roles=ADMIN),
    "people:department_new": Sample(roles=ADMIN, post=lambda *_: {"name": "Склад"}),
    "people:department": Sample(
        it=lambda cast: cast.logistics, roles=ADMIN, post=lambda *_: {"name": "Склад"}
    ),
    "people:department_remove": Sample(it=lambda cast: cast.logistics, roles=ADMIN),
    "people:absences": Sample(roles=ASSIGN, shows=False),
    "people:absence_new": Sample(roles=ASSIGN, post=absence_data),
    "people:absence": Sample(
        it=absence, roles=ASSIGN, post=lambda *_: {"kind": "trip", "since": TODAY, "until": TODAY}
    ),
    "people:absence_remove": Sample(it=absence, roles=ASSIGN),
    "people:hours": Sample(
        roles=ADMIN,
        post=lambda *_: {"since": "2026-11-09", "starts": "09:00", "cutoff": "19:00"},
        queries=("team={team}",),
    ),
    "people:hours_remove": Sample(it=hours_to_come, roles=ADMIN),
    "people:calendar": Sample(roles=ADMIN),
    "people:calendar_year": Sample(it=lambda cast: {"year": 2026}, missing={"year": 9999}, roles=ADMIN),
    "people:calendar_day": Sample(
        it=lambda cast: {"day": "2026-11-06"},
        missing={"day": "2026-02-30"},
        roles=ADMIN,
        post=lambda *_: {"is_working": "no"},
    ),
    "people:calendar_day_remove": Sample(it=exception, roles=ADMIN),
    "people:journal": Sample(shows=False),
    "people:operation": Sample(of=operation_of),
    "people:rollback": Sample(of=operation_of),
}

"""Verbs of the people room: who works here, where, since when, and on which days.

All of them are the administrator's (the ability "configure"), apart from one's own password and from absences, which
heads enter as well (the ability "assign"). `by` is None for the system alone: the first sign-in of a new company and
the demo.
"""

import datetime as dt
import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from core import periods
from people import access, calendar, dated
from people.models import (
    ALWAYS,
    Absence,
    Appointment,
    CalendarDay,
    Company,
    Department,
    Role,
    Team,
    User,
    WorkingHours,
)
from people.storing import operation_of, require_configure, save_fields, store, write

_ONE_DAY = dt.timedelta(days=1)
# Without letters and digits that look alike: people type such a password from a slip of paper.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def create_user(
    *,
    email: str,
    name: str,
    role: str,
    by: User | None,
    team: Team | None = None,
    department: Department | None = None,
    since: dt.date | None = None,
    phone: str = "",
    password: str = "",
    is_demo: bool = False,
) -> User:
    """Somebody new, with their first appointment from `since` (today by default).

    Without `password` nobody can sign in as them until `give_password`. ValidationError beside the field in fault.
    """
    require_configure(by)
    user = User(email=email.strip().lower(), name=name.strip(), phone=phone, is_demo=is_demo)
    user.set_password(password or None)
    with operation_of(by):
        store(user, by=by)
        appoint(user, role=role, team=team, department=department, since=since, by=by)
    return user


def update_user(user: User, *, by: User | None, **fields: Any) -> User:
    """Changes `email`, `name`, `phone`; what is not named stays. `StaleRecord` if somebody saved in between."""
    if "email" in fields:
        fields["email"] = fields["email"].strip().lower()
    return store(user, by=by, may_change={"email", "name", "phone"}, **fields)


def appoint(
    user: User,
    *,
    role: str,
    by: User | None,
    team: Team | None = None,
    department: Department | None = None,
    since: dt.date | None = None,
) -> Appointment:
    """Role and place of the user from the day `since` on (today by default; a future day is fine).

    One holds at a time: the one in force on that day ends the day before; one that begins on the same day is replaced;
    where a later one stands already, the new one lasts until the day before it. A manager and a head belong to a team,
    a colleague to a department; for other roles both are dropped.
    """
    require_configure(by)
    since = since or periods.today()
    new = Appointment(
        user=user,
        role=role,
        team=team if role in (Role.MANAGER, Role.HEAD) else None,
        department=department if role == Role.COLLEAGUE else None,
        since=since,
    )
    new.full_clean(exclude=["created_at", "changed_at"])
    with operation_of(by):
        for earlier in Appointment.objects.filter(user=user, since__lte=since):
            if earlier.since == since:
                earlier.soft_delete()
            elif earlier.until is None or earlier.until >= since:
                save_fields(earlier, until=since - _ONE_DAY)
        later = Appointment.objects.filter(user=user, since__gt=since).order_by("since").first()
        new.until = later.since - _ONE_DAY if later else None
        new.save()
        _require_an_admin(by)
    _forget_today(user)
    return new


def end_appointment(appointment: Appointment, *, until: dt.date, by: User | None) -> Appointment:
    """The appointment holds up to `until` (included); afterwards the person has no role. One not yet begun is dropped
    if it is to end before it begins."""
    require_configure(by)
    if appointment.until is not None and until > appointment.until:
        raise ValidationError({"until": _("It ends earlier than that already.")})
    with operation_of(by):
        if until >= appointment.since:
            save_fields(appointment, until=until)
        elif appointment.since > periods.today():
            appointment.soft_delete()
        else:
            raise ValidationError({"until": _("The last day lies before the first one.")})
        _require_an_admin(by)
    _forget_today(appointment.user)
    return appointment


def deactivate_user(user: User, *, by: User | None) -> User:
    """The user signs in no more, from this moment; today is the last day of their appointment.

    Records stay theirs until a head hands them over.
    """
    require_configure(by)
    if by is not None and user.pk == by.pk:
        raise ValidationError(_("Nobody closes their own sign-in: ask another administrator."))
    with operation_of(by):
        today = periods.today()
        save_fields(user, is_active=False)
        for appointment in Appointment.objects.filter(user=user, since__gt=today):
            appointment.soft_delete()
        for appointment in Appointment.objects.in_force(today).filter(user=user, until__isnull=True):
            save_fields(appointment, until=today)
        _require_an_admin(by)
    _forget_today(user)
    return user


def activate_user(user: User, *, by: User | None) -> User:
    """The user may sign in again; a role is given by `appoint`."""
    require_configure(by)
    with operation_of(by):
        save_fields(user, is_active=True)
    return user


def give_password(user: User, *, by: User | None) -> str:
    """A new random password, returned once and stored nowhere in the clear. Open sessions of the user end."""
    require_configure(by)
    password = "-".join("".join(secrets.choice(_READABLE) for _letter in range(4)) for _part in range(4))
    _set_password(user, password, by=by)
    return password


def change_own_password(user: User, *, password: str) -> None:
    """Sets one's own password; ValidationError where it is too weak. Who asks for it proves the old one (the form)."""
    validate_password(password, user)
    _set_password(user, password, by=user)


def create_team(*, name: str, by: User | None, zone: str = "") -> Team:
    """A sales team. With a `zone` of its own it has hours of its own too: those of the company, there.

    They hold as if always: nobody has worked in the team yet, so no past day becomes another.
    """
    require_configure(by)
    with operation_of(by):
        team = store(Team(), by=by, name=name)
        if zone:
            now = calendar.hours(periods.today())
            store(
                WorkingHours(team=team, since=ALWAYS), by=by, starts=now.starts, cutoff=now.cutoff, zone=zone
            )
    return team


def update_team(team: Team, *, by: User | None, **fields: Any) -> Team:
    """Changes `name`."""
    return store(team, by=by, may_change={"name"}, **fields)


def remove_team(team: Team, *, by: User | None) -> None:
    """The team is no more; refused while somebody belongs to it today or later. History keeps it."""
    _remove_place(team, Q(team=team), by=by)


def create_department(*, name: str, by: User | None) -> Department:
    """An adjacent department."""
    return store(Department(), by=by, name=name)


def update_department(department: Department, *, by: User | None, **fields: Any) -> Department:
    """Changes `name`."""
    return store(department, by=by, may_change={"name"}, **fields)


def remove_department(department: Department, *, by: User | None) -> None:
    """The department is no more; refused while somebody works in it today or later."""
    _remove_place(department, Q(department=department), by=by)


def add_absence(
    user: User,
    *,
    kind: str,
    since: dt.date,
    until: dt.date,
    by: User | None,
    from_time: dt.time | None = None,
    until_time: dt.time | None = None,
    substitute: User | None = None,
    note: str = "",
) -> Absence:
    """Days (both included) on which the user does not work, or a part of one day. Days past and to come alike.

    Absences of one person share no day. The right is a head's, for the people of their team, and upwards.
    """
    return update_absence(
        Absence(user=user),
        kind=kind,
        since=since,
        until=until,
        from_time=from_time,
        until_time=until_time,
        substitute=substitute,
        note=note,
        by=by,
    )


def update_absence(absence: Absence, *, by: User | None, **fields: Any) -> Absence:
    """Changes `kind`, `since`, `until`, `from_time`, `until_time`, `substitute`, `note`; what is not named stays."""
    _require_absences_of(absence, by)
    may_change = {"kind", "since", "until", "from_time", "until_time", "substitute", "note"}
    with operation_of(by):  # so that nobody comes between the check and the writing
        return write(absence, by=by, may_change=may_change, **fields)


def remove_absence(absence: Absence, *, by: User | None) -> None:
    """The person was or will be at work after all."""
    _require_absences_of(absence, by)
    with operation_of(by):
        absence.soft_delete()


def set_working_hours(
    *,
    by: User | None,
    since: dt.date,
    starts: dt.time,
    cutoff: dt.time,
    team: Team | None = None,
    zone: str = "",
) -> WorkingHours:
    """The hours of the working day from `since` on, for the company or one team; a second call for that day replaces.

    `since` is later than today, so that a day that has begun keeps its hours; the system may say any. A `zone` is a
    team's alone; empty, it is the company's.
    """
    require_configure(by)
    if by is not None:
        dated.require_ahead(since, field="since", team=team, zone=zone)
    with operation_of(by):
        Company.objects.select_for_update().get(pk=1)  # two at once: one after the other
        hours = WorkingHours.objects.filter(team=team, since=since).first()
        hours = hours or WorkingHours(team=team, since=since)
        hours = store(hours, by=by, starts=starts, cutoff=cutoff, zone=zone)
        dated.require_order(since, team, ahead=by is not None)
    return hours


def remove_working_hours(hours: WorkingHours, *, by: User | None) -> None:
    """Hours that were to come will not; those in force, or once in force, stay."""
    require_configure(by)
    dated.require_ahead(hours.since, field="since", team=hours.team)
    with operation_of(by):
        hours.soft_delete()
        dated.require_order(hours.since, hours.team, field="since")


def add_calendar_exception(
    day: dt.date,
    *,
    is_working: bool,
    by: User | None,
    team: Team | None = None,
    cutoff: dt.time | None = None,
    note: str = "",
) -> CalendarDay:
    """The day is a working one or a day off whatever the production calendar says, for the company or one team.

    There is one exception for a day and a team: a second call changes the first. A day off has no cut-off; a working
    day with one is a shortened (or longer) day. Only days later than today, unless the system says so.
    """
    require_configure(by)
    if by is not None:
        dated.require_ahead(day, field="day", team=team)
    if is_working and cutoff and cutoff <= calendar.hours(day, team).starts:
        raise ValidationError({"cutoff": _("The day ends before it starts.")})
    with operation_of(by):
        exception = CalendarDay.objects.filter(day=day, team=team).first() or CalendarDay(day=day, team=team)
        exception = store(
            exception, by=by, is_working=is_working, cutoff=cutoff if is_working else None, note=note
        )
        dated.require_order(day, team, ahead=by is not None)
    return exception


def remove_calendar_exception(exception: CalendarDay, *, by: User | None) -> None:
    """The production calendar holds again on that day, which is later than today."""
    require_configure(by)
    if by is not None:
        dated.require_ahead(exception.day, field="day", team=exception.team)
    with operation_of(by):
        exception.soft_delete()
        dated.require_order(exception.day, exception.team, field="day")


def update_company(company: Company, *, by: User | None, **fields: Any) -> Company:
    """Changes `name`, `deal_for_new_client`; what is not named stays."""
    return store(company, by=by, may_change={"name", "deal_for_new_client"}, **fields)


# --- What the verbs have in common ----------------------------------------------------------------------------------


def _require_absences_of(absence: Absence, by: User | None) -> None:
    """A head enters the absences of their team's people, director and admin everybody's."""
    if by is not None:
        access.require(by, "assign")
        access.require_owner(by, absence.user)


def _remove_place(place: Team | Department, belongs: Q, *, by: User | None) -> None:
    require_configure(by)
    with operation_of(by):
        today_or_later = Q(until__isnull=True) | Q(until__gte=periods.today())
        members = Appointment.objects.filter(belongs, today_or_later).select_related("user")
        if members:
            names = ", ".join(sorted({member.user.name for member in members}))
            sentence = _("People belong to it still: %(names)s. Appoint them elsewhere first.")
            raise ValidationError(sentence % {"names": names})
        place.soft_delete()


def _set_password(user: User, password: str, *, by: User | None) -> None:
    with operation_of(by):
        user.set_password(password)
        user.save(update_fields=["password"])


def _require_an_admin(by: User | None) -> None:
    """A company in which nobody may configure could never be mended from within. The system may leave it so."""
    admins = Appointment.objects.in_force().filter(role=Role.ADMIN, until__isnull=True, user__is_active=True)
    if by is not None and not admins.exists():
        raise ValidationError(
            _("The company would be left without an administrator: appoint another one first.")
        )


def _forget_today(user: User) -> None:
    """The object knows its appointment by heart; it has a new one."""
    user.__dict__.pop("appointment", None)
    user.__dict__.pop("_team_ids", None)

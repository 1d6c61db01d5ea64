"""What the people room puts into the frame: its entries of the rail, its lines of the page «Settings»."""

from django.utils.translation import gettext_lazy as _

from core.places import rail, settings_pages
from people.models import Role

SELLERS = (Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN)


def fill() -> None:
    """Called once, when the room is ready."""
    rail.add(_("Journal"), "people:journal", "clock-history", roles=SELLERS, order=800)
    rail.add(
        _("Absences"),
        "people:absences",
        "calendar-x",
        roles=(Role.HEAD, Role.DIRECTOR, Role.ADMIN),
        order=700,
    )
    rail.add(_("Settings"), "people:settings", "gear", roles=(Role.ADMIN,), order=900)

    people, time = _("People"), _("Working time")
    settings_pages.add(
        _("Users"),
        "people:users",
        text=_("Who signs in, with which role and since when"),
        section=people,
        order=10,
    )
    settings_pages.add(
        _("Teams"),
        "people:teams",
        text=_("Sales teams with their heads and members"),
        section=people,
        order=20,
    )
    settings_pages.add(
        _("Departments"),
        "people:departments",
        text=_("Logistics, accounting and others who answer requests"),
        section=people,
        order=30,
    )
    settings_pages.add(
        _("Calendar"),
        "people:calendar",
        text=_("Working days and days off, moved days"),
        section=time,
        order=50,
    )
    settings_pages.add(
        _("Company"),
        "people:company",
        text=_("Name, hours of the working day, new clients"),
        section=time,
        order=60,
    )

"""People of the company: users, teams, departments, who held which role when, absences, the working calendar."""

from people.models.days import ALWAYS, Absence, CalendarDay, WorkingHours
from people.models.places import Company, Department, Team
from people.models.users import Appointment, Role, User, UserQuerySet

__all__ = [
    "ALWAYS",
    "Absence",
    "Appointment",
    "CalendarDay",
    "Company",
    "Department",
    "Role",
    "Team",
    "User",
    "UserQuerySet",
    "WorkingHours",
]

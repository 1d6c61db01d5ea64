"""What a new company starts with: its one row of settings, and the hours of its working day."""

from people.models import ALWAYS, Company, WorkingHours


def make_company() -> None:
    Company.objects.create(pk=1)


def make_hours() -> None:
    """09:00 to 18:00, as if it had always been so: a company may bring in its past."""
    WorkingHours.objects.create(since=ALWAYS)

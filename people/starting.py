"""What a new company starts with: its one row of settings."""

from people.models import Company


def make_company() -> None:
    Company.objects.create(pk=1)

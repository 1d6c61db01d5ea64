"""What this room shows in the places of the frame; filled when the program gets ready."""

from django.utils.translation import gettext_lazy as _

from core.places import rail
from reports.report import SELLERS


def fill() -> None:
    """Called once, when the program is ready."""
    rail.add(_("Reports"), "reports:catalog", "bar-chart", roles=SELLERS, order=75)

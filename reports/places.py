"""What this room shows in the places of the frame; filled when the program gets ready."""

from django.utils.translation import gettext_lazy as _

from core.places import home_pages, rail
from people.models import Role
from reports.report import SELLERS


def fill() -> None:
    """Called once, when the program is ready."""
    from reports.dashboards import views as dashboards

    rail.add(_("Overview"), "reports:dashboard", "speedometer2", roles=SELLERS, order=15)
    home_pages.add(Role.DIRECTOR, dashboards.dashboard)
    rail.add(_("Reports"), "reports:catalog", "bar-chart", roles=SELLERS, order=75)

"""Sales plans in the places of the frame and of the rooms below."""

from django.utils.translation import gettext_lazy as _

from core.history.rollback import objections
from core.imports import importer
from core.places import rail
from orders.actions import plans
from orders.importing_plans import Plans
from people.models import Role


def fill() -> None:
    """Called once, when the program is ready."""
    objections.append(plans.objection)
    importer.register(Plans())
    planners = {Role.HEAD, Role.DIRECTOR, Role.ADMIN}
    rail.add(_("Sales plan"), "orders:plans", "bullseye", roles=planners, order=45)

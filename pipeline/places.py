"""What this room puts into the frame and on the cards of the rooms below."""

from django.utils.translation import gettext_lazy as _

from core.places import rail
from people.models import Role

SELLING = (Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN)


def register() -> None:
    """Called once, when the program is ready."""
    rail.add(_("Board"), "pipeline:board", "kanban", roles=SELLING, order=30, on_phone=True)
    rail.add(_("Deals"), "pipeline:deals", "briefcase", roles=SELLING, order=40)

"""Where the import is found: in the rail, and on the list of clients while that is empty above all."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from activities.importing.sales import Sales
from core.imports import importer
from core.places import rail
from core.tables import Action
from leads.lists import ClientList, ClientListExtension
from people import access
from people.models import Role


class LoadClients(ClientListExtension):
    """A button of the list of clients."""

    def actions(self, request: HttpRequest) -> list[Action]:
        if not access.may(request.user, "import"):  # type: ignore[arg-type]
            return []
        return [Action(_("Load from Excel"), reverse("imports:new"), primary=False)]


def fill() -> None:
    """Called once, when the program is ready."""
    importer.register(Sales())
    ClientList.extensions.append(LoadClients())
    roles = (Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN)
    rail.add(_("Imports"), "imports:list", "file-earmark-arrow-up", roles=roles, order=700)

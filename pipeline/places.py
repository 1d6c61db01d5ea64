"""What this room puts into the frame and on the cards of the rooms below."""

from django.utils.translation import gettext_lazy as _

from core.places import card_panels, rail, settings_pages
from leads import feed, named_lists
from leads.lists import ClientList
from leads.views.cards import history_records
from people.models import Role
from pipeline import on_clients
from pipeline.models import LossReason

SELLING = (Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN)


def fill() -> None:
    """Called once, when the program is ready."""
    rail.add(_("Board"), "pipeline:board", "kanban", roles=SELLING, order=30, on_phone=True)
    rail.add(_("Deals"), "pipeline:deals", "briefcase", roles=SELLING, order=40)
    settings_pages.add(
        _("Funnels"),
        "pipeline:funnels",
        text=_("Stages of deals: order, colours, norms, what must be filled"),
        section=_("Sales"),
        order=45,
    )
    named_lists.register("loss-reasons", LossReason, _("Reasons of loss"))

    card_panels.add("leads.Client.head", "status", on_clients.status_panel, order=10)
    card_panels.add("leads.Client.facts", "deals", on_clients.sum_panel, order=20)
    card_panels.add("leads.Client.side", "deals", on_clients.deals_panel, order=20)
    ClientList.extensions.append(on_clients.DealsOfClients())
    feed.providers.append(on_clients.moves_of)
    history_records.append(on_clients.deals_in_history)

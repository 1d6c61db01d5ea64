"""What this room shows in the places of the frame; filled when the program gets ready."""

from django.utils.translation import gettext_lazy as _

from core.places import rail, settings_pages
from leads import feed, merged_cards, named_lists
from leads.models import Campaign, Segment, Source
from people.models import Role

SELLERS = (Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN)


def fill() -> None:
    rail.add(_("Clients"), "leads:list", "people", roles=SELLERS, order=50, on_phone=True)
    feed.providers.append(feed.changes_of_card)
    feed.providers.append(merged_cards.merges_of)
    named_lists.register("sources", Source, _("Sources"))
    settings_pages.add(
        _("Lists"),
        "leads:named_lists",
        text=_("Sources, segments and other short lists to choose from"),
        section=_("Sales"),
        order=50,
    )
    named_lists.register("segments", Segment, _("Segments"), fields=("name", "contact_days"))
    named_lists.register(
        "campaigns",
        Campaign,
        _("Campaigns"),
        fields=("name", "source", "starts", "ends"),
        more=("leads:campaign_costs", _("Costs")),
    )

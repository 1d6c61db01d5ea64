"""Orders, shipments and terms in the places of the frame and of the rooms below."""

from django.utils.translation import gettext_lazy as _

from core.history import rollback
from core.places import card_panels, rail
from leads import actions as leads_actions
from leads import base, feed, merging
from leads.views.cards import history_records
from orders.models import Shipment
from people.models import Role
from pipeline import actions as pipeline_actions

SELLING = (Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN)


def fill() -> None:
    """Called once, when the program is ready."""
    from orders import follow_up, on_cards

    leads_actions.on_clients_assigned.append(follow_up.hand_over_orders)
    leads_actions.on_clients_deleted.append(follow_up.keep_clients)
    pipeline_actions.on_deals_deleted.append(follow_up.keep_deals)
    merging.movers.append(follow_up.payments_of_merged)
    merging.movers.append(follow_up.orders_of_merged)
    merging.movers.append(follow_up.terms_of_merged)
    base.touched_by(lambda: Shipment.objects.filter(kind=Shipment.Kind.SHIPMENT), day="day")
    rollback.objections.append(follow_up.objection)
    rollback.restored.connect(follow_up.after_rollback, dispatch_uid="orders.sums")

    rail.add(_("Orders"), "orders:orders", "receipt", roles=SELLING, order=52)
    card_panels.add("leads.Client.side", "orders", on_cards.orders_panel, order=30)
    card_panels.add("leads.Client.side", "terms", on_cards.terms_panel, order=40)
    card_panels.add("pipeline.Deal", "orders", on_cards.deal_panel, order=5)
    feed.providers.append(on_cards.orders_in_feed)
    history_records.append(on_cards.orders_in_history)

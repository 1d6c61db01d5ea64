"""Orders, shipments and terms in the places of the frame and of the rooms below."""

from core.history import rollback
from leads import actions as leads_actions
from leads import merging
from pipeline import actions as pipeline_actions


def fill() -> None:
    """Called once, when the program is ready."""
    from orders import follow_up

    leads_actions.on_clients_assigned.append(follow_up.hand_over_orders)
    leads_actions.on_clients_deleted.append(follow_up.keep_clients)
    pipeline_actions.on_deals_deleted.append(follow_up.keep_deals)
    merging.movers.append(follow_up.payments_of_merged)
    merging.movers.append(follow_up.orders_of_merged)
    merging.movers.append(follow_up.terms_of_merged)
    rollback.objections.append(follow_up.objection)
    rollback.restored.connect(follow_up.after_rollback, dispatch_uid="orders.sums")

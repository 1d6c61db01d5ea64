from django.apps import AppConfig


class PipelineConfig(AppConfig):
    """Funnels, stages, deals and their moves."""

    name = "pipeline"

    def ready(self) -> None:
        from core.history.rollback import restored
        from core.starting import starting_data
        from leads import actions as leads_actions
        from leads.merging import movers
        from pipeline import actions, on_clients, places, starting
        from pipeline.models import Funnel, LossReason, ProductGroup, Stage
        from pipeline.rollbacks import record_counter_moves

        # Rooms get ready from the roof down: what hangs on a room below hangs on it from here.
        starting_data(starting.make_funnel, Funnel, Stage)
        starting_data(starting.make_lists, LossReason, ProductGroup)
        restored.connect(record_counter_moves, dispatch_uid="pipeline.counter_moves")
        leads_actions.on_clients_created.append(actions.give_new_clients_a_deal)
        leads_actions.on_clients_assigned.append(actions.hand_over_open_deals)
        leads_actions.on_clients_deleted.append(actions.delete_deals_of)
        movers.append(on_clients.deals_of_merged)
        places.fill()

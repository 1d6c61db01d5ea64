from django.apps import AppConfig


class PipelineConfig(AppConfig):
    """Funnels, stages, deals and their moves."""

    name = "pipeline"

    def ready(self) -> None:
        from core.history.rollback import restored
        from core.starting import starting_data
        from leads import actions as leads_actions
        from pipeline import actions, places, starting
        from pipeline.models import Funnel, LossReason, ProductGroup, Stage
        from pipeline.rollbacks import record_counter_moves

        # Rooms get ready from the roof down: what hangs on a room below hangs on it from here.
        starting_data(starting.make_funnel, Funnel, Stage)
        starting_data(starting.make_lists, LossReason, ProductGroup)
        restored.connect(record_counter_moves, dispatch_uid="pipeline.counter_moves")
        for registry, hook in (
            (leads_actions.on_clients_created, actions.give_new_clients_a_deal),
            (leads_actions.on_clients_assigned, actions.hand_over_open_deals),
            (leads_actions.on_clients_deleted, actions.delete_deals_of),
        ):
            registry.append(hook)
        places.fill()

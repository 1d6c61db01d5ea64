"""What a new company starts with: the built-in indicators. Norms are its own affair."""

from kpi.models import Indicator

# In the order of the scorecard's columns.
BUILT_IN = (
    "companies_added",
    "meetings_held",
    "conversations_held",
    "deals_won",
    "deals_lost",
    "sum_won",
    "deals_in_work",
    "overdue_tasks",
    "deals_without_task",
    "tasks_moved",
)
# Looked at among the signs of gaming, no column.
BESIDE = {"tasks_moved"}


def make_indicators() -> None:
    Indicator.objects.bulk_create(
        [
            Indicator(
                code=code,
                kind=Indicator.Kind.BUILT_IN,
                position=10 * position,
                on_scorecard=code not in BESIDE,
            )
            for position, code in enumerate(BUILT_IN, 1)
        ]
    )

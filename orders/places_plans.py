"""Sales plans in the places of the frame and of the rooms below."""

from core.history.rollback import objections
from orders.actions import plans


def fill() -> None:
    """Called once, when the program is ready."""
    objections.append(plans.objection)

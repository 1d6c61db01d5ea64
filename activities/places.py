"""What this room shows in the places of the rooms below and of the frame; filled when the program gets ready."""

from django.utils.translation import gettext_lazy as _

from core.history import rollback
from people.models import Role
from pipeline import actions as pipeline_actions

SELLERS = (Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN)


def fill() -> None:
    from activities import follow_up

    pipeline_actions.on_move.append(follow_up.after_move)
    rollback.restored.connect(follow_up.after_rollback, dispatch_uid="activities.steps")

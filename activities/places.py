"""What this room shows in the places of the rooms below and of the frame; filled when the program gets ready."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from activities.models import Activity
from core import periods
from core.history import rollback
from core.places import home_pages, rail
from people.models import Role
from pipeline import actions as pipeline_actions

SELLERS = (Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN)


def fill() -> None:
    from activities import follow_up, views_home

    pipeline_actions.on_move.append(follow_up.after_move)
    rollback.restored.connect(follow_up.after_rollback, dispatch_uid="activities.steps")
    rail.add(_("My day"), "activities:my-day", "sun", roles={Role.MANAGER, Role.HEAD}, order=10, on_phone=True, badge=overdue)
    rail.add(_("Tasks"), "activities:tasks", "check2-square", roles=SELLERS, order=40)
    rail.add(_("Contacts"), "activities:list", "chat-left-text", roles=SELLERS, order=50)
    home_pages.add(Role.MANAGER, views_home.my_day)


def overdue(request: HttpRequest) -> int:
    """The reader's own overdue tasks: the badge at «My day», one indexed count."""
    moment = periods.now()
    return Activity.objects.filter(manager=request.user).overdue(periods.day_of(moment), moment).count()

"""What is said when a contact has been saved: what it was, what comes next, and whom to call then."""

from collections.abc import Callable

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from activities.models import Activity
from activities.moments import is_late
from activities.queue import Item
from core import show

# What upper rooms say of a contact that has just been saved, filled in their `AppConfig.ready()`; "" for nothing.
said_more: list[Callable[[Activity], str]] = []


def words(activity: Activity, following: Item | None) -> SafeString:
    """«Записано: Звонок, поговорили. Дальше вт 10 ноября. Следующий: Вектор»."""
    what = f"{activity.kind}, {activity.get_outcome_display()}" if activity.is_talk else str(activity.kind)
    said = [_("Saved: %(what)s.") % {"what": what}]
    # By the client as well, for whom an index of what is planned is kept; few activities follow another one.
    step = Activity.objects.planned().filter(client=activity.client_id, follows=activity).first()
    if step is not None:
        said.append(_("Next step %(day)s.") % {"day": show.near_day(step.due_on)})
    if is_late(activity, activity.manager.team):
        said.append(_("Entered late: the day it belongs to is closed."))
    said += [more for say in said_more if (more := say(activity))]
    text = format_html("{}", " ".join(said))
    if following is None:
        return text
    return format_html(
        '{} {}: <a href="{}" data-dialog>{}</a>',
        text,
        _("Next in the queue"),
        following.log_url,
        following.client,
    )


def undo_url(activity: Activity) -> str:
    """Where the operation that saved the activity last is rolled back: the call, the move and the next step at once."""
    operation_id = Activity.versions.of(activity).order_by("-pk").values_list("operation_id", flat=True)[0]
    return reverse("people:rollback", args=[operation_id])

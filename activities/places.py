"""What this room shows in the places of the rooms below and of the frame; filled when the program gets ready."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, ActivityKind
from core import periods
from core.history import rollback
from core.places import card_panels, home_pages, rail
from leads import actions as leads_actions
from leads import base, feed, named_lists
from people.models import Role
from pipeline import actions as pipeline_actions

SELLERS = (Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN)


def fill() -> None:
    """Called once, when the program is ready."""
    from activities import follow_up, in_feed, panels, views_home, views_setup
    from leads import merging
    from leads.views import cards

    pipeline_actions.on_move.append(follow_up.after_move)
    pipeline_actions.on_deals_deleted.append(follow_up.after_deal_deletion)
    leads_actions.on_clients_assigned.append(follow_up.after_assignment)
    leads_actions.on_clients_deleted.append(follow_up.after_deletion)
    rollback.restored.connect(follow_up.after_rollback, dispatch_uid="activities.steps")
    merging.movers.append(follow_up.activities_of_merged)
    base.touched_by(Activity.objects.contacts, moment="happened_at")

    feed.providers.append(in_feed.activities_of)
    cards.history_records.append(in_feed.activities_in_history)
    card_panels.add("leads.Client.head", "next-step", panels.next_step, order=50)
    card_panels.add("leads.Client.side", "log", panels.log_on_client, order=10)
    card_panels.add("pipeline.Deal", "contacts", panels.deal_contacts, order=10)
    card_panels.add("pipeline.Deal.side", "log", panels.log_on_deal, order=10)
    fields = ("name", "group", "unit")
    named_lists.register("activity-kinds", ActivityKind, _("Kinds of contacts"), fields=fields)

    sells_self = {Role.MANAGER, Role.HEAD}
    rail.add(
        _("My day"), "activities:my-day", "sun", roles=sells_self, order=10, on_phone=True, badge=overdue
    )
    watches = {Role.HEAD, Role.DIRECTOR, Role.ADMIN}
    rail.add(_("Team today"), "activities:team", "people-fill", roles=watches, order=20, on_phone=True)
    rail.add(_("Tasks"), "activities:tasks", "check2-square", roles=SELLERS, order=50)
    rail.add(_("Contacts"), "activities:list", "chat-left-text", roles=SELLERS, order=60)
    home_pages.add(Role.MANAGER, views_home.my_day)
    home_pages.add(Role.HEAD, views_home.team)
    home_pages.add(Role.ADMIN, views_setup.setup)


def overdue(request: HttpRequest) -> int:
    """The reader's own overdue tasks: the badge at «My day», one indexed count."""
    moment = periods.now()
    return Activity.objects.filter(manager_id=request.user.pk).overdue(periods.day_of(moment), moment).count()

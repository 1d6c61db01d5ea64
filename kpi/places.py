"""What this room shows in the places of the frame and of the rooms below; filled when the program gets ready."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import health, show
from core.places import Banner, banners, card_panels, rail, settings_pages, top_bar, url_or_none
from kpi import alarms, rulebook
from people import access
from people.models import Role


def fill() -> None:
    """Called once, when the program is ready."""
    from activities import saved
    from kpi import clock, counted
    from kpi.views import my

    watches = {Role.HEAD, Role.DIRECTOR, Role.ADMIN}
    rail.add(_("Scorecard"), "kpi:scorecard", "grid-3x3", roles=watches, order=25, on_phone=True)
    rail.add(_("My figures"), "kpi:my", "check2-circle", roles={Role.MANAGER}, order=12)
    card_panels.add("activities.MyDay", "figures", my.panel)
    card_panels.add("orders.SalesPlan", "norms", norms_beside_plan)
    top_bar.clock = clock.clock_of
    saved.said_more.append(counted.words_of)
    rail.add(_("Bonuses"), "kpi:payroll", "cash-stack", roles=watches, order=70)
    settings_pages.add(
        _("Rates and bonuses"),
        "kpi:rates",
        text=_("What a point is worth, within which limits, and the bonus of each person"),
        section=_("Daily discipline"),
        order=57,
    )
    rail.add(_("Rules"), "kpi:rules", "book", roles=watches | {Role.MANAGER}, order=780)
    settings_pages.add(
        _("Indicators and norms"),
        "kpi:indicators",
        text=_("What is counted of a day, what is expected, what it is worth"),
        section=_("Daily discipline"),
        order=55,
    )
    rail.add(
        _("Closings of days"), "kpi:closings", "calendar-check", roles={Role.HEAD, Role.ADMIN}, order=785
    )
    banners.append(not_closed)
    banners.append(rules_to_read)
    health.add("closing", alarms.word)


def norms_beside_plan(request: HttpRequest, _plan: Any) -> SafeString | None:
    """In the menu of a sales plan: plans of activity are norms, for who configures them."""
    if not access.may(request.user, "configure"):  # type: ignore[arg-type]
        return None
    link = '<a class="menu-item" href="{}">{}</a>'
    return format_html(link, reverse("kpi:indicators"), gettext("Plans of activity: norms of indicators"))


def not_closed(request: HttpRequest) -> Banner | None:
    """Above the administrator's and the head's pages while a day is late to be closed."""
    late = alarms.of_reader(request.user)
    if not late:
        return None
    if len(late) == 1:
        text = gettext(
            "The day is not closed: %(team)s, %(day)s. Nothing is lost: Takt tries again every minute."
        ) % {
            "team": late[0].team,
            "day": show.day(late[0].day),
        }
    else:
        text = ngettext(
            "%(count)s day is not closed. Nothing is lost: Takt tries again every minute.",
            "%(count)s days are not closed. Nothing is lost: Takt tries again every minute.",
            len(late),
        ) % {"count": len(late)}
    is_red = any(each.level == alarms.RED for each in late)
    return Banner(
        text, "missed" if is_red else "near", url_or_none("kpi:closings") or "", _("Closings of days")
    )


def rules_to_read(request: HttpRequest) -> Banner | None:
    """On a manager's first page while they have not confirmed the rules in force."""
    user: Any = request.user
    if request.path != reverse("home") or user.role != Role.MANAGER:
        return None
    book = rulebook.rulebook_of(user)
    if book is None or not book.lines or rulebook.confirmation_of(user, book):
        return None
    text = gettext("The rules of the game are new to you in this version.")
    return Banner(text, "near", reverse("kpi:rules"), _("Read and confirm"))

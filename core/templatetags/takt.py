"""Tags and filters of every template (built in, no `{% load %}`): how values look, icons, stages, next steps."""

import datetime as dt
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from core import show, toasts
from core.colours import stage_class as class_of_colour
from core.money import format_money, plain_money
from core.phones import format_phone
from core.places import card_panels, url_or_none
from core.tables.kinds import KINDS
from core.tables.values import NextStep

register = template.Library()


# --- Values ---------------------------------------------------------------------------------------------------------


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """{{ 1240000|number }} → «1 240 000»; {{ share|number:1 }} → one place after the comma."""
    return show.number(_given(value), places)


@register.filter
def signed(value: Any, places: int | None = None) -> str:
    """{{ points|signed }} → «+9», «−3», «0»."""
    return show.number(_given(value), places, signed=True)


@register.filter
def percent(value: Any, places: int = 0) -> str:
    """{{ 0.98|percent }} → «98 %»."""
    return show.percent(_given(value), places)


@register.filter
def money(value: Any) -> str:
    """{{ deal.amount|money }} → «1 240 000 ₽»; a dash for none."""
    return show.DASH if _given(value) is None else format_money(value)


@register.filter
def bare_money(value: Any) -> str:
    """A sum without ₽, for a column whose head says it."""
    return show.DASH if _given(value) is None else plain_money(value)


@register.filter
def day(value: dt.date | None) -> str:
    """«чт 5 ноября»."""
    return show.day(value or None)


@register.filter
def near_day(value: dt.date | None) -> str:
    """«сегодня», «вчера», «завтра», else «чт 5 ноября»."""
    return show.near_day(value or None)


@register.filter
def short_day(value: dt.date | None) -> str:
    """«5 ноя»."""
    return show.short_day(value or None)


@register.filter
def moment(value: dt.datetime | None) -> str:
    """«сегодня, 16:30», «чт 5 ноября, 16:30»."""
    return show.moment(value or None)


@register.filter
def clock_time(value: dt.datetime | dt.time | None) -> str:
    """«16:30»."""
    return show.clock_time(value or None)


@register.filter
def duration(value: dt.timedelta | None) -> str:
    """«1 ч 42 мин»."""
    return show.duration(value)


@register.filter
def phone(value: str | None) -> str:
    """The digits of a phone as «+7 912 345-67-89»."""
    return format_phone(str(value)) if value else ""


@register.filter
def initials(value: Any) -> str:
    """«МБ» of «Мария Белова»."""
    return "".join(word[0] for word in str(value).split()[:2]).upper()


def _given(value: Any) -> Any:
    return None if value == "" else value


# --- Signs ----------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """{% icon "telephone" %}: an icon of bootstrap-icons beside words; with a label it stands for the words."""
    if label:
        return format_html(
            '<i class="bi bi-{}" role="img" aria-label="{}" title="{}"></i>', name, label, label
        )
    return format_html('<i class="bi bi-{}" aria-hidden="true"></i>', name)


@register.simple_tag
def stage(name: Any, colour: int | str | None) -> SafeString:
    """{% stage deal.stage.name deal.stage.colour %}: the small square with the name."""
    return format_html('<span class="stage {}">{}</span>', class_of_colour(colour), name)


@register.filter
def stage_class(colour: int | str | None) -> str:
    """{{ stage.colour|stage_class }} → "stage-07", to colour something else than a name."""
    return class_of_colour(colour)


@register.simple_tag
def next_step(state: Any, when: dt.date | None = None, what: str = "") -> SafeString:
    """The state of a deal's next step in colour, sign and word, as lists show it.

    `state` is "overdue", "today", "later" or "nothing" with a day or a moment and what was promised, or a `NextStep`.
    """
    step = state if isinstance(state, NextStep) else NextStep(state, when, what)
    return KINDS["next_step"].as_html(step)


@register.simple_tag
def working_days(count: int) -> str:
    """«5 рабочих дней»."""
    return ngettext("%(count)s working day", "%(count)s working days", count) % {"count": show.number(count)}


# --- Places and messages --------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def panels(context: template.Context, card: str, record: Any) -> SafeString:
    """{% panels "leads.Client" client %}: what upper rooms show on this card."""
    request: HttpRequest = context["request"]
    shown = (panel.render(request, record) for panel in card_panels.of(card))
    return format_html_join("\n", "{}", ((html,) for html in shown if html))


@register.simple_tag
def url_if_any(name: str) -> str:
    """The address of a URL name of a room above, "" where no room serves it."""
    return url_or_none(name) or ""


@register.filter
def undo_url(message: Message) -> str:
    """Where the message's «Undo» sends (see `core.toasts.undoable`), "" without one."""
    return toasts.undo_url(message)

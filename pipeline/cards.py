"""The cards of the board as HTML.

Made in Python and not by a template each: a board has two hundred of them, and a template would take longer for that
than the database for everything.
"""

from functools import lru_cache
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.money import format_money
from core.tables.kinds import KINDS
from core.tables.values import NextStep
from pipeline.marks import Marks
from pipeline.models import Deal

_ANY = 987654321  # stands for a deal's number in an address that is then used as a pattern


def card_html(
    deal: Deal, *, step: NextStep | None, marks: Marks, shows_manager: bool, board: str
) -> SafeString:
    """One card: client, what is sold, amount, manager, next step and marks; the client leads to the deal, the button
    beside it to the stages. `board` is the board's address, to come back to after a move."""
    client, amount = escape(deal.client.name), format_money(deal.amount) if deal.amount else ""
    open_url, move_url = (pattern.replace(str(_ANY), str(deal.pk)) for pattern in _addresses())
    move_words = escape(_("Move the deal of %(client)s to …") % {"client": deal.client.name})
    what = f'<div class="what">{escape(deal.name)}</div>' if deal.name else ""
    whose = f'<span class="whose">{escape(deal.manager.short_name)}</span>' if shows_manager else ""
    sum_line = f'<b class="num">{amount}</b>' if amount else ""
    second = f'<div class="line">{sum_line}{whose}</div>' if sum_line or whose else ""
    said = ""
    if step is not None:
        said = f'<div class="line small">{KINDS["next_step"].as_html(step)}{KINDS["flags"].as_html(marks.flags)}</div>'
    return mark_safe(  # noqa: S308 - every value from outside is escaped above or by its kind
        f'<article class="card-deal" id="deal-{deal.pk}" tabindex="0" data-move="{move_url}" data-open="{open_url}"'
        f' aria-label="{client}{", " if amount else ""}{amount}">'
        f'<div class="line"><a href="{open_url}" tabindex="-1" draggable="false">{client}</a>'
        f'<a class="btn-plain btn-icon btn-small" href="{move_url}?board={quote(board)}" data-dialog'
        f' aria-label="{move_words}"><i class="bi bi-arrow-left-right" aria-hidden="true"></i></a></div>'
        f"{what}{second}{said}</article>"
    )


@lru_cache(maxsize=1)
def _addresses() -> tuple[str, str]:
    return reverse("pipeline:deal", args=[_ANY]), reverse("pipeline:move", args=[_ANY])

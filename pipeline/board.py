"""The board: one funnel's columns with counts, sums and the first cards, at a cost that does not grow with deals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from core import periods
from pipeline.cards import card_html
from pipeline.filters import BoardFilter, mark_condition, sees_several
from pipeline.marks import marks_of, next_step_of
from pipeline.models import Deal, Stage
from pipeline.queries import DealQuerySet

CARDS = 20  # of a column at once
_OF_A_CARD = (
    *("name", "amount", "state", "stage_id", "stage_since", "last_contact_at", "created_at"),
    *("next_step_on", "next_step_at", "waiting_until", "client__name", "manager__name"),
)
CLOSED_PERIOD = "this-month"  # of won and lost deals where no period is chosen


@dataclass(frozen=True)
class Card:
    """A deal on the board, drawn when the template asks for it."""

    deal: Deal
    board: "Board"

    @property
    def html(self) -> SafeString:
        moment = self.board.moment
        return card_html(
            self.deal,
            step=next_step_of(self.deal, moment) if self.deal.state == Deal.State.OPEN else None,
            marks=marks_of(self.deal, moment),
            shows_manager=self.board.shows_manager,
            board=self.board.address,
        )


@dataclass
class BoardColumn:
    """One stage: all its deals counted and summed, some of them as cards."""

    stage: Stage
    count: int = 0
    total: Decimal = Decimal(0)
    cards: list[Card] = field(default_factory=list)
    is_folded: bool = False
    before: int = 0  # cards in front of these

    @property
    def next_offset(self) -> int | None:
        """Where the next cards begin, None if these are the last."""
        shown = self.before + len(self.cards)
        return shown if self.cards and shown < self.count else None


class Board:
    """The funnel's deals that the request's user sees and its filters let through.

    Lost columns are folded (count and sum only) unless their stage is in `unfolded`.
    """

    def __init__(
        self, request: HttpRequest, stages: Sequence[Stage], data: Any, unfolded: Iterable[int] = ()
    ) -> None:
        """`stages`: the funnel's, in use, in order, with their funnel read (`stages_in_use`)."""
        self.stages = list(stages)
        self.funnel = self.stages[0].funnel
        self.moment = periods.now()
        self.unfolded = set(unfolded)
        self.shows_manager = sees_several(request.user)
        self.filters = BoardFilter(data, Deal.objects.visible_to(request.user), request=request)

    @cached_property
    def _asked(self) -> dict[str, Any]:
        self.filters.form.is_valid()
        return self.filters.form.cleaned_data

    @cached_property
    def _mark(self) -> Q:
        return mark_condition(self._asked.get("mark") or "", self.stages)

    @property
    def closed_period(self) -> str:
        """The name of the period that won and lost columns show."""
        return str(periods.PERIOD_NAMES[self._asked.get("period") or CLOSED_PERIOD])

    @cached_property
    def address(self) -> str:
        """The filters as they stand in the address, to be sent along with a move."""
        data = self.filters.data
        return "&".join(f"{key}={data[key]}" for key in self.filters.filters if data.get(key))

    def columns(self, only: Iterable[int] | None = None) -> list[BoardColumn]:
        """The columns in order, or those of the given stages. Three queries for any number of them and of deals."""
        wanted = None if only is None else set(only)
        stages = [stage for stage in self.stages if wanted is None or stage.pk in wanted]
        columns = {
            stage.pk: BoardColumn(
                stage, is_folded=stage.kind == Stage.Kind.LOST and stage.pk not in self.unfolded
            )
            for stage in stages
        }
        for pk, count, total in self._sums(stages):
            columns[pk].count, columns[pk].total = count, total
        shown = [column.stage for column in columns.values() if column.count and not column.is_folded]
        for deal in self._first(shown):
            column = columns[deal.stage_id]
            deal.stage = column.stage
            column.cards.append(Card(deal, self))
        return list(columns.values())

    def more(self, stage: Stage, offset: int) -> BoardColumn:
        """The next cards of one column."""
        rows = self._deals([stage])
        page = list(_for_cards(rows).order_by(*_order(stage))[offset : offset + CARDS])
        for deal in page:
            deal.stage = stage
        return BoardColumn(stage, rows.count(), cards=[Card(deal, self) for deal in page], before=offset)

    def _deals(self, stages: Sequence[Stage]) -> DealQuerySet:
        """Of these stages, which are all open or all closed, what the filters let through."""
        rows = self.filters.qs.filter(stage__in=[stage.pk for stage in stages])
        period = self._asked.get("period")
        if any(stage.kind != Stage.Kind.OPEN for stage in stages):
            rows = rows.filter(**periods.period_named(period or CLOSED_PERIOD).lookup("closed_at"))
        elif period:
            span = periods.period_named(period)
            rows = rows.filter(expected_on__range=(span.first_day(), span.last_day()))
        return rows.filter(self._mark)

    def _sums(self, stages: Sequence[Stage]) -> list[tuple[int, int, Decimal]]:
        """(stage, count, sum) of every stage that has deals. Rows are counted, not ids: no index holds those."""
        parts = [
            self._deals(some).order_by().values_list("stage").annotate(count=Count("*"), total=Sum("amount"))
            for some in _open_and_closed(stages)
        ]
        return [(stage, count, Decimal(kopecks or 0).scaleb(-2)) for stage, count, kopecks in _rows_of(parts)]

    def _first(self, stages: Sequence[Stage]) -> list[Deal]:
        """The first cards of each stage: the latest arrivals first, so that a moved card is seen where it went."""
        parts = [self._deals([stage]).order_by(*_order(stage)).values("pk")[:CARDS] for stage in stages]
        ids = [pk for (pk,) in _rows_of(parts)]
        found = _for_cards(Deal.objects.filter(pk__in=ids)).in_bulk()
        return [found[pk] for pk in ids if pk in found]


def _for_cards(rows: DealQuerySet) -> DealQuerySet:
    """With what a card says; the stage is known to who asks."""
    rows = rows.select_related("client", "manager")
    return rows.only(*_OF_A_CARD)


def _order(stage: Stage) -> tuple[str, str]:
    """The order of a column: the latest arrivals first."""
    return ("-stage_since" if stage.kind == Stage.Kind.OPEN else "-closed_at", "-pk")


def stages_in_use(**which: Any) -> list[Stage]:
    """Stages that may stand on a board, funnel after funnel, with their funnels read."""
    rows = Stage.objects.in_use().filter(**which).select_related("funnel")
    return list(rows.order_by("funnel__position", "funnel_id", "position", "pk"))


def _open_and_closed(stages: Sequence[Stage]) -> list[list[Stage]]:
    parts = [
        [stage for stage in stages if stage.kind == Stage.Kind.OPEN],
        [stage for stage in stages if stage.kind != Stage.Kind.OPEN],
    ]
    return [part for part in parts if part]


def _rows_of(parts: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of several QuerySets of values, in one statement, as the database gives them.

    Django's union() refuses limited parts on SQLite; a window function would rank every deal of the funnel to show the
    first few. Each part here is answered by an index alone.
    """
    pieces: list[str] = []
    params: list[Any] = []
    for rows in parts:
        sql, some = rows.query.sql_with_params()
        pieces.append(f"SELECT * FROM ({sql}) AS part{len(pieces)}")  # noqa: S608 - both are Django's own
        params += some
    if not pieces:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(pieces), params)
        return list(cursor.fetchall())

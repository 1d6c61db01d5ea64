"""What is counted of activities: the built-in conversations and meetings, and what an administrator adds."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, ActivityKind
from kpi.indicators import near
from kpi.indicators.base import Changed, Definition, Near, Rows, Source, Span, SumOf
from kpi.models import Indicator, Rule


class ActivitiesDone(Definition):
    """Activities that were done in the window and entered by its end, credited to who did them."""

    source = Source.ACTIVITY
    model = Activity
    # Only those in which the client was spoken to.
    held = True

    @abstractmethod
    def kinds(self, span: Span) -> Iterable[int]:
        """The kinds of activities that count."""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that count; empty for all."""
        return Activity.HELD if self.held else ()

    def nearly(self, span: Span) -> Iterable[Near]:
        return near.activities(self, span)

    def changed(self, then: Any, now: Any) -> Changed | None:
        return near.activity_changed(self, then, now)

    def records(self, span: Span) -> Rows:
        rows = (
            Activity.versions.at(span.window.end)
            .filter(
                deleted_at__isnull=True,
                status=Activity.Status.DONE,
                manager__among=span.people,
                kind_id__in=list(self.kinds(span)),
                entered_at__lte=span.window.end,
                **span.window.lookup("happened_at"),
            )
            .annotate(person=F("manager_id"))
        )
        if self.held:
            rows = rows.filter(outcome__in=Activity.HELD)
        if span.imports and not self.counts_imports:
            # Entered by an import, as what it counts as: made so by hand later, it is that person's word.
            imported = Activity.versions.filter(
                operation_id__in=span.imports, entered_at=F("operation__at"), record_id=OuterRef("record_id")
            )
            rows = rows.exclude(Exists(imported.filter(entered_at=OuterRef("entered_at"))))
        return rows


class OfGroup(ActivitiesDone):
    """Activities of the kinds that count as `group`."""

    group: str

    def kinds(self, span: Span) -> Iterable[int]:
        return [kind for kind, group in span.groups.items() if group == self.group]


class Chosen(ActivitiesDone):
    """Activities as an administrator's indicator chooses them: `row` is its row, of whatever moment."""

    def __init__(self, row: Any) -> None:
        super().__init__(counts_imports=row.counts_imports)
        self.row = row
        self.code, self.name = row.code, row.name
        self.held = row.held == "held"

    @property
    def formula(self) -> Any:  # type: ignore[override]
        sentence = _("Contacts that were done in the day's window and entered by its end: %(which)s.")
        return sentence % {"which": self.which}

    @property
    def which(self) -> str:
        """Which contacts are meant: kind or group, direction, outcome."""
        row = self.row
        if row.activity_kind_id:
            parts = [_("“%(kind)s”") % {"kind": row.activity_kind}]
        elif row.group:
            parts = [_("all that count as “%(group)s”") % {"group": ActivityKind.Group(row.group).label}]
        else:
            parts = [str(_("of any kind"))]
        if row.direction:
            parts.append(str(Activity.Direction(row.direction).label))
        if row.held:
            parts.append(str(Indicator.Held(row.held).label))
        return ", ".join(parts)

    @property
    def outcomes(self) -> tuple[str, ...]:
        return (Activity.Outcome.NO_ANSWER,) if self.row.held == "no_answer" else super().outcomes

    def kinds(self, span: Span) -> Iterable[int]:
        if self.row.activity_kind_id:
            return [self.row.activity_kind_id]
        return [kind for kind, group in span.groups.items() if self.row.group in ("", group)]

    def records(self, span: Span) -> Rows:
        rows = super().records(span)
        if self.row.held == "no_answer":
            rows = rows.filter(outcome=Activity.Outcome.NO_ANSWER)
        if self.row.direction:
            rows = rows.filter(direction=self.row.direction)
        return rows


class ChosenQuantity(Chosen, SumOf):
    """The quantities of the chosen activities, added up."""

    unit = Rule.Unit.QUANTITY
    column = "quantity"

    @property
    def formula(self) -> Any:  # type: ignore[override]
        sentence = _(
            "The quantities of contacts that were done in the day's window and entered by its end: %(which)s."
        )
        return sentence % {"which": self.which}

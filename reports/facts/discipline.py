"""Closed days of people: the frozen figures of a period, as they count after corrections."""

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.utils.translation import gettext_lazy as _

from kpi.models import Correction, Figure, PersonDay
from kpi.models.fields import NumberField
from people import access
from people.models import User
from reports.facts.base import Fact, Measure

_said = Correction.objects.filter(figure=OuterRef("pk")).order_by("-pk")


def _days(user: User) -> QuerySet[PersonDay]:
    owners = access.owners_visible_to(user)
    rows = PersonDay.objects.all()
    return rows if owners is None else rows.filter(person__in=owners)


def _frozen(user: User) -> QuerySet[Figure]:
    owners = access.owners_visible_to(user)
    rows = Figure.objects.light()
    return rows if owners is None else rows.filter(person_day__person__in=owners)


def _figures(user: User) -> QuerySet[Figure]:
    """Each with `counted`, its value, and `judged`, its verdict: corrected where there is a correction."""
    corrected = Q(Exists(_said))
    return _frozen(user).annotate(
        counted=Case(
            When(corrected, then=Subquery(_said.values("value")[:1])),
            default=F("value"),
            output_field=NumberField(),
        ),
        judged=Case(When(corrected, then=Subquery(_said.values("verdict")[:1])), default=F("verdict")),
    )


CLOSED_DAYS = Fact("closed_days", _("Closed days"), _days, "day", {"manager": "person", "team": "person"}, {})
_PATHS = {"manager": "person_day__person", "team": "person_day__person", "indicator": "indicator"}
FIGURES = Fact(
    "figures",
    _("Figures of closed days"),
    _figures,
    "person_day__day",
    _PATHS,
    {"value": Measure("value", _("Value"), "quantity", Sum("counted"))},
)
# As they were frozen, without what was said later.
FROZEN = Fact("frozen", _("Figures of closed days"), _frozen, "person_day__day", _PATHS, {})

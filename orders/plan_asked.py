"""Which part of a sales plan an address asks for: rows, a seller or a group, the measure, the months."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from core import periods
from orders.actions.plans import MEASURES, MeasureName
from orders.models import PlanCell, SalesPlan
from orders.plans import months_of
from people.access import owners_visible_to, sellers_visible_to
from people.models import User
from pipeline.models import ProductGroup

GROUPS, SELLERS = "groups", "sellers"
AHEAD = 3  # months that are corrected every month


def next_months(plan: SalesPlan) -> list[dt.date]:
    """The next three months, as far as they are the plan's."""
    month = periods.first_of("month", periods.today())
    ahead = []
    for _step in range(AHEAD):
        month = periods.first_of("month", month + dt.timedelta(31))
        ahead.append(month)
    return [month for month in ahead if month.year == plan.year]


class Seller(NamedTuple):
    """Somebody whose plan the reader sees."""

    pk: int
    name: str
    sells: bool


@dataclass(frozen=True)
class Asked:
    """Which part of a plan the address asks for; what it says wrong, or of somebody else's, is what stands there first.

    Rows are the groups of a seller (None: of whomever), or the sellers of a group (None: of everything).
    """

    plan: SalesPlan
    user: User
    rows: str
    seller: int | None
    group: int | None
    measure: MeasureName
    whole_year: bool

    @classmethod
    def of(cls, plan: SalesPlan, user: User, params: Mapping[str, str]) -> "Asked":
        wished = params.get("seller", ""), params.get("group", "")
        known = set(sellers_of(plan, user)), set(ProductGroup.objects.values_list("pk", flat=True))
        seller, group = (
            int(text) if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in ids else None
            for text, ids in zip(wished, known, strict=True)
        )
        rows = SELLERS if params.get("rows") == SELLERS else GROUPS
        measure = params.get("measure", "")
        months = params.get("months", "")
        return cls(
            plan,
            user,
            rows,
            seller if rows == GROUPS else None,
            group if rows == SELLERS else None,
            next((name for name in MEASURES if name == measure), "amount"),
            months == "year" or (months != "next" and plan.adopted_at is None) or not next_months(plan),
        )

    @cached_property
    def months(self) -> list[dt.date]:
        """The columns."""
        return months_of(self.plan.year) if self.whole_year else next_months(self.plan)

    @cached_property
    def sellers(self) -> dict[int, Seller]:
        """Whose plan may be chosen, by name."""
        return sellers_of(self.plan, self.user)

    def query(self, **changes: object) -> str:
        """The address's parameters, changed: `query(measure="quantity")`, `query(seller=None)`."""
        values: dict[str, object] = {
            "rows": self.rows if self.rows == SELLERS else None,
            "seller": self.seller,
            "group": self.group,
            "measure": self.measure if self.measure != "amount" else None,
            "months": "year" if self.whole_year else "next",
        }
        values |= changes
        return "?" + urlencode({key: value for key, value in values.items() if value})

    # What the template asks for: a switch is a link to the same page.

    @property
    def url(self) -> str:
        """The grid of what is shown."""
        return reverse("orders:plan", args=[self.plan.year]) + self.query()

    @property
    def sheet_url(self) -> str:
        return reverse("orders:plan-sheet", args=[self.plan.year]) + self.query()

    @property
    def by_groups(self) -> str:
        return self.query(rows=None, group=None)

    @property
    def by_sellers(self) -> str:
        return self.query(rows=SELLERS, seller=None)

    @property
    def in_money(self) -> str:
        return self.query(measure=None)

    @property
    def in_pieces(self) -> str:
        return self.query(measure="quantity")

    @property
    def months_ahead(self) -> str:
        return self.query(months="next")

    @property
    def all_months(self) -> str:
        return self.query(months="year")

    @property
    def ahead_names(self) -> str:
        """«Декабрь – февраль»: the months that are corrected next; empty where none is the plan's."""
        names = [str(MONTHS[month.month]) for month in next_months(self.plan)]
        return "" if not names else names[0] if len(names) == 1 else f"{names[0]} – {names[-1].lower()}"

    @property
    def seller_name(self) -> str:
        """Whose plan is shown."""
        return self.sellers[self.seller].name if self.seller else self.everybody

    @property
    def seller_links(self) -> list[tuple[str, str, bool]]:
        found = [(self.query(seller=None), self.everybody, self.seller is None)]
        return found + [
            (self.query(seller=one.pk), one.name, self.seller == one.pk) for one in self.sellers.values()
        ]

    @property
    def everybody(self) -> str:
        """All whose plan the reader sees."""
        return _("All sellers") if owners_visible_to(self.user) is None else _("The whole team")


def sellers_of(plan: SalesPlan, user: User) -> dict[int, Seller]:
    """Those whose plan the user sees: who sells today, and who has a plan in this year."""
    selling = {one.pk: Seller(one.pk, one.name, True) for one in sellers_visible_to(user)}
    planned = PlanCell.objects.filter(plan=plan, manager__isnull=False).visible_to(user)
    others = User.all_objects.filter(pk__in=planned.values("manager")).exclude(pk__in=selling)
    found = [*selling.values(), *(Seller(one.pk, one.name, False) for one in others)]
    return {one.pk: one for one in sorted(found, key=lambda one: one.name)}

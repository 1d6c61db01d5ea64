"""The usual rhythm in which a client buys, and whether it has fallen out of it (R11).

The rhythm is the median number of days between two days of shipment, over the last `LOOKED_AT` days, of clients with at
least `FEWEST` such days. A client is at risk when more than `PATIENCE` times its rhythm has passed since the last
shipment, a fortnight at least, and it is not lost altogether (`leads.base.SLEEPING_DAYS`).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise
from statistics import median

from leads.base import SLEEPING_DAYS

LOOKED_AT, FEWEST = 730, 3
PATIENCE, SHORTEST = Decimal("1.5"), 14


@dataclass(frozen=True)
class Rhythm:
    """`usual` in days; `last` day of shipment."""

    client: int
    usual: Decimal
    last: dt.date

    def since(self, day: dt.date) -> int:
        return (day - self.last).days

    def is_at_risk(self, day: dt.date) -> bool:
        since = self.since(day)
        return max(self.usual * PATIENCE, Decimal(SHORTEST)) < since <= SLEEPING_DAYS


def rhythms(shipped: Iterable[tuple[int, dt.date]]) -> list[Rhythm]:
    """Of (client, day of shipment), sorted; a day counts once."""
    found = []
    for client, rows in groupby(shipped, key=lambda row: row[0]):
        days = sorted({day for _client, day in rows})
        if len(days) >= FEWEST:
            between = [(later - earlier).days for earlier, later in pairwise(days)]
            found.append(Rhythm(client, Decimal(str(median(between))), days[-1]))
    return found

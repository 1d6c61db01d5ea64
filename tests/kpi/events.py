"""What people of a company may do, as plain rows: the one script that the oracle replays and the program lives through.

Every event has a stamp, `at`: the moment it was entered. People, teams and records go by names of the script's own
("anna", "north", "c1"); an event is never entered before the one that stands in front of it.
"""

import datetime as dt
from dataclasses import dataclass, field, fields
from decimal import Decimal


@dataclass(frozen=True, kw_only=True, repr=False)
class Event:
    at: dt.datetime

    def __repr__(self) -> str:
        """By what is said of it, the rest being as it mostly is."""
        said = [
            f"{one.name}={_words(value)}"
            for one in fields(self)
            if one.name != "at" and (value := getattr(self, one.name)) != one.default
        ]
        return f"{self.at:%d.%m %H:%M:%S.%f} {type(self).__name__}({', '.join(said)})"


def _words(value: object) -> str:
    return str(value) if isinstance(value, dt.date | dt.time) else repr(value)


# --- People and the calendar ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, repr=False)
class Appointed(Event):
    """From the day on the person holds the role in the team; an empty role: works here no more."""

    person: str
    since: dt.date
    team: str = ""
    role: str = "manager"


@dataclass(frozen=True, kw_only=True, repr=False)
class Absent(Event):
    """Days, both included; or, on one day, from one time until another (None: its start, its end)."""

    absence: str
    person: str
    since: dt.date
    until: dt.date
    from_time: dt.time | None = None
    until_time: dt.time | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class AbsenceDropped(Event):
    absence: str


@dataclass(frozen=True, kw_only=True, repr=False)
class HoursSet(Event):
    """From the day on, for a team (all three) or, without one, for the company (no zone)."""

    since: dt.date
    team: str = ""
    starts: dt.time = dt.time(9)
    cutoff: dt.time = dt.time(18)
    zone: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class DayExcepted(Event):
    """One day of the calendar, for a team or the company: worked or not, maybe shortened."""

    day: dt.date
    works: bool
    team: str = ""
    cutoff: dt.time | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class KindSet(Event):
    """A kind of activity comes into being, or is counted as another group from now on."""

    kind: str
    group: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ImportsCounted(Event):
    """Whether the indicator counts what came by an import; none does until it is told so."""

    indicator: str
    counts: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class NormSet(Event):
    norm: str
    indicator: str
    since: dt.date
    until: dt.date | None = None
    team: str = ""
    person: str = ""
    direction: str = "at_least"
    low: Decimal | None = None
    high: Decimal | None = None
    tolerance: int = 0
    points: tuple[int, int, int] = (1, 0, -2)  # met, within tolerance, missed
    weekday: int | None = None
    period: str = "day"


# --- Clients --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, repr=False)
class ClientCreated(Event):
    """By nobody: a lead that came by itself."""

    client: str
    manager: str
    by: str = ""
    imported: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class ClientAssigned(Event):
    """With the client go the former manager's open deals with it, and all that is planned."""

    client: str
    manager: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ClientsMerged(Event):
    """All that the other one has goes over; where the cards are of two managers, also to the survivor's manager."""

    survivor: str
    away: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ClientDeleted(Event):
    client: str


# --- Deals ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, repr=False)
class DealCreated(Event):
    deal: str
    client: str
    manager: str
    amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class AmountSet(Event):
    deal: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True, repr=False)
class WaitingSet(Event):
    deal: str
    until: dt.date | None


@dataclass(frozen=True, kw_only=True, repr=False)
class DealMoved(Event):
    """Into a stage; `STAGES` says of which kind it is: open, won, lost."""

    deal: str
    stage: str
    imported: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class DealHanded(Event):
    deal: str
    manager: str


@dataclass(frozen=True, kw_only=True, repr=False)
class DealDeleted(Event):
    deal: str


# --- Activities -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, repr=False)
class Planned(Event):
    activity: str
    client: str
    manager: str
    kind: str
    due_on: dt.date
    due_at: dt.datetime | None = None
    deal: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class Logged(Event):
    """A contact took place; with `of_task` the planned activity of that name becomes the record."""

    activity: str
    client: str
    manager: str
    kind: str
    outcome: str
    happened: dt.datetime
    deal: str = ""
    of_task: bool = False
    imported: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class TaskMoved(Event):
    activity: str
    due_on: dt.date
    due_at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class TaskCancelled(Event):
    activity: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ActivityEdited(Event):
    """A done record says something else; what is not in `changes` stays: kind, outcome, happened, deal."""

    activity: str
    changes: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, repr=False)
class ActivityDeleted(Event):
    activity: str


STAGES = {"first": "open", "talks": "open", "won": "won", "won again": "won", "lost": "lost"}

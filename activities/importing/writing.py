"""Checked rows become clients, deals and activities; all inside the operation of the import."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from activities.bulk import record_activities
from activities.importing.forms import initial_answers
from activities.importing.names import Ref
from activities.importing.sheets import ACTIVITIES, CLIENTS
from activities.importing.words import CAMPAIGNS, KINDS, MANAGERS, SEGMENTS, SOURCES, STAGES
from activities.models import Activity, ActivityKind
from core.history.operations import Operation
from core.imports.importer import OutOfDate
from core.imports.models import ImportRow, ImportRun
from leads.actions import create_clients
from leads.bulk import Completion, complete_clients
from leads.drafts import ClientDraft, ContactDraft
from leads.duplicates import DuplicateClient
from leads.models import Campaign, Client, Segment, Source
from people.models import User
from pipeline.actions import create_deals, first_stage
from pipeline.bulk import fill_deals, place_deals
from pipeline.models import Deal, LossReason, Stage, StageMove

Action = ImportRow.Action
_PORTION = 500
_LONG_AGO = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
_FIELDS = ("inn", "city", "region", "site", "note", "old_number")
_DEAL_FIELDS = ("deal", "amount", "expected_on")


def write(run: ImportRun) -> None:
    """Writes everything that is staged. Raises `OutOfDate` when a verb refuses what the check has let through."""
    try:
        _Writing(run).write()
    except DuplicateClient as error:
        words = ", ".join(dict.fromkeys(one.words for one in error.found[:3]))
        raise OutOfDate(_("another client has this by now: %(what)s.") % {"what": words}) from error
    except (PermissionDenied, ValidationError, LookupError) as error:
        raise OutOfDate(_("people, clients or lists have changed since the check.")) from error


class _Writing:
    def __init__(self, run: ImportRun) -> None:
        self.run, self.by = run, run.by
        self.answers = initial_answers(run) | run.answers.get("all", {})
        self.people: dict[int, User] = User.objects.active().in_bulk()
        self.sources, self.segments = Source.objects.in_bulk(), Segment.objects.in_bulk()
        self.campaigns = Campaign.objects.select_related("source").in_bulk()
        self.kinds = ActivityKind.objects.in_bulk()
        self.stages: dict[int, Stage] = Stage.objects.select_related("funnel").in_bulk()
        self.clients: dict[Ref, Client] = {}

    def write(self) -> None:
        rows = self._rows()
        deeds = rows[ACTIVITIES]
        self._write_clients(rows[CLIENTS])
        self._read_clients({ref for row in deeds if isinstance(ref := row.clean["client"], int)})
        deals = self._deals(rows[CLIENTS], deeds)
        self._place(deals, rows[CLIENTS], deeds)
        record_activities([self._activity(row, deals) for row in deeds], by=self.by)

    def _rows(self) -> dict[str, list[ImportRow]]:
        found: dict[str, list[ImportRow]] = {CLIENTS: [], ACTIVITIES: []}
        taken = self.run.rows.filter(action__in=[Action.CREATE, Action.UPDATE]).order_by("place", "number")
        for row in taken.iterator(2000):
            found[self.run.plan[row.place]["kind"]].append(row)
        return found

    # --- Clients ---

    def _write_clients(self, rows: Sequence[ImportRow]) -> None:
        new = {row.key: row for row in rows if row.action == Action.CREATE}
        additions: dict[str, list[ImportRow]] = defaultdict(list)
        here: list[ImportRow] = []
        for row in rows:
            if row.action == Action.UPDATE:
                target: Ref = row.clean["target"]
                if isinstance(target, int):
                    here.append(row)
                else:
                    additions[target].append(row)
        drafts = [self._draft(row, additions[key]) for key, row in new.items()]
        self.clients |= dict(zip(new, create_clients(drafts, by=self.by), strict=True))
        for row in rows:  # rows that complete one of the file are that client too
            if row.action == Action.UPDATE and isinstance(row.clean["target"], str):
                self.clients[row.key] = self.clients[row.clean["target"]]
        if here:
            completions = [self._completion(row) for row in here]
            complete_clients(completions, by=self.by)
            self._read_clients({one.client_id for one in completions})

    def _draft(self, row: ImportRow, additions: Sequence[ImportRow]) -> ClientDraft:
        """The client of a row, with what further rows of the file add to it."""
        cleans = [row.clean, *(one.clean for one in additions)]
        texts: dict[str, Any] = {name: _first(cleans, name) or "" for name in _FIELDS}
        return ClientDraft(
            manager=self.people[row.clean[MANAGERS]],
            name=row.clean["name"],
            phones=_joined(cleans, "phones"),
            emails=_joined(cleans, "emails"),
            contacts=[person for clean in cleans for person in _contacts(clean)],
            duplicate_reason=self.answers["reason"] if row.same_as and "near" not in row.same_as else "",
            source=self.sources.get(_first(cleans, SOURCES)),
            campaign=self.campaigns.get(_first(cleans, CAMPAIGNS)),
            segment=self.segments.get(_first(cleans, SEGMENTS)),
            **texts,
        )

    def _completion(self, row: ImportRow) -> Completion:
        clean = row.clean
        fields = {name: clean[name] for name in _FIELDS if name in clean}
        if SOURCES in clean:
            fields["source"] = self.sources[clean[SOURCES]]
        if CAMPAIGNS in clean:
            fields["campaign"] = self.campaigns[clean[CAMPAIGNS]]
        if SEGMENTS in clean:
            fields["segment"] = self.segments[clean[SEGMENTS]]
        return Completion(
            clean["target"], fields, clean.get("phones", ()), clean.get("emails", ()), list(_contacts(clean))
        )

    def _read_clients(self, ids: set[int]) -> None:
        wanted = sorted(ids - self.clients.keys())
        for some in _portions(wanted):
            self.clients |= Client.objects.visible_to(self.by).select_related("manager").in_bulk(some)
        if ids - self.clients.keys():
            raise LookupError("a client has gone")

    def _of(self, row: ImportRow) -> Client:
        """The client of a row of clients."""
        return self.clients[row.clean["target"] if row.action == Action.UPDATE else row.key]

    # --- Deals ---

    def _deals(self, rows: Sequence[ImportRow], deeds: Sequence[ImportRow]) -> dict[int, Deal]:
        """{client: its deal}: the open one, the newest of several; else the newest closed one; else one is made."""
        known = {row.pk: self._of(row) for row in rows}
        wanted = {self.clients[row.clean["client"]].pk: self.clients[row.clean["client"]] for row in deeds}
        for row in rows:
            if any(key in row.clean for key in (STAGES, *_DEAL_FIELDS)):
                wanted[known[row.pk].pk] = known[row.pk]
        deals: dict[int, Deal] = {}
        for some in _portions(sorted(wanted)):
            found = Deal.objects.visible_to(self.by).filter(client__in=some).select_related("stage")
            for deal in sorted(found, key=lambda deal: (deal.state == Deal.State.OPEN, deal.pk)):
                deals[deal.client_id] = deal
        stage = first_stage()
        lacking = [client for pk, client in wanted.items() if pk not in deals]
        if lacking and stage is not None:
            made = [Deal(client=client, stage=stage, manager=client.manager) for client in lacking]
            create_deals(made, by=self.by)
            deals |= {deal.client_id: deal for deal in made}
        told = [(deals[known[row.pk].pk], _of_deal(row)) for row in rows if known[row.pk].pk in deals]
        fill_deals(told, by=self.by)
        return deals

    def _place(self, deals: dict[int, Deal], rows: Sequence[ImportRow], deeds: Sequence[ImportRow]) -> None:
        """Each deal takes the last status by date; one that the company knows something later of stays where it is."""
        last: dict[int, tuple[dt.datetime, int, int]] = {}
        for row in rows:
            if STAGES in row.clean:
                client = self._of(row)
                last[client.pk] = max(
                    last.get(client.pk, (_LONG_AGO, -1, 0)), (_LONG_AGO, row.number, row.clean[STAGES])
                )
        for row in deeds:
            if STAGES in row.clean:
                client = self.clients[row.clean["client"]]
                said = (dt.datetime.fromisoformat(row.clean["when"]), row.number, row.clean[STAGES])
                last[client.pk] = max(last.get(client.pk, said), said)
        known = self._known_since([deal for pk, deal in deals.items() if pk in last])
        places = [
            (deals[pk], self.stages[stage])
            for pk, (when, _number, stage) in last.items()
            if pk in deals and when >= known.get(deals[pk].pk, _LONG_AGO)
        ]
        reason = LossReason.objects.filter(pk=self.answers["loss_reason"] or 0).first()
        place_deals(places, by=self.by, loss_reason=reason)

    def _known_since(self, deals: Sequence[Deal]) -> dict[int, dt.datetime]:
        """{deal: since when the company knows where it stands}: its last contact, its last move by a person."""
        since = {deal.pk: deal.last_contact_at for deal in deals if deal.last_contact_at is not None}
        for some in _portions([deal.pk for deal in deals]):
            moves = StageMove.objects.filter(deal__in=some, from_stage__isnull=False)
            moves = moves.exclude(operation__kind=Operation.Kind.IMPORT).order_by()
            for pk, at in moves.values_list("deal").annotate(at=Max("at")):
                since[pk] = max(at, since.get(pk, at))
        return since

    # --- Activities ---

    def _activity(self, row: ImportRow, deals: dict[int, Deal]) -> Activity:
        clean = row.clean
        client = self.clients[clean["client"]]
        manager = self.people[clean[MANAGERS]] if MANAGERS in clean else client.manager
        return Activity(
            client=client,
            deal=deals.get(client.pk),
            kind=self.kinds[clean[KINDS]],
            manager=manager,
            status=Activity.Status.DONE,
            outcome=Activity.Outcome.REACHED,
            text=clean.get("text", ""),
            happened_at=dt.datetime.fromisoformat(clean["when"]),
            stage=self.stages[clean[STAGES]] if STAGES in clean else None,
        )


def _contacts(clean: dict[str, Any]) -> Iterator[ContactDraft]:
    """The contact person of a row, if it knows one; whoever is known by position or phone alone is called so."""
    phones, emails = clean.get("contact_phones", ()), clean.get("contact_emails", ())
    name = clean.get("contact") or clean.get("position") or (_("Contact person") if phones or emails else "")
    if name:
        yield ContactDraft(name=name, position=clean.get("position", ""), phones=phones, emails=emails)


def _joined(cleans: Iterable[dict[str, Any]], key: str) -> list[str]:
    return list(dict.fromkeys(value for clean in cleans for value in clean.get(key, ())))


def _first(cleans: Iterable[dict[str, Any]], key: str) -> Any:
    return next((clean[key] for clean in cleans if clean.get(key)), None)


def _of_deal(row: ImportRow) -> dict[str, Any]:
    """What the row says of its deal: what is sold, for how much and when."""
    name, amount, expected_on = (row.clean.get(key) for key in _DEAL_FIELDS)
    return {
        "name": name,
        "amount": Decimal(amount) if amount else None,
        "expected_on": dt.date.fromisoformat(expected_on) if expected_on else None,
    }


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _PORTION):
        yield ids[start : start + _PORTION]

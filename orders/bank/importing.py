"""The importer of payments: statements of a bank, and tables in which somebody keeps receipts.

See `core.imports.importer.Importer`. What was loaded before is left out, by the key of each line; sure payments are
matched by themselves, once more at loading, as orders may have been paid since the preview.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods
from core.history.rollback import Allowed
from core.imports.importer import OutOfDate, Parsed, Word
from core.imports.models import ImportRow, ImportRun
from core.money import money
from leads.models import Client
from orders.actions.payments import record_payments
from orders.bank.keys import bank_key
from orders.bank.sheet import PAYMENTS
from orders.matching import Proposal, propose_all
from orders.models import Payment
from people import access

_PORTION = 400
Action = ImportRow.Action


class Questions(forms.Form):
    """Nothing is asked about the whole file."""

    def __init__(self, data: Any = None, *, run: ImportRun) -> None:
        super().__init__(data, prefix="all")


class _PaymentsCheck:
    """Goes through the rows portion by portion; remembers the keys it has met."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self._met: dict[str, int] = {}

    def check(self, kind: str, rows: Sequence[Parsed]) -> None:
        for parsed in rows:
            self._understand(parsed)
        fresh = [parsed for parsed in rows if not parsed.is_wrong]
        known = known_here([parsed.row.clean for parsed in fresh])
        new = []
        for parsed, here in zip(fresh, known, strict=True):
            clean, number = parsed.row.clean, parsed.row.number
            key = clean["key"]
            if here:
                parsed.row.action, clean["known"] = Action.SKIP, here
            elif key in self._met:
                parsed.row.action, clean["same_row"] = Action.SKIP, self._met[key]
            else:
                self._met[key] = number
                new.append(parsed.row)
        for row, proposal in zip(new, propose_all([payment_of(row.clean) for row in new]), strict=True):
            note_proposal(row, proposal)

    def words(self) -> dict[str, list[Word]]:
        return {}

    def _understand(self, parsed: Parsed) -> None:
        clean = {key: value for key, value in parsed.values.items() if value not in (None, "")}
        if "form" in parsed.values:  # a blank cell of that column says that nobody knows
            clean["form"] = parsed.values["form"] or ""
        parsed.row.clean = clean
        if parsed.is_wrong:
            return
        if dt.date.fromisoformat(clean["paid_on"]) > periods.today():
            parsed.error("paid_on", _("This day has not come yet."))
        if money(clean["amount"]) <= 0:
            parsed.error("amount", _("Only what came in is loaded: a sum above zero."))
        if not parsed.is_wrong:
            clean["key"] = bank_key(clean)


def known_here(rows: Sequence[Mapping[str, Any]]) -> list[int | None]:
    """For each staged row the payment it is: by its key, else by day, sum, number and INN, as it may have been entered
    by hand or come from a table without accounts."""
    found: list[int | None] = []
    for start in range(0, len(rows), _PORTION):
        some = rows[start : start + _PORTION]
        keys = dict(
            Payment.objects.filter(bank_key__in=[row["key"] for row in some]).values_list("bank_key", "pk")
        )
        days = [dt.date.fromisoformat(row["paid_on"]) for row in some]
        alike = Payment.objects.filter(
            paid_on__range=(min(days), max(days)),
            payer_inn__in={row.get("payer_inn", "") for row in some} - {""},
        ).exclude(number="")
        documents = {
            (day.isoformat(), str(amount), number, inn): pk
            for day, amount, number, inn, pk in alike.values_list(
                "paid_on", "amount", "number", "payer_inn", "pk"
            )
        }
        found += [
            keys.get(row["key"])
            or documents.get((row["paid_on"], row["amount"], row.get("number", ""), row.get("payer_inn", "")))
            for row in some
        ]
    return found


def payment_of(clean: Mapping[str, Any]) -> Payment:
    """The payment of a staged row, not yet saved."""
    return Payment(
        paid_on=dt.date.fromisoformat(clean["paid_on"]),
        amount=money(clean["amount"]),
        form=clean.get("form", Payment.Form.NON_CASH),
        number=clean.get("number", ""),
        payer=clean.get("payer", ""),
        payer_inn=clean.get("payer_inn", ""),
        purpose=clean.get("purpose", ""),
        bank_key=clean["key"],
    )


def note_proposal(row: ImportRow, proposal: Proposal) -> None:
    """Keeps with the row whose it seems to be and what it will be matched to, for the preview."""
    if proposal.client:
        row.clean["client"] = proposal.client
    if proposal.is_sure:
        row.clean["orders"] = {str(order): str(amount) for order, amount in proposal.sums.items()}


class Payments:
    """Receipts from a statement or a table."""

    key = "payments"
    title = gettext_lazy("Payments")
    text = gettext_lazy("A statement of the bank, or a table of receipts.")
    ability = "payments"
    sheets = (PAYMENTS,)
    # See `core.imports.importer.own_page`.
    pages: ClassVar[dict[str, str]] = {"new": "orders:statement_new", "run": "orders:statement"}

    def begin(self, run: ImportRun) -> _PaymentsCheck:
        return _PaymentsCheck(run.by)

    def apply(self, run: ImportRun) -> None:
        access.require(run.by, "payments")
        rows = list(run.rows.filter(action=Action.CREATE).order_by("place", "number"))
        payments = [payment_of(row.clean) for row in rows]
        if any(known_here([row.clean for row in rows])):
            raise OutOfDate(_("some of these payments have been loaded by somebody else."))
        proposals = propose_all(payments)
        for payment, proposal in zip(payments, proposals, strict=True):
            payment.client_id = proposal.client
        sums = [proposal.sums if proposal.is_sure else {} for proposal in proposals]
        try:
            record_payments(payments, sums, by=run.by)
        except ValidationError as error:
            raise OutOfDate(_("an order of these payments has been paid meanwhile.")) from error

    def allowed(self, user: Any) -> Allowed:
        """Who loads statements may take theirs back, whoever's the clients are."""
        return lambda model, ids: set(ids) if access.may(user, "payments") else set()

    def vocabulary_label(self, key: str) -> str:
        raise KeyError(key)

    def choices(self, key: str, run: ImportRun) -> Sequence[tuple[str, str]]:
        return ()

    def questions(self, run: ImportRun) -> type[Questions]:
        return Questions

    def links(self, run: ImportRun, ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        return {}

    def row_choices(self) -> Sequence[tuple[str, str]]:
        return ()

    def onward(self) -> tuple[str, str]:
        return _("To the payments"), reverse("orders:payments")

    def show(self, run: ImportRun, kind: str, rows: Sequence[ImportRow]) -> Sequence[Mapping[str, str]]:
        return [
            {
                column.key: column.words(row.clean[column.key])
                for column in PAYMENTS.columns
                if row.clean.get(column.key)
            }
            for row in rows
        ]


def clients_named(user: Any, ids: set[int]) -> dict[int, str]:
    """What the clients are called; of those the user does not see, only that they are somebody else's."""
    found = dict.fromkeys(ids, _("another team’s client"))
    wanted = sorted(ids)
    for start in range(0, len(wanted), _PORTION):
        rows = Client.objects.visible_to(user).filter(pk__in=wanted[start : start + _PORTION])
        found |= dict(rows.values_list("pk", "name"))
    return found

"""Pages of a statement: the file, and what it will bring. The machine behind them is that of all imports."""

from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from core import show
from core.imports import runs
from core.imports.importer import importer
from core.imports.models import ImportRow, ImportRun
from core.imports.reader import UnreadableFile
from core.money import money
from core.once import once, result_of
from orders.bank import as_table
from orders.bank.exchange import BrokenStatement, is_exchange
from orders.bank.exchange import read as read_exchange
from orders.bank.importing import Payments, clients_named
from orders.bank.sheet import PAYMENTS
from orders.forms.payments import StatementForm
from orders.models import Order
from people.pages import ForAbility

State = ImportRun.State
Action = ImportRow.Action
ZERO = Decimal("0.00")
MOST_ROWS = 300


class NewStatement(ForAbility, View):
    """Takes a file: a statement is checked at once, of a table one says first which column is which."""

    ability = "payments"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(StatementForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if done := result_of(request):
            return done
        form = StatementForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                run, is_statement, left_out = self._read(form.cleaned_data["file"])
            except (UnreadableFile, BrokenStatement) as error:
                form.add_error("file", str(error))
            else:
                return self._keep(run, is_statement, left_out)
        return self._page(form, 422)

    def _read(self, file: Any) -> tuple[ImportRun, bool, int]:
        data = file.read()
        file.seek(0)
        user: Any = self.request.user
        if not is_exchange(data):
            return runs.read(file, by=user, importer=importer(Payments.key)), False, 0
        statement = read_exchange(data)
        if not statement.incoming:
            raise BrokenStatement(_("Nothing came in by this statement: it has no receipts to your account."))
        headings = {column.key: column.headings[0] for column in PAYMENTS.columns}
        table = ContentFile(as_table.as_csv(statement, headings), name=file.name)
        return runs.read(table, by=user, importer=importer(Payments.key)), True, statement.left_out

    def _keep(self, run: ImportRun, is_statement: bool, left_out: int) -> HttpResponse:
        def save() -> str:
            run.save()
            if not is_statement:
                return reverse("imports:columns", args=[run.pk])
            runs.check(run, plan=as_table.plan_of(run.book, PAYMENTS.key), note=_left_out(left_out))
            return reverse("orders:statement", args=[run.pk])

        try:
            return once(self.request, save)
        finally:
            if run.pk is None:  # the same form was sent twice at one moment: the other's run is kept
                run.file.delete(save=False)

    def _page(self, form: StatementForm, status: int = 200) -> HttpResponse:
        return render(self.request, "orders/bank_new.html", {"form": form}, status=status)


def _left_out(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(count)s document is left out: it brought nothing to your account.",
        "%(count)s documents are left out: they brought nothing to your account.",
        count,
    ) % {"count": show.number(count)}


class StatementPage(ForAbility, View):
    """What a statement will bring, row by row; while the worker is at it, the progress; loaded, what became of it."""

    ability = "payments"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(pk)
        if run.state == State.UPLOADED:
            return HttpResponseRedirect(reverse("imports:columns", args=[run.pk]))
        if run.state in (State.CHECKED, State.APPLIED, State.UNDONE):
            return render(request, "orders/bank_statement.html", self._context(run))
        return render(request, "imports/progress.html", {"run": run, "job": run.job})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(pk)
        if run.state == State.CHECKED and run.to_load:
            runs.load(run)
        return HttpResponseRedirect(reverse("orders:statement", args=[run.pk]))

    def _run(self, pk: int) -> ImportRun:
        """The user's own; Http404 for somebody else's exactly as for none."""
        mine = ImportRun.objects.filter(by=self.request.user.pk, importer=Payments.key)
        run: ImportRun = get_object_or_404(mine.select_related("by", "job", "operation"), pk=pk)
        return run

    def _context(self, run: ImportRun) -> dict[str, Any]:
        rows = list(run.rows.order_by("place", "number")[: MOST_ROWS + 1])
        new = [row.clean for row in run.rows.filter(action=Action.CREATE)]
        user: Any = self.request.user
        names = clients_named(user, {row.clean["client"] for row in rows if "client" in row.clean})
        ids = {int(order) for row in rows for order in row.clean.get("orders", {})}
        orders = Order.objects.filter(pk__in=ids).in_bulk()
        return {
            "run": run,
            "to_load": PAYMENTS.count(len(new)) if new else "",
            "too_long": runs.MOST_AT_ONCE if runs.is_too_long(run) else 0,
            "sum": sum((money(clean["amount"]) for clean in new), ZERO),
            "new": len(new),
            "matched": sum("orders" in clean for clean in new),
            "of_client": sum("client" in clean and "orders" not in clean for clean in new),
            "of_nobody": sum("client" not in clean for clean in new),
            "known": run.total("skip"),
            "refused": run.total("error"),
            "rows": [_row(row, names, orders) for row in rows[:MOST_ROWS]],
            "more": max(0, run.total("rows") - MOST_ROWS),
        }


def _row(row: ImportRow, names: dict[int, str], orders: dict[int, Order]) -> dict[str, Any]:
    """A row in words: what it is, and what becomes of it."""
    clean = row.clean
    words = {
        column.key: column.words(clean[column.key]) for column in PAYMENTS.columns if clean.get(column.key)
    }
    matched = [str(orders[int(pk)]) for pk in clean.get("orders", {}) if int(pk) in orders]
    return {
        "number": row.number,
        "words": words,
        "client": names.get(clean.get("client", 0), ""),
        "orders": ", ".join(matched),
        "is_new": row.action == Action.CREATE,
        "is_known": row.action == Action.SKIP,
        "known": clean.get("known"),
        "same_row": clean.get("same_row"),
        "errors": [f"{PAYMENTS.column(key).label}: {sentence}" for key, sentence in row.errors],
    }

"""The list of somebody's imports."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.imports.models import ImportRun
from core.tables import Action, Column, Empty, List
from people.pages import ForAbility


class ImportList(ForAbility, List):
    """One's own imports, the newest first."""

    ability = "import"
    name, title = "imports", _("Imports")
    default_sort, primary, exports = "-created_at", "name", False

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return ImportRun.objects.filter(by=request.user.pk)

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("name", _("File")),
            Column("state", _("State"), value="get_state_display", on_phone="end"),
            Column("created_at", _("Uploaded"), "moment", sort="created_at"),
            Column("rows", _("Rows"), "int", value=lambda run: run.total("rows") or None),
            Column("errors", _("With errors"), "int", value=lambda run: run.total("error") or None),
        ]

    def row_link(self, record: ImportRun) -> str:
        return reverse("imports:run", args=[record.pk])

    def empty_state(self, request: HttpRequest) -> Empty:
        text = _("Bring the table kept so far, as it is: clients, and what was done with them.")
        return Empty(_("Nothing has been loaded yet"), text, self.actions(request)[0])

    def actions(self, request: HttpRequest) -> Sequence[Action]:
        return [Action(_("Load from Excel"), reverse("imports:new"))]

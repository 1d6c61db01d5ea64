"""The list of somebody's files."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.exports.models import Export
from core.tables import Column, Empty, List


class ExportList(List):
    """One's own files that the worker made or makes, the newest first."""

    name, title = "exports", _("My files")
    default_sort, primary, exports = "-asked_at", "title", False
    empty = Empty(
        _("No files wait for you"),
        _("A long list or report is made into a file in the background; it then waits here for three days."),
    )

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return Export.objects.filter(by=request.user.pk).select_related("job")

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("title", _("List or report")),
            Column("state", _("State"), value="state_words", on_phone="end"),
            Column("form", _("Kind"), value=lambda export: FORMS[export.form]),
            Column("rows", _("Rows"), "int"),
            Column("asked_at", _("Asked for"), "moment", sort="asked_at"),
            Column("expires_at", _("Kept until"), "moment", sort="expires_at"),
        ]

    def row_link(self, record: Export) -> str:
        return reverse("exports:export", args=[record.pk])


FORMS = {"xlsx": "Excel", "csv": "CSV"}

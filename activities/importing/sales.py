"""The importer of sales: a sheet of clients and a sheet of activities, both or either."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.importing.clients import ClientsCheck
from activities.importing.deeds import ActivitiesCheck
from activities.importing.forms import Questions, default_manager
from activities.importing.names import Names
from activities.importing.sheets import CLIENTS, SHEETS
from activities.importing.words import (
    CAMPAIGNS,
    KINDS,
    MANAGERS,
    SEGMENTS,
    SOURCES,
    STAGES,
    records_of,
    vocabulary,
)
from activities.importing.writing import write
from core import periods, show
from core.history.tracked import Tracked
from core.imports.importer import LEAVE, SKIP, Parsed, Word
from core.imports.models import ImportRow, ImportRun
from leads.models import Client
from people import access

VOCABULARIES = (MANAGERS, KINDS, STAGES, SOURCES, CAMPAIGNS, SEGMENTS)


class _SalesCheck:
    def __init__(self, run: ImportRun) -> None:
        answers = run.answers
        self.words_of = {
            key: vocabulary(key, run.by, answers.get("words", {}).get(key, {})) for key in VOCABULARIES
        }
        names = Names(run.by)
        self.clients = ClientsCheck(run.by, self.words_of, names, answers, default_manager(run))
        self.deeds = ActivitiesCheck(self.words_of, names, periods.now())

    def check(self, kind: str, rows: Sequence[Parsed]) -> None:
        (self.clients if kind == CLIENTS else self.deeds).check(rows)

    def words(self) -> dict[str, list[Word]]:
        return {key: words.met for key, words in self.words_of.items() if words.met}


class Sales:
    """See `core.imports.importer.Importer`."""

    key = "sales"
    title = gettext_lazy("Clients and contacts")
    text = gettext_lazy(
        "Bring the table as it is kept: titles above it, empty lines and phones in any notation are no obstacle."
    )
    ability = "import"
    sheets = SHEETS

    def begin(self, run: ImportRun) -> _SalesCheck:
        return _SalesCheck(run)

    def apply(self, run: ImportRun) -> None:
        access.require(run.by, "import")
        write(run)

    def allowed(self, user: Any) -> Callable[[type[Tracked], Iterable[int]], set[int]]:
        return lambda model, ids: access.changeable(user, model, ids)

    def vocabulary_label(self, key: str) -> str:
        return {
            MANAGERS: _("Managers"),
            KINDS: _("Kinds of contact"),
            STAGES: _("Stages"),
            SOURCES: _("Sources"),
            CAMPAIGNS: _("Campaigns"),
            SEGMENTS: _("Segments"),
        }[key]

    def choices(self, key: str, run: ImportRun) -> Sequence[tuple[str, str]]:
        words = vocabulary(key, run.by, {})
        said = {SKIP: _("leave these rows out"), LEAVE: _("leave it empty")}
        return [(choice, said.get(choice, text)) for choice, text in words.choices()]

    def questions(self, run: ImportRun) -> type[Questions]:
        return Questions

    def links(self, run: ImportRun, ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        clients = Client.objects.filter(pk__in=ids).select_related("manager")
        mine = access.changeable(run.by, Client, ids)
        found = {}
        for client in clients:
            if client.pk in mine:
                found[client.pk] = (
                    f"{client.name}, № {client.number}",
                    reverse("leads:card", args=[client.pk]),
                )
            else:
                said = _("a client of %(manager)s") % {"manager": client.manager.name}
                found[client.pk] = (said, "")
        return found

    def row_choices(self) -> Sequence[tuple[str, str]]:
        return [
            ("", _("as the others")),
            (ImportRow.Action.SKIP, _("leave the row out")),
            (ImportRow.Action.UPDATE, _("complete the card")),
            (ImportRow.Action.CREATE, _("create all the same")),
        ]

    def onward(self) -> tuple[str, str]:
        return _("To the clients"), reverse("leads:list")

    def show(self, run: ImportRun, kind: str, rows: Sequence[ImportRow]) -> Sequence[Mapping[str, str]]:
        sheet = next(one for one in SHEETS if one.key == kind)
        records = {key: records_of(key, run.by)[0] for key in VOCABULARIES}
        names = self._names(run, rows)
        shown = []
        for row in rows:
            words = {}
            for column in sheet.columns:
                value = row.clean.get(column.key)
                if value in (None, "", []):
                    continue
                if column.key in records:
                    words[column.key] = records[column.key].get(value, "")
                elif column.key == "client":
                    words[column.key] = names.get(value, "")
                elif column.key == "when":
                    words[column.key] = show.moment(dt.datetime.fromisoformat(value))
                else:
                    words[column.key] = column.words(value)
            shown.append(words)
        return shown

    def _names(self, run: ImportRun, rows: Sequence[ImportRow]) -> dict[int | str, str]:
        """What the clients that rows of activities belong to are called."""
        refs = {row.clean["client"] for row in rows if "client" in row.clean}
        ids = [ref for ref in refs if isinstance(ref, int)]
        names: dict[int | str, str] = dict(Client.objects.filter(pk__in=ids).values_list("pk", "name"))
        for ref in refs:
            if isinstance(ref, str):
                place, number = ref.split(":")
                row = run.rows.filter(place=place, number=number).first()
                names[ref] = row.clean.get("name", "") if row else ""
        return names

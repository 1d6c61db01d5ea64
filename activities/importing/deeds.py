"""The check of a sheet of activities: whose they are, when they happened, of which kind, what they left the deal in."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from activities.importing.clients import unknown
from activities.importing.names import Names, Ref
from activities.importing.words import KINDS, MANAGERS, STAGES
from activities.models import Activity
from core import periods
from core.imports.importer import Parsed
from core.imports.models import ImportRow
from core.imports.words import Vocabulary

Action = ImportRow.Action
NOON = dt.time(12)
_FIRST_YEAR = 2000


class ActivitiesCheck:
    def __init__(self, words: dict[str, Vocabulary], names: Names, moment: dt.datetime) -> None:
        self.words, self.names, self.moment = words, names, moment

    def check(self, rows: Sequence[Parsed]) -> None:
        self.names.prepare(parsed.values.get("client") or "" for parsed in rows)
        left_out = {id(parsed) for parsed in rows if not self._understand(parsed)}
        good = [parsed for parsed in rows if not parsed.is_wrong and id(parsed) not in left_out]
        for parsed in rows:
            if id(parsed) in left_out:
                parsed.row.action = Action.SKIP
        self._leave_out_known(good)

    def _understand(self, parsed: Parsed) -> bool:
        """Fills `clean`; False if an answer leaves the row out."""
        values, clean, taken = parsed.values, parsed.row.clean, True
        if values.get("text"):
            clean["text"] = values["text"]
        for key in (KINDS, STAGES, MANAGERS):
            if text := values.get(key):
                meaning = self.words[key].meaning(text)
                taken = taken and not meaning.leaves_rows
                if meaning.is_open:
                    parsed.error(key, unknown(key, text))
                elif meaning.record is not None:
                    clean[key] = meaning.record
        if values.get("when"):
            self._set_moment(parsed, values["when"])
        if values.get("client"):
            ref = self._client(parsed, values["client"])
            if ref is not None:
                clean["client"] = ref
        return taken

    def _client(self, parsed: Parsed, name: str) -> Ref | None:
        places = self.names.find(name)
        if len(places) == 1 and places[0].ref is not None:
            return places[0].ref
        if not places:
            sentence = _("There is no client “%(name)s”, neither in the file nor among yours.")
        elif len(places) > 1:
            sentence = _(
                "Several clients are called “%(name)s”: write the number of the former table instead."
            )
        elif places[0].foreign:
            sentence = _("“%(name)s” is a client of somebody else.")
        else:
            sentence = _("The client “%(name)s” is not loaded: see row %(row)s.")
        row = places[0].row.rpartition(":")[2] if places else ""
        parsed.error("client", sentence % {"name": name, "row": row})
        return None

    def _set_moment(self, parsed: Parsed, text: str) -> None:
        """Noon where no time is written; of today, not later than now."""
        today = periods.day_of(self.moment)
        value = dt.datetime.fromisoformat(text)
        moment = periods.local(value.date(), value.time() if "T" in text else NOON)
        if value.date() == today and "T" not in text:
            moment = min(moment, self.moment)
        if moment > self.moment:
            parsed.error("when", _("The date lies in the future: what is planned is entered as a task."))
        elif value.year < _FIRST_YEAR:
            parsed.error("when", _("This is too long ago: check the year."))
        else:
            parsed.row.clean["when"] = moment.isoformat()

    def _leave_out_known(self, rows: Sequence[Parsed]) -> None:
        """A file loaded once more brings no activity a second time: same client, moment, kind and text."""
        clients = {ref for parsed in rows if isinstance(ref := parsed.row.clean["client"], int)}
        known: dict[tuple[Any, ...], int] = {}
        for some in _portions(sorted(clients)):
            found = Activity.objects.done().filter(client__in=some)
            for pk, *values in found.values_list("pk", "client_id", "happened_at", "kind_id", "text"):
                known[tuple(values)] = pk
        if not known:
            return
        for parsed in rows:
            clean = parsed.row.clean
            moment = dt.datetime.fromisoformat(clean["when"])
            pk = known.get((clean["client"], moment, clean[KINDS], clean.get("text", "")))
            if pk is not None:
                parsed.row.action = Action.SKIP
                parsed.row.same_as = {"why": _("the same activity"), "activity": pk}


def _portions(ids: list[int], size: int = 400) -> list[list[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]

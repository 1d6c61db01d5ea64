"""What the pages of an import show of it: its sheets, errors and duplicates, what is to be loaded, the result."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from core.imports.importer import importer_of
from core.imports.models import ImportRow, ImportRun

FIRST_ROWS = 5
ROWS = 100  # of errors and of duplicates on the page; the file has them all


def same_answers(answers: Mapping[str, Any], run: ImportRun, questions: Any) -> bool:
    """Whether the rows were checked by these answers, where nothing was asked by what holds anyway."""
    before = run.answers
    first = {name: questions.get_initial_for_field(field, name) for name, field in questions.fields.items()}
    taken = {
        key: {raw["key"]: raw["choice"] for raw in words if raw["choice"]} for key, words in run.words.items()
    }
    words_before = {**before.get("words", {}), **{key: some for key, some in taken.items() if some}}
    return (
        {**first, **before.get("all", {})} == answers["all"]
        and words_before == answers["words"]
        and before.get("rows", {}) == answers["rows"]
    )


def sheets_of(run: ImportRun) -> list[dict[str, Any]]:
    """Each sheet of the plan with its counts and its first rows as they will be."""
    importing = importer_of(run)
    kinds = {kind.key: kind for kind in importing.sheets}
    found = []
    for place, (entry, counts) in enumerate(zip(run.plan, run.counts, strict=True)):
        kind = kinds[entry["kind"]]
        taken = [ImportRow.Action.CREATE, ImportRow.Action.UPDATE]
        rows = list(run.rows.filter(place=place, action__in=taken).order_by("number")[:FIRST_ROWS])
        shown = importing.show(run, kind.key, rows)
        columns = [one for one in kind.columns if any(one.key in words for words in shown)]
        table = [
            (row.number, [(column.label, words.get(column.key, "")) for column in columns])
            for row, words in zip(rows, shown, strict=True)
        ]
        found.append({"counts": counts, "kind": kind, "columns": columns, "rows": table})
    return found


def to_load(run: ImportRun) -> str:
    """«5 000 клиентов и 4 988 активностей»."""
    kinds = {kind.key: kind for kind in importer_of(run).sheets}
    sums: dict[str, int] = {}
    for counts in run.counts:
        sums[counts["kind"]] = sums.get(counts["kind"], 0) + counts["create"] + counts["update"]
    words = [kinds[key].count(n) for key, n in sums.items() if n]
    return (
        _("%(one)s and %(other)s") % {"one": words[0], "other": words[1]}
        if len(words) == 2
        else ", ".join(words)
    )


def errors_of(run: ImportRun) -> list[dict[str, Any]]:
    kinds = {kind.key: kind for kind in importer_of(run).sheets}
    found = []
    for row in run.rows.filter(action=ImportRow.Action.ERROR).order_by("place", "number")[:ROWS]:
        entry = run.plan[row.place]
        for key, sentence in row.errors:
            index = entry["columns"].get(key)
            value = row.raw[index] if index is not None and index < len(row.raw) else ""
            found.append(
                {
                    "sheet": entry["sheet"],
                    "number": row.number,
                    "column": kinds[entry["kind"]].column(key).label,
                    "value": value,
                    "said": sentence,
                }
            )
    return found


def duplicates_of(run: ImportRun) -> list[ImportRow]:
    rows = run.rows.filter(same_as__isnull=False, same_as__has_key="why").exclude(same_as__has_key="activity")
    return list(rows.exclude(action=ImportRow.Action.ERROR).order_by("place", "number")[:ROWS])


def with_links(
    run: ImportRun, rows: list[ImportRow], links: Mapping[int, tuple[str, str]]
) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        same: dict[str, Any] = row.same_as or {}
        words, url = links.get(same.get("record", 0), ("", ""))
        if "row" in same:
            words = _("row %(row)s of the file") % {"row": same["row"].rpartition(":")[2]}
        found.append(
            {
                "row": row,
                "sheet": run.plan[row.place]["sheet"],
                "name": row.clean.get("name", ""),
                "why": same.get("why", ""),
                "words": words,
                "url": url,
                "choice": run.answers.get("rows", {}).get(row.key, ""),
            }
        )
    return found


def result_of(run: ImportRun) -> dict[str, Any]:
    has_errors = bool(run.total("error")) and run.rows.exists()
    onward, onward_url = importer_of(run).onward()
    return {
        "run": run,
        "sheets": run.counts,
        "has_errors": has_errors,
        "onward": onward,
        "onward_url": onward_url,
    }

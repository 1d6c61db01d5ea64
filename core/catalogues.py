"""The Russian catalogues: what the sources say, collected; what is translated, checked and compiled.

Done with Babel, so that the machine needs no gettext programs. Each room has a catalogue of its own,
`<room>/locale/ru/LC_MESSAGES/django.po`, with the messages of its Python files and of `templates/<room>/`; templates
that belong to no room are core's. Files are written without dates and line numbers, sorted, so that a diff shows
changed words only. Nothing is guessed: a changed source string is a new, untranslated one.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LANGUAGE = "ru"
PLURALS = "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2"
HEADER = f"""msgid ""
msgstr ""
"Language: {LANGUAGE}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=3; plural=({PLURALS});\\n"

"""
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext_noop": None,
    **{"gettext" + lazy: None for lazy in ("", "_lazy")},
    **{"ngettext" + lazy: (1, 2) for lazy in ("", "_lazy")},
    **{"pgettext" + lazy: ((1, "c"), 2) for lazy in ("", "_lazy")},
    **{"npgettext" + lazy: ((1, "c"), 2, 3) for lazy in ("", "_lazy")},
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*[\d.]*[a-zA-Z]|%[sdrf]|\{\w*\}")

# What tells two messages apart: the context (or None), the singular, the plural (or None).
Key = tuple[str | None, str, str | None]


@dataclass
class Room:
    """A room's sources and its catalogue."""

    name: str
    po: Path
    sources: list[Path] = field(default_factory=list)

    def extracted(self) -> Catalog:
        """The messages of the sources, untranslated."""
        catalog = _empty()
        for source in self.sources:
            for _, message, comments, context in _messages_of(source):
                catalog.add(message, auto_comments=comments, context=context)
        return catalog

    def translated(self) -> Catalog:
        """The catalogue as it is on disk; empty when there is none."""
        if not self.po.exists():
            return _empty()
        with self.po.open("rb") as file:
            return read_po(file, locale=LANGUAGE, abort_invalid=True)


def rooms(base: Path, names: Sequence[str], ground: str = "core") -> list[Room]:
    """The rooms below `base` with their sources; `ground` takes the templates that belong to no room."""
    found = {
        name: Room(name, base / name / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po") for name in names
    }
    for name, room in found.items():
        room.sources += sorted((base / name).rglob("*.py")) + sorted((base / name).rglob("*.html"))
    for template in sorted((base / "templates").rglob("*.html")):
        folder = template.relative_to(base / "templates").parts[0]
        found[folder if folder in found else ground].sources.append(template)
    return list(found.values())


def update(room: Room) -> bool:
    """Write the room's catalogue anew: new messages empty, translated ones kept, vanished ones dropped.

    Returns whether the file changed. Translators' comments stay.
    """
    known = {_key(message): message for message in _messages(room.translated())}
    catalog = room.extracted()
    for message in _messages(catalog):
        if old := known.get(_key(message)):
            message.string = old.string
            message.user_comments = old.user_comments
    return _write_if_changed(room.po, _as_po(catalog) if len(catalog) else "")


def complaints(all_rooms: Iterable[Room]) -> list[str]:
    """What is wrong, a line each: untranslated, missing or obsolete messages, wrong placeholders, two words for one."""
    found: list[str] = []
    first_seen: dict[tuple[str | None, str], tuple[str, object]] = {}
    for room in all_rooms:
        wanted = {_key(message) for message in _messages(room.extracted())}
        known = {_key(message): message for message in _messages(room.translated())}
        found += [
            f"{room.name}: missing in the catalogue: {_shown(key)}" for key in _sorted(wanted - set(known))
        ]
        found += [
            f"{room.name}: no longer in the sources: {_shown(key)}" for key in _sorted(set(known) - wanted)
        ]
        for key in _sorted(wanted & set(known)):
            message = known[key]
            if fault := _fault(key, message):
                found.append(f"{room.name}: {fault}: {_shown(key)}")
                continue
            # Django lays all catalogues over one another: of two translations only one would be seen.
            other, string = first_seen.setdefault(key[:2], (room.name, message.string))
            if string != message.string:
                found.append(f"{room.name}: translated otherwise than in {other}: {_shown(key)}")
    return found


def _fault(key: Key, message: Message) -> str:
    """What is wrong with one translation taken by itself; nothing: an empty text."""
    _context, singular, plural = key
    forms = list(message.string) if isinstance(message.string, (tuple, list)) else [message.string or ""]
    if message.fuzzy or not all(forms) or (plural is not None and len(forms) != 3):
        return "not translated"
    expected = _placeholders(singular if plural is None else plural)
    return (
        "" if all(_placeholders(form) == expected for form in forms) else "other placeholders than the source"
    )


def compile_all(base: Path) -> int:
    """Compile every catalogue that is newer than its compiled file; returns how many."""
    count = 0
    for po in sorted(base.glob(f"*/locale/{LANGUAGE}/LC_MESSAGES/django.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        with po.open("rb") as source:
            catalog = read_po(source, locale=LANGUAGE, abort_invalid=True)
        # Written beside and moved over: several processes may start at once.
        beside = mo.with_name(f"{mo.name}.{os.getpid()}")
        with beside.open("wb") as target:
            write_mo(target, catalog)
        beside.replace(mo)
        count += 1
    return count


def _messages_of(source: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    text = source.read_text(encoding="utf-8")
    if source.suffix == ".html":
        # Imported late: compiling needs no Django.
        from django.utils.translation.template import templatize

        # The templates' indentation is left in and means nothing, but would to Python's tokenizer.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(source)).splitlines())
    yield from extract("python", io.BytesIO(text.encode()), KEYWORDS, comment_tags=("Translators:",))


def _empty() -> Catalog:
    return Catalog(locale=LANGUAGE, fuzzy=False)


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _key(message: Message) -> Key:
    singular, plural = message.id if isinstance(message.id, (tuple, list)) else (message.id, None)
    return message.context, singular, plural


def _sorted(keys: Iterable[Key]) -> list[Key]:
    return sorted(keys, key=repr)


def _shown(key: Key) -> str:
    context, singular, _plural = key
    return repr(singular) + (f" (context {context!r})" if context else "")


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text.replace("%%", "")))


def _as_po(catalog: Catalog) -> str:
    written = io.BytesIO()
    write_po(
        written,
        catalog,
        width=110,
        no_location=True,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
    )
    return HEADER + written.getvalue().decode().strip() + "\n"


def _write_if_changed(file: Path, text: str) -> bool:
    if (file.read_text(encoding="utf-8") if file.exists() else "") == text:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    if text:
        file.write_text(text, encoding="utf-8")
    else:
        file.unlink()
    return True

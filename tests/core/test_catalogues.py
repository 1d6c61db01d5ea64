"""The Russian catalogues: everything the interface says is collected, and nothing stays untranslated unseen."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core import catalogues
from core.catalogues import Room

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext_lazy, npgettext, pgettext_lazy

name = gettext_lazy("Client")
count = ngettext_lazy("%(n)s call", "%(n)s calls", "n")
stage = pgettext_lazy("of a deal", "Lost")
weeks = npgettext("deadline", "%(n)s week", "%(n)s weeks", 2)
long = _(
    "one sentence "
    "in two pieces"
)
"""
TEMPLATE = """{% extends "base.html" %}
  {% if user %}
      <h1 title="{% translate "Don't call" %}">{% translate 'My day' context "heading" %}</h1>
    {{ _("Save") }}  (unbalanced [ brackets {
  {% endif %}
{% comment %}{% translate "Hidden" %}{% endcomment %}
        {% blocktranslate trimmed count n=deals with name=user.name %}
            {{ name }} has {{ n }} deal
        {% plural %}
            {{ name }} has {{ n }} deals
        {% endblocktranslate %}
 {% translate "Late" as late %}
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Two rooms: leads with a module and a template, core with a template that belongs to no room."""
    for file, text in {
        "leads/models.py": PYTHON,
        "templates/leads/list.html": TEMPLATE,
        "templates/base.html": '{% translate "Search" %}',
        "core/text.py": "",
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


def rooms(house: Path) -> dict[str, Room]:
    return {room.name: room for room in catalogues.rooms(house, ["leads", "core"])}


def ids(room: Room) -> set[object]:
    return {message.id for message in room.extracted() if message.id}


def translate_all(room: Room) -> None:
    """Put the source string in as its own translation: complete, with the right placeholders."""
    catalogues.update(room)
    catalog = room.translated()
    for message in catalog:
        message.string = (message.id[1],) * 3 if isinstance(message.id, tuple) else message.id
    room.po.write_text(catalogues._as_po(catalog), encoding="utf-8")


def test_messages_of_python_files_and_templates_are_found(house: Path) -> None:
    assert ids(rooms(house)["leads"]) == {
        "Client",
        ("%(n)s call", "%(n)s calls"),
        "Lost",
        ("%(n)s week", "%(n)s weeks"),
        "one sentence in two pieces",
        "Don't call",
        "My day",
        "Save",
        ("%(name)s has %(n)s deal", "%(name)s has %(n)s deals"),
        "Late",
    }


def test_templates_of_no_room_belong_to_the_ground(house: Path) -> None:
    assert ids(rooms(house)["core"]) == {"Search"}


def test_an_untranslated_message_is_named(house: Path) -> None:
    catalogues.update(rooms(house)["core"])
    assert catalogues.complaints([rooms(house)["core"]]) == ["core: not translated: 'Search'"]


def test_a_message_the_catalogue_does_not_know_is_named(house: Path) -> None:
    assert catalogues.complaints([rooms(house)["core"]]) == ["core: missing in the catalogue: 'Search'"]


def test_a_complete_catalogue_has_no_complaints(house: Path) -> None:
    for room in rooms(house).values():
        translate_all(room)
    assert catalogues.complaints(rooms(house).values()) == []


def test_updating_keeps_translations_and_drops_what_the_sources_no_longer_say(house: Path) -> None:
    core = rooms(house)["core"]
    translate_all(core)
    core.po.write_text(core.po.read_text().replace('msgstr "Search"', 'msgstr "Найти"'))
    (house / "templates/base.html").write_text('{% translate "Search" %}{% translate "Menu" %}')
    assert catalogues.update(core) is True
    assert {message.id: message.string for message in core.translated() if message.id} == {
        "Search": "Найти",
        "Menu": "",
    }
    (house / "templates/base.html").write_text('{% translate "Menu" %}')
    assert "core: no longer in the sources: 'Search'" in catalogues.complaints([core])
    catalogues.update(core)
    assert "Search" not in core.po.read_text()


def test_updating_twice_changes_nothing(house: Path) -> None:
    leads = rooms(house)["leads"]
    assert catalogues.update(leads) is True
    assert catalogues.update(leads) is False


def test_a_translation_that_loses_a_placeholder_is_named(house: Path) -> None:
    leads = rooms(house)["leads"]
    translate_all(leads)
    leads.po.write_text(leads.po.read_text().replace('msgstr[2] "%(n)s calls"', 'msgstr[2] "звонков"'))
    assert catalogues.complaints([leads]) == ["leads: other placeholders than the source: '%(n)s call'"]


def test_one_word_has_one_translation_in_the_whole_house(house: Path) -> None:
    (house / "core/text.py").write_text("from django.utils.translation import gettext as _\n_('Client')\n")
    for room in rooms(house).values():
        translate_all(room)
    core = rooms(house)["core"]
    core.po.write_text(core.po.read_text().replace('msgstr "Client"', 'msgstr "Клиент"'))
    assert catalogues.complaints(rooms(house).values()) == [
        "core: translated otherwise than in leads: 'Client'"
    ]


def test_compiled_catalogues_are_what_gettext_reads_and_are_made_once(house: Path) -> None:
    core = rooms(house)["core"]
    translate_all(core)
    core.po.write_text(core.po.read_text().replace('msgstr "Search"', 'msgstr "Найти"'))
    assert catalogues.compile_all(house) == 1
    assert catalogues.compile_all(house) == 0
    with core.po.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Search") == "Найти"


def test_the_check_fails_and_says_what_to_do(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (house / "core/__init__.py").write_text("")
    monkeypatch.setattr(settings, "BASE_DIR", house)
    said = io.StringIO()
    with pytest.raises(CommandError, match="make messages"):
        call_command("messages", "--check", stdout=said)
    assert "core: missing in the catalogue: 'Search'" in said.getvalue()

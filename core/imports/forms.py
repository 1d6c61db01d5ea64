"""The forms every import has: the file, the columns of a sheet, words and duplicates."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports import book
from core.imports.importer import Importer, SheetKind, Word
from core.imports.models import ImportRow, ImportRun
from core.once import OnceForm

LARGEST_FILE = 50 * 1024 * 1024


class UploadForm(OnceForm, forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Excel workbook or CSV"),
        help_text=gettext_lazy(
            "Up to 50 MB: .xlsx, or .csv in any encoding. Nothing is loaded before you have seen what it will be."
        ),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
            "invalid": gettext_lazy("Choose a file."),
        },
        max_length=255,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size and file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 50 MB: cut it into parts."))
        return file


class SheetForm(forms.Form):
    """What is on a sheet, where its header stands, and what each of its columns is.

    `cleaned_data["entry"]`: the sheet's entry of `ImportRun.plan`, None where it is left out.
    """

    kind = forms.ChoiceField(label=gettext_lazy("What is on the sheet"), required=False)
    header = forms.IntegerField(label=gettext_lazy("Row of the headings"), min_value=0, max_value=1_000_000)

    def __init__(
        self,
        data: Any = None,
        *,
        sheet: Mapping[str, Any],
        importer: Importer,
        run: ImportRun,
        place: int,
        kind: str | None = None,
    ) -> None:
        """`kind`: what the user has just said is on the sheet; by default as remembered, else as guessed."""
        super().__init__(data, prefix=f"sheet{place}")
        self.sheet, self.importer = sheet, importer
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [
            ("", _("leave it out")),
            *((kind.key, kind.label) for kind in importer.sheets),
        ]
        fields["kind"].initial = self._first_guess(run) if kind is None else kind
        fields["header"].initial = sheet["header"]
        self.sheet_kind = self._chosen_kind()
        columns = book.mapping_for(sheet, self.sheet_kind, run.by) if self.sheet_kind else {}
        taken = {index: key for key, index in columns.items()}
        if self.sheet_kind is not None:
            choices = [("", _("do not load")), *((one.key, one.label) for one in self.sheet_kind.columns)]
            for index in self._filled():
                label = sheet["headings"][index] or letter(index)
                fields[f"column{index}"] = forms.ChoiceField(
                    label=label, choices=choices, required=False, initial=taken.get(index, "")
                )

    def _first_guess(self, run: ImportRun) -> str:
        remembered = book.recall(self.sheet["headings"], run.by)
        if remembered is not None:
            return remembered.kind
        guessed = book.guess_kind(self.sheet, self.importer)
        return guessed.key if guessed else ""

    def _chosen_kind(self) -> SheetKind | None:
        key = self["kind"].value() or ""
        return next((kind for kind in self.importer.sheets if kind.key == key), None)

    def _filled(self) -> list[int]:
        """Columns with a heading or something below it."""
        samples = self.sheet["samples"]
        return [
            index
            for index, heading in enumerate(self.sheet["headings"])
            if heading or any(index < len(row) and row[index] for row in samples)
        ]

    def columns(self) -> list[tuple[forms.BoundField, str, list[str]]]:
        """The fields of the columns, each with its letter and the first values below its heading."""
        if self.sheet_kind is None:
            return []
        return [
            (
                self[f"column{index}"],
                letter(index),
                [row[index] for row in self.sheet["samples"] if index < len(row) and row[index]],
            )
            for index in self._filled()
        ]

    @property
    def has_new_header(self) -> bool:
        """Whether the user says that the headings stand in another row than was thought."""
        return bool(self.cleaned_data.get("header") not in (None, self.sheet["header"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["entry"] = None
        if self.sheet_kind is None:
            return cleaned
        columns: dict[str, int] = {}
        for index in self._filled():
            key = cleaned.get(f"column{index}")
            if key and key in columns:
                other = self.sheet["headings"][columns[key]] or letter(columns[key])
                self.add_error(
                    f"column{index}", _("“%(other)s” is taken for this already.") % {"other": other}
                )
            elif key:
                columns[key] = index
        missing = [
            str(one.label) for one in self.sheet_kind.columns if one.required and one.key not in columns
        ]
        if missing:
            self.add_error(None, _("Say which column is: %(columns)s.") % {"columns": ", ".join(missing)})
        cleaned["entry"] = {
            "sheet": self.sheet["sheet"],
            "kind": self.sheet_kind.key,
            "header": self.sheet["header"],
            "columns": columns,
        }
        return cleaned


def letter(index: int) -> str:
    """What Excel calls the column: 0 → «A», 27 → «AB»."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


class WordsForm(forms.Form):
    """What the words of the file that are not certain are taken for."""

    def __init__(self, data: Any = None, *, run: ImportRun, importer: Importer) -> None:
        super().__init__(data, prefix="words")
        self.groups: list[tuple[str, list[tuple[Word, forms.BoundField]]]] = []
        for key, words in run.words.items():
            group = []
            choices = importer.choices(key, run)
            for number, raw in enumerate(words[:_MOST_WORDS]):
                word, name = Word(**raw), f"{key}{number}"
                open_one = [("", "—")] if not word.choice else []
                self.fields[name] = forms.ChoiceField(
                    label=word.text[:80], choices=[*open_one, *choices], initial=word.choice, required=False
                )
                group.append((word, self[name]))
            self.groups.append((importer.vocabulary_label(key), group))
        self._run = run

    def answers(self) -> dict[str, dict[str, str]]:
        """{vocabulary: {word: choice}} of a valid form: what was guessed is confirmed by sending it."""
        found: dict[str, dict[str, str]] = {}
        for key, words in self._run.words.items():
            for number, raw in enumerate(words[:_MOST_WORDS]):
                choice = self.cleaned_data.get(f"{key}{number}") or ""
                if choice:
                    found.setdefault(key, {})[raw["key"]] = choice
        return found

    @property
    def is_open(self) -> bool:
        """Whether a word waits for an answer."""
        return any(not raw["choice"] for words in self._run.words.values() for raw in words)


# More words than these are no list of people or stages but a wrong column.
_MOST_WORDS = 100


def row_answers(
    data: Mapping[str, Any],
    rows: Sequence[ImportRow],
    before: Mapping[str, str],
    choices: Sequence[tuple[str, str]],
) -> dict[str, str]:
    """What was decided about single duplicates: those shown anew, the others as before."""
    known = {value for value, _words in choices}
    found = dict(before)
    for row in rows:
        choice = data.get(f"row-{row.key}", "")
        if choice in known:
            found.pop(row.key, None)
            if choice:
                found[row.key] = str(choice)
    return found

"""The sixteen colours a stage may have, named for pick lists; their values for both themes stand in tokens.css."""

from django.utils.translation import pgettext_lazy

STAGE_COLOURS = [
    (1, pgettext_lazy("colour", "Slate")),
    (2, pgettext_lazy("colour", "Blue")),
    (3, pgettext_lazy("colour", "Cyan")),
    (4, pgettext_lazy("colour", "Amber")),
    (5, pgettext_lazy("colour", "Orange")),
    (6, pgettext_lazy("colour", "Pink")),
    (7, pgettext_lazy("colour", "Sea green")),
    (8, pgettext_lazy("colour", "Olive")),
    (9, pgettext_lazy("colour", "Green")),
    (10, pgettext_lazy("colour", "Red")),
    (11, pgettext_lazy("colour", "Violet")),
    (12, pgettext_lazy("colour", "Magenta")),
    (13, pgettext_lazy("colour", "Indigo")),
    (14, pgettext_lazy("colour", "Brown")),
    (15, pgettext_lazy("colour", "Graphite")),
    (16, pgettext_lazy("colour", "Sand")),
]


def stage_class(colour: int | str | None) -> str:
    """The CSS class of a stage's colour: 7 → "stage-07"; slate for what is none of the sixteen."""
    digits = str(colour or "").removeprefix("stage-")
    number = int(digits) if digits.isdecimal() else 1
    return f"stage-{number if 1 <= number <= len(STAGE_COLOURS) else 1:02d}"

"""What a user chooses for themselves in the frame of the pages: language and theme."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from people.models import User

CHOICES = {"language": dict(settings.LANGUAGES), "theme": dict(User.Theme.choices)}


def set_language(user: User, *, language: str) -> None:
    """The user's pages and letters come in this language from now on. ValidationError for one there is not."""
    _set(user, "language", language)


def set_theme(user: User, *, theme: str) -> None:
    """Light, dark, or as the user's system is. ValidationError for another."""
    _set(user, "theme", theme)


def _set(user: User, field: str, value: str) -> None:
    if value not in CHOICES[field]:
        raise ValidationError(_("There is no such choice."))
    if getattr(user, field) != value:
        setattr(user, field, value)
        user.save(update_fields=[field])  # untracked: nothing of it in the journal

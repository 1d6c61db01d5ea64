"""Form fields for phones and e-mails: one line, several values separated by commas."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.phones import format_phone
from leads.drafts import clean_emails, clean_phones


class PointsField(forms.CharField):
    """A list of values in one line; cleans to a list."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        texts = value if isinstance(value, (list, tuple)) else [super().to_python(value) or ""]
        try:
            return self.read(texts)
        except ValidationError as error:
            raise ValidationError(error.messages) from error

    def read(self, texts: Sequence[str]) -> list[str]:
        raise NotImplementedError

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)

    def run_validators(self, value: Any) -> None:
        """Those of a text do not fit a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(self.words, value)) if isinstance(value, (list, tuple)) else value

    @staticmethod
    def words(value: str) -> str:
        return value


class PhonesField(PointsField):
    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})

    def read(self, texts: Sequence[str]) -> list[str]:
        return clean_phones(texts)

    @staticmethod
    def words(value: str) -> str:
        return format_phone(value)


class EmailsField(PointsField):
    widget = forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off", "autocapitalize": "none"})

    def read(self, texts: Sequence[str]) -> list[str]:
        return clean_emails(texts)

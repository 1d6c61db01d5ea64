"""Filters that every room needs and django-filter has in another shape."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import DateTimeField, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django_filters.fields import ChoiceIterator
from django_filters.utils import get_model_field
from django_filters.widgets import RangeWidget

from core import periods

# Days outside are slips of the finger, and near the ends of the calendar a change of zone has no date at all.
_BOUNDS = [MinValueValidator(dt.date(1900, 1, 1)), MaxValueValidator(dt.date(2200, 12, 31))]


class DayRangeWidget(RangeWidget):  # type: ignore[misc]  # django-filter has no types
    suffixes: ClassVar[list[str]] = ["from", "to"]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.widgets = [forms.DateInput({"type": "date"}, format="%Y-%m-%d") for _end in self.suffixes]


class DayRangeField(forms.MultiValueField):
    widget = DayRangeWidget

    def __init__(self, **kwargs: Any) -> None:
        ends = [forms.DateField(required=False, validators=_BOUNDS) for _end in DayRangeWidget.suffixes]
        super().__init__(fields=ends, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[Any]) -> slice | None:
        start, stop = data_list or (None, None)
        if start and stop and start > stop:
            raise ValidationError(_("The first day is later than the last one."))
        return slice(start, stop) if start or stop else None


class DayRangeFilter(django_filters.Filter):  # type: ignore[misc]
    """From one day to another, both included: `<name>_from`, `<name>_to`. Of moments, the company's days."""

    field_class = DayRangeField

    def filter(self, qs: QuerySet[Any], value: slice | None) -> QuerySet[Any]:
        if value is None:
            return qs
        moments = isinstance(get_model_field(qs.model, self.field_name), DateTimeField)
        conditions: dict[str, Any] = {}
        if value.start:
            conditions[f"{self.field_name}__gte"] = periods.local(value.start) if moments else value.start
        if value.stop:
            after = value.stop + dt.timedelta(days=1)
            conditions[f"{self.field_name}__lt"] = periods.local(after) if moments else after
        return qs.filter(**conditions)


class TickField(forms.BooleanField):
    def clean(self, value: Any) -> bool | None:
        return True if super().clean(value) else None


class TickFilter(django_filters.Filter):  # type: ignore[misc]
    """A tick that narrows the list when it is set (`field_name` is true, or `method`) and otherwise asks nothing."""

    field_class = TickField


@dataclass(frozen=True)
class FilterField:
    """A filter as the page shows it. `is_named`: its first choice is its name, so that it needs no label above."""

    bound: forms.BoundField
    look: Literal["line", "pick", "range", "check"]
    is_named: bool = False


def dressed(form: forms.Form) -> list[FilterField]:
    """The filters in their order, their widgets small: a choice of several becomes a list of ticks that folds away."""
    return [_dressed(bound) for bound in form]


def _dressed(bound: forms.BoundField) -> FilterField:
    field: Any = bound.field
    widget, is_named = field.widget, False
    look: Literal["line", "pick", "range", "check"] = "line"
    if isinstance(widget, forms.MultiWidget):
        look, css = "range", "form-control"
        for end, word in zip(widget.widgets, (pgettext("day", "from"), pgettext("day", "to")), strict=False):
            end.attrs["aria-label"] = f"{bound.label}, {word}"
    elif getattr(widget, "allow_multiple_selected", False):
        look, css = "pick", ""
        field.widget = widget = forms.CheckboxSelectMultiple(choices=field.choices)
    elif isinstance(widget, forms.CheckboxInput):
        look, css = "check", ""
    elif isinstance(widget, forms.Select):
        css = "form-select"
        if getattr(field, "empty_label", None) is not None:
            field.empty_label, is_named = bound.label, True
            if isinstance(
                field.choices, ChoiceIterator
            ):  # which asks the form class's field for its first choice
                field.choices = field.choices.choices
        else:
            first = next(iter(field.choices), None)
            is_named = (
                first is not None and first[0] == ""
            )  # a choice of its own for «not asked» names itself
    else:
        css, is_named = "form-control", True
        widget.attrs.setdefault("placeholder", bound.label)
    if bound.errors:
        css += " is-invalid"
        widget.attrs["aria-describedby"] = f"{bound.auto_id}_error"
    widget.attrs["class"] = css.strip()
    return FilterField(bound, look, is_named)

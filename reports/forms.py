"""What a reader types to keep a question."""

from django import forms

from core.once import OnceForm
from reports.models import SavedView


class SaveViewForm(OnceForm, forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ("name", "is_shared")

"""Forms of product groups."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy

from core.forms import RecordForm
from core.once import OnceForm
from orders.choices import GroupField
from orders.tree import Tree
from pipeline.models import ProductGroup

_DAYS = gettext_lazy("What was not sold for longer counts as illiquid. Empty: as the group above.")


class NewGroupForm(OnceForm, forms.ModelForm):
    parent = GroupField(
        label=gettext_lazy("Parent group"), required=False, empty_label=gettext_lazy("none: at the top")
    )

    class Meta:
        model = ProductGroup
        fields: ClassVar[list[str]] = ["name", "parent", "illiquid_days"]
        help_texts: ClassVar[dict[str, Any]] = {"illiquid_days": _DAYS}


class GroupForm(RecordForm):
    """An existing group, with where it stands: without a script it is moved far by this form, near by the arrows."""

    parent = GroupField(
        label=gettext_lazy("Parent group"), required=False, empty_label=gettext_lazy("none: at the top")
    )

    class Meta:
        model = ProductGroup
        fields: ClassVar[list[str]] = ["name", "parent", "illiquid_days"]
        help_texts: ClassVar[dict[str, Any]] = {"illiquid_days": _DAYS}


class DeleteGroupForm(forms.Form):
    """Where the contents of a group go; the group itself and those below it are not offered."""

    target = GroupField(label=gettext_lazy("All of it goes to"), required=False)

    def __init__(self, *args: Any, group: ProductGroup, tree: Tree, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = tree.within(group.pk)
        target: Any = self.fields["target"]
        target.empty_label = "—"
        target.choices = [
            ("", "—"),
            *((one.pk, tree.path(one.pk)) for one in tree.order if one.pk not in inside),
        ]

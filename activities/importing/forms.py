"""What the user decides about the whole file."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports.models import ImportRow, ImportRun
from people import access
from people.models import User
from pipeline.models import LossReason, Stage

REASON = "Другое"  # the reason of loss that a new company starts with for what it does not know


class Questions(forms.Form):
    """Who is responsible where the file does not say, what becomes of duplicates, why lost deals were lost.

    `cleaned_data` holds texts alone: it is kept as JSON.
    """

    default_manager = forms.ChoiceField(
        label=gettext_lazy("Responsible where the file does not say"), required=False
    )
    duplicates = forms.ChoiceField(
        label=gettext_lazy("Clients that seem to be here already"),
        choices=[
            (ImportRow.Action.SKIP, gettext_lazy("leave them out, activities go to the card that is here")),
            (
                ImportRow.Action.UPDATE,
                gettext_lazy("complete the card: fill what is empty, add phones and e-mails"),
            ),
            (ImportRow.Action.CREATE, gettext_lazy("create them all the same")),
        ],
        initial=ImportRow.Action.SKIP,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why they are no duplicates"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("It is kept on the card of every client created all the same."),
    )
    loss_reason = forms.ChoiceField(label=gettext_lazy("Reason of loss for lost deals"), required=False)

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        kwargs["initial"] = initial_answers(run) | run.answers.get("all", {})
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        people = access.sellers_visible_to(run.by).order_by("name")
        fields["default_manager"].choices = [("", "—"), *((str(one.pk), one.name) for one in people)]
        reasons = LossReason.objects.in_use().order_by("position", "name")
        fields["loss_reason"].choices = [("", "—"), *((str(one.pk), one.name) for one in reasons)]
        if not access.may(run.by, "assign"):
            del fields["default_manager"]
        if not run.total("duplicates"):
            del fields["duplicates"], fields["reason"]
        if not has_losses(run):
            del fields["loss_reason"]

    def clean_loss_reason(self) -> str:
        value: str = self.cleaned_data["loss_reason"]
        if not value:
            raise forms.ValidationError(_("A lost deal needs a reason: choose one for those of the file."))
        return value


def has_losses(run: ImportRun) -> bool:
    """Whether a row leaves its deal in a lost stage."""
    lost = list(Stage.objects.filter(kind=Stage.Kind.LOST).values_list("pk", flat=True))
    return bool(lost) and run.rows.filter(clean__stage__in=lost).exists()


def initial_answers(run: ImportRun) -> dict[str, str]:
    """What holds until the user says otherwise."""
    reasons = LossReason.objects.in_use().order_by("position", "name")
    reason = reasons.filter(name=REASON).first() or reasons.first()
    default = default_manager(run)
    return {
        "default_manager": str(default.pk) if default else "",
        "duplicates": str(ImportRow.Action.SKIP),
        "reason": _("Loaded from the file %(name)s") % {"name": run.name[:120]},
        "loss_reason": str(reason.pk) if reason else "",
    }


def default_manager(run: ImportRun) -> User | None:
    """Who is responsible where a row names nobody: whom the user chose, else the user, if they sell."""
    sellers = access.sellers_visible_to(run.by)
    chosen = run.answers.get("all", {}).get("default_manager") or run.by_id
    found: User | None = sellers.filter(pk=chosen).first()
    return found

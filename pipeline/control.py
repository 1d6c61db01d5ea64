"""Control points: what must be filled before a deal may enter a stage (P4), and what a won or lost one needs (P5).

A control point is a key kept in `Stage.control_points`: a field of the deal, or "client.…" for one of its client.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from leads.models import ContactPoint

if TYPE_CHECKING:
    from pipeline.models import Deal, Stage

CLIENT = "client."


@dataclass(frozen=True)
class Control:
    """One thing that may be asked for: its key, its name for the admin and the form, how to see that it is there."""

    key: str
    label: Any  # translated when it is shown
    is_filled: Callable[["Deal"], bool]

    @property
    def of_client(self) -> bool:
        return self.key.startswith(CLIENT)


def _field(name: str, label: Any) -> Control:
    return Control(name, label, lambda deal: is_filled(deal, name))


def _client_field(name: str, label: Any) -> Control:
    return Control(f"{CLIENT}{name}", label, lambda deal: is_filled(deal.client, name))


def is_filled(record: Model, name: str) -> bool:
    """Whether the field holds something; 0 is something. Of a key the id is asked, not the record behind it."""
    field: Any = record._meta.get_field(name)
    return getattr(record, field.attname) not in (None, "")


def _has_point(kind: str) -> Callable[["Deal"], bool]:
    return lambda deal: ContactPoint.objects.filter(client=deal.client_id, kind=kind).exists()


CONTROLS: Mapping[str, Control] = {
    control.key: control
    for control in (
        _field("name", _("What is sold")),
        _field("amount", _("Amount")),
        _field("expected_on", _("Expected to close")),
        _field("product_group", _("Product group")),
        _field("note", _("Note")),
        _client_field("inn", _("INN")),
        _client_field("region", _("Region")),
        _client_field("city", _("City")),
        _client_field("source", _("Source")),
        _client_field("segment", _("Segment")),
        Control("client.phone", _("Client’s phone"), _has_point(ContactPoint.Kind.PHONE)),
        Control("client.email", _("Client’s e-mail"), _has_point(ContactPoint.Kind.EMAIL)),
        Control("client.contact", _("Contact person"), lambda deal: deal.client.contacts.exists()),
    )
}


def missing_for(deal: "Deal", stage: "Stage") -> list[str]:
    """Keys of what the deal, as it stands in memory, still lacks to enter the stage, in the order of asking.

    A won stage wants an amount above zero, a lost one a reason. Keys of control points unknown by now are passed over.
    """
    missing: list[str] = []
    if stage.kind == stage.Kind.WON and not deal.amount:
        missing.append("amount")
    if stage.kind == stage.Kind.LOST and deal.loss_reason_id is None:
        missing.append("loss_reason")
    for key in stage.control_points:
        if key in CONTROLS and key not in missing and not CONTROLS[key].is_filled(deal):
            missing.append(key)
    return missing


def labels_of(keys: Iterable[str]) -> list[Any]:
    """The names of control points, for sentences."""
    return [CONTROLS[key].label if key in CONTROLS else _("Reason of loss") for key in keys]

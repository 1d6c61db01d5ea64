"""Sales without VAT or with it, as the reader chooses (S3). What is gross by nature (debt, receipts) has no such
choice, and a margin is always without: the cost of goods holds no VAT."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.places import Text
from reports.asking import Asked, Switch
from reports.facts.sales import GROSS, NET

VAT = Switch(
    "vat",
    gettext_lazy("Sales"),
    {NET.key: gettext_lazy("Without VAT"), GROSS.key: gettext_lazy("With VAT")},
)


def is_with(asked: Asked) -> bool:
    return asked.switches.get(VAT.key) == GROSS.key


def measure(asked: Asked) -> str:
    """The key of the measure of sales: «net» or «gross»."""
    return GROSS.key if is_with(asked) else NET.key


def sales(asked: Asked) -> Text:
    """What a column of sales is called."""
    return GROSS.label if is_with(asked) else NET.label


def margin(asked: Asked) -> Text:
    """What a column of margin is called: beside sales with VAT it says that it is without."""
    return _("Margin without VAT, ₽") if is_with(asked) else _("Margin, ₽")

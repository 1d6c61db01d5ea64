"""The form of a client's terms of trade."""

from django.utils.translation import gettext_lazy

from core.forms import RecordForm
from orders.models import Terms


class TermsForm(RecordForm):
    """New terms and those that are set already alike."""

    class Meta:
        model = Terms
        fields = ("discount", "deferral_days", "credit_limit", "potential")
        help_texts = {
            "credit_limit": gettext_lazy("Empty: nobody has set one"),
            "potential": gettext_lazy("How much the client could buy of what we sell, from everybody"),
        }
        localized_fields = ("discount",)

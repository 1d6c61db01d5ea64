"""Sources of clients: what each brings and costs (R12)."""

from django.utils.translation import gettext_lazy as _

from leads.models import Source
from reports.marketing import Marketing


class Sources(Marketing):
    code, title = "sources", _("Sources of clients")
    by, model = "source", Source
    rows_are = _("Source")
    icon = "signpost-split"

"""What a campaign cost, month by month: one page, one form."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import campaigns
from leads.forms_campaigns import CostsForm
from leads.models import Campaign
from people.views.verbs import Configures, VerbForm


class Costs(Configures, VerbForm):
    """The costs of a campaign's months."""

    form_class = CostsForm
    button = gettext_lazy("Save")

    @cached_property
    def campaign(self) -> Campaign:
        found: Campaign = get_object_or_404(Campaign, pk=self.kwargs["pk"])
        return found

    def get_title(self) -> Any:
        return _("Costs: %(campaign)s") % {"campaign": self.campaign}

    def page(self) -> dict[str, Any]:
        return {**super().page(), "back": reverse("leads:named_list", args=["campaigns"])}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "campaign": self.campaign}

    def act(self, form: CostsForm) -> str:
        campaigns.set_costs(self.campaign, form.costs, by=self.request.user)
        return reverse("leads:named_list", args=["campaigns"])

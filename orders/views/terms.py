"""The page on which a client's terms of trade are set."""

from typing import Any

from django.utils.translation import gettext_lazy

from leads.models import Client
from orders.actions.terms import set_terms
from orders.forms.terms import TermsForm
from orders.models import Terms
from people.access import get_visible_or_404
from people.pages import ForAbility
from people.views.verbs import EditPage


class EditTerms(ForAbility, EditPage):
    """For heads and above; a client without terms gets the first ones here."""

    ability = "terms"
    form_class = TermsForm
    button = gettext_lazy("Save")

    def get_title(self) -> str:
        return f"{gettext_lazy('Terms of trade')}: {self.client}"

    def record(self) -> Terms:
        self.client = get_visible_or_404(Client, self.request.user, pk=self.kwargs["pk"])
        self.back = self.client.get_absolute_url()
        return Terms.objects.filter(client=self.client).first() or Terms(client=self.client)

    def save(self, form: Any) -> str:
        set_terms(self.client, by=self.request.user, terms=form.record, **form.changes)
        return self.client.get_absolute_url()

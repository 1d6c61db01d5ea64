"""What the settings' pages have in common: a form, a verb, and on to the page it belongs to."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.generic import FormView, View

from core.forms import EditRecord, add_errors
from core.once import OnceView, once
from people.models import User
from people.pages import ForAbility


class Request(HttpRequest):
    """A request behind the sign-in, for those who read types."""

    user: User


class FormPage:
    """The frame of a form: what the page is called, what its button says, where «back» leads."""

    template_name: ClassVar[str] = "people/form.html"
    title: Any = ""
    button: Any = ""
    back: Any = ""

    def get_title(self) -> Any:
        return self.title

    def page(self) -> dict[str, Any]:
        return {"title": self.get_title(), "button": self.button, "back": self.back}


class VerbForm(FormPage, OnceView, FormView):
    """A form whose sending is one call of a verb.

    `act` calls it and returns the address to go on to. What the verb refuses stands beside its field, and what was
    typed stays; the form then comes back with status 422.
    """

    request: Request

    def act(self, form: Any) -> str:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return once(self.request, lambda: self.act(form))
        except ValidationError as error:
            add_errors(form, error)
            return self.form_invalid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422 if response.status_code == 200 else response.status_code
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **self.page()}


class EditPage(FormPage, EditRecord):
    """A form of an existing record (see `core.forms`) in the same frame."""

    request: Request

    def context(self, form: Any) -> dict[str, Any]:
        return self.page()


class Push(View):
    """One button: no form, one verb. What the verb refuses is said on the page the button stands on."""

    http_method_names: ClassVar[list[str]] = ["post", "options"]
    request: Request

    def act(self) -> str:
        """Calls the verb; the address to go on to."""
        raise NotImplementedError

    def refused_url(self) -> str:
        """Where the button stands."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return HttpResponseRedirect(self.act())
        except ValidationError as error:
            for sentence in error.messages:
                messages.error(request, sentence)
            return HttpResponseRedirect(self.refused_url())


class Configures(ForAbility):
    """The administrator's pages."""

    ability = "configure"

"""Signing in."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from people.forms import EmailAuthenticationForm
from people.models import Appointment, Role

DEMO_PASSWORD = "takt-demo-2026"  # noqa: S105 — of the demo company's people, who cannot exist in production


class SignIn(LoginView):
    """`/login/`. Who is signed in already goes on to the start page."""

    template_name = "people/login.html"
    authentication_form = EmailAuthenticationForm
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A fragment asked for after the session had ended: the whole page signs in, and comes back."""
        if request.headers.get("HX-Request") == "true":
            here = HtmxDetails(request).current_url_abs_path or "/"
            return HttpResponseClientRedirect(f"{request.path}?{urlencode({'next': here})}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        demo = demo_accounts()
        return super().get_context_data(
            demo_accounts=demo, demo_password=DEMO_PASSWORD if demo else "", **kwargs
        )


def demo_accounts() -> list[dict[str, str]]:
    """One sign-in per role of the demo company: `email`, `name`, `role`. Empty without a demo and in production."""
    if settings.PRODUCTION:
        return []
    appointments = (
        Appointment.objects.in_force()
        .filter(user__is_demo=True, user__is_active=True, user__deleted_at__isnull=True)
        .select_related("user")
        .order_by("pk")
    )
    first: dict[str, Appointment] = {}
    for appointment in appointments:
        first.setdefault(appointment.role, appointment)
    return [
        {"email": first[role].user.email, "name": first[role].user.name, "role": str(role.label)}
        for role in Role
        if role in first
    ]

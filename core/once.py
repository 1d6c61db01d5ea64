"""One-time form keys: a form sent twice makes one object, and the second answer leads to the first's result.

The form carries a random key in a hidden field; the view does its work through `once`:

    class ClientForm(OnceForm, ModelForm): …

    class NewClient(OnceView, FormView):
        def form_valid(self, form):
            return once(self.request, lambda: create_client(…, by=self.request.user).get_absolute_url())

The key is written in the transaction of the work, so a work that fails leaves it unused and the form may be sent
again; of two that arrive together the second waits for the first one's commit.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect

from core import periods

FIELD = "once"
KEPT = dt.timedelta(days=7)
_MAX_LENGTH = 64


class OnceKey(models.Model):
    """A form key that has been used, and where its sender was led."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=_MAX_LENGTH)
    result_url = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "key"], name="core_once_key")
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.result_url}"


def new_key() -> str:
    return secrets.token_urlsafe(24)


class OnceForm:
    """Mixed into a form (before `Form` or `ModelForm`): adds the hidden key. A bound form keeps its own."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[FIELD] = forms.CharField(
            required=False, max_length=_MAX_LENGTH, widget=forms.HiddenInput, initial=new_key
        )


class OnceView:
    """Mixed into a form view (before it): a key used before answers with its result, whatever the form says now.

    Asked before validation, because the first sending may have made the second invalid ("this phone is taken"), and
    once more after it, for two that arrive together.
    """

    request: HttpRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return result_of(request) or super().post(request, *args, **kwargs)  # type: ignore[misc]

    def form_invalid(self, form: Any) -> HttpResponse:
        return result_of(self.request) or super().form_invalid(form)  # type: ignore[misc]


def result_of(request: HttpRequest) -> HttpResponse | None:
    """The answer to a form that was already sent with this key, or None."""
    key = _key(request)
    if not key:
        return None
    url = OnceKey.objects.filter(user=request.user.pk, key=key).values_list("result_url", flat=True).first()
    return None if url is None else _redirect(request, url)


def once(request: HttpRequest, work: Callable[[], str]) -> HttpResponse:
    """Does `work` (which returns the address of its result) unless the form's key was used, and redirects there.

    What `work` raises goes through, with nothing written. A request without a key does its work every time.
    """
    key = _key(request)
    if not key:
        return _redirect(request, work())
    with transaction.atomic():
        used, fresh = OnceKey.objects.get_or_create(
            user_id=request.user.pk or 0, key=key, defaults={"created_at": periods.now()}
        )
        if fresh:
            used.result_url = work()
            used.save(update_fields=["result_url"])
    return _redirect(request, used.result_url)


def forget_old_keys() -> int:
    """Deletes keys nobody will send again; the number of them."""
    return OnceKey.objects.filter(created_at__lt=periods.now() - KEPT).delete()[0]


def _key(request: HttpRequest) -> str:
    key = request.POST.get(FIELD, "")
    return key if 0 < len(key) <= _MAX_LENGTH and key.isascii() and key.isprintable() else ""


def _redirect(request: HttpRequest, url: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)

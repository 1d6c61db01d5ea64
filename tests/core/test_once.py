"""A form sent twice makes one object."""

import datetime as dt
import threading
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.views.generic import FormView

from core import once, periods
from core.models import Job, OnceKey
from core.outbox import enqueue
from tests.factories import make_user

pytestmark = pytest.mark.django_db


class NameForm(once.OnceForm, forms.Form):
    name = forms.CharField()

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if Job.objects.filter(kind=name).exists():
            raise ValidationError("This name is taken.")
        return name


class NewName(once.OnceView, FormView):
    form_class = NameForm

    def form_valid(self, form: Any) -> HttpResponse:
        return once.once(
            self.request, lambda: f"/jobs/{enqueue(form.cleaned_data['name'], run_at=LATER).pk}/"
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        return HttpResponse(str(context["form"]))


LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def send(user: Any, **data: str) -> HttpResponse:
    request: HttpRequest = RequestFactory().post("/", data)
    request.user = user
    return NewName.as_view()(request)


def test_the_second_sending_leads_to_the_result_of_the_first():
    user, key = make_user(), once.new_key()
    first = send(user, name="a", once=key)
    second = send(user, name="a", once=key)  # whose name is taken by now
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"] == f"/jobs/{Job.objects.get().pk}/"


def test_another_users_same_key_is_another_key():
    key = once.new_key()
    send(make_user(), name="a", once=key)
    send(make_user(), name="b", once=key)
    assert Job.objects.count() == 2


def test_a_form_with_an_error_keeps_its_key_and_may_be_sent_again():
    user, key = make_user(), once.new_key()
    answer = send(user, name="", once=key)
    assert f'value="{key}"' in answer.content.decode()
    assert send(user, name="a", once=key).status_code == 302
    assert Job.objects.count() == 1


def test_a_work_that_fails_leaves_the_key_unused():
    request = RequestFactory().post("/", {"once": "key"})
    request.user = make_user()

    def fails() -> str:
        enqueue("half", run_at=LATER)
        raise ValidationError("No.")

    with pytest.raises(ValidationError):
        once.once(request, fails)
    assert not Job.objects.exists()
    assert not OnceKey.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 65, "\x00", "ключ"])
def test_a_key_that_is_none_does_the_work_and_is_not_kept(key):
    request = RequestFactory().post("/", {"once": key})
    request.user = make_user()
    assert once.once(request, lambda: "/done/")["Location"] == "/done/"
    assert not OnceKey.objects.exists()


def test_a_stranger_has_no_result():
    request = RequestFactory().post("/", {"once": "key"})
    request.user = AnonymousUser()
    assert once.result_of(request) is None


def test_old_keys_are_forgotten():
    with periods.clock(dt.datetime(2026, 11, 5, tzinfo=dt.UTC)) as clock:
        user = make_user()
        send(user, name="old", once="old")
        clock.advance(days=6)
        send(user, name="new", once="new")
        clock.advance(days=2)
        assert once.forget_old_keys() == 1
    assert OnceKey.objects.get().key == "new"


@pytest.mark.django_db(transaction=True)
def test_of_two_that_arrive_together_one_does_the_work():
    user, start = make_user(), threading.Barrier(4)
    answers: list[str] = []

    def work() -> None:
        start.wait()
        try:
            answers.append(send(user, name="a", once="key")["Location"])
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Job.objects.count() == 1
    assert answers == [f"/jobs/{Job.objects.get().pk}/"] * 4

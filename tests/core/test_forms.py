"""Two people edit one record."""

import pytest
from django import forms
from django.test import RequestFactory

from core.forms import EditRecord, RecordForm
from core.history.operations import operation
from leads.models import Client, Source
from tests.factories import make_user
from tests.leads.factories import make_client

pytestmark = pytest.mark.django_db


class CityForm(RecordForm):
    class Meta:
        model = Client
        fields = ["name", "city", "region", "source"]


@pytest.fixture
def client_record():
    return make_client("Уралоболочка", city="Пермь", region="Пермский край")


def opened(record):
    """What the browser of a reader holds who has just opened the form."""
    form = CityForm(instance=Client.objects.get(pk=record.pk))
    return {name: form[name].value() or "" for name in form.fields}


def sent(record, data):
    return CityForm(data, instance=Client.objects.get(pk=record.pk))


def change(record, by=None, **fields):
    with operation(by=by):
        fresh = Client.objects.get(pk=record.pk)
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.save()


def save(form):
    assert form.is_valid(), form.errors
    change(form.record, **form.changes)


def test_what_only_i_changed_is_saved(client_record):
    data = opened(client_record) | {"city": "Омск"}
    form = sent(client_record, data)
    assert form.is_valid()
    assert form.changes == {"city": "Омск"}


def test_the_record_itself_is_not_touched_by_the_form(client_record):
    form = sent(client_record, opened(client_record) | {"city": "Омск"})
    form.is_valid()
    assert form.record.city == "Пермь"


def test_what_only_the_other_changed_is_taken_over(client_record):
    data = opened(client_record) | {"city": "Омск"}
    change(client_record, region="Омская область")
    form = sent(client_record, data)
    assert form.is_valid()
    assert form.changes == {"city": "Омск"}
    assert len(form.taken_over) == 1


def test_a_field_both_changed_comes_back_with_both_values(client_record):
    other = make_user("Пётр Иванов")
    data = opened(client_record) | {"city": "Омск"}
    change(client_record, by=other, city="Томск")
    form = sent(client_record, data)
    assert not form.is_valid()
    (conflict,) = form.conflicts
    assert (conflict.mine, conflict.theirs, conflict.by) == ("Омск", "Томск", "Пётр Иванов")
    assert form["city"].value() == "Омск"
    assert conflict.at is not None


def resent(form, **choices):
    """The form as the browser sends it again after it came back."""
    data = {name: form[name].value() for name in form.fields}
    return {key: "" if value is None else value for key, value in data.items()} | {
        f"choose-{name}": choice for name, choice in choices.items()
    }


def test_my_value_stays_when_i_choose_it(client_record):
    data = opened(client_record) | {"city": "Омск"}
    change(client_record, city="Томск")
    again = sent(client_record, resent(sent_invalid(client_record, data), city="mine"))
    assert again.is_valid()
    assert again.changes == {"city": "Омск"}


def test_the_others_value_stays_when_i_choose_that(client_record):
    data = opened(client_record) | {"city": "Омск", "name": "Новое имя"}
    change(client_record, city="Томск")
    again = sent(client_record, resent(sent_invalid(client_record, data), city="theirs"))
    assert again.is_valid()
    assert again.changes == {"name": "Новое имя"}


def sent_invalid(record, data):
    form = sent(record, data)
    assert not form.is_valid()
    return form


def test_a_choice_is_asked_again_when_a_third_value_came(client_record):
    data = opened(client_record) | {"city": "Омск"}
    change(client_record, city="Томск")
    first = sent_invalid(client_record, data)
    change(client_record, city="Тверь")
    (conflict,) = sent_invalid(client_record, resent(first, city="mine")).conflicts
    assert (conflict.mine, conflict.theirs) == ("Омск", "Тверь")


def test_what_was_taken_over_is_not_undone_by_the_second_sending(client_record):
    data = opened(client_record) | {"city": "Омск"}
    change(client_record, city="Томск", region="Томская область")
    again = sent(client_record, resent(sent_invalid(client_record, data), city="mine"))
    assert again.is_valid()
    assert again.changes == {"city": "Омск"}


def test_keys_to_other_records_are_merged_too(client_record):
    mine, theirs = Source.objects.all()[:2]
    data = opened(client_record) | {"source": mine.pk}
    change(client_record, source=theirs)
    (conflict,) = sent_invalid(client_record, data).conflicts
    assert (conflict.mine, conflict.theirs) == (mine.name, theirs.name)


def test_the_same_change_by_both_is_no_conflict(client_record):
    data = opened(client_record) | {"city": "Томск"}
    change(client_record, city="Томск")
    form = sent(client_record, data)
    assert form.is_valid()
    assert form.changes == {}


def test_a_form_that_does_not_say_what_it_saw_asks_about_every_difference(client_record):
    data = opened(client_record) | {"city": "Омск", "version": ""}
    assert [one.name for one in sent_invalid(client_record, data).conflicts] == ["city"]


def test_a_wrong_field_is_kept_as_typed_while_others_are_merged(client_record):
    data = opened(client_record) | {"name": "", "city": "Омск"}
    change(client_record, name="Урал", region="Урал")
    form = sent_invalid(client_record, data)
    assert form["name"].value() == ""
    assert form["region"].value() == "Урал"


class FieldOfItsOwnForm(RecordForm):
    tags = forms.CharField(label="Метки", required=False, show_hidden_initial=True)

    class Meta:
        model = Client
        fields = ["name"]

    standing = "красный"

    def current_values(self):
        return {"tags": self.standing}


def test_fields_of_the_form_alone_are_merged_by_what_it_was_opened_with(client_record):
    data = {"name": client_record.name, "version": 1, "initial-tags": "красный", "tags": "синий"}
    assert FieldOfItsOwnForm(data, instance=client_record).is_valid()
    form = FieldOfItsOwnForm(data | {"initial-tags": "белый"}, instance=client_record)
    assert not form.is_valid()
    assert [(one.mine, one.theirs) for one in form.conflicts] == [("синий", "красный")]
    again = FieldOfItsOwnForm(
        data | {"initial-tags": "красный", "choose-tags": "theirs"}, instance=client_record
    )
    assert again.is_valid()
    assert again.cleaned_data["tags"] == "красный"


def test_two_saves_at_one_moment_are_merged_too(client_record):
    """Somebody saves between this request's reading and its writing."""
    interruptions = iter([{"region": "Томская область"}])

    class Edit(EditRecord):
        form_class = CityForm
        template_name = "none.html"

        def record(self):
            return Client.objects.get(pk=client_record.pk)

        def save(self, form):
            fields = next(interruptions, None)
            if fields:
                change(client_record, **fields)
            with operation(by=None):
                for name, value in form.changes.items():
                    setattr(form.record, name, value)
                form.record.save()
            return "/saved/"

    request = RequestFactory().post("/", opened(client_record) | {"city": "Омск"})
    assert Edit.as_view()(request).url == "/saved/"
    client_record.refresh_from_db()
    assert (client_record.city, client_record.region) == ("Омск", "Томская область")

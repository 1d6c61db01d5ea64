"""Short lists: sources, segments and those of other rooms."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from leads import list_actions
from leads.models import Source
from people.models import Role
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return make_user(role=Role.ADMIN)


def names():
    return list(Source.objects.filter(retired_at=None).order_by("position").values_list("name", flat=True))


def test_an_entry_is_added_at_the_end_and_moved_up(admin):
    entry = list_actions.add_entry(Source, by=admin, name="Партнёр")
    assert names()[-1] == "Партнёр"
    list_actions.move_entry(entry, up=True, by=admin)
    assert names()[-2] == "Партнёр"


def test_the_first_cannot_go_further_up(admin):
    before = names()
    list_actions.move_entry(Source.objects.get(name=before[0]), up=True, by=admin)
    assert names() == before


def test_a_name_stands_once_in_any_letter_case(admin):
    with pytest.raises(ValidationError):
        list_actions.add_entry(Source, by=admin, name="  сайт ")
    with pytest.raises(ValidationError):
        list_actions.update_entry(Source.objects.get(name="Выставка"), by=admin, name="САЙТ")


def test_a_retired_entry_can_be_brought_back(admin):
    entry = Source.objects.get(name="Сайт")
    list_actions.retire_entry(entry, by=admin)
    assert "Сайт" not in names()
    list_actions.bring_back_entry(entry, by=admin)
    assert "Сайт" in names()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.HEAD, Role.DIRECTOR])
def test_only_an_admin_changes_lists(role):
    user, entry = make_user(role=role), Source.objects.first()
    for verb in (
        lambda: list_actions.add_entry(Source, by=user, name="Новый"),
        lambda: list_actions.update_entry(entry, by=user, name="Новый"),
        lambda: list_actions.move_entry(entry, up=False, by=user),
        lambda: list_actions.retire_entry(entry, by=user),
        lambda: list_actions.bring_back_entry(entry, by=user),
    ):
        with pytest.raises(PermissionDenied):
            verb()


def test_the_page_adds_renames_moves_and_retires(client, admin):
    client.force_login(admin)
    page = reverse("leads:named_list", args=["sources"])
    assert client.post(page, {"name": "Партнёр", "once": "a"}).url == page
    entry = Source.objects.get(name="Партнёр")
    key = ["sources", entry.pk]
    client.post(reverse("leads:edit_entry", args=key), {"name": "Партнёры", "version": 1})
    client.post(reverse("leads:move_entry", args=[*key, "up"]))
    assert names()[-2] == "Партнёры"
    client.post(reverse("leads:retire_entry", args=key))
    assert "Партнёры" not in names()
    client.post(reverse("leads:bring_back_entry", args=key))
    assert "Партнёры" in names()
    assert "Партнёры" in client.get(page).content.decode()


def test_a_taken_name_is_refused_beside_the_field(client, admin):
    client.force_login(admin)
    answer = client.post(reverse("leads:named_list", args=["sources"]), {"name": "сайт", "once": "a"})
    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors


def test_lists_are_not_there_for_others(client):
    client.force_login(make_user())
    assert client.get(reverse("leads:named_list", args=["sources"])).status_code == 404
    assert client.get(reverse("leads:named_lists")).status_code == 404


def test_an_unknown_list_is_not_there(client, admin):
    client.force_login(admin)
    assert client.get(reverse("leads:named_list", args=["users"])).status_code == 404
    assert client.post(reverse("leads:move_entry", args=["users", 1, "up"])).status_code == 404

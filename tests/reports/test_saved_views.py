"""Questions kept under a name."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client as Browser

from people.models import Role, User
from reports.actions import delete_view, save_view
from reports.models import SavedView
from tests.factories import make_team, make_user

pytestmark = pytest.mark.django_db
SAVE = "/reports/cube/save/"


@pytest.fixture
def anna(db: None) -> User:
    return make_user("Анна Белова", team=make_team("Север"))


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="people.backends.DoorKeeper")
    return browser


def test_a_view_keeps_the_question_and_leads_back_to_it(anna: User) -> None:
    browser = browser_of(anna)
    answer = browser.post(SAVE + "?rows=client&period=previous-month", {"name": " Мои  клиенты "})
    assert answer.status_code == 302
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Мои клиенты", "period=previous-month&rows=client")
    assert answer["Location"] == view.get_absolute_url() == "/reports/cube/?period=previous-month&rows=client"
    assert "Мои клиенты" in browser.get("/reports/cube/").content.decode()
    assert "Мои клиенты" in browser.get("/reports/").content.decode()


def test_what_cannot_be_asked_is_not_kept(anna: User) -> None:
    browser_of(anna).post(SAVE + "?rows=' OR 1=1&period=whenever&nonsense=1", {"name": "Так"})
    assert SavedView.objects.get().query == ""


def test_the_same_name_is_written_anew(anna: User) -> None:
    for rows in ("client", "product"):
        save_view(by=anna, report="cube", name="Продажи", query=f"?rows={rows}")
    assert [view.query for view in SavedView.objects.all()] == ["rows=product"]


def test_without_a_name_it_is_asked_for_and_nothing_is_lost(anna: User) -> None:
    answer = browser_of(anna).post(SAVE + "?rows=client", {"name": "  ", "is_shared": "on"})
    assert answer.status_code == 422 and "rows=client" in answer.content.decode()
    with pytest.raises(ValidationError):
        save_view(by=anna, report="cube", name=" ", query="")


def test_colleagues_see_what_is_shared_alone_and_only_of_reports_they_may_open(anna: User) -> None:
    boris = make_user("Борис Чернов", team=make_team("Юг"))
    save_view(by=anna, report="cube", name="Своё", query="")
    save_view(by=anna, report="cube", name="Общее", query="", is_shared=True)
    assert [view.name for view in SavedView.objects.open_to(boris)] == ["Общее"]
    director = make_user(role=Role.DIRECTOR)
    save_view(by=director, report="debtors", name="Долги", query="", is_shared=True)
    may_open = "debtors" in [view.report for view in SavedView.objects.open_to(boris)]
    from reports.report import Report

    assert may_open == Report.registry["debtors"].is_for(boris)


def test_only_who_made_it_takes_it_away_and_may_bring_it_back(anna: User) -> None:
    boris = make_user("Борис Чернов", team=make_team("Юг"))
    view = save_view(by=anna, report="cube", name="Общее", query="", is_shared=True)
    with pytest.raises(PermissionDenied):
        delete_view(view, by=boris)
    assert browser_of(boris).post(f"/reports/views/{view.pk}/delete/").status_code == 404
    assert browser_of(anna).post(f"/reports/views/{view.pk}/delete/").status_code == 302
    assert not SavedView.objects.exists()


def test_a_report_of_others_cannot_be_kept(anna: User) -> None:
    with pytest.raises(PermissionDenied):
        save_view(by=anna, report="no-such-report", name="Так", query="")
    assert browser_of(anna).get("/reports/no-such-report/save/").status_code == 404

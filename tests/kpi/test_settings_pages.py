"""The administrator's pages of indicators and norms."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kpi.actions.norms import set_norm
from kpi.actions.settings import add_indicator
from kpi.models import Indicator, Norm
from tests.activities.factories import make_call
from tests.factories import make_team
from tests.kpi.factories import Office, close_all, indicator, make_norm, november_day
from tests.leads.factories import make_client
from tests.shown import shown

# Friday, 30 October.
MONDAY = november_day(2)


@pytest.fixture(name="browser")
def _browser(office: Office) -> Browser:
    browser = Browser()
    browser.force_login(office.admin)
    return browser


def typed(**fields: Any) -> dict[str, Any]:
    """The form of a norm as it is sent: at least 15 a day from Monday on."""
    worth = {"points_met": "1", "points_within": "0", "points_missed": "-2"}
    said = {"period": "day", "direction": "at_least", "low": "15", "tolerance": "0", "since": str(MONDAY)}
    return said | worth | fields


def send(browser: Browser, code: str = "conversations_held", **fields: Any) -> Any:
    return browser.post(reverse("kpi:norm_new", args=[indicator(code).pk]), typed(**fields))


def words(answer: Any) -> str:
    """The page's text, with plain spaces."""
    return shown(answer.content.decode()).replace("\u00a0", " ").replace("&nbsp;", " ")


def test_a_norm_is_set_and_shown_in_words(browser: Browser, office: Office) -> None:
    answer = browser.post(
        reverse("kpi:norm_new", args=[indicator("conversations_held").pk]),
        typed(weekday="4", low="8", tolerance="10"),
        follow=True,
    )
    assert "по пятницам не меньше 8" in words(answer)
    assert "с пн 2 ноября" in words(answer)
    assert "по пятницам не меньше 8" in words(browser.get(reverse("kpi:indicators")))


def test_numbers_are_understood_as_people_write_them(browser: Browser) -> None:
    send(browser, "sum_won", period="month", low="1 200 000,50", weekday="4")
    norm = Norm.objects.get()
    assert str(norm.low) == "1200000.50"
    assert norm.weekday is None  # not to be seen for a month


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"low": "много"}, "low"),
        ({"low": "0"}, "low"),
        ({"low": ""}, "low"),
        ({"low": "-5"}, "low"),
        ({"tolerance": "120"}, "tolerance"),
        ({"tolerance": "десять"}, "tolerance"),
        ({"direction": "between", "low": "9", "high": "3"}, "high"),
        ({"since": "2026-10-30"}, "since"),
        ({"since": "вчера"}, "since"),
        ({"until": "2026-10-01"}, "until"),
        ({"points_missed": "5"}, "points_missed"),
        ({"team": "987654321"}, "team"),
    ],
    ids=str,
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    browser: Browser, fields: dict[str, str], field: str
) -> None:
    answer = send(browser, **fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert f'value="{fields[field]}"' in answer.content.decode() or not fields[field] or field == "team"
    assert not Norm.objects.exists()


def test_a_norm_that_overlaps_names_the_other_one(browser: Browser, office: Office) -> None:
    conversations = indicator("conversations_held")
    set_norm(conversations, by=None, since=dt.date(2026, 1, 12), until=november_day(20), low=12)
    errors = send(browser).context["form"].errors
    assert "не меньше 12" in errors["since"][0]


def test_a_form_sent_twice_makes_one_norm(browser: Browser) -> None:
    assert send(browser, once="key-1").status_code == send(browser, once="key-1").status_code == 302
    assert Norm.all_objects.count() == 1


def test_trying_a_norm_shows_what_would_have_been_and_writes_nothing(
    browser: Browser, office: Office
) -> None:
    make_norm("conversations_held", 1)
    client = make_client("ООО Волга", manager=office.anna)
    office.at(2, "12:00")
    make_call(client)
    office.at(2, "18:30")
    close_all()
    before = Norm.all_objects.count()
    answer = send(browser, low="2", **{"try": "1", "since": "2026-11-03"})
    text = words(answer)
    assert answer.status_code == 200
    assert "Анна Белова" in text and "из 2 ушли бы в минус" in text
    assert Norm.all_objects.count() == before


def test_trying_says_what_is_wrong_before_it_is_set(browser: Browser) -> None:
    answer = send(browser, low="0", **{"try": "1"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["low"]


def test_without_closed_days_trying_and_proposing_say_so(browser: Browser) -> None:
    assert "Проверить пока не на чем" in words(send(browser, **{"try": "1"}))
    assert "предложить число не из чего" in words(send(browser, propose="1"))


def test_a_proposed_number_is_put_into_the_form(browser: Browser, office: Office) -> None:
    client = make_client("ООО Волга", manager=office.anna)
    office.at(2, "12:00")
    for _call in range(3):
        make_call(client)
    office.at(2, "18:30")
    close_all()
    answer = send(browser, low="", user=str(office.anna.pk), propose="1", since="2026-11-03")
    assert answer.context["form"]["low"].value() == "3"
    asked = browser.post(
        reverse("kpi:norm_proposal", args=[indicator("conversations_held").pk]),
        typed(user=str(office.anna.pk)),
    )
    assert "80-й процентиль за 12 недель — 3" in words(asked)
    assert "1 раз из 1" in words(asked)


def test_a_new_norm_begins_with_the_one_it_is_like(browser: Browser, office: Office) -> None:
    norm = make_norm("conversations_held", 12, tolerance=10, team=office.team)
    answer = browser.get(reverse("kpi:norm_new", args=[norm.indicator_id]) + f"?like={norm.pk}")
    form = answer.context["form"]
    assert (form["low"].value(), form["tolerance"].value()) == ("12", 10)
    assert form["since"].value() == str(MONDAY)
    for nonsense in ("x", "987654321", "1" * 30):
        assert (
            browser.get(reverse("kpi:norm_new", args=[norm.indicator_id]) + f"?like={nonsense}").status_code
            == 200
        )


def test_norms_are_ended_and_dropped_on_their_page(browser: Browser, office: Office) -> None:
    norm = make_norm("conversations_held", 12)
    coming = set_norm(norm.indicator, by=office.admin, since=MONDAY, low=15)
    browser.post(reverse("kpi:norm_drop", args=[coming.pk]))
    norm.refresh_from_db()
    assert norm.until is None
    answer = browser.post(reverse("kpi:norm_end", args=[norm.pk]), {"until": "2026-10-01"})
    assert list(answer.context["form"].errors) == ["until"]
    browser.post(reverse("kpi:norm_end", args=[norm.pk]), {"until": str(november_day(6))})
    norm.refresh_from_db()
    assert norm.until == november_day(6)
    browser.post(reverse("kpi:norm_drop", args=[norm.pk]))
    norm.refresh_from_db()
    assert norm.deleted_at is None  # in force: it is ended, not dropped


def test_an_indicator_is_added_edited_retired_and_brought_back(browser: Browser, office: Office) -> None:
    data = {"name": "Письма", "kind": "count", "group": "letter", "on_scorecard": "on"}
    browser.post(reverse("kpi:indicator_new"), data)
    letters = Indicator.objects.get(name="Письма")
    page = browser.get(reverse("kpi:indicator_edit", args=[letters.pk]))
    edited = {"name": "Переписка", "group": "letter", "version": page.context["form"].record.version}
    browser.post(reverse("kpi:indicator_edit", args=[letters.pk]), edited)
    letters.refresh_from_db()
    assert (letters.name, letters.on_scorecard) == ("Переписка", False)
    browser.post(reverse("kpi:indicator_column", args=[letters.pk]))
    browser.post(reverse("kpi:indicator_retire", args=[letters.pk]))
    letters.refresh_from_db()
    assert letters.on_scorecard and letters.retired_at is not None
    browser.post(reverse("kpi:indicator_restore", args=[letters.pk]))
    letters.refresh_from_db()
    assert letters.retired_at is None


def test_what_cannot_be_added_is_said_beside_its_field(browser: Browser) -> None:
    for fields, field in (
        ({"name": "", "kind": "count"}, "name"),
        ({"name": "Доля", "kind": "ratio"}, "numerator"),
        ({"name": "Доля", "kind": "nothing"}, "kind"),
        ({"name": "Доля", "kind": "count", "group": "letter", "activity_kind": "987654321"}, "activity_kind"),
    ):
        answer = browser.post(reverse("kpi:indicator_new"), fields)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
    assert not Indicator.objects.exclude(kind="built_in").exists()


def test_retiring_names_the_ratios_that_go_with_it(browser: Browser, office: Office) -> None:
    parts = {"numerator": indicator("deals_won"), "denominator": indicator("deals_lost")}
    ratio = add_indicator(by=office.admin, name="Доля выигранных", kind="ratio", **parts)
    url = reverse("kpi:indicator_retire", args=[parts["numerator"].pk])
    assert "Доля выигранных" in words(browser.get(url))
    assert browser.post(url).status_code == 422
    browser.post(url, {"with_ratios": "1"})
    assert not Indicator.objects.in_use().filter(pk=ratio.pk).exists()


def test_arrows_move_an_indicator_one_place(browser: Browser) -> None:
    first, second = Indicator.objects.in_use()[:2]
    browser.post(reverse("kpi:indicator_move", args=[first.pk, "down"]))
    assert list(Indicator.objects.in_use()[:2]) == [second, first]


def test_the_list_asks_no_more_for_more_norms(browser: Browser, office: Office) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("kpi:indicators"))
        return len(asked)

    make_norm("conversations_held", 1)
    queries()
    few = queries()
    for code in ("meetings_held", "deals_won", "companies_added"):
        make_norm(code, 1)
        make_norm(code, 1, team=make_team())
        make_norm(code, 1, user=office.anna)
    assert queries() == few

"""The quick log as its users meet it: find the client, write it down, one send."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from activities.models import Activity
from core import periods
from people.models import Role
from pipeline.models import LossReason, Stage
from tests.activities.factories import make_call, make_deal, make_kind, make_task, november, stage_after
from tests.factories import THURSDAY, make_user
from tests.leads.factories import make_client, make_contact

pytestmark = pytest.mark.django_db

LOG = "/log/"
FRIDAY = dt.date(2026, 11, 6)


@pytest.fixture(autouse=True)
def thursday():
    with periods.clock(THURSDAY) as clock:
        yield clock


@pytest.fixture
def deal():
    found = make_deal(make_client("Уралоболочка", phones=["+7 912 345-67-89"]))
    found.refresh_from_db()
    return found


@pytest.fixture
def browser(client, deal):
    client.force_login(deal.manager)
    return client


def sent(deal, **changes):
    """What a browser sends of the form as it is offered, with what was typed and chosen."""
    return {
        "client": deal.client_id,
        "deal": deal.pk,
        "kind": make_kind().pk,
        "outcome": "reached",
        "text": "Просит скидку",
        "planned": "",
        "next": "three",
        "stage": deal.stage_id,
        "direction": "out",
        **changes,
    }


def test_the_forms_of_panel_dialog_and_page_never_share_an_id(browser, deal):
    def ids(target):
        page = browser.get(
            LOG, {"client": deal.client_id}, headers={"HX-Request": "true", "HX-Target": target}
        )
        return set(re.findall(r' id="([^"]*(?:text|kind|next)[^"]*)"', page.content.decode()))

    panel, dialog, alone = ids("log-panel"), ids("dialog-body"), ids("")
    assert panel and dialog and alone
    assert not (panel & dialog or panel & alone or dialog & alone) - {"log-panel"}


def test_without_a_client_the_page_finds_one_and_offers_the_queue(browser, deal):
    make_task(deal.client, THURSDAY.date(), subject="Согласовать условия")
    page = browser.get(LOG).content.decode()
    assert "Согласовать условия" in page
    for query in ("урало", "6789", "5-67-89", str(deal.client_id), "№ " + str(deal.client_id)):
        assert "Уралоболочка" in browser.get(reverse("activities:log-find"), {"q": query}).content.decode()
    assert "Уралоболочка" not in browser.get(reverse("activities:log-find"), {"q": "вектор"}).content.decode()


def test_the_form_shows_the_last_conversation_the_promise_and_the_stage(browser, deal):
    make_call(deal.client, deal=deal, text="Скидка 7 % при двух машинах", contact=make_contact(deal.client))
    make_task(deal.client, FRIDAY, deal=deal, subject="Прислать график")
    page = browser.get(LOG, {"client": deal.client_id}).content.decode()
    for shown in ("Скидка 7 % при двух машинах", "Прислать график", deal.stage.name, "вт\u00a010\u00a0ноя"):
        assert shown in page


def test_a_talked_call_is_one_send(browser, deal):
    following = stage_after(deal)
    answer = browser.post(LOG, sent(deal, stage=following.pk, next="three", next_subject="Прислать расчёт"))
    assert answer.status_code == 302
    call = Activity.objects.done().get()
    assert (call.text, call.stage, call.happened_at) == ("Просит скидку", following, THURSDAY)
    assert call.next_steps.get().due_on == dt.date(2026, 11, 10)


def test_sent_twice_it_is_one_call(browser, deal):
    form = browser.get(LOG, {"client": deal.client_id}).context["form"]
    body = sent(deal, once=form["once"].value())
    assert browser.post(LOG, body).url == browser.post(LOG, body).url
    assert Activity.objects.done().count() == 1


def test_no_answer_is_one_button_and_is_tried_again_on_the_next_working_day(browser, deal, thursday):
    thursday.move_to(november(6, "12:00"))  # a Friday: the next working day is Monday
    browser.post(LOG, sent(deal, text="", next="", no_answer="1"))
    call = Activity.objects.done().get()
    assert call.outcome == "no_answer"
    assert call.next_steps.get().due_on == dt.date(2026, 11, 9)


def test_the_next_try_keeps_what_was_to_be_done(browser, deal):
    task = make_task(deal.client, THURSDAY.date(), deal=deal, subject="Согласовать условия")
    browser.post(LOG, sent(deal, text="", next="", no_answer="1", planned=task.pk))
    task.refresh_from_db()
    assert task.status == "done"
    assert task.next_steps.get().subject == "Согласовать условия"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "text"),
        ({"next": ""}, "next"),
        ({"next": "date"}, "next_on"),
        ({"next": "date", "next_on": "2026-11-03"}, "next_on"),
        ({"outcome": "postponed", "next": ""}, "next"),
        ({"happened_on": "2026-11-05", "happened_time": "15:00"}, "happened_time"),
        ({"happened_on": "2026-11-03"}, "happened_time"),
        ({"stage": "other"}, "stage"),
        ({"quantity": "-1"}, "quantity"),
        ({"kind": "999"}, "kind"),
    ],
)
def test_an_error_stands_beside_its_field_and_what_was_typed_stays(browser, deal, changes, field):
    answer = browser.post(LOG, sent(deal, **changes))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Activity.objects.exists()
    if field != "text":
        assert "Просит скидку" in answer.content.decode()


def test_with_another_task_ahead_no_next_step_need_be_chosen(browser, deal):
    make_task(deal.client, FRIDAY, deal=deal)
    assert browser.post(LOG, sent(deal, next="")).status_code == 302


def test_what_the_stage_lacks_is_asked_on_the_spot_and_nothing_is_lost(browser, deal):
    lost = Stage.objects.get(kind="lost")
    body = sent(deal, outcome="refused", stage="other", stage_other=lost.pk, next="", text="Ушли к другому")
    answer = browser.post(LOG, body)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ушли к другому" in page
    assert 'name="move-loss_reason"' in page
    assert not Activity.objects.exists()

    reason = LossReason.objects.first()
    body |= {"asked": f"{lost.pk}:loss_reason", "move-loss_reason": reason.pk, "move-return_on": "2027-02-01"}
    assert browser.post(LOG, body).status_code == 302
    deal.refresh_from_db()
    assert (deal.state, deal.loss_reason, deal.next_step_on) == ("lost", reason, dt.date(2027, 2, 1))


def test_a_won_deal_is_asked_for_its_amount(browser, deal):
    won = Stage.objects.get(kind="won")
    body = sent(deal, stage="other", stage_other=won.pk)
    assert 'name="move-amount"' in browser.post(LOG, body).content.decode()
    body |= {"asked": f"{won.pk}:amount", "move-amount": "1 200 000,50"}
    assert browser.post(LOG, body).status_code == 302
    deal.refresh_from_db()
    assert (deal.state, str(deal.amount)) == ("won", "1200000.50")


def test_another_deal_of_the_client_brings_its_own_stages_and_keeps_the_text(browser, deal):
    other = make_deal(deal.client, name="Второй заказ", stage=stage_after(deal))
    answer = browser.post(LOG, sent(deal, other_deal=other.pk))
    form = answer.context["form"]
    assert answer.status_code == 200
    assert form.hand.deal == other
    assert form["text"].value() == "Просит скидку"
    assert form["stage"].value() == str(other.stage_id)


def test_a_parcel_has_no_outcome_and_may_carry_a_count(browser, deal):
    kind = make_kind("other").__class__.objects.get(unit="шт.")
    browser.post(LOG, sent(deal, kind=kind.pk, outcome="no_answer", text="", quantity="7", next="week"))
    parcel = Activity.objects.done().get()
    assert (parcel.outcome, parcel.quantity, parcel.text) == ("reached", 7, "")


def test_afterwards_one_is_back_where_one_was_and_is_told_who_is_next(browser, deal):
    vector = make_client("Вектор", manager=deal.manager)
    make_task(vector, THURSDAY.date())
    answer = browser.post(LOG, sent(deal, back="/tasks/?when=today"), follow=True)
    assert answer.redirect_chain[-1][0] == "/tasks/?when=today"
    assert "Вектор" in str(next(iter(answer.context["messages"])))


@pytest.mark.parametrize(
    "back", ["https://evil.test/", "//evil.test", "/log/?client=1", "javascript:alert(1)"]
)
def test_nobody_is_led_elsewhere(browser, deal, back):
    assert browser.post(LOG, sent(deal, back=back)).url == "/"


def test_yesterdays_entry_is_allowed_and_said_to_be_late(browser, deal):
    body = sent(deal, happened_on="2026-11-03", happened_time="17:00")
    answer = browser.post(LOG, body, follow=True)
    assert Activity.objects.done().get().happened_at == november(3, "17:00")
    assert "Внесено позже" in str(next(iter(answer.context["messages"])))


def test_the_undo_of_a_logged_call_takes_back_the_call_the_move_and_the_step(browser, deal):
    was = deal.stage
    answer = browser.post(LOG, sent(deal, stage=stage_after(deal).pk), follow=True)
    message = next(iter(answer.context["messages"]))
    browser.post(message.extra_tags.removeprefix("undo:"))
    deal.refresh_from_db()
    assert not Activity.objects.exists()
    assert (deal.stage, deal.last_contact_at, deal.next_step_on) == (was, None, None)


def test_a_foreign_client_is_not_there(client, deal):
    client.force_login(make_user())
    assert client.get(LOG, {"client": deal.client_id}).status_code == 404
    assert client.post(LOG, sent(deal)).status_code == 404
    assert "Уралоболочка" not in client.get(reverse("activities:log-find"), {"q": "урало"}).content.decode()
    assert not Activity.objects.exists()


@pytest.mark.parametrize("value", ["", "x", "0", "99999999999999999999", "1 OR 1"])
def test_a_strange_client_is_not_there(browser, value):
    assert browser.post(LOG, {"client": value}).status_code == 404


def test_a_department_colleague_logs_nothing(client, deal):
    client.force_login(make_user(role=Role.COLLEAGUE))
    assert client.get(LOG).status_code == 404


def test_the_form_costs_at_most_twelve_queries(browser, deal, django_assert_max_num_queries):
    for _one in range(6):
        make_deal(deal.client)
        make_call(deal.client, deal=deal)
        make_task(deal.client, deal=deal)
        make_contact(deal.client)
    browser.get(LOG)
    with django_assert_max_num_queries(12):
        browser.get(LOG, {"client": deal.client_id})
    with django_assert_max_num_queries(12):
        browser.get(reverse("activities:log-find"), {"q": "урало"})


def test_the_way_back_is_the_page_behind_without_a_place_on_it(browser, deal):
    """A browser that is sent to a place on the page it shows loads nothing anew."""
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/my/?month=2026-11#day-3"}
    form = browser.get(f"/log/?client={deal.client_id}", headers=headers).content.decode()
    assert 'value="/my/?month=2026-11"' in form

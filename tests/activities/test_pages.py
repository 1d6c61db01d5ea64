"""My day, the lists, pages of tasks and contacts, home pages: what stands on them, whose it is, what it costs."""

import datetime as dt

import pytest
from django.urls import reverse

from activities.actions import move_task, set_task
from activities.models import Activity
from activities.queue import Queue
from activities.team_today import by_team, lines_of
from core import periods
from people import calendar
from people.models import Role
from pipeline.actions import update_deal
from tests.activities.factories import make_call, make_deal, make_kind, make_task, november
from tests.factories import THURSDAY, make_team, make_user
from tests.leads.factories import make_client

pytestmark = pytest.mark.django_db

TODAY, FRIDAY = THURSDAY.date(), dt.date(2026, 11, 6)


@pytest.fixture(autouse=True)
def clock():
    with periods.clock(THURSDAY) as clock:
        yield clock


@pytest.fixture
def anna():
    return make_user("Анна Белова", team=make_team("Север"))


@pytest.fixture
def head(anna):
    return make_user("Глеб Рогов", role=Role.HEAD, team=anna.team)


@pytest.fixture
def stranger():
    """A manager of another team with a client, a task and a call of their own."""
    other = make_user("Вера Чужая", team=make_team("Юг"))
    deal = deal_of(other, "Чужой клиент")
    make_call(deal.client, deal=deal)
    make_task(deal.client, TODAY, deal=deal)
    return other


def deal_of(manager, name, **fields):
    client = make_client(name, manager=manager)
    deal = client.deals.first() or make_deal(client)
    return update_deal(deal, by=manager, **fields) if fields else deal


def page(client, user, url, **query):
    client.force_login(user)
    return client.get(url, query)


# --- The queue ------------------------------------------------------------------------------------------------------


def test_the_queue_goes_from_overdue_over_today_to_nothing_planned(anna, clock):
    overdue, timed, today, idle = (
        deal_of(anna, name) for name in ("Просрочен", "Со временем", "Сегодня", "Пусто")
    )
    clock.move_to(november(3))
    make_task(overdue.client, november(3).date(), deal=overdue)
    clock.move_to(THURSDAY)
    make_task(today.client, TODAY, deal=today)
    make_task(timed.client, TODAY, deal=timed, due_at=november(5, "16:30"))
    make_task(deal_of(anna, "Завтра").client, FRIDAY)
    queue = Queue(anna, THURSDAY)
    states = [(item.state, item.client.name) for item in queue.items]
    assert states[:3] == [("overdue", "Просрочен"), ("today", "Со временем"), ("today", "Сегодня")]
    assert ("nothing", idle.client.name) in states


def test_a_time_of_today_that_has_passed_is_overdue(anna):
    deal = deal_of(anna, "Вектор")
    make_task(deal.client, TODAY, deal=deal, due_at=november(5, "11:59"))
    assert [item.state for item in Queue(anna, THURSDAY).items] == ["overdue"]


def test_deals_without_a_task_come_by_their_sum(anna):
    for name, amount in (("Малая", 10), ("Без суммы", None), ("Большая", 1000)):
        deal_of(anna, name, amount=amount)
    assert [item.client.name for item in Queue(anna, THURSDAY).nothing_planned] == [
        "Большая",
        "Малая",
        "Без суммы",
    ]


# --- My day ---------------------------------------------------------------------------------------------------------


def test_my_day_counts_the_window_and_not_the_calendar_day(client, anna, clock):
    deal = deal_of(anna, "Уралоболочка")
    clock.move_to(november(3, "19:00"))  # after Tuesday's cut-off, Wednesday is a day off: Thursday's window
    make_call(deal.client, deal=deal, text="Вечерний разговор")
    clock.move_to(november(5, "12:00"))
    make_call(deal.client, deal=deal, outcome="no_answer", text="")
    make_call(deal.client, deal=deal, kind=make_kind("meeting"), text="Встреча в офисе")
    done = page(client, anna, "/my-day/").context["day"].done
    assert (done.talks, done.meetings, done.no_answer) == (1, 1, 1)
    clock.move_to(november(5, "18:01"))
    done = page(client, anna, "/my-day/").context["day"].done
    assert (done.talks, done.meetings, done.no_answer) == (0, 0, 0)


def test_the_managers_home_is_my_day_and_holds_nothing_of_others(client, anna, stranger):
    deal = deal_of(anna, "Свой клиент")
    make_call(deal.client, deal=deal, text="Свои слова")
    html = page(client, anna, "/").content.decode()
    assert "Свой клиент" in html
    assert "Чужой клиент" not in html


def test_each_figure_of_my_day_opens_what_it_counts(client, anna, clock):
    deal = deal_of(anna, "Уралоболочка")
    clock.move_to(november(3, "19:00"))
    make_call(deal.client, deal=deal)
    clock.move_to(THURSDAY)
    make_call(deal.client, deal=deal, outcome="refused")
    make_call(deal.client, deal=deal, outcome="no_answer")
    make_call(deal.client, deal=deal, outcome="postponed")
    done = page(client, anna, "/my-day/").context["day"].done
    found = page(client, anna, "/activities/", period="window", group="conversation", outcome="held").context[
        "page"
    ]
    assert done.talks == found.count == 2


def test_an_empty_day_says_what_comes_first(client, anna):
    html = page(client, anna, "/my-day/").content.decode()
    assert "Очередь пуста" in html


def test_my_day_costs_at_most_twelve_queries_however_much_there_is(
    client, anna, django_assert_max_num_queries
):
    for number in range(8):
        deal = deal_of(anna, f"Клиент {number}")
        make_call(deal.client, deal=deal)
        if number % 2:
            make_task(deal.client, TODAY, deal=deal)
    page(client, anna, "/my-day/")
    with django_assert_max_num_queries(12):
        client.get("/my-day/")


# --- Lists ----------------------------------------------------------------------------------------------------------


def test_tasks_are_filtered_by_their_state(client, anna, clock):
    clock.move_to(november(3))
    make_task(make_client("Просрочен", manager=anna), november(3).date())
    clock.move_to(THURSDAY)
    make_task(make_client("Сегодня", manager=anna), TODAY)
    make_task(make_client("Позже", manager=anna), FRIDAY)
    for when, name in (("overdue", "Просрочен"), ("today", "Сегодня"), ("later", "Позже")):
        rows = page(client, anna, "/tasks/", when=when).context["rows"]
        assert [row.record.client.name for row in rows] == [name]


def test_a_task_is_done_and_put_off_over_the_list(client, anna):
    task = make_task(make_client(manager=anna))
    html = page(client, anna, "/tasks/").content.decode()
    assert f'<a href="/tasks/{task.pk}/move/" data-dialog>' in html
    assert f'task={task.pk}" data-dialog>' in html


def test_words_of_a_conversation_are_found_whatever_their_case(client, anna):
    make_call(make_client("Вектор", manager=anna), text="Просит СКИДКУ и ёмкость")
    make_call(make_client("Гефест", manager=anna), text="Ждут образцы")
    rows = page(client, anna, "/activities/", q="скидку емкость").context["rows"]
    assert [row.record.client.name for row in rows] == ["Вектор"]


def test_the_list_begins_with_the_last_month_and_goes_as_far_as_asked(client, anna, clock):
    clock.move_to(november(5, "12:00") - dt.timedelta(days=40))
    make_call(make_client("Давний", manager=anna))
    clock.move_to(THURSDAY)
    make_call(make_client("Недавний", manager=anna))

    def names(**query):
        return {row.record.client.name for row in page(client, anna, "/activities/", **query).context["rows"]}

    assert names() == {"Недавний"}
    assert names(period="all") == {"Недавний", "Давний"}
    assert names(days_from="2026-09-01") == {"Недавний", "Давний"}
    assert names(period="all", q="обсудили") == {"Недавний", "Давний"}


def test_what_was_entered_late_is_marked_so(client, anna):
    make_call(make_client("Вектор", manager=anna), happened_at=november(3, "17:00"))
    make_call(make_client("Гефест", manager=anna))
    html = page(client, anna, "/activities/").content.decode()
    assert html.count("внесено позже") == 1


@pytest.mark.parametrize("url", ["/tasks/", "/activities/", "/team/"])
def test_a_head_sees_the_team_and_nothing_of_another(client, anna, head, stranger, url):
    deal = deal_of(anna, "Клиент Анны")
    make_call(deal.client, deal=deal)
    make_task(deal.client, TODAY, deal=deal)
    html = page(client, head, url).content.decode()
    assert "Белова" in html
    assert "Чужой" not in html
    assert "Чужая" not in html


@pytest.mark.parametrize("url", ["/tasks/", "/activities/"])
def test_the_queries_of_a_list_do_not_grow_with_its_rows(
    client, head, anna, url, django_assert_max_num_queries
):
    for number in range(7):
        deal = deal_of(anna, f"Клиент {number}")
        make_call(deal.client, deal=deal, happened_at=november(3, "17:00"))
        make_task(deal.client, TODAY, deal=deal)
    page(client, head, url)
    with django_assert_max_num_queries(12):
        client.get(url)


# --- Tasks and single contacts ---------------------------------------------------------------------------------------


def test_a_task_is_put_off_by_one_chip(client, anna):
    task = make_task(make_client(manager=anna), TODAY)
    client.force_login(anna)
    assert (
        client.post(reverse("activities:task-move", args=[task.pk]), {"when": "tomorrow"}).status_code == 302
    )
    task.refresh_from_db()
    assert (task.due_on, task.times_moved) == (FRIDAY, 1)


def test_a_task_without_a_day_is_not_moved_and_says_so(client, anna):
    task = make_task(make_client(manager=anna), TODAY)
    client.force_login(anna)
    answer = client.post(reverse("activities:task-move", args=[task.pk]), {"when": "date"})
    assert answer.status_code == 422
    assert "when" in answer.context["form"].errors


def test_a_cancelled_task_leaves_the_queue(client, anna):
    task = make_task(make_client(manager=anna), TODAY)
    client.force_login(anna)
    client.post(reverse("activities:task-cancel", args=[task.pk]), {"reason": "Закрылись"})
    assert Queue(anna, THURSDAY).for_today == []


def test_a_head_sets_a_task_for_a_manager_and_is_offered_its_acceptance(client, anna, head):
    deal = deal_of(anna, "Вектор")
    body = {
        "client": deal.client_id,
        "deal": deal.pk,
        "kind": make_kind().pk,
        "subject": "Позвонить",
        "when": "tomorrow",
    }
    client.force_login(head)
    assert client.post("/tasks/new/", body | {"manager": anna.pk}).status_code == 302
    task = Activity.objects.planned().get()
    assert (task.manager, task.set_by) == (anna, head)
    done = make_call(deal.client, deal=deal, planned=task)
    assert (
        reverse("activities:task-accept", args=[done.pk])
        in client.get(done.get_absolute_url()).content.decode()
    )
    assert client.post(reverse("activities:task-accept", args=[done.pk])).status_code == 302
    done.refresh_from_db()
    assert done.accepted_at == THURSDAY


def test_a_manager_is_not_asked_for_whom(client, anna):
    deal = deal_of(anna, "Вектор")
    html = page(client, anna, f"/tasks/new/?client={deal.client_id}").content.decode()
    assert 'name="when"' in html
    assert 'name="manager"' not in html


def test_a_contact_is_corrected_and_the_moment_of_entry_is_not_offered(client, anna, clock):
    call = make_call(make_client(manager=anna), text="Было")
    url = reverse("activities:edit", args=[call.pk])
    form = page(client, anna, url).context["form"]
    assert "entered_at" not in form.fields
    body = {name: form[name].value() or "" for name in form.fields} | {"text": "Стало"}
    body["happened_at"] = "2026-11-05T12:00"
    assert client.post(url, body).status_code == 302
    call.refresh_from_db()
    assert (call.text, call.happened_at, call.entered_at) == ("Стало", THURSDAY, THURSDAY)


def test_of_two_who_correct_one_contact_the_second_sees_both_texts(client, anna, head):
    call = make_call(make_client(manager=anna), text="Было")
    url = reverse("activities:edit", args=[call.pk])
    form = page(client, anna, url).context["form"]
    body = {name: form[name].value() or "" for name in form.fields} | {"happened_at": "2026-11-05T12:00"}
    client.force_login(head)
    client.post(url, body | {"text": "Правка руководителя"})
    client.force_login(anna)
    answer = client.post(url, body | {"text": "Правка Анны"})
    assert answer.status_code == 422
    assert "Правка руководителя" in answer.content.decode()
    assert "Правка Анны" in answer.content.decode()


def test_a_deleted_contact_comes_back_by_its_undo(client, anna):
    call = make_call(make_client(manager=anna))
    client.force_login(anna)
    answer = client.post(reverse("activities:delete", args=[call.pk]), follow=True)
    assert not Activity.objects.exists()
    client.post(next(iter(answer.context["messages"])).extra_tags.removeprefix("undo:"))
    assert Activity.objects.get() == call


def test_a_call_by_the_head_is_in_the_story_of_the_managers_client_but_not_the_managers_to_change(
    client, anna, head
):
    deal = deal_of(anna, "Вектор")
    call = make_call(deal.client, by=head, text="Звонил руководитель")
    assert "Звонил руководитель" in page(client, anna, deal.client.get_absolute_url()).content.decode()
    assert client.get(call.get_absolute_url()).status_code == 200
    assert client.get(reverse("activities:edit", args=[call.pk])).status_code == 404


@pytest.mark.parametrize("name", ["activity", "edit", "delete", "task-move", "task-cancel", "task-accept"])
def test_foreign_activities_are_not_there(client, anna, stranger, name):
    foreign = Activity.objects.planned().get(manager=stranger)
    url = reverse(f"activities:{name}", args=[foreign.pk])
    client.force_login(anna)
    assert client.get(url).status_code in (404, 405)
    assert client.post(url, {"when": "tomorrow"}).status_code in (404, 405)
    assert client.post(reverse("activities:task-cancel", args=[foreign.pk])).status_code == 404
    foreign.refresh_from_db()
    assert foreign.is_planned


# --- Home pages ------------------------------------------------------------------------------------------------------


def test_the_heads_home_has_a_line_for_everybody_of_the_team(client, anna, head, stranger):
    deal = deal_of(anna, "Вектор", amount=1000)
    make_call(deal.client, deal=deal)
    move_task(make_task(deal.client, TODAY, deal=deal), by=anna, due_on=FRIDAY)
    deal_of(anna, "Пусто", amount=500)
    answer = page(client, head, "/")
    line = next(line for line in answer.context["lines"] if line.user == anna)
    assert (line.done.talks, line.overdue, line.without_step, line.open_deals, line.open_sum) == (
        1,
        0,
        1,
        2,
        1500,
    )
    assert {line.name for line in answer.context["lines"]} == {anna.name, head.name}


def test_who_sees_several_teams_has_them_added_up(client, anna, stranger):
    director = make_user(role=Role.DIRECTOR)
    deal = deal_of(anna, "Вектор", amount=1000)
    make_call(deal.client, deal=deal)
    lines = page(client, director, "/team/").context["lines"]
    assert [(line.name, line.done.talks, line.open_sum) for line in lines] == [
        ("Север", 1, 1000),
        ("Юг", 1, 0),
    ]
    north = client.get("/team/", {"team": anna.team.pk})
    assert [line.name for line in north.context["lines"]] == [anna.name]


def test_the_admins_home_says_what_is_missing(client, anna):
    html = page(client, make_user(role=Role.ADMIN), "/").content.decode()
    assert "без руководителя: Север" in html


def test_a_manager_has_no_table_of_the_team(client, anna):
    assert page(client, anna, "/team/").status_code == 404


def test_the_table_of_the_team_costs_the_same_for_any_number_of_people(
    head, anna, django_assert_max_num_queries
):
    for _one in range(5):
        make_call(make_client(manager=make_user(team=anna.team)))
    with calendar.kept(), django_assert_max_num_queries(12):
        assert len(by_team(lines_of(head, THURSDAY))) == 1


def test_a_task_set_for_somebody_stands_in_their_queue(anna, head):
    client = make_client(manager=anna)
    set_task(by=head, manager=anna, client=client, kind=make_kind(), due_on=TODAY)
    assert [item.client for item in Queue(anna, THURSDAY).for_today] == [client]

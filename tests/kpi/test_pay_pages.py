"""The pages of money: the team's month, the person's month, rates and bonuses; the workbook says what they say."""

import datetime as dt
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from core.money import format_money
from kpi.actions import later, pay
from kpi.models import Bonus, Payroll, Rate
from kpi.pay import month_of
from kpi.person_month import person_month, reckoning
from kpi.tracing import points_of, traced
from people.models import Role
from tests.factories import make_team, make_user
from tests.kpi.factories import Office
from tests.kpi.paying import (
    DECEMBER,
    NOVEMBER,
    closed_day,
    closed_month,
    moscow,
    rest_of_month,
    sheet,
)


@pytest.fixture
def november(office):
    """Anna has points for an addition, Boris for a reduction, with an excused day and one of illness."""
    pay.set_rate(by=None, since=NOVEMBER, plus_rate=100, minus_rate=100, plus_cap=5000, minus_cap=2000)
    for person in (office.anna, office.boris):
        pay.set_bonus(person, by=None, since=NOVEMBER, amount=1500)
    days = closed_month(office.team, NOVEMBER, {office.anna: [9, -2, 4], office.boris: [-10, -10, -10]})
    later.excuse_day(days[office.anna][1], by=office.head, reason="Больничный")
    rest_of_month(office.team, NOVEMBER)
    office.clock.move_to(moscow(2026, 12, 1, 10))
    return days


def browser(user) -> Client:
    found = Client()
    found.force_login(user)
    return found


def url(office: Office, month: str = "2026-11", team: int | None = None) -> str:
    return f"{reverse('kpi:payroll')}?team={team or office.team.pk}&month={month}"


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def approval(office: Office, **changes) -> dict:
    return {"team": office.team.pk, "month": "2026-11", "seen": sheet(office.team).checksum} | changes


# --- A team's month ---------------------------------------------------------------------------------------------------


def test_lines_page_and_workbook_have_one_total(office, november):
    head = browser(office.head)
    shown = sheet(office.team)
    assert shown.total == 1300 - 1500
    page = text_of(head, url(office))
    assert format_money(shown.total) in page
    answer = head.post(reverse("kpi:payroll"), approval(office))
    assert answer.status_code == 302
    payroll = Payroll.objects.get()
    assert sum(line.amount for line in payroll.lines.all()) == payroll.total == shown.total
    book = load_workbook(BytesIO(b"".join(head.get(url(office) + "&export=xlsx").streaming_content)))
    main, by_day = book.worksheets
    lines = list(main.iter_rows(values_only=True))
    heads = next(line for line in lines if "Итого, ₽" in line)
    people = lines[lines.index(heads) + 1 : -1]
    column = heads.index("Итого, ₽")
    assert sum(line[column] for line in people) == lines[-1][column] == payroll.total
    assert [line[0] for line in people] == ["Анна Белова", "Борис Чернов"]
    days = list(by_day.iter_rows(values_only=True))
    first = next(number for number, line in enumerate(days) if "Показатель" in line) + 1
    assert days[-1][7] == shown.points == sum(line[7] for line in days[first:-1])
    assert main.auto_filter.ref
    assert any("Галина Сизова" in str(line[0]) for line in lines[:4])


def test_the_page_says_what_stands_in_the_way_and_where_it_is_done(office, november):
    asked = later.object_to(november[office.anna][0], by=office.anna, reason="Прошу проверить")
    closed_day(office.team, dt.date(2026, 11, 29), {office.anna: 7}, system_down=True)
    page = text_of(browser(office.head), url(office))
    assert reverse("kpi:objection", args=[asked.pk]) in page
    assert "day=2026-11-29" in page
    assert 'name="seen"' not in page
    answer = browser(office.head).post(reverse("kpi:payroll"), approval(office))
    assert answer.status_code == 422
    assert not Payroll.objects.exists()


def test_a_sheet_that_has_changed_since_it_was_shown_is_not_approved(office, november):
    answer = browser(office.head).post(reverse("kpi:payroll"), approval(office, seen="0" * 64))
    assert answer.status_code == 422
    assert "изменились" in answer.content.decode()
    assert not Payroll.objects.exists()


def test_an_approved_month_says_by_whom_and_when_and_offers_no_button(office, november):
    pay.approve_month(office.team, NOVEMBER, by=office.head)
    page = text_of(browser(office.admin), url(office))
    assert "Утверждено: Галина Сизова" in page
    assert 'name="seen"' not in page


def test_another_teams_month_is_not_there_and_wrong_months_are_the_one_that_is_due(office, november):
    stranger = make_user(role=Role.HEAD)
    assert browser(stranger).get(url(office)).status_code == 404
    data = {"team": office.team.pk, "month": "2026-11"}
    assert browser(stranger).post(reverse("kpi:payroll"), data).status_code == 404
    for wrong in ("2026-13", "ноябрь", "9999-12", ""):
        answer = browser(office.head).get(url(office, wrong))
        assert answer.context["asked"].month == NOVEMBER


def test_the_words_are_of_a_reduction_of_the_bonus_never_of_a_fine(office, november):
    page = text_of(browser(office.head), url(office)).lower()
    assert "снижение премии" in page
    assert "штраф" not in page


def test_the_page_asks_as_much_of_the_database_for_many_people(office, django_assert_max_num_queries):
    people = [make_user(team=office.team) for _number in range(15)]
    closed_month(office.team, NOVEMBER, {person: [1, -2] for person in people})
    head = browser(office.head)
    head.get(url(office))
    with django_assert_max_num_queries(40):
        assert head.get(url(office)).status_code == 200


# --- A person's month -------------------------------------------------------------------------------------------------


def test_every_point_of_a_month_is_a_figures(office, november):
    closed_day(office.team, dt.date(2026, 11, 29), {office.anna: 7}, system_down=True)
    for share in month_of(NOVEMBER, team=office.team):
        for day in traced(share.days):
            assert sum(points_of(day.result, said) for said in day.figures) == day.result.points


def test_a_person_opens_the_own_month_down_to_the_figures_and_nobody_elses(office, november):
    figure = november[office.anna][0].figures.get()
    anna = browser(office.anna)
    page = text_of(anna, reverse("kpi:payroll-person", args=[office.anna.pk]) + "?month=2026-11")
    assert reverse("kpi:figure", args=[figure.pk]) in page
    assert format_money(Decimal(1300)) in page
    assert anna.get(reverse("kpi:payroll-person", args=[office.boris.pk])).status_code == 404
    assert anna.get(reverse("kpi:payroll")).status_code == 404


def test_a_head_opens_the_days_closed_with_the_own_team_of_who_has_moved_away(office, november):
    other = make_team("Розница")
    gone = make_user("Пётр Ушедший", team=other)
    closed_day(office.team, dt.date(2026, 11, 28), {gone: 2})
    closed_day(other, dt.date(2026, 11, 30), {gone: 3})
    address = reverse("kpi:payroll-person", args=[gone.pk])
    answer = browser(office.head).get(address + "?month=2026-11")
    assert [part.share.team for part in answer.context["shown"].parts] == [office.team]
    assert browser(office.head).get(address + "?month=2026-10").status_code == 404


def test_corrections_after_the_approval_stand_beside_what_was_approved(office, november):
    pay.approve_month(office.team, NOVEMBER, by=office.head)
    figure = november[office.boris][0].figures.get()
    later.correct_figure(figure, by=office.head, value=Decimal(1), reason="Звонок без сети")
    (part,) = person_month(office.boris, NOVEMBER).parts
    assert (part.share.points, part.share.amount) == (-30, -1500)
    assert [row.reason for row in part.corrections] == ["Звонок без сети"]
    assert part.again is None  # −19 points would take 1,900 and the bonus is 1,500: no money changes
    page = text_of(
        browser(office.head), reverse("kpi:payroll-person", args=[office.boris.pk]) + "?month=2026-11"
    )
    assert "Звонок без сети" in page


def test_the_sum_is_said_step_by_step(office, november):
    anna, boris = month_of(NOVEMBER, team=office.team)
    assert len(reckoning(anna.points, anna.worth, anna.bonus, anna.amount)) == 1
    assert len(reckoning(boris.points, boris.worth, boris.bonus, boris.amount)) == 3


# --- Rates and bonuses ------------------------------------------------------------------------------------------------


def test_the_administrator_sets_a_rate_from_a_month_on(office):
    admin = browser(office.admin)
    data = {
        "since": "2026-12",
        "plus_rate": "100",
        "plus_cap": "5 000",
        "minus_rate": "100,50",
        "minus_cap": "",
    }
    answer = admin.post(reverse("kpi:rate-new"), data)
    assert answer.status_code == 302
    rate = Rate.objects.get()
    assert (rate.since, rate.plus_cap, rate.minus_rate) == (DECEMBER, 5000, Decimal("100.50"))
    assert rate.minus_cap is None
    assert "Декабрь 2026" in text_of(admin, reverse("kpi:rates"))
    assert admin.post(reverse("kpi:rate-drop", args=[rate.pk])).status_code == 302
    assert not Rate.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("plus_rate", "-100", "отрицательн"),
        ("plus_rate", "сто", "сто"),
        ("minus_rate", "", ""),
        ("plus_cap", "5000000000", "Не больше"),
        ("since", "2026-09", "Самый ранний месяц"),
        ("since", "когда-нибудь", "Выберите месяц"),
    ],
)
def test_a_wrong_rate_has_its_sentence_beside_the_field_and_what_was_typed_stays(
    office, field, typed, sentence
):
    data = {"since": "2026-12", "plus_rate": "100", "plus_cap": "777", "minus_rate": "100", field: typed}
    answer = browser(office.admin).post(reverse("kpi:rate-new"), data)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert sentence in " ".join(form.errors[field])
    page = answer.content.decode()
    for name, value in data.items():
        assert form[name].value() == value
        if name != "since":
            assert f'value="{value}"' in page or not value
    assert not Rate.objects.exists()


def test_a_head_sets_bonuses_of_the_team_and_sees_rates_without_changing_them(office):
    head = browser(office.head)
    assert (
        head.post(
            reverse("kpi:bonus-new", args=[office.anna.pk]), {"since": "2026-12", "amount": "3 000"}
        ).status_code
        == 302
    )
    bonus = Bonus.objects.get()
    assert (bonus.user, bonus.amount) == (office.anna, 3000)
    page = text_of(head, reverse("kpi:rates"))
    assert reverse("kpi:bonus-drop", args=[bonus.pk]) in page
    assert reverse("kpi:rate-new") not in page
    assert head.get(reverse("kpi:rate-new")).status_code == 404
    stranger = make_user()
    assert head.get(reverse("kpi:bonus-new", args=[stranger.pk])).status_code == 404
    assert head.get(reverse("kpi:bonus-new", args=[office.head.pk])).status_code == 403
    assert head.post(reverse("kpi:bonus-drop", args=[bonus.pk])).status_code == 302
    assert not Bonus.objects.exists()


def test_a_wrong_bonus_is_said_beside_its_field(office):
    answer = browser(office.head).post(
        reverse("kpi:bonus-new", args=[office.anna.pk]), {"since": "2026-12", "amount": "-1"}
    )
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["amount"]
    assert not Bonus.objects.exists()


def test_the_page_of_rates_asks_as_much_for_many_people(office, django_assert_max_num_queries):
    for _number in range(12):
        make_user(team=office.team)
    head = browser(office.head)
    head.get(reverse("kpi:rates"))
    with django_assert_max_num_queries(25):
        assert head.get(reverse("kpi:rates")).status_code == 200

"""A team's month is approved once, as it stands, and changed by nobody afterwards; corrections are paid later."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, connections, transaction

from core.history import rollback
from core.history.operations import Operation, operation
from kpi.actions import later, pay
from kpi.models import Bonus, Correction, Payroll, PayrollLine, Rate
from kpi.pay import month_of, recalculations, so_far
from kpi.payroll import hurdles, next_to_approve
from people.models import Role
from tests.factories import make_team, make_user
from tests.kpi.factories import Office
from tests.kpi.paying import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    closed_day,
    closed_month,
    moscow,
    rest_of_month,
    row_of,
    sheet,
)


def kinds(office: Office, month: dt.date = NOVEMBER) -> list[str]:
    return [hurdle.kind for hurdle in hurdles(office.team, month)]


@pytest.fixture
def november(office):
    """November is over and closed: Anna has 5 points, Boris −30; 100 ₽ a point, caps 5,000 and 2,000, bonus 3,000."""
    pay.set_rate(by=None, since=NOVEMBER, plus_rate=100, minus_rate=100, plus_cap=5000, minus_cap=2000)
    for person in (office.anna, office.boris):
        pay.set_bonus(person, by=None, since=NOVEMBER, amount=3000)
    days = closed_month(office.team, NOVEMBER, {office.anna: [3, -2, 4], office.boris: [-10, -10, -10]})
    rest_of_month(office.team, NOVEMBER)
    office.clock.move_to(moscow(2026, 12, 1, 10))
    return days


@pytest.fixture
def december(office, november):
    """November is approved, December over and closed with a point for each, no rate has changed."""
    pay.approve_month(office.team, NOVEMBER, by=office.head)
    closed_month(office.team, DECEMBER, {office.anna: [1], office.boris: [1]})
    rest_of_month(office.team, DECEMBER)
    office.clock.move_to(moscow(2027, 1, 1))
    return november


# --- Approving --------------------------------------------------------------------------------------------------------


def test_the_approved_sheet_is_what_was_shown_line_by_line(office, november):
    shown = sheet(office.team)
    payroll = pay.approve_month(office.team, NOVEMBER, by=office.head, seen=shown.checksum)
    assert (payroll.total, payroll.checksum) == (shown.total, shown.checksum) == (-1500, shown.checksum)
    lines = {line.person: line for line in payroll.lines.all()}
    assert (lines[office.anna].days, lines[office.anna].points, lines[office.anna].amount) == (3, 5, 500)
    assert (lines[office.boris].points, lines[office.boris].amount) == (-30, -2000)
    assert (lines[office.boris].bonus, lines[office.boris].minus_cap) == (3000, 2000)
    assert sum(line.amount for line in lines.values()) == payroll.total
    assert payroll.operation.by == office.head
    after = sheet(office.team)
    assert (after.payroll, after.checksum) == (payroll, payroll.checksum)


def test_a_month_is_approved_by_its_head_and_all_above_and_by_nobody_else(office, november):
    for stranger in (office.anna, make_user(role=Role.HEAD)):
        with pytest.raises(PermissionDenied):
            pay.approve_month(office.team, NOVEMBER, by=stranger)
    assert not Payroll.objects.exists()
    assert pay.approve_month(office.team, NOVEMBER, by=make_user(role=Role.DIRECTOR))


def test_approved_twice_it_is_one_payroll_quietly(office, november):
    first = pay.approve_month(office.team, NOVEMBER, by=office.head)
    operations = Operation.objects.count()
    assert pay.approve_month(office.team, NOVEMBER, by=office.admin) == first
    assert Operation.objects.count() == operations
    assert Payroll.objects.count() == 1


def test_an_approved_month_is_changed_and_deleted_by_nobody(office, november):
    pay.approve_month(office.team, NOVEMBER, by=office.head)
    for change in (
        lambda: PayrollLine.objects.update(amount=1),
        lambda: PayrollLine.objects.all()._raw_delete("default"),
        lambda: Payroll.objects.update(total=1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_who_approves_approves_what_was_on_the_page(office, november):
    seen = sheet(office.team).checksum
    later.excuse_day(november[office.boris][0], by=office.head, reason="Больничный")
    with pytest.raises(ValidationError):
        pay.approve_month(office.team, NOVEMBER, by=office.head, seen=seen)
    assert not Payroll.objects.exists()


# --- What stands in the way -------------------------------------------------------------------------------------------


def test_a_month_that_runs_is_not_approved_not_even_on_its_last_evening(office, november):
    office.clock.move_to(moscow(2026, 11, 30, 23))
    assert kinds(office) == ["running"]
    with pytest.raises(ValidationError):
        pay.approve_month(office.team, NOVEMBER, by=office.head)


def test_a_day_that_is_not_closed_stands_in_the_way(office):
    closed_month(office.team, NOVEMBER, {office.anna: [1] * 25})
    office.clock.move_to(moscow(2026, 12, 1, 10))
    assert kinds(office) == ["not_closed", "not_closed"]
    assert [hurdle.day.day for hurdle in hurdles(office.team, NOVEMBER)] == [27, 30]


def test_a_day_without_system_stands_in_the_way_until_it_is_decided(office, november):
    (day,) = closed_day(office.team, dt.date(2026, 11, 29), {office.anna: 7}, system_down=True)
    assert kinds(office) == ["waiting"]
    later.decide(day.closing, by=office.head, counts=True, reason="Все работали")
    assert kinds(office) == []
    assert row_of(sheet(office.team), office.anna) == (12, 1200)


def test_an_open_objection_stands_in_the_way_and_is_named(office, november):
    asked = later.object_to(november[office.anna][1], by=office.anna, reason="Звонила из дороги")
    (hurdle,) = hurdles(office.team, NOVEMBER)
    assert (hurdle.kind, hurdle.objection) == ("objection", asked)
    assert "Анна Белова" in hurdle.words
    later.decline(asked, by=office.head, answer="Нет")
    assert kinds(office) == []


def test_months_are_approved_one_after_the_other(office, november):
    closed_month(office.team, DECEMBER, {office.anna: [1]})
    rest_of_month(office.team, DECEMBER)
    office.clock.move_to(moscow(2027, 1, 1))
    assert kinds(office, DECEMBER) == ["earlier"]
    assert next_to_approve(office.team) == NOVEMBER
    pay.approve_month(office.team, NOVEMBER, by=office.head)
    assert kinds(office, DECEMBER) == []


def test_a_team_without_people_has_nothing_to_approve(office):
    rest_of_month(office.team, NOVEMBER)
    office.clock.move_to(moscow(2026, 12, 1, 10))
    assert kinds(office) == ["nobody"]


# --- Recalculations ---------------------------------------------------------------------------------------------------


def test_a_later_correction_changes_nothing_in_the_approved_month_and_is_a_line_of_the_next(office, december):
    before = sheet(office.team)
    pay.set_rate(by=None, since=DECEMBER, plus_rate=500, minus_rate=500)
    figure = december[office.anna][1].figures.get()  # −2, worth +1 when met
    later.correct_figure(figure, by=office.head, value=Decimal(1), reason="Не было сети")
    assert sheet(office.team).checksum == before.checksum
    assert month_of(NOVEMBER, people=[office.anna])[0].amount == 500
    shown = sheet(office.team, DECEMBER)
    assert row_of(shown, office.anna) == (1, 500)
    assert row_of(shown, office.anna, again=True) == (3, 300)  # at November's rate
    payroll = pay.approve_month(office.team, DECEMBER, by=office.head)
    assert payroll.total == 500 + 300 + 500
    assert recalculations(team=office.team) == []
    assert sheet(office.team, DECEMBER).checksum == payroll.checksum


def test_what_was_paid_by_recalculations_is_not_paid_again(office, december):
    figure = december[office.anna][1].figures.get()
    later.correct_figure(figure, by=office.head, value=Decimal(1), reason="Не было сети")
    pay.approve_month(office.team, DECEMBER, by=office.head)
    closed_month(office.team, JANUARY, {office.anna: [1]})
    rest_of_month(office.team, JANUARY)
    office.clock.move_to(moscow(2027, 2, 1))
    assert [row.is_again for row in sheet(office.team, JANUARY).rows] == [False]
    later.correct_figure(figure, by=office.head, value=Decimal(0), reason="Всё-таки нет")
    (again,) = recalculations(team=office.team)
    assert (again.month, again.points, again.amount) == (NOVEMBER, -3, -300)


def test_a_correction_that_changes_no_money_makes_no_line(office, december):
    figure = december[office.boris][0].figures.get()  # −30 at −2,000 already: −19 would still be −1,900
    later.correct_figure(figure, by=office.head, value=Decimal(1), reason="Ошибка")
    (again,) = recalculations(team=office.team)
    assert again.amount == 100
    later.correct_figure(figure, by=office.head, value=Decimal(0), reason="Нет, верно")
    assert recalculations(team=office.team) == []


def test_an_excused_day_of_an_approved_month_is_recalculated_and_decided_days_stay(office, december):
    later.excuse_day(december[office.boris][0], by=office.head, reason="Больничный сдан позже")
    later.excuse_day(december[office.boris][1], by=office.head, reason="Больничный сдан позже")
    (again,) = recalculations(people=[office.boris])
    assert (again.points, again.amount, len(again.days)) == (20, 1000, 2)


def test_recalculated_in_one_team_the_reductions_of_both_never_take_more_than_the_bonus(office):
    pay.set_rate(by=None, since=NOVEMBER, plus_rate=100, minus_rate=100)
    pay.set_bonus(office.anna, by=None, since=NOVEMBER, amount=3000)
    other = make_team("Розница")
    days = closed_month(office.team, NOVEMBER, {office.anna: [20, -30]})
    closed_day(other, dt.date(2026, 11, 16), {office.anna: -15})
    for team in (office.team, other):
        rest_of_month(team, NOVEMBER)
    office.clock.move_to(moscow(2026, 12, 1, 10))
    payrolls = [pay.approve_month(team, NOVEMBER, by=office.admin) for team in (office.team, other)]
    assert [payroll.total for payroll in payrolls] == [-1000, -1500]
    assert so_far([office.anna], NOVEMBER)[office.anna.pk].approved
    figure = days[office.anna][0].figures.get()  # +20, worth 0 when missed: −30 points would be −3,000
    later.correct_figure(figure, by=office.admin, value=Decimal(0), reason="Не было")
    (again,) = recalculations(people=[office.anna])
    assert (again.team, again.points, again.amount) == (office.team, -20, -500)


def test_recalculations_ask_as_much_of_the_database_for_many_as_for_one(
    office, december, django_assert_max_num_queries
):
    for day in (*december[office.anna], *december[office.boris]):
        later.excuse_day(day, by=office.head, reason="Все болели")
    with django_assert_max_num_queries(6):
        assert len(recalculations(team=office.team)) == 2


# --- Rates and bonuses are set ahead ----------------------------------------------------------------------------------


def set_rate(by, since=NOVEMBER, **fields):
    values = {"plus_rate": 100, "minus_rate": 100} | fields
    return pay.set_rate(by=by, since=since, **values)


def refused(work) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error:
        work()
    return error.value.message_dict


def test_the_running_months_rate_may_be_set_until_its_first_closed_day(office):
    office.at(2, "12:00")
    assert set_rate(office.admin).plus_rate == 100
    assert set_rate(office.admin, plus_rate=150).plus_rate == 150
    assert Rate.objects.count() == 1
    closed_day(office.team, dt.date(2026, 11, 2), {office.anna: 1})
    office.at(3, "12:00")
    assert "since" in refused(lambda: set_rate(office.admin))
    assert set_rate(office.admin, DECEMBER).since == DECEMBER
    assert "since" in refused(lambda: set_rate(office.admin, dt.date(2026, 10, 1), team=office.team))


@pytest.mark.parametrize(
    ("field", "value"),
    [("plus_rate", -1), ("minus_rate", -1), ("plus_cap", -5), ("minus_cap", "-0.01"), ("plus_rate", 10**7)],
)
def test_a_negative_or_huge_amount_is_refused_beside_its_field(office, field, value):
    assert list(refused(lambda: set_rate(office.admin, DECEMBER, **{field: value}))) == [field]
    assert not Rate.objects.exists()


def test_rates_are_the_administrators_bonuses_the_heads_too_but_not_their_own(office):
    for stranger in (office.anna, office.head, make_user(role=Role.DIRECTOR)):
        with pytest.raises(PermissionDenied):
            set_rate(stranger, DECEMBER)
    assert pay.set_bonus(office.anna, by=office.head, since=DECEMBER, amount=3000).amount == 3000
    for whose, by in (
        (office.head, office.head),
        (office.anna, office.boris),
        (office.anna, make_user(role=Role.HEAD)),
    ):
        with pytest.raises(PermissionDenied):
            pay.set_bonus(whose, by=by, since=DECEMBER, amount=9000)
    assert Bonus.objects.count() == 1
    assert pay.set_bonus(office.head, by=office.admin, since=DECEMBER, amount=9000)


def test_a_bonus_of_a_month_with_a_closed_day_of_the_person_stays(office):
    office.at(2, "12:00")
    closed_day(office.team, dt.date(2026, 11, 2), {office.anna: 1})
    office.at(3, "12:00")
    assert "since" in refused(lambda: pay.set_bonus(office.anna, by=office.head, since=NOVEMBER, amount=1))
    assert pay.set_bonus(office.boris, by=office.head, since=NOVEMBER, amount=1)


def test_what_is_to_come_may_be_taken_back_what_has_begun_may_not(office):
    begun = set_rate(None, NOVEMBER)
    coming = set_rate(None, DECEMBER)
    bonus = pay.set_bonus(office.anna, by=None, since=DECEMBER, amount=1)
    closed_day(office.team, dt.date(2026, 11, 2), {office.anna: 1})
    office.at(3, "12:00")
    pay.drop_rate(coming, by=office.admin)
    pay.drop_bonus(bonus, by=office.head)
    assert list(Rate.objects.all()) == [begun]
    with pytest.raises(ValidationError):
        pay.drop_rate(begun, by=office.admin)


def test_a_rollback_changes_no_rate_of_a_month_that_has_begun(office):
    office.at(2, "12:00")
    rate = set_rate(office.admin)
    operation = Operation.objects.latest("pk")
    assert pay.objection(rollback.plan(operation, allowed=lambda _model, ids: set(ids))) == ""
    closed_day(office.team, dt.date(2026, 11, 2), {office.anna: 1})
    assert pay.objection(rollback.plan(operation, allowed=lambda _model, ids: set(ids))) != ""
    assert Rate.objects.get() == rate


# --- At once ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_heads_at_once_approve_one_month(office, november):
    other = make_user("Ирина Второва", Role.HEAD, team=office.team)
    start = threading.Barrier(2)
    done: list[int] = []

    def approve(head) -> None:
        try:
            start.wait(10)
            done.append(pay.approve_month(office.team, NOVEMBER, by=head).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=approve, args=[head]) for head in (office.head, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == 2
    assert len(set(done)) == 1
    assert Payroll.objects.count() == 1
    assert PayrollLine.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_correction_made_while_a_month_is_being_approved_is_a_recalculation(office, november):
    """It waits for the approval; else it would be in neither the approved sheet nor the next one."""
    day = november[office.boris][0]

    def correct() -> None:
        try:
            later.excuse_day(day, by=office.head, reason="Больничный")
        finally:
            connections.close_all()

    thread = threading.Thread(target=correct)
    with operation(by=office.admin):
        pay.approve_month(office.team, NOVEMBER, by=office.admin)
        thread.start()
        if connection.vendor == "postgresql":  # on SQLite there is one writer at a time anyway
            wait_until_somebody_waits()
    thread.join(30)
    assert Correction.objects.get().is_recalculation
    assert [(again.points, again.amount) for again in recalculations(team=office.team)] == []
    assert row_of(sheet(office.team), office.boris) == (-30, -2000)


def wait_until_somebody_waits() -> None:
    """Until another connection stands before a row this one holds; asks the database, which takes its time."""
    with connection.cursor() as cursor:
        for _attempt in range(20_000):
            cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
            if cursor.fetchone():
                return
    raise AssertionError("Nobody waits for the team.")

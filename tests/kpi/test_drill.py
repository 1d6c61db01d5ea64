"""Why this number: the records counted, those that nearly were with the reason, and what has changed since."""

import datetime as dt
from decimal import Decimal

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import translation

from activities.actions import cancel_task, delete_activity, log_activity, move_task, update_activity
from activities.models import Activity
from core import periods
from core.history.operations import Operation, operation
from kpi.actions.later import correct_figure
from kpi.drill import Why, figure_or_404, why_days, why_frozen, why_live
from kpi.models import Figure
from kpi.scorecard.asked import span_of
from leads.actions import merge_clients
from people.actions import add_absence
from people.models import Role, User
from pipeline.actions import assign_deals, move_deal, update_deal
from pipeline.models import Deal, Stage
from tests.activities.factories import make_call, make_deal, make_kind, make_task
from tests.factories import make_team, make_user
from tests.kpi.factories import Office, add_own, close_all, figure, indicator, make_norm, november_day
from tests.leads.factories import make_client

HELD = "conversations_held"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def live(office: Office, code: str, day: int = 5, person: User | None = None) -> Why:
    who = person or office.anna
    why = why_live(office.head, who.pk, indicator(code).pk, november_day(day), office.clock.moment)
    assert why is not None
    return why


def frozen(office: Office, code: str, day: int = 5, person: User | None = None) -> Why:
    return why_frozen(figure(person or office.anna, day, code), office.head)


def reasons(why: Why) -> list[str]:
    return [record.reason for record in why.nearly]


def client_of(person: User):
    return make_client(manager=person)


def stage(kind: str) -> Stage:
    return Stage.objects.filter(kind=kind).order_by("position").first()


def won(office: Office, amount: int = 100_000, person: User | None = None) -> Deal:
    who = person or office.anna
    deal = client_of(who).deals.first() or make_deal(client_of(who))
    deal = update_deal(deal, by=who, amount=Decimal(amount))
    return win(deal, who)


def win(deal: Deal, by: User) -> Deal:
    move_deal(Deal.objects.get(pk=deal.pk), stage("won"), by=by)
    return Deal.objects.get(pk=deal.pk)


def reopen(deal: Deal, by: User) -> None:
    move_deal(Deal.objects.get(pk=deal.pk), stage("open"), by=by)


# --- Conversations --------------------------------------------------------------------------------------------------


def test_counted_records_say_when_they_happened_and_were_entered(office):
    office.at(5, "16:00")
    call = make_call(client_of(office.anna), happened_at=office.at(5, "11:30"), by=office.anna)
    office.at(5, "16:05")
    for why in (live(office, HELD), _closed(office, HELD)):
        assert [record.title for record in why.counted] == [call.client.name]
        assert (why.counted[0].happened, why.counted[0].url) == ("11:30", call.get_absolute_url())
        assert "spoken to" in why.column.formula


def _closed(office: Office, code: str, day: int = 5) -> Why:
    office.at(day, "18:30")
    return frozen(office, code, day)


def test_a_call_entered_after_the_cutoff_nearly_counted(office):
    office.at(5, "18:07")
    make_call(client_of(office.anna), happened_at=_moment(office, 5, "15:00"))
    office.at(5, "18:30")
    assert reasons(frozen(office, HELD)) == ["entered at 18:07, after the cut-off"]


def _moment(office: Office, day: int, time: str) -> dt.datetime:
    return periods.local(november_day(day), dt.time.fromisoformat(time))


def test_what_happened_after_the_cutoff_counts_for_the_next_working_day(office):
    office.at(5, "18:30")
    close_all()
    office.at(5, "19:30")
    make_call(client_of(office.anna))
    assert reasons(frozen(office, HELD)) == ["19:30, after the cut-off: counts for the next working day"]
    office.at(6, "12:00")
    why = live(office, HELD, 6)
    assert why.cell.value == 1 and "19:30" in why.counted[0].happened


def test_no_answer_a_postponed_call_and_a_deleted_one_nearly_counted(office):
    office.at(5, "12:00")
    make_call(client_of(office.anna), outcome=Activity.Outcome.NO_ANSWER)
    make_call(client_of(office.anna), outcome=Activity.Outcome.POSTPONED)
    gone = make_call(client_of(office.anna))
    office.at(5, "12:30")
    delete_activity(gone, by=office.anna)
    expected = {"no answer", "postponed", "deleted at 12:30"}
    assert set(reasons(live(office, HELD))) == expected
    assert set(reasons(_closed(office, HELD))) == expected


def test_a_cancelled_meeting_nearly_counted(office):
    office.at(5, "12:00")
    task = make_task(client_of(office.anna), november_day(5), kind=make_kind("meeting"))
    cancel_task(task, by=office.anna, reason="Клиент заболел")
    assert reasons(live(office, "meetings_held")) == ["cancelled"]


def test_an_outcome_changed_after_the_cutoff_is_said(office):
    office.at(5, "15:01")
    call = make_call(client_of(office.anna), outcome=Activity.Outcome.NO_ANSWER)
    office.at(5, "18:20")
    update_activity(
        Activity.objects.get(pk=call.pk), by=office.anna, outcome=Activity.Outcome.REACHED, text="Поговорили"
    )
    office.at(5, "18:30")
    assert reasons(frozen(office, HELD)) == ["its outcome was changed at 18:20, after the cut-off"]


def test_a_task_done_after_the_cutoff_nearly_counted(office):
    office.at(2, "12:00")
    task = make_task(client_of(office.anna), november_day(5))
    office.at(5, "18:03")
    log_activity(
        by=office.anna,
        client=task.client,
        kind=task.kind,
        outcome="reached",
        text="Поговорили",
        happened_at=_moment(office, 5, "15:00"),
        planned=task,
    )
    office.at(5, "18:30")
    assert reasons(frozen(office, HELD)) == ["entered at 18:03, after the cut-off"]


def test_a_record_counted_for_another_day_says_which(office):
    office.at(5, "12:00")
    call = make_call(client_of(office.anna))
    office.at(5, "18:30")
    close_all()
    office.at(6, "10:00")
    update_activity(Activity.objects.get(pk=call.pk), by=office.anna, happened_at=_moment(office, 5, "19:00"))
    why = live(office, HELD, 6)
    assert why.cell.value == 0
    assert "counted for" in reasons(why)[0]


def test_a_record_changed_after_closing_is_marked_and_a_correction_offered(office):
    office.at(5, "12:00")
    call = make_call(client_of(office.anna))
    make_call(client_of(office.anna))
    office.at(5, "18:30")
    close_all()
    delete_activity(Activity.objects.get(pk=call.pk), by=office.anna)
    why = frozen(office, HELD)
    assert (why.cell.value, why.value_now) == (2, 1)
    assert [bool(record.changed) for record in why.counted].count(True) == 1


def test_imported_contacts_nearly_count(office):
    office.at(5, "12:00")
    client = client_of(office.anna)
    with operation(by=office.anna, kind=Operation.Kind.IMPORT):
        make_call(client)
    assert reasons(live(office, HELD)) == ["imported: imports do not count"]


# --- Deals ----------------------------------------------------------------------------------------------------------


def test_case_36_an_amount_cut_later_is_marked_and_offered(office):
    office.at(5, "17:00")
    deal = won(office, 1_000_000)
    office.at(5, "18:30")
    close_all()
    office.at(6, "12:00")
    update_deal(Deal.objects.get(pk=deal.pk), by=office.anna, amount=Decimal(100_000))
    why = frozen(office, "sum_won")
    assert (why.cell.value, why.value_now) == (1_000_000, 100_000)
    assert why.may_correct
    changed = why.counted[0].changed
    assert (
        changed is not None
        and "100\u00a0000" in str(changed.text)
        and "1\u00a0000\u00a0000" in str(changed.text)
    )
    assert why.counted[0].amount.startswith("1\u00a0000\u00a0000")
    correct_figure(why.figure, by=office.head, value=Decimal(100_000), reason="Сумма уменьшена")
    after = frozen(office, "sum_won")
    assert (after.cell.value, after.cell.frozen, after.value_now) == (100_000, 1_000_000, None)


def test_reopened_handed_over_and_late_deals_nearly_counted(office):
    office.at(5, "16:00")
    back = won(office)
    office.at(5, "16:30")
    reopen(back, office.anna)
    handed = client_of(office.anna).deals.first()
    update_deal(handed, by=office.anna, amount=Decimal(5))
    assign_deals([Deal.objects.get(pk=handed.pk)], manager=office.boris, by=office.head)
    office.at(5, "16:50")
    win(handed, office.boris)
    office.at(5, "18:30")
    close_all()
    office.at(5, "19:00")
    won(office)
    assert set(reasons(frozen(office, "deals_won"))) == {
        "reopened at 16:30",
        "19:00, after the cut-off: counts for the next working day",
    }
    assert frozen(office, "deals_won", person=office.boris).cell.value == 1


def test_a_deal_won_again_says_the_day_it_counted_for(office):
    office.at(5, "12:00")
    deal = won(office)
    office.at(5, "18:30")
    close_all()
    office.at(6, "12:00")
    reopen(deal, office.anna)
    office.at(9, "12:00")
    win(deal, office.anna)
    why = live(office, "deals_won", 9)
    assert why.cell.value == 0 and "counted for" in reasons(why)[0]


# --- Companies, tasks, deals without a task -------------------------------------------------------------------------


def test_a_merged_card_nearly_counted_and_says_where_it_went(office):
    office.at(2, "12:00")
    older = client_of(office.anna)
    office.at(5, "12:00")
    double = client_of(office.anna)
    office.at(5, "13:00")
    merge_clients(older, double, by=office.anna)
    assert reasons(live(office, "companies_added")) == [f"merged into card No. {older.pk}"]


def test_forgiven_overdue_tasks_and_tasks_put_off_nearly_counted(office):
    office.at(2, "10:00")
    missed = make_task(client_of(office.anna), november_day(5))
    moved = make_task(client_of(office.anna), november_day(6))
    add_absence(office.anna, kind="sick", since=november_day(5), until=november_day(5), by=office.head)
    office.at(6, "17:50")
    move_task(moved, by=office.anna, due_on=november_day(9))
    office.at(6, "18:00")
    why = _closed(office, "overdue_tasks", 6)
    assert why.cell.value == 0
    assert missed.client.name in {record.title for record in why.nearly}
    assert "fell due during an absence: does not count on the first day back" in reasons(why)


def test_a_deal_that_waits_nearly_counted(office):
    office.at(5, "12:00")
    deal = client_of(office.anna).deals.first()
    update_deal(deal, by=office.anna, waiting_until=november_day(12))
    why = live(office, "deals_without_task")
    assert why.cell.value == 0 and reasons(why)[0].startswith("waits until")


# --- Ratios, weeks, the person --------------------------------------------------------------------------------------


def test_a_ratio_is_made_of_its_parts_live_and_frozen(office):
    add_own("ratio", "share", numerator=indicator("meetings_held"), denominator=indicator(HELD))
    office.at(5, "12:00")
    make_call(client_of(office.anna))
    for why in (live(office, "share"), _closed(office, "share")):
        assert [(part.cell.value, part.cell.column.key) for part in why.parts] == [
            (0, indicator("meetings_held").pk),
            (1, indicator(HELD).pk),
        ]
        assert not why.may_correct


def test_a_week_is_made_of_its_days(office):
    make_norm(HELD, 5, period="week")
    office.at(5, "12:00")
    make_call(client_of(office.anna))
    office.at(6, "18:30")
    close_all()
    why = why_frozen(figure(office.anna, 6, HELD, "week"), office.head)
    assert [part.cell.value for part in why.parts] == [0, 0, 1, 0]
    first, last = span_of("week", november_day(6))
    of_days = why_days(office.head, office.anna.pk, indicator(HELD).pk, first, last)
    assert of_days.cell.value == 1 and len(of_days.parts) == 4


def test_a_figure_is_there_for_who_may_see_the_person_alone(office):
    office.at(5, "18:30")
    frozen_one: Figure = figure(office.anna, 5, HELD)
    stranger = make_user("Нина Саврасова", Role.HEAD, team=make_team("Регионы"))
    for user in (office.anna, office.head, office.admin):
        assert figure_or_404(user, frozen_one.pk).pk == frozen_one.pk
    for user in (office.boris, stranger):
        with pytest.raises(Http404):
            figure_or_404(user, frozen_one.pk)
        with pytest.raises(Http404):
            why_live(user, office.anna.pk, indicator(HELD).pk, november_day(6), office.clock.moment)


def test_of_somebody_elses_record_no_more_is_told_than_that_there_is_one(office):
    other = make_user("Фёдор Рыжов", team=make_team("Сети"))
    office.at(5, "12:00")
    deal = won(office)
    office.at(5, "18:30")
    close_all()
    director = make_user("Виктор Метелин", Role.DIRECTOR)
    assign_deals([Deal.objects.get(pk=deal.pk)], manager=other, by=director)
    record = frozen(office, "deals_won").counted[0]
    assert deal.client.name not in record.title and record.url is None


def test_the_page_of_a_running_figure_leads_to_the_frozen_one_once_the_day_is_closed(office, client):
    client.force_login(office.head)
    address = reverse("kpi:figure-now", args=[office.anna.pk, indicator(HELD).pk, "2026-11-05"])
    office.at(5, "12:00")
    assert client.get(address).status_code == 200
    office.at(5, "18:30")
    frozen_one = figure(office.anna, 5, HELD)
    assert client.get(address).url == reverse("kpi:figure", args=[frozen_one.pk])
    assert client.get(address.replace("2026-11-05", "2026-99-05")).status_code == 404

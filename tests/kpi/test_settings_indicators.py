"""Indicators of the company's own: what they may be, what of them may change, what keeps one from being retired."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from activities.models import ActivityKind
from kpi.actions.settings import (
    add_indicator,
    move_indicator,
    reorder,
    restore_indicator,
    retire_indicator,
    update_indicator,
)
from kpi.indicators import formula_of
from kpi.models import Indicator
from tests.activities.factories import make_call
from tests.factories import by_system
from tests.kpi.factories import Office, figure, indicator, value
from tests.leads.factories import make_client


def samples_kind() -> ActivityKind:
    with by_system():
        kind: ActivityKind = ActivityKind.objects.create(name="Образцы", unit="шт.", position=90)
    return kind


def refused(verb: Any, *args: Any, **fields: Any) -> dict[str, list[str]]:
    """{field: what is said beside it}; nothing is written."""
    before = list(Indicator.all_objects.values_list("pk", "version"))
    with pytest.raises(ValidationError) as caught:
        verb(*args, **fields)
    assert list(Indicator.all_objects.values_list("pk", "version")) == before
    error = caught.value
    return dict(error.message_dict) if hasattr(error, "error_dict") else {"": error.messages}


def test_own_indicators_count_activities_and_their_quantity_without_programming(office: Office) -> None:
    kind = samples_kind()
    sent = add_indicator(by=office.admin, name="Отправки образцов", kind="count", activity_kind=kind)
    pieces = add_indicator(by=office.admin, name="Образцов, шт.", kind="quantity", activity_kind=kind)
    office.at(3, "12:00")  # the day after: the indicators stand when its window begins
    make_call(make_client("ООО Волга", manager=office.anna), kind=kind, quantity=Decimal(3))
    office.at(3, "18:30")
    assert value(office.anna, 3, sent.code) == 1
    assert value(office.anna, 3, pieces.code) == 3


def test_the_formula_of_an_own_indicator_says_which_contacts_are_meant(office: Office) -> None:
    sent = add_indicator(
        by=office.admin,
        name="Отправки",
        kind="count",
        activity_kind=samples_kind(),
        direction="out",
        held="held",
    )
    letters = add_indicator(by=office.admin, name="Письма", kind="quantity", group="letter")
    assert formula_of(sent).endswith("«Образцы», исходящий, с клиентом поговорили.")
    assert "которые считаются как «письмо»" in formula_of(letters)
    office.at(3, "18:30")
    texts = figure(office.anna, 3, sent.code).rule.texts
    assert "“Образцы”, outgoing" in texts["en"]["formula"]


def test_a_ratio_keeps_both_of_its_parts(office: Office) -> None:
    ratio = add_indicator(
        by=office.admin,
        name="Выиграно из закрытых",
        kind="ratio",
        numerator=indicator("deals_won"),
        denominator=indicator("deals_lost"),
    )
    office.at(3, "18:30")
    found = figure(office.anna, 3, ratio.code)
    assert (found.value, found.base, found.verdict) == (0, 0, "")


def test_the_code_of_an_own_indicator_is_made_and_never_used_again(office: Office) -> None:
    first = add_indicator(by=office.admin, name="Письма", kind="count", group="letter")
    with by_system():
        first.soft_delete()
    second = add_indicator(by=office.admin, name="Письма", kind="count", group="letter")
    assert first.code != second.code
    assert second.position > indicator("tasks_moved").position


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "встречи"}, "name"),
        ({"name": "я" * 61}, "name"),
        ({"kind": "built_in"}, "kind"),
        ({"group": "unheard"}, "group"),
        ({"held": "perhaps"}, "held"),
        ({"direction": "up"}, "direction"),
        ({"kind": "ratio"}, "numerator"),
    ],
    ids=str,
)
def test_what_cannot_be_an_indicator_is_said_beside_its_field(
    office: Office, fields: dict[str, Any], field: str
) -> None:
    update_indicator(indicator("meetings_held"), by=None, name="Встречи")
    said = {"by": office.admin, "name": "Письма", "kind": "count"} | fields
    assert list(refused(add_indicator, **said)) == [field]


def test_one_kind_and_all_of_a_group_are_not_chosen_together(office: Office) -> None:
    said = {"name": "Образцы", "kind": "count", "activity_kind": samples_kind(), "group": "other"}
    assert list(refused(add_indicator, by=office.admin, **said)) == ["group"]


def test_a_sum_needs_a_kind_that_has_a_quantity(office: Office) -> None:
    call = ActivityKind.objects.filter(unit="").first()
    said = {"name": "Звонки", "kind": "quantity", "activity_kind": call}
    assert list(refused(add_indicator, by=office.admin, **said)) == ["activity_kind"]


def make_ratio(office: Office) -> Indicator:
    return add_indicator(
        by=office.admin,
        name="Доля",
        kind="ratio",
        numerator=indicator("deals_won"),
        denominator=indicator("meetings_held"),
    )


def test_a_ratio_stands_neither_on_a_ratio_nor_on_itself_nor_on_what_is_retired(office: Office) -> None:
    ratio = make_ratio(office)
    retire_indicator(indicator("deals_lost"), by=office.admin)
    won, ask = indicator("deals_won"), {"by": office.admin, "name": "Ещё", "kind": "ratio"}
    assert list(refused(add_indicator, **ask, numerator=ratio, denominator=won)) == ["numerator"]
    assert list(refused(add_indicator, **ask, numerator=won, denominator=won)) == ["denominator"]
    lost = indicator("deals_lost")
    assert list(refused(add_indicator, **ask, numerator=won, denominator=lost)) == ["denominator"]


def test_an_indicator_in_a_ratio_is_not_retired_without_saying_so(office: Office) -> None:
    ratio, won = make_ratio(office), indicator("deals_won")
    assert "Доля" in refused(retire_indicator, won, by=office.admin)["with_ratios"][0]
    assert retire_indicator(won, by=office.admin, with_ratios=True) == [won, ratio]
    assert not Indicator.objects.in_use().filter(pk__in=[won.pk, ratio.pk]).exists()


def test_a_ratio_comes_back_after_its_parts(office: Office) -> None:
    ratio, won = make_ratio(office), indicator("deals_won")
    retire_indicator(won, by=office.admin, with_ratios=True)
    ratio.refresh_from_db()
    assert list(refused(restore_indicator, ratio, by=office.admin)) == [""]
    won.refresh_from_db()
    restore_indicator(won, by=office.admin)
    ratio = Indicator.objects.get(pk=ratio.pk)
    assert restore_indicator(ratio, by=office.admin).retired_at is None


def test_a_name_taken_meanwhile_keeps_an_indicator_from_coming_back(office: Office) -> None:
    first = add_indicator(by=office.admin, name="Письма", kind="count", group="letter")
    retire_indicator(first, by=office.admin)
    add_indicator(by=office.admin, name="письма", kind="count", group="letter")
    assert list(refused(restore_indicator, first, by=office.admin)) == ["name"]


def test_a_retired_indicator_is_frozen_no_more_from_the_next_window_on(office: Office) -> None:
    office.at(2, "10:00")
    retire_indicator(indicator("deals_lost"), by=office.admin)
    office.at(3, "18:30")
    assert figure(office.anna, 2, "deals_lost").value == 0
    codes = set(
        figure(office.anna, 3, "deals_won").person_day.figures.values_list("indicator__code", flat=True)
    )
    assert "deals_lost" not in codes


def test_of_a_built_in_one_only_name_column_and_imports_change(office: Office) -> None:
    meetings = indicator("meetings_held")
    update_indicator(meetings, by=office.admin, name="Очные встречи", on_scorecard=False, counts_imports=True)
    assert str(meetings) == "Очные встречи"
    with pytest.raises(TypeError):
        update_indicator(meetings, by=office.admin, group="letter")
    update_indicator(meetings, by=office.admin, name="")
    assert str(meetings) != ""


def test_indicators_are_put_in_order_all_at_once_and_one_place_at_a_time(office: Office) -> None:
    ids = list(Indicator.objects.in_use().values_list("pk", flat=True))
    reorder(ids[::-1], by=office.admin)
    assert list(Indicator.objects.in_use().values_list("pk", flat=True)) == ids[::-1]
    move_indicator(Indicator.objects.get(pk=ids[0]), up=True, by=office.admin)
    assert list(Indicator.objects.in_use().values_list("pk", flat=True))[-2:] == [ids[0], ids[1]]
    move_indicator(Indicator.objects.get(pk=ids[1]), up=False, by=office.admin)  # the last one stays
    assert list(refused(reorder, ids[1:], by=office.admin)) == [""]


def test_only_who_configures_touches_indicators(office: Office) -> None:
    meetings = indicator("meetings_held")
    for verb in (
        lambda by: add_indicator(by=by, name="Письма", kind="count"),
        lambda by: update_indicator(meetings, by=by, name="Другие"),
        lambda by: retire_indicator(meetings, by=by),
        lambda by: restore_indicator(meetings, by=by),
        lambda by: reorder([], by=by),
        lambda by: move_indicator(meetings, up=True, by=by),
    ):
        with pytest.raises(PermissionDenied):
            verb(office.head)
    assert Indicator.objects.filter(version__gt=1).count() == 0

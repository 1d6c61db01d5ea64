"""Sales plans from Excel: what is understood, what is refused by row, what is written and taken back."""

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from openpyxl import Workbook, load_workbook

from core.imports import importer, runs
from core.imports.models import ImportRow, ImportRun
from core.outbox import run_due_jobs
from orders.actions.plans import set_cells
from orders.models import PlanCell, SalesPlan
from orders.plans import Where, plan_of
from people.models import User
from pipeline.models import ProductGroup
from tests.cast import Cast, cast  # noqa: F401
from tests.factories import by_system
from tests.imports.factories import guessed_plan, worked
from tests.orders.factories_catalogue import make_group
from tests.orders.factories_plans import FEB, JAN, make_adopted, make_plan, own_amounts, write

HEADINGS = ("Товарная группа", "Продавец", "Январь", "Февраль")


def book(*rows: Sequence[Any], headings: Sequence[str] = HEADINGS, sheet: str = "План") -> bytes:
    made = Workbook()
    page: Any = made.active
    page.title = sheet
    for row in (headings, *rows):
        page.append(list(row))
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def checked(content: bytes, by: User) -> ImportRun:
    """The run of the workbook after it was checked by what is guessed."""
    run = runs.start(SimpleUploadedFile("План.xlsx", content), by=by, importer=importer.importer("plans"))
    assert runs.choose_columns(run, guessed_plan(run))
    return worked(run)


def loaded(run: ImportRun) -> ImportRun:
    assert runs.load(run)
    return worked(run)


def errors_of(run: ImportRun) -> dict[int, list[str]]:
    rows = run.rows.filter(action=ImportRow.Action.ERROR).order_by("number")
    return {row.number: [column for column, _said in row.errors] for row in rows}


@pytest.fixture
def plan(cast: Cast) -> SalesPlan:  # noqa: F811
    return make_plan()


@pytest.fixture
def casings(cast: Cast) -> tuple[ProductGroup, ProductGroup]:  # noqa: F811
    top = make_group("Оболочка")
    return top, make_group("Черева", parent=top)


def test_rows_of_groups_and_sellers_are_written_month_by_month(
    cast: Cast,  # noqa: F811
    plan: SalesPlan,
    casings: tuple[ProductGroup, ProductGroup],
) -> None:
    top, below = casings
    run = checked(
        book(
            ("Все группы", None, 5_000_000, None),
            ("Оболочка", "", "1 200 000,50 руб.", 100),
            ("Оболочка / Черева", "Белова Анна", 0.1 + 0.2, 7),
            ("Черева", "Рыжов Ф.", None, 9),
            (None, None, None, None),
        ),
        cast.director.user,
    )
    assert errors_of(run) == {}
    loaded(run)
    anna, fedor = cast.anna.user.pk, cast.fedor.user.pk
    assert own_amounts() == {
        Where(JAN): 5_000_000,
        Where(JAN, top.pk): Decimal("1200000.50"),
        Where(FEB, top.pk): 100,
        Where(JAN, below.pk, anna): Decimal("0.30"),
        Where(FEB, below.pk, anna): 7,
        Where(FEB, below.pk, fedor): 9,
    }


def test_what_is_wrong_is_said_by_row_and_column_and_the_rest_is_loaded(
    cast: Cast,  # noqa: F811
    plan: SalesPlan,
    casings: tuple[ProductGroup, ProductGroup],
) -> None:
    run = checked(
        book(
            ("Оболочка", None, "abc", 5),
            ("Оболочка", None, 5, -1),
            ("Неведомое", None, 5, 5),
            ("Черева", "Некто Никто", 5, 5),
            ("Черева", None, 5, 5),
            ("Оболочка / Черева", "", 6, 6),
        ),
        cast.director.user,
    )
    assert errors_of(run) == {2: ["m1"], 3: ["m2"], 4: ["group"], 5: ["seller"], 7: ["group"]}
    assert {word["text"] for words in run.words.values() for word in words} == {"Неведомое", "Некто Никто"}
    loaded(run)
    assert set(own_amounts().values()) == {5}


def test_a_word_of_the_file_may_be_said_to_mean_a_group_or_its_rows_are_left_out(
    cast: Cast,  # noqa: F811
    plan: SalesPlan,
    casings: tuple[ProductGroup, ProductGroup],
) -> None:
    top, _below = casings
    run = checked(book(("Кишсырьё", None, 5, None), ("Итого", None, 5, None)), cast.director.user)
    words = {"кишсырье": str(top.pk), "итого": "skip"}
    assert runs.decide(run, {"all": {"year": "2027"}, "words": {"group": words}, "rows": {}})
    loaded(worked(run))
    assert own_amounts() == {Where(JAN, top.pk): 5}


def test_a_blank_cell_leaves_what_stands_and_what_is_the_same_is_no_change(
    cast: Cast,  # noqa: F811
    plan: SalesPlan,
    casings: tuple[ProductGroup, ProductGroup],
) -> None:
    top, below = casings
    write(plan, {Where(JAN, top.pk): 5, Where(FEB, top.pk): 6, Where(JAN, below.pk): 1})
    run = checked(book(("Оболочка", None, 7, None), ("Черева", None, 1, None)), cast.director.user)
    actions = dict(run.rows.values_list("number", "action"))
    assert actions == {2: ImportRow.Action.UPDATE, 3: ImportRow.Action.SKIP}
    loaded(run)
    assert own_amounts() == {Where(JAN, top.pk): 7, Where(FEB, top.pk): 6, Where(JAN, below.pk): 1}


def test_an_import_is_one_operation_and_can_be_taken_back(
    cast: Cast,  # noqa: F811
    plan: SalesPlan,
    casings: tuple[ProductGroup, ProductGroup],
) -> None:
    top, _below = casings
    write(plan, {Where(JAN, top.pk): 5})
    run = loaded(checked(book(("Оболочка", None, 7, 8)), cast.director.user))
    assert run.operation is not None
    assert own_amounts() == {Where(JAN, top.pk): 7, Where(FEB, top.pk): 8}
    assert runs.undo(run)
    worked(run)
    assert own_amounts() == {Where(JAN, top.pk): 5}


def test_a_head_loads_the_team_alone(
    cast: Cast,  # noqa: F811
    plan: SalesPlan,
    casings: tuple[ProductGroup, ProductGroup],
) -> None:
    top, _below = casings
    run = checked(
        book(("Оболочка", "Анна Белова", 5, 5), ("Оболочка", None, 5, 5), ("Оболочка", "Фёдор Рыжов", 5, 5)),
        cast.head.user,
    )
    assert errors_of(run) == {3: ["seller"], 4: ["seller"]}
    loaded(run)
    assert own_amounts() == dict.fromkeys(
        [Where(month, top.pk, cast.anna.user.pk) for month in (JAN, FEB)], 5
    )


def test_a_month_that_is_over_is_an_error_where_its_plan_would_change(
    cast: Cast,  # noqa: F811
    casings: tuple[ProductGroup, ProductGroup],
) -> None:
    top, below = casings
    january = dt.date(2026, 1, 1)
    make_adopted(2026, {Where(january, top.pk): 5, Where(january, below.pk): 5})
    headings = ("Группа", "Менеджер", "янв", "дек")
    run = checked(
        book(("Оболочка", None, 5, 9), ("Черева", None, 6, 9), headings=headings), cast.director.user
    )
    assert errors_of(run) == {3: ["m1"]}
    loaded(run)
    assert plan_of(2026).amount.of(top.pk, months=[dt.date(2026, 12, 1)]) == 9


def test_what_another_wrote_since_the_check_is_shown_and_not_overwritten(
    cast: Cast,  # noqa: F811
    plan: SalesPlan,
    casings: tuple[ProductGroup, ProductGroup],
) -> None:
    top, _below = casings
    run = checked(book(("Оболочка", None, 5, 6)), cast.director.user)
    write(plan, {Where(JAN, top.pk): 77})
    assert runs.load(run)
    run_due_jobs()
    run.refresh_from_db()
    assert own_amounts() == {Where(JAN, top.pk): 77}
    assert (run.state, run.operation) == (ImportRun.State.CHECKED, None)
    assert run.rows.get().action == ImportRow.Action.UPDATE
    loaded(run)
    assert own_amounts() == {Where(JAN, top.pk): 5, Where(FEB, top.pk): 6}


def test_a_group_that_is_gone_stops_the_load_as_a_whole(
    cast: Cast,  # noqa: F811
    plan: SalesPlan,
    casings: tuple[ProductGroup, ProductGroup],
) -> None:
    _top, below = casings
    run = checked(book(("Черева", None, 5, 5), ("Оболочка", None, 5, 5)), cast.director.user)
    with by_system():
        below.soft_delete()
    assert runs.load(run)
    run_due_jobs()
    run.refresh_from_db()
    assert run.operation is None
    assert own_amounts() == {}
    assert run.note


def test_a_file_without_a_plan_to_load_into_says_so(cast: Cast) -> None:  # noqa: F811
    run = checked(book(("Все группы", None, 5, 5)), cast.director.user)
    assert errors_of(run) == {2: ["group"]}
    browser = Browser()
    browser.force_login(cast.director.user)
    assert browser.get(f"/imports/{run.pk}/").status_code == 200


@pytest.mark.parametrize("measure", ["amount", "quantity"])
def test_the_file_of_the_page_is_loaded_as_it_is(
    cast: Cast,  # noqa: F811
    plan: SalesPlan,
    casings: tuple[ProductGroup, ProductGroup],
    measure: Any,
) -> None:
    _top, below = casings
    places = [Where(JAN, below.pk), Where(FEB, below.pk, cast.anna.user.pk), Where(JAN)]
    set_cells(plan, dict.fromkeys(places, Decimal("1234.5")), by=None, measure=measure)
    browser = Browser()
    browser.force_login(cast.director.user)
    answer = browser.get(f"/plans/2027/file/?measure={measure}")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert "Оболочка / Черева" in [row[0] for row in load_workbook(io.BytesIO(content)).active.values]  # type: ignore[union-attr]
    set_cells(plan, dict.fromkeys(places), by=None, measure=measure)
    loaded(checked(content, cast.director.user))
    assert plan_of(2027).measure(measure).own == dict.fromkeys(places, Decimal("1234.5"))
    assert PlanCell.objects.count() == 3


def test_a_head_gets_a_file_in_which_the_team_can_be_planned(
    cast: Cast,  # noqa: F811
    plan: SalesPlan,
) -> None:
    browser = Browser()
    browser.force_login(cast.head.user)
    content = b"".join(browser.get("/plans/2027/file/").streaming_content)  # type: ignore[attr-defined]
    sellers = {row[1] for row in load_workbook(io.BytesIO(content)).active.values}  # type: ignore[union-attr]
    assert {cast.anna.user.name, cast.boris.user.name} <= sellers
    assert cast.fedor.user.name not in sellers

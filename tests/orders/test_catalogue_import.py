"""Products, prices and stock come in from Excel: found again by article or name, and changed only in what is said."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from core.history.integrity import faults
from core.imports import importer, runs
from core.imports.models import ImportRun
from core.imports.parse import CellError
from orders.importing.sheets import NO_VAT, _support, _vat
from orders.importing.words import group_form, path_of
from orders.models import Product, StockCount, Supplier
from orders.tree import Tree
from people.models import Role, User
from tests.factories import TODAY, make_user
from tests.imports.factories import answered, guessed_plan, worked
from tests.orders.factories_catalogue import make_count, make_group, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def head() -> User:
    return make_user("Галина Орлова", Role.HEAD)


@pytest.fixture
def checked(tmp_path: Path, head: User):
    def check(**sheets: list[list[Any]]) -> ImportRun:
        """The run of a workbook with these sheets after the worker has checked it by what was guessed."""
        book = Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "Каталог.xlsx"
        book.save(path)
        content = SimpleUploadedFile(path.name, path.read_bytes())
        run = runs.start(content, by=head, importer=importer.importer("catalogue"))
        assert runs.choose_columns(run, guessed_plan(run))
        return worked(run)

    return check


def loaded(run: ImportRun) -> ImportRun:
    assert runs.load(run)
    run = worked(run)
    assert run.state == "applied", run.note
    return run


def errors(run: ImportRun) -> dict[int, list[str]]:
    return {row.number: [column for column, _said in row.errors] for row in run.rows.filter(action="error")}


HEADS = [
    "Наименование",
    "Артикул",
    "Группа",
    "Ед. изм.",
    "Цена",
    "НДС",
    "Себестоимость",
    "Поставщик",
    "Ответственный",
]


def test_products_come_in_with_groups_and_suppliers_nobody_knew(checked, head):
    casings = make_group("Оболочка")
    seller = make_user("Анна Смирнова", team=head.appointment.team)
    run = checked(
        Товары=[
            HEADS,
            [
                "Черева говяжья 38/40",
                "Ч-1",
                "Оболочка / Черева",
                "м",
                120,
                0.2,
                60.5,
                "ООО «Альфа»",
                "Смирнова Анна",
            ],
            ["Синюга", "С-1", "оболочка/черева", "шт.", "1 240,50", "без НДС", None, "Альфа", None],
            ["Соль", None, "Специи", "кг", None, None, None, None, None],
        ]
    )
    assert run.counts[0]["create"] == 3, list(run.rows.values_list("errors", flat=True))
    loaded(run)
    tree = Tree.read()
    first, second, third = Product.objects.order_by("pk")
    assert tree.path(first.group_id) == tree.path(second.group_id) == "Оболочка / Черева"
    assert tree.chain(first.group_id)[0] == casings
    assert (first.price, first.vat_rate, first.cost) == (Decimal("120.00"), 20, Decimal("60.50"))
    assert (second.price, second.vat_rate, second.cost) == (Decimal("1240.50"), None, None)
    assert (first.unit, third.unit, third.vat_rate) == ("м", "кг", 22)
    assert first.supplier == second.supplier == Supplier.objects.get()
    assert first.manager == seller
    assert list(faults()) == []


def test_a_known_product_is_changed_only_in_what_the_file_says(checked):
    known = make_product(
        "Черева", article="Ч-1", unit="м", price=Decimal("100.00"), cost=Decimal("60.00"), note="Мягкая"
    )
    run = checked(
        Товары=[["Наименование", "Артикул", "Цена", "Примечание"], ["Черева говяжья", "ч-1", 130, None]]
    )
    assert (run.counts[0]["create"], run.counts[0]["update"], run.counts[0]["duplicates"]) == (0, 1, 1)
    [shown] = importer.importer("catalogue").show(run, "products", list(run.rows.all()))
    assert shown["price"] == "100\u00a0₽ → 130\u00a0₽"
    assert shown["name"] == "Черева → Черева говяжья"
    loaded(run)
    known.refresh_from_db()
    assert (known.name, known.price, known.cost) == ("Черева говяжья", Decimal("130.00"), Decimal("60.00"))
    assert (known.unit, known.note, known.vat_rate) == ("м", "Мягкая", 20)
    assert Product.objects.count() == 1


def test_what_changes_nothing_is_left_out(checked):
    make_product("Черева", article="Ч-1", price=Decimal("100.00"))
    run = checked(Товары=[["Наименование", "Артикул", "Цена"], ["ЧЕРЕВА", "Ч-1", 100]])
    assert (run.counts[0]["update"], run.counts[0]["skip"]) == (0, 1)


def test_known_products_may_be_left_as_they_are_all_or_one_by_one(checked):
    make_product("Черева", price=Decimal("100.00"))
    make_product("Синюга", price=Decimal("100.00"))
    run = checked(Товары=[["Наименование", "Цена"], ["Черева", 130], ["Синюга", 130]])
    run = answered(run, known="skip")
    assert run.counts[0]["skip"] == 2
    runs.decide(run, {"all": {"known": "update"}, "words": {}, "rows": {"0:3": "skip"}})
    loaded(worked(run))
    assert list(Product.objects.order_by("name").values_list("price", flat=True)) == [100, 130]


def test_a_nearly_equal_name_is_shown_and_new_unless_said_otherwise(checked):
    make_group("Черева")
    near = make_product("Черева говяжья калиброванная 38/40", price=Decimal("100.00"))
    rows = [["Наименование", "Группа", "Цена"], ["Черева говяжья калибровання 38/40", "Черева", 130]]
    run = checked(Товары=rows)
    [row] = run.rows.all()
    assert (row.action, row.same_as["record"], row.same_as["near"]) == ("create", near.pk, True)
    runs.decide(run, {"all": {}, "words": {}, "rows": {"0:2": "update"}})
    loaded(worked(run))
    near.refresh_from_db()
    assert (Product.objects.count(), near.price) == (1, Decimal("130.00"))
    assert near.name == "Черева говяжья калиброванная 38/40"


def test_a_product_stands_once_in_a_file(checked):
    make_group("Черева")
    make_product("Синюга", article="С-1")
    run = checked(
        Товары=[
            ["Наименование", "Артикул", "Группа"],
            ["Новая", "Н-1", "Черева"],
            ["НОВАЯ", None, "Черева"],
            ["Другая", "н-1", "Черева"],
            ["Синюга", None, "Черева"],
            ["Синюга ", "С-1", None],
        ]
    )
    assert errors(run) == {3: ["name"], 4: ["name"], 6: ["name"]}


def test_an_article_of_one_and_a_name_of_another_product_is_an_error(checked):
    make_product("Черева", article="Ч-1")
    make_product("Синюга", article="С-1")
    run = checked(Товары=[["Наименование", "Артикул"], ["Черева", "С-1"]])
    assert errors(run) == {2: ["article"]}


def test_new_products_need_a_group_of_the_file_or_of_the_answer(checked):
    group = make_group("Черева")
    run = checked(Товары=[["Наименование", "Цена"], ["Новая", 10]])
    assert errors(run) == {2: ["group"]}
    loaded(answered(run, default_group=str(group.pk)))
    assert Product.objects.get().group == group


def test_an_unknown_group_may_be_taken_for_a_known_one_or_leave_its_rows_out(checked):
    group = make_group("Натуральная оболочка")
    run = checked(Товары=[["Наименование", "Группа"], ["Новая", "Нат. оболочка"], ["Ещё одна", "Хозтовары"]])
    assert {word["choice"] for word in run.words["group"]} == {"new"}
    run = answered(run, {"group": {"нат оболочка": group, "хозтовары": "skip"}})
    loaded(run)
    assert list(Product.objects.values_list("name", "group")) == [("Новая", group.pk)]


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        (["Новая", -1, None, None], "price"),
        (["Новая", None, 13, None], "vat_rate"),
        (["", 1, None, None], "name"),
    ],
)
def test_what_cannot_be_read_is_named_by_row_and_column(checked, cell, column):
    make_group("Черева")
    run = checked(Товары=[["Наименование", "Цена", "НДС", "Группа"], cell])
    assert column in errors(run)[2]


def test_prices_find_their_products_by_article_or_name(checked):
    first = make_product("Черева", article="Ч-1", price=Decimal("100.00"))
    second = make_product("Синюга", price=Decimal("100.00"))
    same = make_product("Пузырь", price=Decimal("100.00"))
    run = checked(
        Прайс=[
            ["Артикул", "Наименование", "Цена"],
            ["ч-1", "что угодно", 130],
            [None, "СИНЮГА", 140],
            [None, "Пузырь", 100],
            ["Х-9", None, 150],
            [None, None, 160],
            ["Ч-1", None, 170],
        ]
    )
    assert (run.counts[0]["kind"], run.counts[0]["update"], run.counts[0]["skip"]) == ("prices", 2, 1)
    assert errors(run) == {5: ["article"], 6: ["article"], 7: ["price"]}
    loaded(run)
    for product, price in ((first, 130), (second, 140), (same, 100)):
        product.refresh_from_db()
        assert product.price == price
    assert first.name == "Черева"


def test_stock_is_counted_on_the_day_of_the_file_or_of_the_answer(checked):
    first, second = make_product("Черева", article="Ч-1"), make_product("Синюга")
    make_count(second, 7, TODAY - dt.timedelta(days=2))
    run = checked(
        Остатки=[
            ["Артикул", "Наименование", "Остаток", "Дата"],
            ["Ч-1", None, 12.5, dt.date(2026, 11, 1)],
            [None, "Синюга", 7, None],
            [None, "Синюга", -1, dt.date(2026, 11, 1)],
        ]
    )
    assert errors(run) == {4: ["quantity"]}
    run = answered(run, day=(TODAY - dt.timedelta(days=2)).isoformat())
    assert run.counts[0]["skip"] == 1  # counted so already
    loaded(answered(run, day=(TODAY - dt.timedelta(days=1)).isoformat()))
    assert StockCount.objects.get(product=first).quantity == Decimal("12.5")
    assert StockCount.objects.filter(product=second).count() == 2


def test_one_book_brings_products_their_prices_and_stock(checked):
    run = checked(
        Остатки=[["Наименование", "Остаток"], ["Черева", 5]],
        Прайс=[["Наименование", "Цена"], ["черева", 130]],
        Товары=[["Наименование", "Группа"], ["Черева", "Оболочка"]],
    )
    assert run.total("error") == 0, list(run.rows.values_list("errors", flat=True))
    loaded(run)
    product = Product.objects.get()
    assert product.price == Decimal("130.00")
    assert product.counts.get().quantity == 5


def test_an_import_is_undone_as_a_whole(checked, head):
    known = make_product("Черева", price=Decimal("100.00"))
    groups = len(Tree.read())
    run = loaded(
        checked(
            Товары=[
                ["Наименование", "Группа", "Цена", "Поставщик"],
                ["Черева", None, 130, None],
                ["Новая", "Новая группа / Внутри", 10, "Альфа"],
            ],
            Остатки=[["Наименование", "Остаток"], ["Черева", 5]],
        )
    )
    assert len(Tree.read()) == groups + 2
    assert runs.undo(run)
    run = worked(run)
    assert run.state == "undone", run.note
    known.refresh_from_db()
    assert (list(Product.objects.all()), known.price) == ([known], Decimal("100.00"))
    assert len(Tree.read()) == groups
    assert not StockCount.objects.exists()
    assert not Supplier.objects.exists()
    assert list(faults()) == []


def test_when_the_catalogue_has_changed_since_the_check_nothing_is_written(checked):
    make_group("Черева")
    run = checked(Товары=[["Наименование", "Группа"], ["Новая", "Черева"], ["Другая", "Черева"]])
    make_product("новая")
    assert runs.load(run)
    run = worked(run)
    assert (run.state, Product.objects.count()) == ("checked", 1)
    assert "новая" in run.note.lower()
    assert run.counts[0]["create"] == 1


def test_the_check_asks_as_often_for_many_rows(checked, django_assert_max_num_queries):
    rows = [[f"Товар {number}", "Черева", 10 + number] for number in range(60)]
    run = checked(Товары=[["Наименование", "Группа", "Цена"], *rows])
    with django_assert_max_num_queries(75):
        loaded(run)
    assert Product.objects.count() == 60


def test_the_pages_of_the_import_speak_of_products(client, checked, head):
    make_group("Черева")
    make_product("Черева", price=Decimal("100.00"))
    client.force_login(head)
    page = client.get(reverse("imports:new", args=["catalogue"]))
    assert page.status_code == 200
    run = checked(Товары=[["Наименование", "Группа", "Цена"], ["Черева", "Черева", 130], ["Новая", None, 10]])
    page = client.get(reverse("imports:run", args=[run.pk])).content.decode()
    assert "100\u00a0₽ → 130\u00a0₽" in page
    assert "default_group" in page
    done = client.get(reverse("imports:run", args=[loaded(run).pk])).content.decode()
    assert reverse("orders:products") in done


def test_a_manager_brings_no_catalogue(client, checked):
    client.force_login(make_user())
    assert client.get(reverse("imports:new", args=["catalogue"])).status_code == 404
    assert client.get(reverse("imports:new")).status_code == 200


@pytest.mark.parametrize(
    ("cell", "rate"),
    [
        (20, 20),
        ("20%", 20),
        (0.2, 20),
        ("НДС 10 %", 10),
        ("без НДС", NO_VAT),
        (0, 0),
        (0.05, 5),
        (None, None),
        (22.0, 22),
    ],
)
def test_rates_of_vat_as_people_write_them(cell, rate):
    assert _vat(cell) == rate


@pytest.mark.parametrize("cell", [18, "НДС", "-20"])
def test_what_is_no_rate_of_vat(cell):
    with pytest.raises(CellError):
        _vat(cell)


def test_support_levels_as_people_write_them():
    levels = [_support(text) for text in ("Складская позиция", "под заказ", "Выводится", "", None)]
    assert levels == ["stock", "order", "phase_out", "", ""]


def test_paths_of_groups_as_people_write_them():
    assert path_of("Оболочка / Черева") == path_of("Оболочка>Черева") == ["Оболочка", "Черева"]
    assert path_of("Черева 38/40") == ["Черева 38/40"]
    assert group_form("ОБОЛОЧКА/черева") == group_form("Оболочка → Черева ")

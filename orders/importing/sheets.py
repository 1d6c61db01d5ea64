"""The sheets the import of the catalogue knows: their columns, what people write above them, how cells are read."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import show
from core.imports import cells, parse
from core.imports.importer import Column, SheetKind
from core.imports.parse import CellError
from core.imports.sandbox.spool import Cell
from core.text import normal
from orders.actions.products import LONGEST_LEAD
from orders.models import VAT_RATES, Product

PRODUCTS, PRICES, STOCK = "products", "prices", "stock"
NO_VAT = "none"

_SUPPORT = {
    Product.Support.STOCK: ("склад", "складск", "в наличии", "всегда", "постоян", "stock"),
    Product.Support.ORDER: ("заказ", "order"),
    Product.Support.PHASE_OUT: ("вывод", "снят", "распродаж", "phase", "discontinued"),
}


def _vat(cell: Cell) -> int | str | None:
    """A rate in percent, or `NO_VAT`: «20 %», 0.2 as Excel keeps it, «НДС 20%», «без НДС»."""
    if parse.is_blank(cell):
        return None
    text = normal(parse.as_text(cell))
    if re.search(r"без|не облаг|no vat|without", text):
        return NO_VAT
    found = re.search(r"(?<![-−\d.,])\d+(?:[.,]\d+)?", text)
    rate = float(found[0].replace(",", ".")) if found else -1
    if 0 < rate < 1:
        rate *= 100
    for known in VAT_RATES:
        if abs(rate - known) < 1e-9:
            return known
    rates = ", ".join(map(str, VAT_RATES))
    raise CellError(_("This is no rate of VAT: write one of %(rates)s, or “without VAT”.") % {"rates": rates})


def _vat_words(value: int | str) -> str:
    return _("without VAT") if value == NO_VAT else f"{value}\u00a0%"


def _support(cell: Cell) -> str:
    text = normal(parse.as_text(cell))
    if not text:
        return ""
    for level, words in _SUPPORT.items():
        if text in (level.value, normal(str(level.label))) or any(word in text for word in words):
            return str(level)
    labels = ", ".join(str(label) for label in Product.Support.labels)
    raise CellError(_("This is no support level: write one of: %(levels)s.") % {"levels": labels})


def _days(cell: Cell) -> int | None:
    days = parse.whole(cell)
    if days is not None and not 0 <= days <= LONGEST_LEAD:
        raise CellError(_("At most %(max)s days.") % {"max": LONGEST_LEAD})
    return days


def _counted(cell: Cell) -> str | None:
    value = cells.how_much(cell)
    if value is not None and value.startswith("-"):
        raise CellError(_("There cannot be less than nothing."))
    return value


def _name_column(*, required: bool) -> Column:
    return Column(
        "name",
        gettext_lazy("Name of the product"),
        ("Название", "Наименование", "Товар", "Номенклатура", "Наименование товара", "Название товара", "Продукт",
         "Name", "Product", "Item", "Product name"),
        cells.text(Product, "name"),
        required=required,
    )  # fmt: skip


def _price_column(*, required: bool) -> Column:
    return Column(
        "price",
        gettext_lazy("Price with VAT"),
        ("Цена", "Цена с НДС", "Цена, руб.", "Цена продажи", "Отпускная цена", "Прайс", "Розничная цена",
         "Price", "Price with VAT", "Sale price"),
        cells.amount,
        required=required,
        words=cells.amount_words,
    )  # fmt: skip


_ARTICLE = Column(
    "article",
    gettext_lazy("Article"),
    ("Артикул", "Арт.", "Код", "Код товара", "Код номенклатуры", "SKU", "Article", "Code", "Item code"),
    cells.text(Product, "article"),
)
_COST = Column(
    "cost",
    gettext_lazy("Cost without VAT"),
    (
        "Себестоимость",
        "Себестоимость без НДС",
        "Закупочная цена",
        "Цена закупки",
        "Закупка",
        "Cost",
        "Purchase price",
    ),
    cells.amount,
    words=cells.amount_words,
)
_VAT = Column(
    "vat_rate",
    gettext_lazy("VAT"),
    ("НДС", "Ставка НДС", "НДС, %", "VAT", "VAT rate"),
    _vat,
    words=_vat_words,
)

PRODUCT_COLUMNS = (
    _name_column(required=True),
    _ARTICLE,
    Column(
        "group",
        gettext_lazy("Product group"),
        ("Группа", "Товарная группа", "Группа товаров", "Категория", "Раздел", "Номенклатурная группа",
         "Group", "Product group", "Category"),
        cells.word,
    ),
    Column(
        "unit",
        gettext_lazy("Unit of measure"),
        ("Единица", "Ед. изм.", "Ед.", "Единица измерения", "Unit", "Unit of measure"),
        cells.text(Product, "unit"),
    ),
    _price_column(required=False),
    _VAT,
    _COST,
    Column(
        "supplier",
        gettext_lazy("Supplier"),
        ("Поставщик", "Производитель", "Supplier", "Vendor"),
        cells.word,
    ),
    Column(
        "manager",
        gettext_lazy("Responsible"),
        ("Ответственный", "Ответственный менеджер", "Менеджер", "Responsible", "Manager"),
        cells.word,
    ),
    Column(
        "lead_days",
        gettext_lazy("Lead time, days"),
        ("Срок поставки", "Срок поставки, дней", "Срок, дней", "Lead time", "Lead time, days"),
        _days,
    ),
    Column(
        "support",
        gettext_lazy("Support level"),
        ("Уровень поддержки", "Поддержка", "Статус", "Наличие", "Support level", "Support"),
        _support,
        words=lambda value: str(Product.Support(value).label),
    ),
    Column("note", gettext_lazy("Note"), ("Примечание", "Комментарий", "Описание", "Note", "Comment"), cells.long_text),
)  # fmt: skip
PRICE_COLUMNS = (
    _ARTICLE,
    _name_column(required=False),
    _price_column(required=True),
    _VAT,
    _COST,
)
STOCK_COLUMNS = (
    _ARTICLE,
    _name_column(required=False),
    Column(
        "quantity",
        gettext_lazy("In stock"),
        ("Остаток", "Количество", "Кол-во", "Остатки", "Остаток на складе", "Конечный остаток", "На складе",
         "Stock", "Quantity", "Balance"),
        _counted,
        required=True,
        words=cells.how_much_words,
    ),
    Column(
        "day",
        gettext_lazy("Counted on"),
        ("Дата", "На дату", "Дата остатка", "Дата инвентаризации", "Date", "Counted on"),
        cells.day,
        words=cells.day_words,
    ),
)  # fmt: skip


def _products(n: int) -> str:
    return ngettext("%(n)s product", "%(n)s products", n) % {"n": show.number(n)}


def _prices(n: int) -> str:
    return ngettext("%(n)s price", "%(n)s prices", n) % {"n": show.number(n)}


def _counts(n: int) -> str:
    return ngettext("%(n)s count of stock", "%(n)s counts of stock", n) % {"n": show.number(n)}


# Products first: prices and stock name them.
SHEETS = (
    SheetKind(
        PRODUCTS,
        gettext_lazy("Products"),
        ("товары", "номенклатура", "каталог", "продукция", "products", "items", "catalogue"),
        PRODUCT_COLUMNS,
        _products,
    ),
    SheetKind(
        PRICES,
        gettext_lazy("Prices"),
        ("цены", "прайс", "прайс-лист", "prices", "price list"),
        PRICE_COLUMNS,
        _prices,
    ),
    SheetKind(
        STOCK, gettext_lazy("Stock"), ("остатки", "склад", "инвентаризация", "stock"), STOCK_COLUMNS, _counts
    ),
)

"""The columns of a table of receipts: what people and banks write above them, how their cells are read."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import show
from core.imports import cells, parse
from core.imports.importer import Column, SheetKind
from core.imports.parse import CellError
from core.imports.sandbox.spool import Cell
from core.inn import clean_inn
from core.text import normal
from orders.models import Payment

_MOST_PAYER = 200
_MOST_PURPOSE = 500
_CASH = re.compile(r"^(?:нал|касс|cash|пко|кассов)")
_NON_CASH = re.compile(r"^(?:без|б/н|банк|р/с|расч|счет|non|bank)")


def _number(cell: Cell) -> str:
    return parse.line(cell, most=40)


def _payer(cell: Cell) -> str:
    return _cut(parse.line(cell), _MOST_PAYER)


def _purpose(cell: Cell) -> str:
    return _cut(parse.line(cell), _MOST_PURPOSE)


def _cut(text: str, most: int) -> str:
    """Money is not refused because of a long text: what is too long loses its end."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _inn(cell: Cell) -> str:
    """An INN that is one; anything else («0» of a person, a slip of the bank) says nothing of whose the money is."""
    text = re.sub(r"\D", "", parse.as_text(cell))
    if isinstance(cell, (int, float)) and len(text) in (9, 11):
        text = "0" + text
    try:
        return clean_inn(text)
    except ValidationError:
        return ""


def _account(cell: Cell) -> str:
    return re.sub(r"\D", "", parse.as_text(cell))[:40]


def _form(cell: Cell) -> str:
    text = normal(parse.line(cell))
    if not text:
        return ""
    if _NON_CASH.match(text):
        return Payment.Form.NON_CASH
    if _CASH.match(text):
        return Payment.Form.CASH
    raise CellError(
        _("“%(value)s” is neither cash nor non-cash: write “cash” or “non-cash”.") % {"value": text[:40]}
    )


PAYMENTS = SheetKind(
    "payments",
    gettext_lazy("Payments"),
    ("платежи", "поступления", "оплаты", "выписка", "приход", "касса", "payments", "receipts", "statement"),
    (
        Column(
            "paid_on",
            gettext_lazy("Paid on"),
            ("Дата", "Дата поступления", "Дата платежа", "Дата оплаты", "Дата проводки", "Дата операции",
             "Дата документа", "Поступило", "Date", "Paid on", "Payment date"),
            cells.day,
            required=True,
            words=cells.day_words,
        ),
        Column(
            "amount",
            gettext_lazy("Sum"),
            ("Сумма", "Сумма платежа", "Сумма оплаты", "Сумма поступления", "Поступление", "Приход", "Кредит",
             "Сумма по кредиту", "Зачислено", "Оплачено", "Amount", "Sum", "Credit"),
            cells.amount,
            required=True,
            words=cells.amount_words,
        ),
        Column(
            "number",
            gettext_lazy("Number of the document"),
            ("Номер", "№", "Номер документа", "№ документа", "№ док.", "№ п/п", "Номер платежа", "Номер поручения",
             "Number", "Document number", "No"),
            _number,
        ),
        Column(
            "payer",
            gettext_lazy("Payer"),
            ("Плательщик", "Контрагент", "Клиент", "Наименование плательщика", "Наименование контрагента", "От кого",
             "Организация", "Покупатель", "Payer", "Client", "Customer", "Counterparty"),
            _payer,
        ),
        Column(
            "payer_inn",
            gettext_lazy("INN of the payer"),
            ("ИНН плательщика", "ИНН", "ИНН контрагента", "ИНН клиента", "INN", "Payer INN"),
            _inn,
        ),
        Column(
            "payer_account",
            gettext_lazy("Account of the payer"),
            ("Счёт плательщика", "Счет контрагента", "Р/с плательщика", "Payer account"),
            _account,
        ),
        Column(
            "payee_account",
            gettext_lazy("Our account"),
            ("Счёт получателя", "Наш счёт", "Р/с получателя", "Payee account", "Our account"),
            _account,
        ),
        Column(
            "purpose",
            gettext_lazy("Purpose"),
            ("Назначение платежа", "Назначение", "Основание", "Комментарий", "За что", "Содержание", "Заказ", "Счёт",
             "Purpose", "Description", "Comment", "Details"),
            _purpose,
        ),
        Column(
            "form",
            gettext_lazy("Cash or non-cash"),
            ("Форма оплаты", "Форма", "Вид оплаты", "Способ оплаты", "Нал/безнал", "Form", "Payment method"),
            _form,
            words=lambda value: str(Payment.Form(value).label),
        ),
    ),
    lambda n: ngettext("%(n)s payment", "%(n)s payments", n) % {"n": show.number(n)},
)  # fmt: skip

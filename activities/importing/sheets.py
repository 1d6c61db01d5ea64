"""The sheets the import of sales knows: their columns, what people write above them, how their cells are read."""

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import show
from core.imports import cells, parse
from core.imports.importer import Column, SheetKind
from core.imports.parse import CellError
from core.imports.sandbox.spool import Cell
from core.phones import format_phone
from leads.models import Client, Contact
from pipeline.models import Deal

CLIENTS, ACTIVITIES = "clients", "activities"


def _phones(cell: Cell) -> list[str]:
    read = parse.phones(cell)
    if read.invalid:
        sentence = _("This is no phone number: %(texts)s. Write it with the city code.")
        raise CellError(sentence % {"texts": "; ".join(text[:40] for text in read.invalid)})
    return [phone.digits for phone in read.phones]


def _when(cell: Cell) -> str | None:
    """«2026-11-05», or «2026-11-05T14:30» where a time is written."""
    found = parse.day_and_time(cell)
    if found is None:
        return None
    day, time = found
    return day.isoformat() if time is None else dt.datetime.combine(day, time).isoformat(timespec="minutes")


def _several(words: Callable[[str], str]) -> Callable[[list[str]], str]:
    return lambda values: ", ".join(map(words, values))


def _when_words(value: str) -> str:
    if "T" in value:
        moment = dt.datetime.fromisoformat(value)
        return f"{show.day(moment.date())}, {moment:%H:%M}"
    return cells.day_words(value)


_STAGE = ("Статус", "Стадия", "Этап", "Состояние", "Этап сделки", "Стадия сделки", "Status", "Stage")
_MANAGER = (
    "Менеджер",
    "Ответственный",
    "Ответственный менеджер",
    "Продавец",
    "Кто ведёт",
    "Manager",
    "Owner",
    "Responsible",
)

CLIENT_COLUMNS = (
    Column(
        "name",
        gettext_lazy("Client’s name"),
        ("Название", "Наименование", "Компания", "Организация", "Клиент", "Название компании",
         "Наименование организации", "Контрагент", "Фирма", "Предприятие", "Лид",
         "Name", "Company", "Company name", "Client", "Customer"),
        cells.text(Client, "name"),
        required=True,
    ),
    Column(
        "old_number",
        gettext_lazy("Number in the former table"),
        ("№", "Номер", "№ п/п", "N", "Код", "ID", "No", "Number", "№ клиента", "Код клиента"),
        cells.text(Client, "old_number"),
    ),
    Column(
        "phones",
        gettext_lazy("Phone"),
        ("Телефон", "Телефоны", "Тел.", "Тел", "Номер телефона", "Контактный телефон", "Моб. телефон",
         "Phone", "Phones", "Tel"),
        _phones,
        words=_several(format_phone),
    ),
    Column(
        "emails",
        gettext_lazy("E-mail"),
        ("E-mail", "Email", "Эл. почта", "Электронная почта", "Почта", "Е-мейл", "Мейл", "Mail"),
        parse.emails,
        words=_several(str),
    ),
    Column("inn", gettext_lazy("INN"), ("ИНН", "ИНН клиента", "ИНН организации", "INN", "Tax ID"), parse.inn),
    Column(
        "contact",
        gettext_lazy("Contact person"),
        ("Контактное лицо", "Контакт", "ФИО", "Ф.И.О.", "Имя", "ФИО контактного лица", "Представитель", "ЛПР",
         "Contact", "Contact person", "Contact name"),
        cells.text(Contact, "name"),
    ),
    Column(
        "position",
        gettext_lazy("Position of the contact person"),
        ("Должность", "Должность контактного лица", "Position", "Job title", "Title"),
        cells.text(Contact, "position"),
    ),
    Column(
        "contact_phones",
        gettext_lazy("Phone of the contact person"),
        ("Телефон контактного лица", "Телефон контакта", "Телефон ЛПР", "Contact phone"),
        _phones,
        words=_several(format_phone),
    ),
    Column(
        "contact_emails",
        gettext_lazy("E-mail of the contact person"),
        ("E-mail контактного лица", "E-mail контакта", "Почта контактного лица", "Contact email"),
        parse.emails,
        words=_several(str),
    ),
    Column("manager", gettext_lazy("Manager"), _MANAGER, cells.word),
    Column(
        "source",
        gettext_lazy("Source"),
        ("Источник", "Канал", "Откуда", "Источник лида", "Откуда узнали", "Источник клиента",
         "Source", "Channel", "Lead source"),
        cells.word,
    ),
    Column(
        "campaign",
        gettext_lazy("Campaign"),
        ("Кампания", "Рекламная кампания", "Акция", "Campaign", "UTM Campaign"),
        cells.word,
    ),
    Column("segment", gettext_lazy("Segment"), ("Сегмент", "Категория", "Группа", "Segment", "Category"), cells.word),
    Column("city", gettext_lazy("City"), ("Город", "Населённый пункт", "City", "Town"), cells.text(Client, "city")),
    Column(
        "region",
        gettext_lazy("Region"),
        ("Регион", "Область", "Край", "Region", "State"),
        cells.text(Client, "region"),
    ),
    Column(
        "site",
        gettext_lazy("Site"),
        ("Сайт", "Веб-сайт", "WWW", "Site", "Website", "Web"),
        cells.text(Client, "site"),
    ),
    Column(
        "note",
        gettext_lazy("Note"),
        ("Примечание", "Примечания", "Комментарий", "Комментарии", "Заметки", "Заметка", "Note", "Notes", "Comment"),
        cells.long_text,
    ),
    Column("stage", gettext_lazy("Stage of the deal"), _STAGE, cells.word),
    Column(
        "deal",
        gettext_lazy("What is sold"),
        ("Сделка", "Название сделки", "Предмет сделки", "Товар", "Продукт", "Что нужно", "Deal", "Product"),
        cells.text(Deal, "name"),
    ),
    Column(
        "amount",
        gettext_lazy("Amount of the deal"),
        ("Сумма", "Сумма сделки", "Бюджет", "Стоимость", "Amount", "Deal amount", "Budget"),
        cells.amount,
        words=cells.amount_words,
    ),
    Column(
        "expected_on",
        gettext_lazy("Expected to close"),
        ("Ожидаемая дата", "Дата закрытия", "Планируемая дата", "Срок сделки", "Expected close", "Close date"),
        cells.day,
        words=_when_words,
    ),
)  # fmt: skip

ACTIVITY_COLUMNS = (
    Column(
        "client",
        gettext_lazy("Which client"),
        ("Проект", "Клиент", "Компания", "Название", "Организация", "Контрагент", "Фирма", "Лид",
         "Project", "Client", "Company", "Customer"),
        cells.word,
        required=True,
    ),
    Column(
        "when",
        gettext_lazy("When it happened"),
        ("Дата", "Дата контакта", "Дата и время", "Когда", "Дата связи", "Дата события",
         "Date", "When", "Date and time"),
        _when,
        required=True,
        words=_when_words,
    ),
    Column(
        "kind",
        gettext_lazy("Kind of contact"),
        ("Тип связи", "Вид связи", "Тип", "Вид", "Тип контакта", "Вид контакта", "Канал связи", "Способ связи",
         "Kind", "Type", "Activity type"),
        cells.word,
        required=True,
    ),
    Column(
        "text",
        gettext_lazy("What was said"),
        ("Содержание", "Содержание разговора", "Описание", "Комментарий", "Результат", "О чём говорили", "Суть",
         "Текст", "Примечание", "Content", "Text", "Comment", "Note", "Notes", "Description"),
        cells.long_text,
    ),
    Column("stage", gettext_lazy("Status the deal was left in"), _STAGE, cells.word),
    Column("manager", gettext_lazy("Manager"), (*_MANAGER, "Кто звонил", "Сотрудник"), cells.word),
)  # fmt: skip


def _count_clients(n: int) -> str:
    return ngettext("%(n)s client", "%(n)s clients", n) % {"n": show.number(n)}


def _count_activities(n: int) -> str:
    return ngettext("%(n)s activity", "%(n)s activities", n) % {"n": show.number(n)}


# Clients first: activities name them.
SHEETS = (
    SheetKind(
        CLIENTS,
        gettext_lazy("Clients"),
        ("лиды", "клиенты", "база", "компании", "контрагенты", "leads", "clients", "customers", "companies"),
        CLIENT_COLUMNS,
        _count_clients,
    ),
    SheetKind(
        ACTIVITIES,
        gettext_lazy("Activities"),
        (
            "активности",
            "контакты",
            "звонки",
            "история",
            "касания",
            "дела",
            "activities",
            "calls",
            "contacts",
            "history",
        ),
        ACTIVITY_COLUMNS,
        _count_activities,
    ),
)

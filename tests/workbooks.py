"""The workbook a small firm has kept so far, invented: as clean, as spoilt and as large as a test wants it.

`python -m tests.workbooks DIR` writes a set of them, the text files and the hostile ones of `tests.hostile_files` too.
The same seed gives the same firm. What was spoilt is told row by row, so that a test knows what must be found.
"""

import argparse
import csv
import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill

from core.inn import complete_inn

STATUSES = (
    "Холодный",
    "Интересуется",
    "Запросили оценку",
    "Сделали оценку",
    "Обсуждаем задачу",
    "Обсуждаем условия",
    "Заключаем контракт",
    "Работа!",
    "Упущен",
)
KINDS = ("Звонок", "Встреча", "E-mail (письмо)", "Выезд", "Командировка", "Образцы")
MANAGERS = ("Анна Смирнова", "Борис Кузнецов", "Вера Попова")
SOURCES = ("Сайт", "Выставка", "Рекомендация", "Холодный обзвон")
LEADS = (
    "№",
    "Название",
    "Контактное лицо",
    "Должность",
    "Телефон",
    "E-mail",
    "ИНН",
    "Город",
    "Источник",
    "Менеджер",
    "Примечание",
)
ACTIVITIES = ("Проект", "Дата", "Тип связи", "Содержание", "Статус")
TODAY = dt.date(2026, 11, 5)

# What may be spoilt in a row. Each is an error of its row, except the duplicates, which are a question to the user.
LEAD_FAULTS = (
    "no_name",
    "bad_phone",
    "bad_email",
    "bad_inn",
    "unknown_manager",
    "duplicate_phone",
    "duplicate_inn",
    "duplicate_name",
)
ACTIVITY_FAULTS = (
    "no_project",
    "unknown_client",
    "no_date",
    "bad_date",
    "future_date",
    "unknown_kind",
    "unknown_status",
)

_FIRST = (
    "Северный",
    "Южный",
    "Волжский",
    "Уральский",
    "Новый",
    "Первый",
    "Золотой",
    "Речной",
    "Лесной",
    "Горный",
)
_ROOTS = (
    "Строй",
    "Метал",
    "Агро",
    "Торг",
    "Пром",
    "Снаб",
    "Тех",
    "Мебель",
    "Транс",
    "Энерго",
    "Авто",
    "Пак",
    "Хим",
)
_ENDS = (
    "сервис",
    "маркет",
    "комплект",
    "инвест",
    "ресурс",
    "мастер",
    "проект",
    "альянс",
    "центр",
    "дом",
    "линия",
)
_FORMS = ("ООО «{}»", 'ООО "{}"', "{}", "ЗАО «{}»", "{}, ООО", "АО «{}»")
_CITIES = ("Ярославль", "Тула", "Казань", "Самара", "Пермь", "Тверь", "Рязань", "Омск", "Орёл", "Королёв")
_NAMES = ("Иван", "Пётр", "Олег", "Семён", "Игорь", "Артём", "Фёдор", "Юрий", "Глеб", "Денис")
_SURNAMES = ("Иванов", "Королёв", "Ершов", "Жуков", "Чернов", "Щукин", "Юдин", "Яковлев", "Фомин", "Цветков")
_POSITIONS = ("Директор", "Закупщик", "Главный инженер", "Снабженец", "")
_SAID = (
    "Познакомились, просил перезвонить",
    "Отправил каталог",
    "Обсудили сроки\nНужен расчёт доставки",
    "Ждут оценку, вернуться на неделе",
    "Показали образцы, понравились",
    "Согласовали скидку 3 %",
)
_PHONES = (
    "+7{}{}{}{}",
    "8{}{}{}{}",
    "{}{}{}{}",
    "8 ({}) {}-{}-{}",
    "+7 ({}) {}-{}-{}",
    "+7-{}-{}-{}-{}",
    "8.{}.{}.{}.{}",
    "8 {} {} {} {}",
    "+7\u00a0{}\u00a0{}‑{}‑{}",
    "т. 8-{}-{}-{}-{} моб.",
)
_DATES = (
    "{0:%d.%m.%Y}",
    "{0:%d.%m.%y}",
    "{0:%d.%m.%Y} 14:30",
    "{0:%Y-%m-%d}",
    "{0:%d/%m/%Y}",
    "{0.day} {1} {0.year}",
    "{0.day} {1} {0.year} г.",
)
_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)


@dataclass
class Made:
    """What a workbook holds: rows per sheet, each client's last status, and what was spoilt where.

    `faults`: (sheet, row as Excel shows it) → what is wrong with it. `last_status`: name of the client → the status of
    its latest activity, spoilt rows aside. `phones`: name of the client → E.164 digits.
    """

    path: Path
    clients: int = 0
    activities: int = 0
    header_row: int = 1
    faults: dict[tuple[str, int], str] = field(default_factory=dict)
    last_status: dict[str, str] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)

    def rows_with(self, fault: str) -> list[int]:
        return [row for (_sheet, row), what in self.faults.items() if what == fault]


def make_workbook(
    path: str | Path,
    *,
    clients: int = 50,
    activities: int = 100,
    spoilt: bool = False,
    seed: int = 1,
    today: dt.date = TODAY,
    managers: Sequence[str] = MANAGERS,
) -> Made:
    """Writes the firm's workbook: sheets «Лиды» and «Активности». `today`: no clean activity lies after it.

    Spoilt: merged titles above the header, empty lines, a thousand coloured blank rows below, dates as texts in many
    notations, and every fault of `LEAD_FAULTS` and `ACTIVITY_FAULTS` in at least one row each.
    """
    firm = _Firm(random.Random(seed), today, list(managers), spoilt)
    made = Made(Path(path))
    book = Workbook(write_only=True)
    leads, lead_faults = firm.leads(clients)
    _write(book, made, "Лиды", LEADS, leads, lead_faults, spoilt)
    deeds, deed_faults = firm.activities(activities)
    _write(book, made, "Активности", ACTIVITIES, deeds, deed_faults, spoilt)
    made.clients, made.activities = len(leads), len(deeds)
    made.last_status, made.phones = firm.last_status, firm.phones
    book.save(made.path)
    return made


def make_csv(
    path: str | Path, *, encoding: str = "utf-8", delimiter: str = ";", clients: int = 30, seed: int = 1
) -> list[list[str]]:
    """Writes the clean sheet «Лиды» as text and returns its cells, the header first."""
    leads, _faults = _Firm(random.Random(seed), TODAY, list(MANAGERS), spoilt=False).leads(clients)
    # Windows-1251 has no no-break hyphen.
    rows = [list(LEADS), *([str(cell).replace("‑", "-") for cell in row] for row in leads)]
    with open(path, "w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return rows


class _Firm:
    def __init__(self, chance: random.Random, today: dt.date, managers: list[str], spoilt: bool) -> None:
        self.chance, self.today, self.managers, self.spoilt = chance, today, managers, spoilt
        self.names: list[str] = []
        self.phones: dict[str, str] = {}
        self.last_status: dict[str, str] = {}

    def leads(self, count: int) -> tuple[list[list[Any]], dict[int, str]]:
        pick = self.chance.choice
        names = self._names()
        # Numbers of phones and INN are drawn without repetition: what is alike, was made alike on purpose.
        phones = self.chance.sample(range(9_000_000_000, 9_999_999_999), count)
        inns = self.chance.sample(range(100_000_000, 999_999_999), count)
        rows: list[list[Any]] = []
        for number, (name, phone, inn) in enumerate(zip(names, phones, inns, strict=False), 1):
            person = f"{pick(_SURNAMES)} {pick(_NAMES)}"
            note = pick(("", "", "Работают с 2019 года", "Звонить после обеда\nспросить Ольгу"))
            contact = [_phone(phone, pick(_PHONES)), f"info{number}@firma{inn}.ru", complete_inn(str(inn))]
            place = [pick(_CITIES), pick(SOURCES), pick(self.managers)]
            rows.append([number, name, person, pick(_POSITIONS), *contact, *place, note])
            self.phones[name] = f"7{phone}"
        self.names = [row[1] for row in rows]
        faults = self._choose_rows(LEAD_FAULTS, len(rows)) if self.spoilt else {}
        for index, row in enumerate(rows):
            if index in faults:
                self._spoil_lead(rows, index, faults[index])
            elif self.spoilt:
                self._write_carelessly(row, index)
        return rows, faults

    def activities(self, count: int) -> tuple[list[list[Any]], dict[int, str]]:
        pick, spread = self.chance.choice, self.chance.randrange
        free = {name: iter(self.chance.sample(range(1, 400), 60)) for name in self.names}
        rows: list[list[Any]] = []
        for _ in range(count):
            name = pick(self.names)
            # Two contacts of one client never share a day, so that «the latest» is one of them.
            days = next(free[name], None) or spread(400, 3000)
            rows.append([name, self.today - dt.timedelta(days), pick(KINDS), pick(_SAID), pick(STATUSES)])
        faults = self._choose_rows(ACTIVITY_FAULTS, len(rows)) if self.spoilt else {}
        latest: dict[str, dt.date] = {}
        for index, row in enumerate(rows):
            if index not in faults and row[1] > latest.get(row[0], dt.date.min):
                latest[row[0]], self.last_status[row[0]] = row[1], row[4]
            if index in faults:
                self._spoil_activity(row, faults[index])
            elif self.spoilt:
                row[1] = self._date_text(row[1])
                row[2] = pick((row[2], row[2].lower(), f" {row[2]} "))
        return rows, faults

    def _names(self) -> Iterator[str]:
        seen: set[str] = set()
        while True:
            name = self.chance.choice(_ROOTS) + self.chance.choice(_ENDS)
            for extra in (
                "",
                f"{self.chance.choice(_FIRST)} ",
                f"{self.chance.choice(_FIRST)} {len(seen) + 1} ",
            ):
                if (full := extra + name) not in seen:
                    seen.add(full)
                    yield self.chance.choice(_FORMS).format(full)
                    break

    def _choose_rows(self, faults: Sequence[str], count: int) -> dict[int, str]:
        """Rows apart from the first third, so that a duplicate finds the one before it; one in 200 for each fault."""
        each = max(1, count // 200)
        rows = self.chance.sample(range(count // 3, count), min(each * len(faults), count - count // 3))
        return {row: faults[place % len(faults)] for place, row in enumerate(rows)}

    def _write_carelessly(self, row: list[Any], index: int) -> None:
        """What is no fault, but must be understood: numbers kept as numbers, two phones in one cell, loose blanks."""
        if index % 7 == 3:
            row[4] = int("8" + self.phones[row[1]][1:])
        elif index % 7 == 5:
            row[4] = f"{row[4]}\n8 (495) {200 + index // 10000:03}-{index // 100 % 100:02}-{index % 100:02}"
        if index % 5 == 2:
            row[6] = int(row[6])
        if index % 9 == 4:
            row[1], row[9] = f" {row[1]}  ", f"{row[9]} "

    def _spoil_lead(self, rows: list[list[Any]], index: int, fault: str) -> None:
        row, pick = rows[index], self.chance.choice
        earlier = rows[self.chance.randrange(max(1, len(rows) // 3))]
        digits = self.phones[self.names[rows.index(earlier)]]
        if fault == "no_name":
            row[1] = None
        elif fault == "bad_phone":
            row[4] = pick(("23-45-67", "8 912 345", "уточнить у секретаря"))
        elif fault == "bad_email":
            row[5] = pick(("ivanov@", "почта есть", "info@firma,ru", "@mail.ru"))
        elif fault == "bad_inn":
            row[6] = pick((row[6][:-1] + str((int(row[6][-1]) + 1) % 10), row[6][:7]))
        elif fault == "unknown_manager":
            row[9] = pick(("Зинаида К.", "уволен"))
        elif fault == "duplicate_phone":
            row[4] = _phone(int(digits[1:]), pick(_PHONES))
        elif fault == "duplicate_inn":
            row[6] = earlier[6]
        elif fault == "duplicate_name":
            row[1] = earlier[1].upper()

    def _spoil_activity(self, row: list[Any], fault: str) -> None:
        pick = self.chance.choice
        if fault == "no_project":
            row[0] = None
        elif fault == "unknown_client":
            row[0] = "ИП Никому Неизвестный"
        elif fault == "no_date":
            row[1] = None
        elif fault == "bad_date":
            row[1] = pick(("вчера", "31.02.2026", "05.2026", "скоро"))
        elif fault == "future_date":
            row[1] = self.today + dt.timedelta(self.chance.randrange(300, 900))
        elif fault == "unknown_kind":
            row[2] = pick(("Факс", "Голубиная почта"))
        elif fault == "unknown_status":
            row[4] = pick(("Думает", "???"))

    def _date_text(self, day: dt.date) -> str | dt.date:
        notation = self.chance.choice((None, *_DATES))
        return notation.format(day, _MONTHS[day.month - 1]) if notation else day


def _phone(number: int, notation: str) -> str:
    digits = str(number)
    return notation.format(digits[:3], digits[3:6], digits[6:8], digits[8:])


def _write(
    book: Workbook,
    made: Made,
    title: str,
    header: Sequence[str],
    rows: list[list[Any]],
    faults: dict[int, str],
    spoilt: bool,
) -> None:
    sheet = book.create_sheet(title)
    number = 0
    if spoilt:
        last = chr(64 + len(header))
        sheet.merged_cells.add(f"A1:{last}1")
        sheet.merged_cells.add(f"A2:{last}2")
        for line in (["База клиентов ООО «Наша фирма»"], ["Выгрузка", None, TODAY], [None]):
            sheet.append(line)
            number += 1
    bold = [WriteOnlyCell(sheet, value=text) for text in header]
    for cell in bold:
        cell.font = Font(bold=True)
    sheet.append(bold)
    number += 1
    made.header_row = number
    for index, row in enumerate(rows):
        if spoilt and index % 25 == 24:
            sheet.append([None])
            number += 1
        sheet.append(row)
        number += 1
        if index in faults:
            made.faults[title, number] = faults[index]
    if spoilt:
        fill = PatternFill("solid", fgColor="FFF2CC")
        blank = [WriteOnlyCell(sheet) for _ in header]
        for cell in blank:
            cell.fill = fill
        for _ in range(1000):
            sheet.append(blank)


def main() -> None:
    from tests.hostile_files import make_hostile_files

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clients", type=int, default=5000)
    parser.add_argument("--activities", type=int, default=5000)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    size = {"clients": given.clients, "activities": given.activities}
    make_workbook(given.folder / "clean.xlsx", **size)
    make_workbook(given.folder / "spoilt.xlsx", spoilt=True, **size)
    make_workbook(given.folder / "small-spoilt.xlsx", spoilt=True, clients=40, activities=60)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251"):
        for name, delimiter in (("comma", ","), ("semicolon", ";"), ("tab", "\t")):
            make_csv(given.folder / f"leads-{encoding}-{name}.csv", encoding=encoding, delimiter=delimiter)
    make_hostile_files(given.folder)


if __name__ == "__main__":
    main()

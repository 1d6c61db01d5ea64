"""The exchange file «1CClientBankExchange», as banks write a statement of an account.

A text of «Key=Value» lines. A head; for each account «СекцияРасчСчет … КонецРасчСчет»; for each document
«СекцияДокумент=… … КонецДокумента»; «КонецФайла» at the end. What comes in to the accounts of the statement is money
from clients; the rest is left out. A file that breaks off or nests wrongly is refused with the number of the line: half
a statement read silently would be worse than none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

SIGNATURE = "1CClientBankExchange"
# Bytes of a file, characters of a line: beyond them it is no statement.
LARGEST = 20 * 1024 * 1024
_LONGEST_LINE = 5_000
_MOST_LINES = 190_000
_ENCODING_KEY = "Кодировка"
_PURPOSES = tuple(f"НазначениеПлатежа{number}" for number in range(1, 7))
_INN_BEFORE_NAME = re.compile(r"^\s*ИНН[\s:]*\d*\s*(?:КПП[\s:]*\d*\s*)?", re.IGNORECASE)
# Characters nobody sees and databases stop at.
_UNSEEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127, 0xFEFF], " ")


class BrokenStatement(Exception):
    """The file cannot be read as a statement; `str()` is a sentence that names the line."""


@dataclass(frozen=True, slots=True)
class Document:
    """One incoming document as texts, as the bank wrote them. `line`: where it begins in the file."""

    line: int
    number: str
    day: str
    amount: str
    payer: str
    payer_inn: str
    payer_account: str
    payee_account: str
    purpose: str


@dataclass
class Statement:
    """What a file says: our accounts, what came in, how many documents were left out because nothing did by them."""

    accounts: set[str] = field(default_factory=set)
    incoming: list[Document] = field(default_factory=list)
    left_out: int = 0


def is_exchange(data: bytes) -> bool:
    """Whether the file calls itself a statement in this format."""
    return data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"").startswith(SIGNATURE.encode())


def read(data: bytes) -> Statement:
    """The statement in the bytes of a file. Raises `BrokenStatement`."""
    if len(data) > LARGEST:
        raise BrokenStatement(_("The file is larger than 20 MB: ask the bank for a shorter period."))
    statement, documents = Statement(), []
    for kind, line, fields in _sections(_lines(decode(data))):
        if kind == _DOCUMENT:
            documents.append((line, fields))
        else:
            statement.accounts.update(_digits(account) for account in fields.get("РасчСчет", ()))
    statement.accounts.discard("")
    if not statement.accounts:
        raise BrokenStatement(
            _("The statement does not say of which account it is: the line “РасчСчет=” is missing.")
        )
    for line, fields in documents:
        document = _document(line, {key: values[-1] for key, values in fields.items()})
        if document.payee_account in statement.accounts and document.payer_account not in statement.accounts:
            statement.incoming.append(document)
        else:
            statement.left_out += 1
    return statement


def decode(data: bytes) -> str:
    """The text of the file. Its line «Кодировка» says by its own bytes what it is written in: a file that was saved
    anew by another program still says what it was before. Raises `BrokenStatement`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    known = [name for name in ("utf-8", "cp1251", "cp866") if f"{_ENCODING_KEY}=".encode(name) in data]
    try:
        return data.decode(known[0] if known else "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if not known:
            return data.decode("cp1251", errors="replace")
        line = data[: error.start].count(b"\n") + 1
        raise BrokenStatement(
            _("Line %(line)s is written in another encoding than the file says: load it from the bank anew.")
            % {"line": line}
        ) from error


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, numbered from 1."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0].strip() != SIGNATURE:
        raise BrokenStatement(_("Line 1 is not “1CClientBankExchange”: this is no statement of a bank."))
    if len(lines) > _MOST_LINES:
        raise BrokenStatement(
            _("The statement has more than %(count)s lines: ask the bank for a shorter period.")
            % {"count": f"{_MOST_LINES:,}".replace(",", "\u00a0")}
        )
    for number, line in enumerate(lines[1:], 2):
        if len(line) > _LONGEST_LINE:
            raise BrokenStatement(_("Line %(line)s is too long for a statement.") % {"line": number})
        if said := line.translate(_UNSEEN).strip():
            yield number, said


_DOCUMENT, _ACCOUNT, _HEAD = "СекцияДокумент", "СекцияРасчСчет", ""
_ENDS = {"КонецДокумента": _DOCUMENT, "КонецРасчСчет": _ACCOUNT}
_END_OF_FILE = "КонецФайла"


def _sections(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[str, int, dict[str, list[str]]]]:
    """(kind of section, line it begins in, its values by key), the head as one without a kind."""
    kind, begun, fields = _HEAD, 1, dict[str, list[str]]()
    head = fields
    for number, said in lines:
        key, equals, value = said.partition("=")
        key = key.strip()
        if key == _END_OF_FILE:
            if kind:
                raise BrokenStatement(_not_closed(begun))
            yield _HEAD, 1, head
            return
        if key in (_DOCUMENT, _ACCOUNT):
            if kind:
                raise BrokenStatement(_not_closed(begun))
            kind, begun, fields = key, number, {}
        elif key in _ENDS:
            if _ENDS[key] != kind:
                raise BrokenStatement(
                    _("Line %(line)s closes a section that was not opened.") % {"line": number}
                )
            yield kind, begun, fields
            kind, fields = _HEAD, head
        elif not equals:
            raise BrokenStatement(
                _("Line %(line)s says nothing a statement can say: “%(text)s”.")
                % {"line": number, "text": said[:40]}
            )
        else:
            fields.setdefault(key, []).append(value.strip())
    if kind:
        raise BrokenStatement(_not_closed(begun))
    raise BrokenStatement(_("The file breaks off: it has no line “КонецФайла”. Load it from the bank anew."))


def _not_closed(line: int) -> str:
    return _("The section that begins in line %(line)s has no end: load the file from the bank anew.") % {
        "line": line
    }


def _document(line: int, said: dict[str, str]) -> Document:
    def first(*keys: str) -> str:
        return next((said[key] for key in keys if said.get(key)), "")

    return Document(
        line=line,
        number=first("Номер"),
        day=first("ДатаПоступило", "Дата"),
        amount=first("Сумма"),
        payer=_INN_BEFORE_NAME.sub("", first("Плательщик1", "Плательщик")),
        payer_inn=_digits(first("ПлательщикИНН")),
        payer_account=_digits(first("ПлательщикСчет", "ПлательщикРасчСчет")),
        payee_account=_digits(first("ПолучательСчет", "ПолучательРасчСчет")),
        purpose=first("НазначениеПлатежа") or " ".join(said[key] for key in _PURPOSES if said.get(key)),
    )


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isdigit())

"""Phones: out of whatever people write into the digits of E.164 (country code first, no «+»), and back for the eye."""

import re
from dataclasses import dataclass

import phonenumbers

REGION = "RU"

# Between two numbers of one cell; a slash and a full stop may stand inside a number, so they are left to the matcher.
_BETWEEN = re.compile(r"[,;\n\r|]+")
_INSIDE = str.maketrans("", "", " \u00a0\u202f\t()-‐‑‒–—.+")
_EXTENSION = re.compile(r"(?:\b(?:доб|вн|ext|внутр)\w*\.?|#)\s*:?\s*(\d{1,6})\s*$", re.IGNORECASE)
_RUSSIAN = re.compile(r"(?<!\d)(?:\+?7|8)(?:[\s()\-‐-―.]*\d){10}(?!\d)")
_BARE_EXTENSION = re.compile(r"\s*(?:доб|вн|ext|внутр|#)", re.IGNORECASE)
# What people put where there is no phone.
_NOTHING = frozenset({"", "-", "—", "–", "нет", "no", "none", "n/a", "н/д", "?", ".", "0"})


@dataclass(frozen=True, slots=True)
class Phone:
    """One valid number: E.164 digits without «+», and the extension («доб. 5») if one was written."""

    digits: str
    extension: str = ""


@dataclass(frozen=True, slots=True)
class PhonesRead:
    """What a text held: valid numbers in their order, each once, and the pieces that look like none."""

    phones: tuple[Phone, ...] = ()
    invalid: tuple[str, ...] = ()


def parse_phones(text: str) -> list[str]:
    """The valid numbers in the text, as E.164 digits without «+», in their order, each once. The rest is left out."""
    return [phone.digits for phone in read_phones(text).phones]


def read_phones(text: str) -> PhonesRead:
    """All that a text meant for phones holds: «8 (912) 345-67-89, доб. 5; 495 123-45-67» is two of them.

    A number without a country code is a Russian one. A city number without its code, a wrong number and any other text
    come back in `invalid` as written, so that nothing typed is lost without a word.
    """
    text = text.strip()
    mobile = _russian_mobile(text)
    if mobile:
        return PhonesRead((Phone(mobile),))
    phones: dict[str, Phone] = {}
    invalid: list[str] = []
    for piece in _pieces(text):
        mobile = _russian_mobile(piece)
        found = [Phone(mobile)] if mobile else _matched(piece)
        if not found and piece.casefold() not in _NOTHING:
            invalid.append(piece)
        for phone in found:
            phones.setdefault(phone.digits, phone)
    return PhonesRead(tuple(phones.values()), tuple(invalid))


def format_phone(digits: str) -> str:
    """«+7 912 345-67-89» of "79123456789"; of another country as it is written there; what is no number unchanged."""
    if len(digits) == 11 and digits[0] == "7" and digits.isascii() and digits.isdigit():
        return f"+7\u00a0{digits[1:4]}\u00a0{digits[4:7]}-{digits[7:9]}-{digits[9:]}"
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace(
        " ", "\u00a0"
    )


def _russian_mobile(text: str) -> str:
    """The fast path, for imports read thousands: a cell that holds one Russian mobile number and nothing else."""
    digits = text.translate(_INSIDE)
    if not (digits.isascii() and digits.isdigit()):
        return ""
    if (
        len(digits) == 11
        and digits[1] == "9"
        and (digits[0] == "7" or (digits[0] == "8" and "+" not in text))
    ):
        return "7" + digits[1:]
    if len(digits) == 10 and digits[0] == "9" and "+" not in text:
        return "7" + digits
    return ""


def _pieces(text: str) -> list[str]:
    """The text between separators; «…, доб. 5» stays with the number before it."""
    pieces: list[str] = []
    for part in _BETWEEN.split(text):
        part = part.strip()
        if part and pieces and _BARE_EXTENSION.match(part):
            pieces[-1] += " " + part
        elif part:
            pieces.append(part)
    return pieces


def _matched(piece: str) -> list[Phone]:
    extension = ""
    match = _EXTENSION.search(piece)
    if match:
        extension, piece = match.group(1), piece[: match.start()]
        mobile = _russian_mobile(piece.strip())
        if mobile:
            return [Phone(mobile, extension)]
    numbers = [found.number for found in phonenumbers.PhoneNumberMatcher(piece, REGION)]
    numbers = numbers or _written_otherwise(piece)
    found = [
        Phone(f"{number.country_code}{phonenumbers.national_significant_number(number)}")
        for number in numbers
    ]
    if len(found) == 1 and extension:
        return [Phone(found[0].digits, extension)]
    return found


def _written_otherwise(piece: str) -> list[phonenumbers.PhoneNumber]:
    """Notations the matcher does not take out of a text: a number alone, or Russian ones with only a blank between."""
    numbers = []
    for text in _RUSSIAN.findall(piece) or [piece]:
        try:
            number = phonenumbers.parse(text, REGION)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            numbers.append(number)
    return numbers

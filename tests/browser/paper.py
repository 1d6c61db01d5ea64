"""What stands on a sheet that the browser printed: the words of a PDF as Chromium writes them."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]{4})>")
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SHOWN = re.compile(rb"/(F\d+)\s+[\d.]+\s+Tf|<([0-9A-Fa-f]+)>\s*Tj|\[(.*?)\]\s*TJ", re.DOTALL)


def words_of(pdf: bytes) -> str:
    """The text of all its pages, white space taken out: where it stands between two numbers says little in a PDF."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    fonts: dict[bytes, dict[bytes, str]] = {}
    for body in objects.values():
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", body):
            if found := re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)]):
                fonts[name] = _letters(_stream(objects[int(found.group(1))]))
    shown = (_page(_stream(body), fonts) for body in objects.values() if _STREAM.search(body))
    return re.sub(r"\s", "", "".join(shown))


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if found is None:
        return b""
    try:
        return zlib.decompress(found.group(1)) if b"/FlateDecode" in body else found.group(1)
    except zlib.error:
        return b""


def _letters(cmap: bytes) -> dict[bytes, str]:
    """{glyph, as its code is written: letter}."""
    letters: dict[bytes, str] = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for glyph, letter in _PAIR.findall(part):
            letters[glyph] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, letter in _RANGE.findall(part):
            for step in range(int(last, 16) - int(first, 16) + 1):
                code = b"%0*X" % (len(first), int(first, 16) + step)
                letters[code] = chr(int(letter, 16) + step)
    return letters


def _page(content: bytes, fonts: dict[bytes, dict[bytes, str]]) -> str:
    letters: dict[bytes, str] = {}
    found = []
    for font, single, many in _SHOWN.findall(content):
        if font:
            letters = fonts.get(font, {})
        for text in [single] if single else re.findall(rb"<([0-9A-Fa-f]+)>", many):
            width = len(next(iter(letters), b"0000"))
            glyphs = (text[at : at + width].upper() for at in range(0, len(text), width))
            found.append("".join(letters.get(glyph, "") for glyph in glyphs))
    return "".join(found)

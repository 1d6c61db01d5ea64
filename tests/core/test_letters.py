"""Letters with a page and files; what a trial without a mail server shows of them."""

import io

import pytest

from core.letters import File, LogBackend, address, letter


def test_a_letter_holds_text_page_file_and_picture() -> None:
    made = letter(
        ["anna@example.test"],
        "Отчёт",
        "Итого 5",
        html="<p>Итого 5</p>",
        files=[
            File("итог.xlsx", b"PK", "application/vnd.ms-excel"),
            File("p.svg", b"<svg/>", "image/svg+xml", "p"),
        ],
        name="takt.letter.7",
    ).message()
    parts = {part.get_content_type(): part for part in made.walk()}
    assert {"text/plain", "text/html", "application/vnd.ms-excel", "image/svg+xml"} <= parts.keys()
    assert parts["image/svg+xml"]["Content-ID"] == "<p>"
    assert parts["image/svg+xml"]["Content-Disposition"].startswith("inline")
    assert parts["application/vnd.ms-excel"].get_filename() == "итог.xlsx"
    assert made["Message-ID"] == "<takt.letter.7@localhost>"


def test_a_link_in_a_letter_is_a_whole_address(settings: pytest.FixtureRequest) -> None:
    settings.TAKT_URL = "https://crm.example.test"  # type: ignore[attr-defined]
    assert address("/reports/") == "https://crm.example.test/reports/"


def test_the_log_shows_words_and_only_names_files() -> None:
    log = io.StringIO()
    backend = LogBackend(stream=log)
    made = letter(
        ["anna@example.test"], "Отчёт", "Итого 5", html="<p>x</p>", files=[File("a.xlsx", b"P" * 900, "a/b")]
    )
    assert backend.send_messages([made]) == 1
    said = log.getvalue()
    assert "Отчёт" in said and "Итого 5" in said and "[a.xlsx: 900 bytes]" in said
    assert "PPPP" not in said and len(said) < 500

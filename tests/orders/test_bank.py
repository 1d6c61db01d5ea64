"""The exchange file of client-bank programs: what is read, what is refused and by which line."""

import pytest

from orders.bank.as_table import COLUMNS, as_csv
from orders.bank.exchange import BrokenStatement, is_exchange, read
from orders.bank.keys import bank_key
from tests.orders.statements import OURS, THEIRS, document, statement


def test_what_came_in_is_read_with_the_lines_it_stands_in():
    text = statement(
        document(number="7", amount="1200.50"), document(number="8", payer="ИНН 7707083893 ООО Ромашка")
    )
    found = read(text.encode("cp1251"))
    assert found.accounts == {OURS}
    first, second = found.incoming
    assert (first.number, first.amount, first.day) == ("7", "1200.50", "05.11.2026")
    assert text.split("\r\n")[first.line - 1] == "СекцияДокумент=Платежное поручение"
    assert second.payer == "ООО Ромашка" and second.line > first.line


@pytest.mark.parametrize(("encoding", "said"), [("cp1251", "Windows"), ("utf-8", "UTF-8"), ("cp866", "DOS")])
def test_each_encoding_is_read(encoding, said):
    text = statement(document(payer="АО Ёлка", purpose="По счёту № 12"), encoding=said)
    [one] = read(text.replace("«", '"').replace("»", '"').encode(encoding)).incoming
    assert (one.payer, one.purpose) == ("АО Ёлка", "По счёту № 12")


def test_a_file_saved_anew_in_another_encoding_is_read_by_its_bytes():
    [one] = read(statement(document(payer="АО Ёж"), encoding="Windows").encode("utf-8-sig")).incoming
    assert one.payer == "АО Ёж"


def test_what_goes_out_and_what_moves_between_own_accounts_is_left_out():
    other = "40702810900000000009"
    text = statement(
        document(),
        document(payer_account=OURS, payee_account=THEIRS),
        document(payer_account=other, payee_account=OURS),
        accounts=(OURS, other),
    )
    found = read(text.encode("cp1251"))
    assert len(found.incoming) == 1 and found.left_out == 2


def test_a_purpose_in_several_lines_is_one():
    text = statement(document(purpose="")).replace(
        "НазначениеПлатежа=", "НазначениеПлатежа1=По счёту 12\r\nНазначениеПлатежа2=от 03.11.2026"
    )
    [one] = read(text.encode("cp1251")).incoming
    assert one.purpose == "По счёту 12 от 03.11.2026"


def broken(text):
    with pytest.raises(BrokenStatement) as caught:
        read(text.encode("cp1251"))
    return str(caught.value)


def test_a_file_that_breaks_off_is_refused_with_the_line():
    whole = statement(document(), document())
    half = whole[: whole.rindex("Сумма")]
    place = half.split("\r\n").index("СекцияДокумент=Платежное поручение", 20) + 1
    assert f"в строке {place}" in broken(half)
    assert "КонецФайла" in broken(whole.replace("КонецФайла", ""))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda text: text.replace("1CClientBankExchange", "Что-то другое"), "1"),
        (lambda text: text.replace("Сумма=", "Сумма ", 1), "Строка"),
        (lambda text: text.replace("КонецРасчСчет", "КонецДокумента"), "Строка"),
        (lambda text: text.replace(f"РасчСчет={OURS}", "РасчСчет="), "РасчСчет="),
        (lambda text: text.replace("Номер=1", "Номер=" + "9" * 6000), "слишком длинн"),
    ],
)
def test_whatever_is_wrong_is_said_in_a_sentence(change, word):
    assert word in broken(change(statement(document())))


@pytest.mark.parametrize("data", [b"", b"\0" * 50, b"\xff\xfe\x00", b"1CClientBankExchange", b"\xd0" * 100])
def test_no_bytes_bring_it_down(data):
    with pytest.raises(BrokenStatement):
        read(data)
    assert is_exchange(data) == data.startswith(b"1CC")


def test_each_document_stands_in_its_own_line_of_the_table():
    found = read(statement(document(purpose='Счёт "12"; аванс'), document(number="2")).encode("cp1251"))
    lines = as_csv(found, {key: key for key in COLUMNS}).decode().split("\n")
    assert lines[0].startswith('"paid_on"')
    for one in found.incoming:
        assert one.number in lines[one.line - 1]
    assert sum(bool(one) for one in lines) == 3


def test_a_payment_is_known_by_day_number_sum_and_accounts():
    said = {
        "paid_on": "2026-11-05",
        "number": "7",
        "amount": "10.00",
        "payer_account": "1",
        "payee_account": "2",
    }
    same = {**said, "purpose": "другое", "payer": "кто-то"}
    assert bank_key(said) == bank_key(same)
    for name in said:
        assert bank_key({**said, name: "9"}) != bank_key(said)
    nameless = {"paid_on": "2026-11-05", "amount": "10.00", "payer": "ООО А"}
    assert bank_key({**nameless, "purpose": "за май"}) != bank_key({**nameless, "purpose": "за июнь"})

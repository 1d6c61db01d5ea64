"""A phone is one and the same in whatever notation people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.phones import Phone, format_phone, parse_phones, read_phones

TEN_NOTATIONS = [
    "+79123456789",
    "89123456789",
    "9123456789",
    "8 (912) 345-67-89",
    "+7 (912) 345-67-89",
    "+7-912-345-67-89",
    "8.912.345.67.89",
    "8 912 345 67 89",
    "+7\u00a0912\u00a0345‑67‑89",
    "7 912 3456789",
]


@pytest.mark.parametrize("text", TEN_NOTATIONS)
def test_a_mobile_is_understood_in_ten_notations(text):
    assert parse_phones(text) == ["79123456789"]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("8 (4852) 23-45-67", "74852234567"),
        ("8(495)1234567", "74951234567"),
        ("8 800 555 35 35", "78005553535"),
        ("+375 29 123-45-67", "375291234567"),
        ("+1 650-253-0000", "16502530000"),
        ("тел. 8-912-345-67-89 (Whatsapp), Иван", "79123456789"),
    ],
)
def test_city_numbers_other_countries_and_words_around_are_understood(text, digits):
    assert parse_phones(text) == [digits]


@pytest.mark.parametrize(
    "text",
    [
        "89123456789, +7 495 123-45-67",
        "8 912 345 67 89; 84951234567",
        "8 912 345 67 89/8 495 123 45 67",
        "8 912 345-67-89\n8 495 123-45-67",
        "8 912 3456789 8 495 1234567",
        "89123456789, 8 (495) 123-45-67, +7 912 345 67 89",
    ],
)
def test_several_numbers_of_one_cell_come_in_their_order_each_once(text):
    assert parse_phones(text) == ["79123456789", "74951234567"]


def test_an_extension_stays_with_its_number():
    read = read_phones("8 (912) 345-67-89, доб. 5; тел. 84951234567 вн.123")
    assert read.phones == (Phone("79123456789", "5"), Phone("74951234567", "123"))
    assert read.invalid == ()


def test_what_is_no_whole_number_comes_back_as_it_was_written():
    read = read_phones("23-45-67; 89123456789; уточнить у Иры; 8912345678")
    assert [phone.digits for phone in read.phones] == ["79123456789"]
    assert read.invalid == ("23-45-67", "уточнить у Иры", "8912345678")


@pytest.mark.parametrize("text", ["", "  ", "-", "—", "нет", "н/д"])
def test_a_mark_for_no_phone_is_neither_a_phone_nor_an_error(text):
    assert read_phones(text) == read_phones("")


def test_a_phone_is_shown_as_russians_write_it():
    assert format_phone("79123456789") == "+7\u00a0912\u00a0345-67-89"
    assert format_phone("375291234567") == "+375\u00a029\u00a0123-45-67"
    assert format_phone("") == ""


@given(
    st.integers(0, 999_999_999),
    st.sampled_from(["{0}", "7{0}", "8{0}", "+7{0}", "8({1}){2}-{3}-{4}", "+7 {1} {2} {3} {4}"]),
)
def test_the_fast_path_agrees_with_the_notation_shown(number, notation):
    national = f"9{number:09}"
    parts = national[:3], national[3:6], national[6:8], national[8:]
    assert parse_phones(notation.format(national, *parts)) == ["7" + national]
    assert parse_phones(format_phone("7" + national)) == ["7" + national]


@given(st.text())
def test_no_text_breaks_the_reading(text):
    read = read_phones(text)
    assert all(phone.digits.isdigit() for phone in read.phones)

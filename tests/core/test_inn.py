"""An INN is checked by its control digits before it is kept."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.inn import clean_inn, complete_inn


@pytest.mark.parametrize("inn", ["7707083893", "7728168971", "500100732259"])
def test_real_numbers_are_taken(inn):
    assert clean_inn(inn) == inn
    assert clean_inn(f" {inn[:4]} {inn[4:]}\u00a0") == inn


def test_an_empty_text_is_no_inn_and_no_error():
    assert clean_inn("  ") == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("7707083894", "inn_control"),
        ("500100732258", "inn_control"),
        ("0000000000", "inn_control"),
        ("77070838", "inn_length"),
        ("ИНН7707083893", "inn_digits"),
        ("٧٧٠٧٠٨٣٨٩٣", "inn_digits"),
    ],
)
def test_each_slip_has_its_own_sentence(text, code):
    with pytest.raises(ValidationError) as refused:
        clean_inn(text)
    assert refused.value.code == code


@given(st.integers(1, 10**9 - 1), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, place, shift):
    # Modulo 11 then 10 lets ten and zero look alike, so the control digit itself is the one place always sure.
    inn = complete_inn(f"{number:09}")
    assert clean_inn(inn) == inn
    wrong = inn[:9] + str((int(inn[9]) + shift) % 10)
    with pytest.raises(ValidationError):
        clean_inn(wrong)

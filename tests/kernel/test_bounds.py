from __future__ import annotations

import pytest

from kernel.bounds import whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("999999999", 999_999_999)])
def test_plain_digits_are_a_number(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.0", "1_0", "²", "٣", "1000000000", "9" * 5_000])
def test_whatever_else_a_form_says_is_none(text: str) -> None:
    assert whole_number(text) is None


def test_keys_may_be_longer() -> None:
    assert whole_number("1000000000", digits=18) == 1_000_000_000

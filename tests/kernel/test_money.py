"""Amounts in words: one currency, as each language writes it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from kernel.money import currency_code, exact, sign, whole

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("currency", "language", "words"),
    [
        ("GBP", "en_GB", "£1,250.50"),
        ("GBP", "de", f"1.250,50{NBSP}£"),
        ("EUR", "en_GB", "€1,250.50"),
        ("EUR", "de", f"1.250,50{NBSP}€"),
        ("EUR", "fr", f"1\N{NARROW NO-BREAK SPACE}250,50{NBSP}€"),
        ("EUR", "es", f"1.250,50{NBSP}€"),
        ("USD", "en", "$1,250.50"),
        ("CHF", "en_GB", f"CHF{NBSP}1,250.50"),
        ("JPY", "de", f"1.250{NBSP}¥"),
    ],
)
def test_each_language_writes_an_amount_as_its_readers_do(
    settings: Settings, currency: str, language: str, words: str
) -> None:
    settings.CURRENCY = currency

    assert exact(Decimal("1250.50"), language=language) == words


@pytest.mark.parametrize(
    ("currency", "listed", "zero", "beside"),
    [
        ("GBP", "−£12,346", "£0", "£"),
        ("EUR", "−€12,346", "€0", "€"),
        ("SEK", f"−SEK{NBSP}12,346", f"SEK{NBSP}0", "SEK"),
        ("KWD", f"−KWD{NBSP}12,346", f"KWD{NBSP}0", "KWD"),
    ],
)
def test_lists_have_no_decimals_and_a_true_minus(
    settings: Settings, currency: str, listed: str, zero: str, beside: str
) -> None:
    settings.CURRENCY = currency

    assert (whole(-12345.6), whole(0), sign()) == (listed, zero, beside)


def test_a_currency_that_does_not_exist_stops_the_start() -> None:
    assert currency_code(" eur ") == "EUR"

    with pytest.raises(ImproperlyConfigured, match="GBP, EUR or USD"):
        currency_code("£")

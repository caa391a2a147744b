"""Amounts of money in words, in the one currency that everything is kept in (``settings.CURRENCY``, ISO 4217)."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.numbers import format_currency, get_currency_symbol, list_currencies
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import lazy
from django.utils.text import format_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

COLLEAGUES = "en_GB"  # in whose language pages for colleagues are written
MINUS = "\N{MINUS SIGN}"
Amount = Decimal | float | int


def exact(value: Amount, *, language: str = COLLEAGUES) -> str:
    """Return an amount with as many decimals as its currency has: ``£1,250.00``, ``1.250,00 €``, ``JP¥1,250``."""
    return format_currency(value, settings.CURRENCY, _pattern(language, settings.CURRENCY), locale=language).replace(
        "-", MINUS
    )


def whole(value: Amount) -> str:
    """Return an amount without decimals, for lists that colleagues read: ``£1,250``."""
    pattern = _pattern(COLLEAGUES, settings.CURRENCY).replace(".00", "")
    said = format_currency(round(value), settings.CURRENCY, pattern, locale=COLLEAGUES, currency_digits=False)
    return said.replace("-", MINUS)


def sign() -> str:
    """Return the currency's sign as it stands beside a field: ``£``."""
    return get_currency_symbol(settings.CURRENCY, locale=COLLEAGUES)


def labelled(label: str) -> StrPromise:
    """Return the label of a field for an amount, ``Budget a month, £``, read when it is shown."""
    return format_lazy("{}, {}", label, lazy(sign, str)())


def currency_code(text: str) -> str:
    """Return the code of a currency as written in the environment. Raises ImproperlyConfigured for none."""
    code = text.strip().upper()
    if code not in list_currencies():
        raise ImproperlyConfigured(f"CURRENCY is {text!r}. Write the code of a currency, such as GBP, EUR or USD.")
    return code


@cache
def _pattern(language: str, currency: str) -> str:
    """Return how amounts are written in a language; letters are kept apart from the number after them."""
    locale = Locale.parse(language)
    pattern = str(locale.currency_formats["standard"].pattern)
    is_word = get_currency_symbol(currency, locale=locale)[-1:].isalpha()
    return pattern.replace("¤#", "¤\N{NO-BREAK SPACE}#") if is_word else pattern

"""Amounts in the words of rules. Which currency they are in is said once, when the app starts: no Django here."""

from __future__ import annotations

_MINUS = "\N{MINUS SIGN}"
_signs = ["£"]


def use_sign(sign: str) -> None:
    """Write amounts with this sign from now on."""
    _signs[:] = [sign]


def sign() -> str:
    """Return the currency's sign as it stands beside a field: ``£``."""
    return _signs[0]


def with_sign(figures: str) -> str:
    """Return figures as an amount, the sign before them: ``£0.05``, ``CHF 5``."""
    digits = figures.removeprefix(_MINUS)
    gap = "\N{NO-BREAK SPACE}" if sign()[-1:].isalpha() else ""
    return f"{figures[: len(figures) - len(digits)]}{sign()}{gap}{digits}"

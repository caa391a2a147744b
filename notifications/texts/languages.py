"""The languages that we write to customers in: a folder each under templates/notifications/mail/, so that one more
language is one more folder. Words are a text file a kind, what is around them is ``phrases.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.formats import number_format

from kernel.money import exact

MAIL_DIR = Path(settings.BASE_DIR) / "templates" / "notifications" / "mail"
DEFAULT = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """One folder: its code, its phrases by name, its sentences by reason."""

    code: str
    phrases: Mapping[str, str]
    reasons: Mapping[str, str]

    def say(self, name: str, **values: object) -> str:
        """Return a phrase with its values."""
        return self.phrases[name].format(**values)

    def reason(self, key: str | None) -> str:
        """Return why, in a sentence; a reason without words of its own has those of any change of plan."""
        return self.reasons.get(key or "", self.phrases["other_reason"])

    def day(self, day: date | None, *, today: date) -> str:
        """Return ``Saturday 28 November``, with the year when it is not this year's."""
        if day is None:
            return self.phrases["unknown_day"]
        how = self.phrases["day" if day.year == today.year else "day_with_year"]
        if day.day == 1:
            how = how.replace("j", "".join(f"\\{letter}" for letter in self.phrases["first_of_month"]))
        with translation.override(self.code):
            return format_date(day, how)

    def number(self, number: int) -> str:
        """Return a number as it is written here: ``1,250``, ``1.250``."""
        if 0 <= number < 1000:
            return str(number)
        with translation.override(self.code):
            return number_format(number, use_l10n=True, force_grouping=True)

    def amount(self, amount: str) -> str:
        """Return an amount of money as it is written here: ``£1,250.00``, ``1.250,00 £``."""
        return exact(Decimal(amount), language=self.code)


@cache
def codes() -> tuple[str, ...]:
    """Return the languages there are, by code."""
    return tuple(sorted(path.parent.name for path in MAIL_DIR.glob("*/phrases.toml")))


def language_of(code: str) -> Language:
    """Return the language of a customer (``de-AT`` is ``de``), or English where we do not write theirs."""
    base = code.lower().replace("_", "-").partition("-")[0]
    return _read(base if base in codes() else DEFAULT)


@cache
def _read(code: str) -> Language:
    phrases = tomllib.loads((MAIL_DIR / code / "phrases.toml").read_text(encoding="utf-8"))
    return Language(code, phrases, phrases.pop("reasons"))

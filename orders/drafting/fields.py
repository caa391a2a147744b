"""What a form sent: texts by name, several to a name, read without ever failing on their content.

A number that is none stays the text that was typed, so that the grammar refuses it at its place and the screen shows
what to correct.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from orders.drafting.money import sign

Fields = Mapping[str, Sequence[str]]
Number = int | float

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_LONGEST = 30  # characters of a number; a longer one is no number that anybody means


def first(fields: Fields, name: str, default: str = "") -> str:
    """Return the first text of a name, trimmed."""
    values = fields.get(name) or [default]
    return values[0].strip()


def every(fields: Fields, name: str) -> list[str]:
    """Return all texts of a name, trimmed; positions are kept, so that two names can be read side by side."""
    return [value.strip() for value in fields.get(name, ())]


def lines(fields: Fields, name: str) -> list[str]:
    """Return the non-empty lines of all texts of a name, each once, in their order."""
    found = (line.strip() for value in fields.get(name, ()) for line in value.splitlines())
    return list(dict.fromkeys(line for line in found if line))


def number(text: str) -> Number | str:
    """Return the number that a text says (thousands may be grouped by commas), or the text itself."""
    plain = text.replace(",", "").replace("−", "-").replace(sign(), "").removesuffix("%").strip()
    if len(plain) > _LONGEST or not _NUMBER.fullmatch(plain):
        return text
    value = float(plain)
    return int(value) if value.is_integer() else value


def shown(value: object) -> str:
    """Return a value of a document as a field shows it; what is no number or text shows as nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.10g}"
    return value if isinstance(value, str) else ""

"""One thing that happened to an order, as its timeline shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

TEXT_WIDTH = 300


@dataclass(frozen=True, slots=True)
class Event:
    """``before`` and ``after`` are days where it moved a date, else words.

    ``names`` are the colleagues whom a note mentions, ``note_id`` its key (0 for what is no note).
    """

    at: datetime
    icon: str
    colour: str
    text: str
    detail: str = ""
    before: date | str | None = None
    after: date | str | None = None
    names: tuple[str, ...] = ()
    note_id: int = 0


def joined(*parts: object) -> str:
    """Return the parts that say anything, with commas between."""
    return ", ".join(str(part) for part in parts if part)

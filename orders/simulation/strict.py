"""JSON read strictly: what is right is taken, what is wrong is kept by its place, and all of it is said at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kernel.bounds import FIRST_DAY, LAST_DAY
from kernel.errors import Invalid
from kernel.text import clean_text


@dataclass(frozen=True, slots=True)
class Reader:
    """Takes what is right out of JSON, and keeps what is wrong by its place."""

    problems: dict[str, str] = field(default_factory=dict)

    def refuse(self, place: str, words: str) -> None:
        self.problems.setdefault(place, words)

    def finish(self) -> None:
        if self.problems:
            raise Invalid("The scenarios have errors. Correct the places named.", fields=self.problems)

    def several(self, raw: object, place: str, most: int) -> Sequence[object]:
        if not isinstance(raw, list) or not 1 <= len(raw) <= most:
            self.refuse(place, f"Give a list of 1 to {most}.")
            return []
        return raw

    def members(self, raw: object, place: str, known: set[str], required: set[str]) -> Mapping[str, Any]:
        if not isinstance(raw, Mapping):
            self.refuse(place, "Give an object.")
            return {}
        for name in raw:
            if name not in known:
                self.refuse(f"{place}.{name}", "This field is not known here.")
        for name in sorted(required - set(raw)):
            self.refuse(f"{place}.{name}", "This field is needed.")
        return raw

    def text(self, entry: Mapping[str, Any], name: str, place: str, longest: int) -> str:
        if name not in entry:
            return ""
        try:
            cleaned = clean_text(entry[name], field=name, max_length=longest) if isinstance(entry[name], str) else ""
        except Invalid:
            cleaned = ""
        if not cleaned:
            self.refuse(f"{place}.{name}", f"Give a text of at most {longest} characters.")
        return cleaned

    def whole(self, entry: Mapping[str, Any], name: str, place: str, low: int, high: int) -> int | None:
        value = entry.get(name)
        if name not in entry:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.refuse(f"{place}.{name}", f"Give a whole number from {low} to {high}.")
            return None
        return value

    def day(self, entry: Mapping[str, Any], name: str, place: str) -> date | None:
        if entry.get(name) is None:
            return None
        try:
            found = date.fromisoformat(entry[name]) if isinstance(entry[name], str) else None
        except ValueError:
            found = None
        if found is None or not FIRST_DAY <= found <= LAST_DAY:
            self.refuse(f"{place}.{name}", f"Give a day from {FIRST_DAY} to {LAST_DAY}, as YYYY-MM-DD.")
            return None
        return found

    def choice(self, entry: Mapping[str, Any], name: str, place: str, choices: Sequence[str]) -> str:
        if name in entry and entry[name] not in choices:
            self.refuse(f"{place}.{name}", f"Give one of: {', '.join(choices)}.")
            return ""
        return str(entry.get(name, ""))

"""Reads untrusted JSON values and collects what is wrong, each problem with its place in the document."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple

from orders.planning import schema

Json = object
_ID = re.compile(r"[a-z][a-z0-9_]{0,49}", re.ASCII)


class Problem(NamedTuple):
    """One thing wrong with a policy: ``rules[2].points.per_unit`` and words for the person who wrote it."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class InvalidPolicyError(ValueError):
    """A policy document was refused; ``problems`` says where and why, in the order of the document."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(slots=True)
class Report:
    """Problems found so far, the terms counted against the policy's limit, and the strategy that is being read."""

    problems: list[Problem] = field(default_factory=list)
    terms: int = 0
    strategy: str = ""

    def add(self, place: str, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(place, message))


def read_object(
    value: Json, place: str, report: Report, required: Collection[str], optional: Collection[str] = ()
) -> Mapping[str, Json] | None:
    """Return the object if it has the required members and no unknown ones, else None."""
    if not isinstance(value, dict):
        report.add(place, f"must be an object, not {json_name(value)}")
        return None
    before = len(report.problems)
    for name in value:
        if name not in required and name not in optional:
            allowed = [*required, *optional]
            named = str(name)[: schema.MAX_TEXT]
            report.add(join(place, named), f"unknown member{_meant(named, allowed)}; allowed are {', '.join(allowed)}")
    for name in required:
        if name not in value:
            report.add(join(place, name), "is missing")
    return value if len(report.problems) == before else None


def read_list(value: Json, place: str, report: Report, longest: int, shortest: int = 1) -> list[Json]:
    """Return the list, or an empty one after noting that it is none or of a wrong length."""
    if not isinstance(value, list):
        report.add(place, f"must be a list, not {json_name(value)}")
        return []
    if not shortest <= len(value) <= longest:
        number = str(longest) if shortest == longest else f"{shortest} to {longest}"
        report.add(place, f"must have {number} entries, not {len(value)}")
        return []
    return value


def read_number(value: Json, place: str, report: Report) -> float:
    """Return a finite number within the limits, or 0 after noting the problem."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        report.add(place, f"must be a number, not {json_name(value)}")
        return 0.0
    if value != value:  # NaN alone differs from itself
        report.add(place, "must be a number, not NaN")
        return 0.0
    if abs(value) > schema.MAX_NUMBER:
        report.add(place, f"must be between {-schema.MAX_NUMBER:,.0f} and {schema.MAX_NUMBER:,.0f}")
        return 0.0
    return float(value)


def read_text(value: Json, place: str, report: Report) -> str:
    """Return a text that is not blank, not too long and holds no control characters, or an empty one."""
    if not isinstance(value, str):
        report.add(place, f"must be a text, not {json_name(value)}")
        return ""
    if not 1 <= len(value) <= schema.MAX_TEXT or not value.isprintable() or value.isspace():
        report.add(place, f"must be 1 to {schema.MAX_TEXT} printable characters")
        return ""
    return value


def read_switch(members: Mapping[str, Json], name: str, place: str, report: Report) -> bool:
    """Return an optional member that is true or false; false where it is missing."""
    value = members.get(name, False)
    if not isinstance(value, bool):
        report.add(join(place, name), f"must be true or false, not {json_name(value)}")
        return False
    return value


def read_id(value: Json, place: str, report: Report) -> str:
    """Return a name that programs use, or an empty text."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        report.add(place, "must be 1 to 50 of a-z, 0-9 and _, and start with a letter")
        return ""
    return value


def refuse_repeated_ids(ids: Collection[str], place: str, report: Report) -> None:
    """Note every id of a list's entries that an entry before has."""
    seen: set[str] = set()
    for i, name in enumerate(ids):
        if name and name in seen:
            report.add(f"{place}[{i}].id", f"{name} is used twice")
        seen.add(name)


def read_choice(value: Json, place: str, report: Report, choices: Collection[str]) -> str:
    """Return one of the choices, or an empty text."""
    if isinstance(value, str) and value in choices:
        return value
    said = value[: schema.MAX_TEXT] if isinstance(value, str) else ""
    shown = repr(said) if isinstance(value, str) else json_name(value)
    report.add(place, f"must be one of {', '.join(choices)}; not {shown}{_meant(said, choices)}")
    return ""


def _meant(said: str, choices: Collection[str]) -> str:
    """Return a question that names the choice which a mistyped text is closest to."""
    return "".join(f" (did you mean {name}?)" for name in get_close_matches(said, choices, n=1))


def join(place: str, name: str) -> str:
    """Return the place of a member."""
    return f"{place}.{name}" if place else name


def json_name(value: Json) -> str:
    """Return what JSON calls the value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
    return "an object"

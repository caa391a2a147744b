"""Findings within one condition: parts that no line meets, and parts that change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from orders.planning.logic import Logic
from orders.planning.rules import AllOf, AnyOf, Condition, Not
from orders.planning.wording import describe


class FindingKind(StrEnum):
    """What is wrong with a part of a policy that the grammar accepts."""

    DEAD = "dead"
    SHADOWED = "shadowed"
    CONTRADICTORY = "contradictory"
    NEVER_MATCHES = "never_matches"


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt about a policy: the place in its document, what is wrong, and what to do about it."""

    place: str
    kind: FindingKind
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} {self.advice}"


def never_matches(condition: Condition, place: str, logic: Logic) -> Finding:
    """Return the finding for a condition that no line can meet, naming two parts that exclude each other if any do."""
    parts = condition.parts if isinstance(condition, AllOf) else ()
    for one, other in combinations(parts, 2):
        if logic.possible(one) and logic.possible(other) and not logic.possible(one, other):
            message = f"No line can meet both “{describe(one)}” and “{describe(other)}”."
            return Finding(place, FindingKind.NEVER_MATCHES, message, "Correct one of the two, or join them with any.")
    return Finding(
        place,
        FindingKind.NEVER_MATCHES,
        f"No line can meet “{describe(condition)}”.",
        "Correct it, or remove it.",
    )


def lint_condition(condition: Condition, place: str, logic: Logic, *given: Condition) -> Iterator[Finding]:
    """Yield findings on the parts of a condition that some line can meet, where ``given`` holds already.

    A part is shadowed where the parts around it decide the answer without it; of two that say the same it is the later.
    """
    match condition:
        case AllOf(parts):
            kept = dict(enumerate(parts))
            for i in reversed(range(len(parts))):
                others = [part for j, part in kept.items() if j != i]
                if logic.follows(parts[i], *given, *others):
                    del kept[i]
                    yield _shadowed(f"{place}.all[{i}]", parts[i], "holds wherever the parts beside it do")
            for i, part in kept.items():
                others = [other for j, other in kept.items() if j != i]
                yield from lint_condition(part, f"{place}.all[{i}]", logic, *given, *others)
        case AnyOf(parts):
            yield from _lint_any(parts, f"{place}.any", logic, given)
        case Not(part):
            yield from lint_condition(part, f"{place}.not", logic, *given)


def _lint_any(
    parts: tuple[Condition, ...], place: str, logic: Logic, given: tuple[Condition, ...]
) -> Iterator[Finding]:
    kept = {i: part for i, part in enumerate(parts) if logic.possible(*given, part)}
    for i, part in enumerate(parts):
        if i not in kept:
            yield never_matches(part, f"{place}[{i}]", logic)
    for i in reversed(list(kept)):
        others = AnyOf(tuple(part for j, part in kept.items() if j != i))
        if logic.follows(others, *given, kept[i]):
            yield _shadowed(f"{place}[{i}]", kept.pop(i), "adds no line to the parts beside it")
    for i, part in kept.items():
        yield from lint_condition(part, f"{place}[{i}]", logic, *given)


def _shadowed(place: str, part: Condition, why: str) -> Finding:
    return Finding(place, FindingKind.SHADOWED, f"“{describe(part)}” {why}.", "Leave it out, or correct it.")

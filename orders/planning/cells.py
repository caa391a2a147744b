"""The values of an attribute cut into cells that no comparison of a policy can tell apart.

With them a comparison is a finite set, kept as the bits of an int, and questions about conditions have exact answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from orders.planning.attributes import CATALOGUE, AttributeSpec, Kind
from orders.planning.rules import Compare, Scalar

UNKNOWN = None
OTHER = ""  # stands for every text that the policy does not name; no text of the grammar is empty


class Cells:
    """One attribute's cells, each by a sample value: UNKNOWN, a text, or a number on or between the policy's own."""

    def __init__(self, attribute: str, named: Iterable[Scalar]) -> None:
        spec = CATALOGUE[attribute]
        samples = _numbers(spec, named) if spec.kind is Kind.NUMBER else _texts(spec, named)
        self.samples: list[Scalar | None] = [*samples, *([] if spec.is_always_known else [UNKNOWN])]
        self.every = (1 << len(self.samples)) - 1

    def where(self, compare: Compare) -> int:
        """Return the cells in which the comparison holds, one bit each."""
        return sum(1 << bit for bit, sample in enumerate(self.samples) if _holds(compare, sample))


def _texts(spec: AttributeSpec, named: Iterable[Scalar]) -> list[Scalar]:
    if spec.kind is Kind.YES_NO:
        return [0.0, 1.0]
    return list(spec.choices) if spec.choices else [*sorted({str(text) for text in named}), OTHER]


def _numbers(spec: AttributeSpec, named: Iterable[Scalar]) -> list[Scalar]:
    """Return every number named, and one between each two and beyond the ends where the attribute can lie."""
    marks = sorted({float(number) for number in named} | ({0.0} if spec.lowest is None else {spec.lowest}))
    found = [marks[0] // 1 - 1, *marks, marks[-1] // 1 + 1]
    for low, high in pairwise(marks):
        between = low // 1 + 1 if spec.is_whole else (low + high) / 2
        if low < between < high:
            found.append(between)
    return [
        number
        for number in sorted(found)
        if (spec.lowest is None or number >= spec.lowest)
        and (spec.highest is None or number <= spec.highest)
        and (not spec.is_whole or number == number // 1)
    ]


def _holds(compare: Compare, sample: Scalar | None) -> bool:
    """Return whether the comparison holds for one value, as ``score`` decides it for columns."""
    if compare.op in ("is_known", "is_unknown"):
        return (sample is UNKNOWN) == (compare.op == "is_unknown")
    if sample is UNKNOWN:
        return False
    if compare.op in ("in", "not_in"):
        return (sample in compare.operands) == (compare.op == "in")
    first = compare.operands[0]
    if isinstance(sample, str) or isinstance(first, str):
        return (sample == first) == (compare.op == "eq")
    match compare.op:
        case "between":
            return first <= sample <= float(compare.operands[1])
        case "lt":
            return sample < first
        case "lte":
            return sample <= first
        case "gt":
            return sample > first
        case "gte":
            return sample >= first
    return (sample == first) == (compare.op == "eq")

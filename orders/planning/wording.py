"""Conditions in words, for findings and screens."""

from __future__ import annotations

from orders.planning.attributes import CATALOGUE, Kind
from orders.planning.rules import AllOf, AnyOf, Compare, Condition, Not, Rule, Scalar

OPERATOR_WORDS = {
    "eq": "is",
    "ne": "is not",
    "lt": "is below",
    "lte": "is at most",
    "gt": "is above",
    "gte": "is at least",
    "in": "is one of",
    "not_in": "is none of",
    "between": "is between",
    "is_known": "is known",
    "is_unknown": "is unknown",
}
_LONGEST_LIST = 5


def describe(condition: Condition) -> str:
    """Return a condition as one line of English; long lists of values are cut."""
    match condition:
        case Compare():
            return _describe_compare(condition)
        case AllOf(parts):
            return _joined(parts, " and ")
        case AnyOf(parts):
            return _joined(parts, " or ")
        case Not(part):
            return f"not ({describe(part)})"


def named(rule: Rule, place: int) -> str:
    """Return how people find a rule again: its number in the list, from 1, and its name."""
    return f"rule {place + 1}, “{rule.label or rule.id}”"


def choice_in_words(attribute: str, value: str) -> str:
    """Return a value as people read it: names of days and months, ours without underscores, the data's as they are."""
    spec = CATALOGUE[attribute]
    if value not in spec.choices:
        return value
    return value.capitalize() if spec.is_same_for_all else value.replace("_", " ")


def _joined(parts: tuple[Condition, ...], link: str) -> str:
    return link.join(f"({describe(part)})" if isinstance(part, AllOf | AnyOf) else describe(part) for part in parts)


def _describe_compare(compare: Compare) -> str:
    values = [_show(compare.attribute, operand) for operand in compare.operands]
    shown = (" and " if compare.op == "between" else ", ").join(values[:_LONGEST_LIST])
    if len(values) > _LONGEST_LIST:
        shown += f" and {len(values) - _LONGEST_LIST} more"
    return f"{CATALOGUE[compare.attribute].label} {OPERATOR_WORDS[compare.op]} {shown}".rstrip()


def _show(attribute: str, value: Scalar) -> str:
    if isinstance(value, str):
        return choice_in_words(attribute, value)
    if CATALOGUE[attribute].kind is Kind.YES_NO:
        return "yes" if value else "no"
    return f"{value:,.10g}"

"""Step 1: points per rule and line. docs/planning.md, section Score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from orders.planning.points import (
    LEVEL_SLACK,
    ByValue,
    Fixed,
    Linear,
    Logistic,
    NumberLevels,
    Points,
    Step,
    ValueLevels,
)
from orders.planning.rules import AllOf, AnyOf, Compare, Condition, Not, Policy, Rule, Scalar
from orders.planning.types import Attribute, Attributes, Bools, Floats, Ints

# Points are kept to a millionth: sums of the same parts then compare equal whatever the float noise, so that ties
# fall through to placed_at. The bound keeps an uncapped rule on a huge value finite.
GRAIN = 1e6
BOUND = 1e12
_ORDERINGS: dict[str, np.ufunc] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "lte": np.less_equal,
    "gt": np.greater,
    "gte": np.greater_equal,
}


def score_lines(policy: Policy, attributes: Attributes, lines: int) -> tuple[Floats, Floats]:
    """Return ``(score, points)``: shapes (lines,) and (lines, rules), row-parallel to the attribute columns.

    ``score`` is the row sum of ``points``, added in rule order so that it does not depend on the other rows. Points of
    a lexicographic policy are whole numbers that the grammar keeps below 2⁵³, so that their sum is exact.
    Raises ValueError where the policy reads a column that was not loaded. O(lines × terms).
    """
    missing = sorted(policy.attributes() - attributes.keys())
    if missing:
        raise ValueError(f"attributes not loaded: {', '.join(missing)}")
    points = np.zeros((lines, len(policy.rules)), dtype=np.float64, order="F")
    score = np.zeros(lines, dtype=np.float64)
    for column, rule in enumerate(policy.rules):
        raw = _rule_points(rule, attributes, lines)
        points[:, column] = raw if policy.strategy == "lexicographic" else _to_grain(raw)
        score += points[:, column]
    return (score if policy.strategy == "lexicographic" else _to_grain(score)), points


def _to_grain(points: Floats) -> Floats:
    bounded: Floats = np.clip(points, -BOUND, BOUND)
    # Adding 0.0 turns −0.0 into 0.0: the two compare equal but differ in bytes.
    return np.rint(bounded * GRAIN) / GRAIN + 0.0


def _rule_points(rule: Rule, attributes: Attributes, lines: int) -> Floats:
    if isinstance(rule.points, Fixed):
        raw = np.full(lines, rule.points.points)
    else:
        raw = _curve(rule.points, attributes[rule.attribute])
    if rule.when is not None:
        raw = np.where(holds(rule.when, attributes, lines), raw, 0.0)
    return raw


def _curve(points: Points, attribute: Attribute) -> Floats:
    if isinstance(points, ByValue):
        return _by_value(points, attribute)
    if isinstance(points, ValueLevels):
        best_first = [float(points.weight * (len(points.values) - place)) for place in range(len(points.values))]
        return _by_value(ByValue(tuple(zip(points.values, best_first, strict=True))), attribute)
    values = np.ascontiguousarray(attribute.values, dtype=np.float64)
    match points:
        case Linear(per_unit, start, cap):
            raw = np.maximum(values - start, 0.0) * per_unit
            if cap is not None:
                raw = np.clip(raw, -cap, cap)
        case Step(thresholds, steps):
            table = np.array((0.0, *steps))
            raw = table[np.searchsorted(np.array(thresholds), values, side="right")]
        case Logistic(midpoint, steepness, maximum):
            # The exponent is bounded because exp overflows past 709; at 60 the curve is flat to the last bit.
            exponent = np.clip(-steepness * (values - midpoint), -60.0, 60.0)
            raw = maximum / (1.0 + np.exp(exponent))
        case NumberLevels(low, high, grain, is_ascending):
            steps_up = np.floor((np.clip(values, low, high) - low) / grain + LEVEL_SLACK)
            raw = points.weight * ((points.levels - 1 - steps_up) if is_ascending else (1 + steps_up))
        case Fixed(fixed):
            raw = np.full(len(values), fixed)
    return np.where(np.isnan(values), 0.0, raw)


def _by_value(points: ByValue, attribute: Attribute) -> Floats:
    named = dict(points.values)
    categories = attribute.categories or ("no", "yes")
    table = np.array([*(named.get(category, points.default) for category in categories), points.default])
    return table[_codes(attribute)]


def _codes(attribute: Attribute) -> Ints:
    """Return category codes with −1 (the last table entry) for unknown; a yes/no column counts as (no, yes)."""
    if attribute.categories:
        return attribute.values.astype(np.int64, copy=False)
    return np.where(np.isnan(attribute.values), -1.0, attribute.values).astype(np.int64)


def holds(condition: Condition, attributes: Attributes, lines: int) -> Bools:
    """Return the lines that meet a condition; its columns must be loaded. O(lines × comparisons)."""
    match condition:
        case Compare(name):
            return _compare(condition, attributes[name])
        case AllOf(parts):
            every = np.ones(lines, dtype=np.bool_)
            for part in parts:
                every &= holds(part, attributes, lines)
            return every
        case AnyOf(parts):
            some = np.zeros(lines, dtype=np.bool_)
            for part in parts:
                some |= holds(part, attributes, lines)
            return some
        case Not(part):
            return ~holds(part, attributes, lines)


def first_met(conditions: Sequence[Condition | None], attributes: Attributes, lines: int) -> Ints:
    """Return for each line the first condition that it meets, −1 for none; None is met by every line."""
    found = np.full(lines, -1, dtype=np.int64)
    for i in reversed(range(len(conditions))):
        when = conditions[i]
        found[slice(None) if when is None else holds(when, attributes, lines)] = i
    return found


def _compare(compare: Compare, attribute: Attribute) -> Bools:
    """Return where the comparison holds; an unknown value satisfies none but ``is_unknown``."""
    codes = attribute.categories or attribute.values.dtype.kind == "i"
    values = attribute.values
    known: Bools = values >= 0 if codes else ~np.isnan(values)
    if compare.op == "is_known":
        return known
    if compare.op == "is_unknown":
        return ~known
    operands = [_operand(operand, attribute) for operand in compare.operands]
    return known & _operator(compare.op, values, operands)


def _operand(operand: Scalar, attribute: Attribute) -> float:
    """Return the number to compare with: a text's code, or −2 where no line of this run has that text."""
    if not isinstance(operand, str):
        return operand
    return float(attribute.categories.index(operand)) if operand in attribute.categories else -2.0


def _operator(op: str, values: Floats | Ints, operands: list[float]) -> Bools:
    held: Bools
    if op in _ORDERINGS:
        held = _ORDERINGS[op](values, operands[0])
    elif op == "between":
        held = (values >= operands[0]) & (values <= operands[1])
    else:
        held = np.isin(values, operands, invert=op == "not_in")
    return held

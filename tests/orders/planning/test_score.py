"""Points of each curve and condition on small columns, with the numbers of docs/planning.md."""

from __future__ import annotations

import math

import numpy as np
import pytest

from orders.planning.grammar import parse_policy
from orders.planning.presets import BALANCED_PRIORITY
from orders.planning.rules import FIFO
from orders.planning.score import score_lines
from orders.planning.types import Attribute

UNKNOWN = math.nan


def numbers(*values: float) -> Attribute:
    return Attribute(np.array(values, dtype=np.float64))


def texts(*values: str | None) -> Attribute:
    categories = tuple(sorted({value for value in values if value is not None}))
    codes = [-1 if value is None else categories.index(value) for value in values]
    return Attribute(np.array(codes, dtype=np.int64), categories)


def points_of(attribute: str, column: Attribute, points: dict, when: dict | None = None) -> list[float]:
    rule = {"id": "rule", "label": "Rule", "attribute": attribute, "points": points}
    if when:
        rule["when"] = when
    policy = parse_policy({"version": 1, "strategy": "priority", "rules": [rule]})
    score, matrix = score_lines(policy, {attribute: column}, len(column.values))
    assert matrix.shape == (len(column.values), 1)
    assert (score == matrix[:, 0]).all()
    return score.tolist()


def test_linear_counts_units_above_its_start_up_to_its_cap():
    column = numbers(-3, 0, 4, 10, 500, UNKNOWN)

    given = points_of("order.days_late", column, {"type": "linear", "per_unit": 2.5, "from": 2, "cap": 100})

    assert given == [0, 0, 5, 20, 100, 0]


def test_step_gives_the_points_of_the_last_threshold_reached():
    column = numbers(-1, 0, 6.9, 7, 1000, UNKNOWN)

    given = points_of("order.age_days", column, {"type": "step", "steps": [[0, 5], [7, 20]]})

    assert given == [0, 5, 5, 20, 20, 0]


def test_logistic_is_half_at_its_midpoint_and_flat_far_out():
    column = numbers(7, -1e9, 1e9, UNKNOWN)
    falling = {"type": "logistic", "midpoint": 7, "steepness": -0.5, "max": 100}

    assert points_of("order.days_to_requested", column, falling) == [50, 100, 0, 0]


def test_by_value_gives_its_default_to_unlisted_and_unknown():
    column = texts("gold", "standard", None)
    points = {"type": "by_value", "values": {"gold": 100}, "default": 7}

    assert points_of("customer.tier", column, points) == [100, 7, 7]


def test_a_text_column_where_every_value_is_unknown_scores():
    when = {"not": {"attribute": "customer.zone", "op": "eq", "value": "north"}}

    assert points_of("customer.zone", texts(None, None), {"type": "fixed", "points": 1}, when) == [1, 1]


def test_conditions_combine():
    known = {"attribute": "line.open_qty", "op": "is_known"}
    small = {"attribute": "line.open_qty", "op": "lt", "value": 2}
    column = numbers(1, 2, UNKNOWN)
    fixed = {"type": "fixed", "points": 1}

    assert points_of("line.open_qty", column, fixed, {"all": [known, {"not": small}]}) == [0, 1, 0]
    assert points_of("line.open_qty", column, fixed, {"any": [small, {"not": known}]}) == [1, 0, 1]


def test_the_balanced_preset_adds_up_as_in_the_docs():
    columns = {
        "order.expedited": numbers(0, 1),
        "order.days_late": numbers(5, UNKNOWN),
        "customer.tier": texts("gold", "standard"),
        "order.days_to_requested": numbers(7, UNKNOWN),
        "order.open_value": numbers(1200, 90),
        "order.age_days": numbers(12, 3),
    }

    score, points = score_lines(parse_policy(BALANCED_PRIORITY), columns, 2)

    assert points.tolist() == [[0, 25, 100, 50, 60, 12], [1000, 0, 0, 0, 4.5, 3]]
    assert score.tolist() == [247, 1007.5]


def test_equal_sums_by_different_parts_are_equal_to_the_bit():
    rules = [
        {"id": f"r{i}", "label": "R", "attribute": name, "points": {"type": "linear", "per_unit": 0.1}}
        for i, name in enumerate(("line.open_qty", "line.open_value", "line.position"))
    ]
    columns = {"line.open_qty": numbers(1, 3), "line.open_value": numbers(2, 2), "line.position": numbers(3, 1)}

    score, _ = score_lines(parse_policy({"version": 1, "strategy": "priority", "rules": rules}), columns, 2)

    assert score[0] == score[1]


def test_fifo_scores_nothing():
    score, points = score_lines(FIFO, {}, 3)

    assert score.tolist() == [0, 0, 0]
    assert points.shape == (3, 0)


def test_a_column_that_was_not_loaded_is_named():
    with pytest.raises(ValueError, match=r"attributes not loaded: customer\.tier, order\.age_days"):
        score_lines(parse_policy(BALANCED_PRIORITY), {name: numbers() for name in OTHERS}, 0)


OTHERS = ("order.expedited", "order.days_late", "order.days_to_requested", "order.open_value")

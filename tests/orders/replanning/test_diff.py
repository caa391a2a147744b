"""A run writes a line's plan when anything that it says is another than what is stored."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from orders.models import LinePlan
from orders.planning.types import Allocations, Guarantees, Pegs, Plan
from orders.replanning.diff import LINE_TYPES, SAID_BY_SOME, compare
from orders.replanning.stored import Claims, Stored

IMPLIED = {"line_id", "order_id", "product_id"}  # a line never becomes another order's or product's
PRODUCTS = np.array([7, 8])
VALUES = sorted({*LINE_TYPES, *SAID_BY_SOME} - IMPLIED - {"policy_id", "digest"})


def ints(*values: int) -> np.ndarray[Any, Any]:
    return np.array(values, dtype=np.int64)


def guarantees(**changed: object) -> Guarantees:
    found = {each.name: ints(0, 0) for each in fields(Guarantees)}
    return Guarantees(**{**found, **changed})


def make_plan() -> Plan:
    return Plan(
        line_id=ints(1, 2),
        order_id=ints(3, 3),
        score=np.array([14.0, 3.95]),
        points=np.array([[10.0, 4.0, 0.0], [0.0, 0.0, 3.95]]),
        outcome=ints(0, 0),
        reason=ints(1, 1),
        allocated_qty=ints(0, 5),
        pegged_qty=ints(0, 0),
        eta_p50=ints(739_000, 739_000),
        eta_p90=ints(739_001, 739_001),
        gate_line_id=ints(0, 0),
        allocations=Allocations(ints(), ints(), ints()),
        pegs=Pegs(ints(), ints(), ints()),
        guarantees=guarantees(),
        promise_rule=ints(-1, -1),
    )


def stored(plan: Plan, *, policy_id: int = 1) -> Stored:
    none = {name: ints() for name in ("line_id", "giver_id", "product_id", "qty")}
    nothing = {name: ints() for name in LINE_TYPES}
    return Stored(compare(plan, PRODUCTS, policy_id, Stored(nothing, Claims(none, none))).lines, Claims(none, none))


def written(new: Plan, old: Plan, *, policy_id: int = 1) -> list[int]:
    return compare(new, PRODUCTS, policy_id, stored(old)).lines["line_id"].tolist()


def another(plan: Plan, name: str) -> Plan:
    """Return the plan with one value of its second line raised by one."""
    if plan.guarantees is not None and hasattr(plan.guarantees, name):
        return replace(plan, guarantees=guarantees(**{name: ints(0, 1)}))
    return replace(plan, **{name: getattr(plan, name) + np.array([0, 1])})


def test_what_is_the_same_is_not_written() -> None:
    plan = make_plan()

    assert written(plan, plan) == []


def test_zero_is_zero_whatever_its_sign() -> None:
    plan = make_plan()

    assert written(replace(plan, points=np.where(plan.points == 0, -0.0, plan.points)), plan) == []


@pytest.mark.parametrize("name", VALUES)
def test_a_plan_that_differs_in_one_value_is_written(name: str) -> None:
    plan = make_plan()

    assert written(another(plan, name), plan) == [2]


def test_points_that_add_up_to_the_same_score_are_written() -> None:
    plan = make_plan()
    swapped = plan.points[:, [1, 0, 2]]

    assert written(replace(plan, points=swapped), plan) == [1]


@pytest.mark.parametrize("rules", [0, 2, 4])
def test_points_by_more_or_fewer_rules_are_written(rules: int) -> None:
    plan = make_plan()

    assert written(replace(plan, points=np.zeros((2, rules))), replace(plan, points=np.zeros((2, 3)))) == [1, 2]


def test_a_plan_by_another_policy_is_written() -> None:
    plan = make_plan()

    assert written(plan, plan, policy_id=2) == [1, 2]


def test_every_column_of_a_plan_is_compared() -> None:
    columns = {field.attname for field in LinePlan._meta.concrete_fields}

    assert columns == {*VALUES, *IMPLIED, "policy_id", "points", "digest"}

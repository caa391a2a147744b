"""Forms → entries: what people typed becomes points and conditions that fit what they read."""

from __future__ import annotations

from typing import Any

import pytest

from orders.drafting import conditions
from orders.drafting.entries import read_entry
from orders.drafting.fields import number, shown
from orders.drafting.points import new_points, read_points, top
from orders.planning.attributes import CATALOGUE
from orders.planning.grammar import InvalidPolicyError, parse_policy

GOLD = {"attribute": "customer.tier", "op": "eq", "value": "gold"}
LATE = {"attribute": "order.days_late", "op": "gt", "value": 3}
RUSH = {"attribute": "order.expedited", "op": "eq", "value": True}


def fields(**texts: str | list[str]) -> dict[str, list[str]]:
    """Return form fields; ``a__b`` stands for ``a.b``."""
    return {name.replace("__", "."): value if isinstance(value, list) else [value] for name, value in texts.items()}


def compare(path: str, attribute: str, op: str, *values: str, was: str | None = None) -> dict[str, list[str]]:
    return {
        f"{path}.kind": ["compare"],
        f"{path}.attribute": [attribute],
        f"{path}.was": [was or attribute],
        f"{path}.op": [op],
        f"{path}.value": list(values),
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ("2.50", 2.5), ("1,200", 1200), ("−4", -4), ("£30", 30), ("12 %", 12), ("five", "five"), ("", ""),
     ("1e9", "1e9"), ("٣", "٣"), ("9" * 40, "9" * 40)],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it_and_anything_else_stays_as_typed(text: str, value: Any) -> None:
    assert number(text) == value


def test_a_value_is_shown_as_it_can_be_typed_again() -> None:
    assert [shown(value) for value in (1000.0, 0.05, -3, True, "gold", None, [1])] == [
        "1000",
        "0.05",
        "-3",
        "yes",
        "gold",
        "",
        "",
    ]


def test_a_nested_condition_is_read() -> None:
    form = {
        "when.kind": ["all"],
        **compare("when.0", "customer.tier", "in", "gold", "silver"),
        "when.1.kind": ["not"],
        "when.1.0.kind": ["any"],
        **compare("when.1.0.0", "order.days_late", "between", "1", "5"),
        **compare("when.1.0.1", "order.expedited", "eq", "yes"),
        **compare("when.2", "customer.zone", "is_unknown"),
    }

    assert conditions.read_tree(form) == {
        "all": [
            {"attribute": "customer.tier", "op": "in", "value": ["gold", "silver"]},
            {"not": {"any": [{"attribute": "order.days_late", "op": "between", "value": [1, 5]}, RUSH]}},
            {"attribute": "customer.zone", "op": "is_unknown"},
        ]
    }


@pytest.mark.parametrize(
    ("op", "values", "value"),
    [
        ("in", ["3"], [3]),
        ("in", ["3\n5\n3"], [3, 5]),
        ("between", ["3"], [3, 3]),
        ("between", [], [1, 7]),
        ("eq", ["3", "5"], 3),
        ("gt", [], 7),
    ],
)
def test_values_are_kept_when_the_comparison_changes(op: str, values: list[str], value: Any) -> None:
    read = conditions.read_tree(compare("when", "order.days_late", op, *values))

    assert read == {"attribute": "order.days_late", "op": op, "value": value}


def test_another_attribute_starts_with_a_value_of_its_own() -> None:
    read = conditions.read_tree(compare("when", "customer.tier", "gt", "3", was="order.days_late"))

    assert read == {"attribute": "customer.tier", "op": "eq", "value": "platinum"}


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_new_comparison_on_any_attribute_is_accepted(name: str) -> None:
    rule = {"id": "a", "label": "A", "when": conditions.new_compare(name), "points": {"type": "fixed", "points": 1}}

    parse_policy({"version": 1, "strategy": "hybrid", "rules": [rule]})


def test_branches_are_added_removed_and_turned_round() -> None:
    one = conditions.add_branch(None, "when", GOLD)
    two = conditions.add_branch(one, "when", LATE)
    three = conditions.add_branch({"any": [two, RUSH]}, "when.0", RUSH)
    turned = conditions.negate(three, "when.0.1")

    assert two == {"all": [GOLD, LATE]}
    assert three == {"any": [{"all": [GOLD, LATE, RUSH]}, RUSH]}
    assert turned == {"any": [{"all": [GOLD, {"not": LATE}, RUSH]}, RUSH]}
    assert conditions.negate(turned, "when.0.1") == three
    assert conditions.remove(turned, "when.0.1.0") == {"any": [{"all": [GOLD, RUSH]}, RUSH]}
    assert conditions.remove(two, "when.0") == LATE
    assert conditions.remove({"not": GOLD}, "when.0") is None
    assert conditions.remove(GOLD, "when") is None


@pytest.mark.parametrize("path", ["", "when.", "when.9", "when.x", "when.0.0.0.0", "when.99999999999"])
def test_a_path_that_leads_nowhere_breaks_nothing(path: str) -> None:
    for change in (conditions.remove, conditions.negate):
        change({"all": [GOLD, LATE]}, path)
    conditions.add_branch({"all": [GOLD, LATE]}, path, RUSH)


def test_points_start_anew_as_high_as_before_when_their_type_changes() -> None:
    spec = CATALOGUE["order.days_late"]
    old = {"type": "linear", "per_unit": 5, "cap": 150}

    for kind in ("step", "logistic", "fixed"):
        read = read_points(fields(points__type=kind, points__was="linear"), spec, old)
        assert (read["type"], top(read)) == (kind, 150)


def test_steps_are_sorted_and_empty_rows_left_out() -> None:
    form = fields(points__type="step", points__threshold=["7", "", "1"], points__reached=["20", "", "5"])

    assert read_points(form, CATALOGUE["order.days_late"], {})["steps"] == [[1, 5], [7, 20]]


def test_points_by_value_leave_values_without_points_to_the_default() -> None:
    form = fields(
        points__type="by_value", points__name=["gold", "silver", ""], points__value=["9", "", "3"], points__default="2"
    )

    read = read_points(form, CATALOGUE["customer.tier"], {})

    assert read == {"type": "by_value", "values": {"gold": 9}, "default": 2}


def test_a_curve_needs_an_attribute_that_it_fits() -> None:
    read = read_points(
        fields(points__type="linear", points__was="linear"), CATALOGUE["customer.tier"], {"type": "linear"}
    )

    assert read["type"] == "by_value"
    assert read_points(fields(points__type="linear"), None, {})["type"] == "fixed"


@pytest.mark.parametrize("kind", ["linear", "step", "logistic", "fixed"])
def test_new_points_are_accepted(kind: str) -> None:
    rule = {"id": "a", "label": "A", "attribute": "order.days_late"}

    for size in (None, 150.0, -4.0, 0.0):
        points = new_points(kind, CATALOGUE["order.days_late"], size)
        parse_policy({"version": 1, "strategy": "priority", "rules": [{**rule, "points": points}]})


def test_what_was_typed_wrong_is_refused_at_its_place() -> None:
    form = fields(label="Late", attribute="order.days_late", points__type="linear", points__per_unit="lots")

    read = read_entry("rules", form, {"id": "late", "points": {}}, is_ordered=False)

    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy({"version": 1, "strategy": "priority", "rules": [read]})
    assert [problem.place for problem in refused.value.problems] == ["rules[0].points.per_unit"]


def test_a_segment_that_promises_nothing_has_nothing_unmet() -> None:
    old = {"id": "a", "label": "A", "guarantee": "win", "if_unmet": "alert"}

    lose = read_entry("segments", fields(label="A", guarantee="lose", if_unmet="alert"), old, is_ordered=False)
    gain = read_entry("segments", fields(label="A", guarantee="gain"), lose, is_ordered=False)

    assert lose == {"id": "a", "label": "A", "guarantee": "lose"}
    assert gain == {"id": "a", "label": "A", "guarantee": "gain", "if_unmet": "alert"}


def test_amounts_and_days_left_empty_are_left_out() -> None:
    quota = read_entry(
        "quotas", fields(label="Q", at_least="", at_most="40", at_most__unit="units"), {"id": "q"}, is_ordered=False
    )
    weekly = read_entry("quotas", fields(label="Q", at_most="5", window_days="7"), {"id": "q"}, is_ordered=False)
    promise = read_entry(
        "promises", fields(label="P", freeze_days="2", cool_down_days="0", no_worse="1"), {"id": "p"}, is_ordered=False
    )

    assert quota == {"id": "q", "label": "Q", "at_most": {"units": 40}}
    assert weekly == {"id": "q", "label": "Q", "at_most": {"percent": 5}, "window_days": 7}
    assert promise == {"id": "p", "label": "P", "no_worse": True, "freeze_days": 2}

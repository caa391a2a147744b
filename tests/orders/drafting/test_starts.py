"""New conditions and curves start from something that says more than what is there."""

from __future__ import annotations

import pytest

from orders.drafting import conditions
from orders.drafting.edits import Edit, apply
from orders.drafting.points import new_points
from orders.drafting.starts import next_value, unlike
from orders.planning.attributes import CATALOGUE, Kind
from orders.planning.linter import lint
from orders.planning.presets import BALANCED_PRIORITY

NUMBERS = [spec.name for spec in CATALOGUE.values() if spec.kind is Kind.NUMBER]
GOLD = {"attribute": "customer.tier", "op": "eq", "value": "gold"}


def test_a_new_branch_reads_what_no_other_branch_reads() -> None:
    grown = conditions.add_branch(conditions.add_branch(GOLD, "when"), "when")
    with_group = conditions.add_group(grown, "when")

    read = [part["attribute"] for part in with_group["all"][:-1]]
    read += [part["attribute"] for part in with_group["all"][-1]["any"]]
    assert read == ["customer.tier", "order.expedited", "order.age_days", "order.open_value", "product.critical"]


def test_when_everything_usual_is_read_it_begins_again() -> None:
    tree: conditions.Condition | None = None
    for _ in range(7):
        tree = conditions.add_branch(tree, "when")

    assert tree is not None
    assert unlike(tree)["attribute"] == "customer.tier"


@pytest.mark.parametrize("section", ["segments", "quotas"])
def test_each_new_entry_of_a_list_is_for_those_who_fit_no_other(section: str) -> None:
    document = BALANCED_PRIORITY
    for _ in range(4):
        document = apply(document, Edit("add", "", section))

    asked = [entry["when"]["value"] for entry in document[section]]
    assert asked == ["platinum", "gold", "silver", "standard"]
    assert [finding for finding in lint(document) if finding.kind == "never_matches"] == []


def test_the_tier_asked_for_inside_a_group_is_taken_too() -> None:
    assert next_value({"not": {"any": [GOLD, {"attribute": "customer.tier", "op": "in", "value": ["platinum"]}]}}) == {
        "attribute": "customer.tier",
        "op": "eq",
        "value": "silver",
    }


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("kind", ["linear", "step", "logistic"])
def test_a_new_curve_lies_where_its_attribute_has_values(kind: str, name: str) -> None:
    spec = CATALOGUE[name]
    rule = {"id": "a", "label": "A", "attribute": name, "points": new_points(kind, spec)}
    rule |= {"when": GOLD} if spec.is_same_for_all else {}

    assert lint({"version": 1, "strategy": "hybrid", "rules": [rule]}) == []


def test_points_by_value_start_from_whole_numbers() -> None:
    assert new_points("by_value", CATALOGUE["customer.tier"], 100)["values"] == {
        "platinum": 100,
        "gold": 67,
        "silver": 33,
        "standard": 0,
    }

"""Scenarios built press by press: what a form says is what a simulation is asked."""

from __future__ import annotations

from typing import Any

import pytest

from orders.drafting.scenarios import (
    FIRST,
    KINDS,
    MOST_CHANGES,
    MOST_SCENARIOS,
    change_in_words,
    edit_scenarios,
    first_scenarios,
    read_scenarios,
)
from orders.simulation.scenarios import MEMBERS


def form(*changes: dict[str, str], name: str = "What if") -> dict[str, list[str]]:
    """Return the fields of one scenario with these changes, each by its own field names."""
    fields = {"s.0.name": [name]}
    for j, change in enumerate(changes):
        fields |= {f"s.0.c.{j}.{member}": [value] for member, value in change.items()}
    return fields


@pytest.mark.parametrize(
    ("fields", "change"),
    [
        ({"type": "delay", "whose": "supplier", "who": "SUP-01", "days": "10"}, {"supplier": "SUP-01", "days": 10}),
        (
            {"type": "delay", "whose": "purchase_order", "who": "PO-7", "days": "−3"},
            {"purchase_order": "PO-7", "days": -3},
        ),
        ({"type": "stock", "sku": "A", "warehouse": "", "how": "set", "units": "0"}, {"sku": "A", "set": 0}),
        (
            {"type": "stock", "sku": "A", "warehouse": "W", "how": "add", "units": "-5"},
            {"sku": "A", "warehouse": "W", "add": -5},
        ),
        (
            {"type": "order", "lines": "22423 400\n\n85 A: 1,200\nLAMP", "tier": "gold", "expedited": "1"},
            {
                "lines": [{"sku": "22423", "qty": 400}, {"sku": "85 A", "qty": 1200}, {"sku": "LAMP", "qty": 1}],
                "tier": "gold",
                "expedited": True,
            },
        ),
        (
            {"type": "purchase", "sku": "A", "warehouse": "W", "qty": "9", "expected_on": "2026-12-01"},
            {"sku": "A", "warehouse": "W", "qty": 9, "expected_on": "2026-12-01"},
        ),
        ({"type": "demand", "percent": "20", "category": "Lamps", "sku": ""}, {"percent": 20, "category": "Lamps"}),
        ({"type": "capacity", "warehouse": "LDS", "units": "1,200"}, {"warehouse": "LDS", "units": 1200}),
        ({"type": "policy", "policy": "7"}, {"policy": 7}),
        ({"type": "delay", "who": "S", "days": "soon"}, {"supplier": "S", "days": "soon"}),
    ],
)
def test_a_change_is_read_as_it_is_asked(fields: dict[str, str], change: dict[str, Any]) -> None:
    assert read_scenarios(form(fields)) == [{"name": "What if", "changes": [{"type": fields["type"], **change}]}]


def test_changes_of_an_unknown_kind_are_left_out() -> None:
    assert read_scenarios(form({"type": "magic"})) == [{"name": "What if", "changes": []}]
    assert read_scenarios({}) == []


def test_every_change_that_a_simulation_takes_can_be_clicked() -> None:
    assert set(KINDS) == set(MEMBERS)


def test_scenarios_are_added_copied_and_removed() -> None:
    one = first_scenarios()
    two = edit_scenarios(one, "add", "")
    three = edit_scenarios(two, "copy", "0")

    assert [scenario["name"] for scenario in three] == ["Scenario 1", "Scenario 3", "Scenario 2"]
    assert three[1]["changes"] == three[0]["changes"]
    assert edit_scenarios(three, "remove", "1") == two
    assert edit_scenarios(one, "remove", "0") == one  # the last one stays
    assert one == first_scenarios()


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_of_any_kind_is_added_and_dropped(kind: str) -> None:
    one = [{"name": "Late", "changes": [{"type": "delay", "supplier": "S", "days": 3}]}]
    grown = edit_scenarios(one, "change", f"0.{kind}")

    assert grown[0]["changes"][1] == {"type": kind, **FIRST[kind]}
    assert edit_scenarios(grown, "drop", "0.1") == one


def test_a_change_takes_the_place_of_a_delay_of_nobody() -> None:
    as_sent = read_scenarios(form({"type": "delay", "whose": "supplier", "who": "", "days": "10"}))

    for scenarios in (first_scenarios(), as_sent, edit_scenarios(first_scenarios(), "add", "")[1:]):
        changes = edit_scenarios(scenarios, "change", "0.demand")[0]["changes"]
        assert [change["type"] for change in changes] == ["demand"]


@pytest.mark.parametrize("argument", ["", "9", "x", "0.", "0.x", "0.99", "-1", "0.magic"])
@pytest.mark.parametrize("action", ["remove", "change", "drop", "explode"])
def test_a_press_that_makes_no_sense_changes_nothing(action: str, argument: str) -> None:
    assert edit_scenarios(first_scenarios(), action, argument) == first_scenarios()


def test_there_are_no_more_than_a_simulation_takes() -> None:
    scenarios = first_scenarios()
    for _ in range(MOST_SCENARIOS + 3):
        scenarios = edit_scenarios(scenarios, "add", "")
    for _ in range(MOST_CHANGES + 3):
        scenarios = edit_scenarios(scenarios, "change", "0.demand")

    assert (len(scenarios), len(scenarios[0]["changes"])) == (MOST_SCENARIOS, MOST_CHANGES)
    assert len({scenario["name"] for scenario in scenarios}) == MOST_SCENARIOS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "delay", "supplier": "S", "days": 10}, "S 10 days later"),
        ({"type": "delay", "purchase_order": "PO-1", "days": -2}, "PO-1 2 days sooner"),
        ({"type": "stock", "sku": "A", "warehouse": "W", "add": -1500}, "−1,500 units on hand of A in W"),
        ({"type": "stock", "warehouse": "W", "set": 0}, "0 units on hand of W"),
        ({"type": "order", "lines": [{"sku": "A", "qty": 1200}]}, "A new order of 1,200 units in 1 line"),
        (
            {"type": "purchase", "sku": "A", "qty": 1200, "expected_on": "2026-12-01"},
            "1,200 × A ordered for 1 Dec 2026",
        ),
        ({"type": "purchase", "sku": "A", "qty": 9, "expected_on": "soon"}, "9 × A ordered for soon"),
        ({"type": "demand", "percent": 20}, "Demand of all products +20 %"),
        ({"type": "capacity", "warehouse": "LDS", "units": 1200}, "LDS picks 1,200 units on each working day"),
        ({"type": "capacity", "warehouse": "", "units": "lots"}, "? picks lots units on each working day"),
        ({"type": "policy", "policy": 7}, "Rules of v3 Calm"),
        ({"type": "policy", "rules": {}}, "Rules of a document"),
    ],
)
def test_a_change_reads_well(change: dict[str, Any], words: str) -> None:
    assert change_in_words(change, {7: "v3 Calm"}) == words

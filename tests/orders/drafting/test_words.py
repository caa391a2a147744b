"""Documents in words, differences in words, and curves as drawn."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest

from orders.drafting.curve import curve_of
from orders.drafting.differences import differences
from orders.drafting.edits import Edit, apply
from orders.drafting.fields import number
from orders.drafting.money import use_sign
from orders.drafting.words import entry_in_words, measured, unit_sign
from orders.planning.attributes import MONEY
from orders.planning.presets import BALANCED_PRIORITY, PRESETS

LATE = "order.days_late"


def rule(attribute: str = LATE, **points: Any) -> dict[str, Any]:
    return {"id": "a", "label": "A", "attribute": attribute, "points": points}


def test_every_rule_of_the_first_preset_reads_well() -> None:
    said = [entry_in_words("rules", entry, is_ordered=False) for entry in BALANCED_PRIORITY["rules"]]

    assert said == [
        "1,000 points. Where Expedited is yes",
        "5 points per day, up to 150",
        "Platinum 150, Gold 100, Silver 50, Standard 0",
        "Up to 100, half of it as it falls below 7 days",
        "0.05 points per £1, up to 150",
        "1 point per day, without end",
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (rule("order.open_value", type="step", steps=[[1, 5], [1200, 10]]), "5 from £1, 10 from £1,200"),
        (rule(type="step", steps=[[-3, 2], [1, 5], [7, 10]]), "2 from −3 days, 5 from 1 day, 10 from 7 days"),
        (rule("customer.rating", type="step", steps=[[4, 9]]), "9 from 4 of 5"),
        (rule("order.ship_policy", type="by_value", values={"one_backorder": 5}), "One backorder 5"),
        (rule("order.channel", type="by_value", values={"EDI": 5, "web": 2}), "EDI 5, Web 2"),
    ],
)  # fmt: skip
def test_values_are_said_with_their_units_and_names(entry: dict[str, Any], said: str) -> None:
    assert entry_in_words("rules", entry, is_ordered=False) == said


@pytest.mark.parametrize(
    ("section", "entry", "said"),
    [
        (
            "segments",
            {"guarantee": "skip", "if_unmet": "fall_back"},
            "Stays exactly as it was; else plan it by rank instead",
        ),
        (
            "quotas",
            {"at_least": {"percent": 20}, "at_most": {"units": 5}},
            "At least 20 %, at most 5 units of each product",
        ),
        (
            "quotas",
            {"at_most": {"units": 100}, "window_days": 7},
            "At most 100 units of each product, counted over 7 d",
        ),
        (
            "promises",
            {"no_better": True, "cool_down_days": 4},
            "No earlier date is told; 4 d of quiet after each change",
        ),
        ("promises", {}, "Every change is told"),
        ("classes", {"worth": 3}, "Worth 3 times the rest"),
    ],
)
def test_other_entries_read_well(section: str, entry: dict[str, Any], said: str) -> None:
    assert entry_in_words(section, {"id": "a", "label": "A", **entry}, is_ordered=False) == said


def test_the_same_document_has_no_differences_however_it_is_stored() -> None:
    for preset in PRESETS.values():
        assert differences(preset, copy.deepcopy(preset)) == []
    stored = copy.deepcopy(BALANCED_PRIORITY)
    values = stored["rules"][2]["points"]["values"]
    stored["rules"][2]["points"]["values"] = dict(sorted(values.items(), key=lambda item: len(item[0])))
    assert differences(BALANCED_PRIORITY, stored) == []


def test_each_kind_of_change_is_named() -> None:
    changed = apply(BALANCED_PRIORITY, Edit("weight", "300", "rules", "lateness"))
    changed = apply(changed, Edit("switch", "", "rules", "tier"))
    changed = apply(changed, Edit("move", "0", "rules", "age"))
    changed = apply(changed, Edit("remove", "", "rules", "value"))
    changed = apply(changed, Edit("branch", "when", "rules", "needed_by"))
    changed = apply(changed, Edit("divide", "quotas"))

    said = [str(one) for one in differences(BALANCED_PRIORITY, changed)]

    assert said == [
        "Stock: divided by rank alone → by quotas",
        "Open value of the order: rule removed",
        "Age of the order: moved to place 1",
        "Days past the promised date: 5 points per day, up to 150 → 10 points per day, up to 300",
        "Customer tier: switched off",
        "Requested date is near: where every line → Customer tier is platinum",
        "New quota: quota added: At least 10 % of each product. Where Customer tier is platinum",
    ]


def test_only_what_moved_past_the_others_counts_as_moved() -> None:
    moved = apply(BALANCED_PRIORITY, Edit("move", "999", "rules", "expedited"))

    assert [one.entry for one in differences(BALANCED_PRIORITY, moved)] == ["expedited"]


def test_a_curve_goes_through_the_points_of_its_rule() -> None:
    linear = curve_of(rule(type="linear", per_unit=5, cap=150, **{"from": 2}))
    step = curve_of(rule(type="step", steps=[[1, 5], [7, 20]]))
    logistic = curve_of(rule("order.open_value", type="logistic", midpoint=7, steepness=0.5, max=100))

    assert linear is not None
    assert step is not None
    assert logistic is not None
    assert (2, 0) in linear.path
    assert (32, 150) in linear.path
    assert linear.bounds == (0, 150)
    assert [place for place in step.path if place[0] == 7] == [(7.0, 5.0), (7.0, 20.0)]
    middle = next(y for x, y in logistic.path if math.isclose(x, 7))
    assert middle == pytest.approx(50)
    assert logistic.path[0][0] >= 0  # no order is worth less than nothing


@pytest.mark.parametrize(
    "broken",
    [
        rule(type="linear", per_unit="lots"),
        rule(type="linear", per_unit=0, cap=5),
        rule(type="logistic", midpoint=1, steepness=0, max=9),
        rule(type="step", steps=[]),
        rule(type="step", steps=[["x", 1]]),
        rule("customer.tier", type="by_value", values={"gold": 1}),
        rule("nothing.known", type="linear", per_unit=1),
    ],
)
def test_what_cannot_be_drawn_is_not_drawn(broken: dict[str, Any]) -> None:
    assert curve_of(broken) is None


def test_amounts_have_the_sign_that_the_app_was_started_with() -> None:
    try:
        use_sign("CHF")
        assert (measured(-1200, MONEY), unit_sign(MONEY)) == ("−CHF\N{NO-BREAK SPACE}1,200", "CHF")
        assert number("CHF 30") == 30
    finally:
        use_sign("£")
    assert measured(-1200, MONEY) == "−£1,200"

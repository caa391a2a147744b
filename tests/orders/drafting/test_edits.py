"""Document + edit → document: what each edit does, and that none breaks what the grammar accepts."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.drafting.edits import SECTIONS, Edit, EditError, apply, entries_of
from orders.planning.attributes import CATALOGUE
from orders.planning.grammar import InvalidPolicyError, parse_policy
from orders.planning.linter import lint
from orders.planning.presets import BALANCED_PRIORITY, FIFO, PRESETS
from orders.planning.schema import STRATEGIES


def ids(document: dict[str, Any], section: str = "rules") -> list[str]:
    return [entry["id"] for entry in entries_of(document, section)]


def rule(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(entry for entry in document["rules"] if entry["id"] == name)


def on(entry: str, action: str, argument: str = "", **fields: list[str]) -> Edit:
    return Edit(action, argument, "rules", entry, fields)


def test_an_edit_leaves_the_document_that_it_was_given_alone() -> None:
    before = copy.deepcopy(BALANCED_PRIORITY)

    apply(BALANCED_PRIORITY, on("tier", "weight", "20"))
    apply(BALANCED_PRIORITY, on("tier", "branch", "when"))

    assert before == BALANCED_PRIORITY


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_rule_on_any_attribute_can_be_added_and_is_accepted(name: str) -> None:
    for strategy in ("hybrid", "lexicographic", "demand_forecast"):
        document = apply(apply(BALANCED_PRIORITY, Edit("strategy", strategy)), Edit("add", name, "rules"))

        added = document["rules"][-1]
        assert added["label"] == CATALOGUE[name].label
        if strategy != "lexicographic" or CATALOGUE[name].source == "order_book":
            parse_policy({**document, "rules": [added]})
            assert [finding for finding in lint({**document, "rules": [added]}) if finding.place == "rules[0]"] == []


@pytest.mark.parametrize("section", ["segments", "quotas", "promises"])
def test_an_entry_of_any_list_can_be_added_and_the_list_goes_with_its_last(section: str) -> None:
    document = apply(BALANCED_PRIORITY, Edit("add", "", section))
    parse_policy(document)

    gone = apply(document, Edit("remove", "", section, ids(document, section)[0]))

    assert gone == BALANCED_PRIORITY


def test_ids_stay_apart() -> None:
    document = BALANCED_PRIORITY
    for _ in range(3):
        document = apply(document, Edit("add", "customer.tier", "rules"))
    document = apply(document, on("tier", "copy"))

    assert len(set(ids(document))) == len(ids(document)) == 10
    assert ids(document).index("customer_tier_4") == ids(document).index("tier") + 1


@pytest.mark.parametrize(
    ("argument", "order"),
    [
        ("up", ["lateness", "expedited", "tier", "needed_by", "value", "age"]),
        ("down", ["expedited", "tier", "lateness", "needed_by", "value", "age"]),
        ("0", ["lateness", "expedited", "tier", "needed_by", "value", "age"]),
        ("5", ["expedited", "tier", "needed_by", "value", "age", "lateness"]),
        ("999", ["expedited", "tier", "needed_by", "value", "age", "lateness"]),
    ],
)
def test_a_rule_moves(argument: str, order: list[str]) -> None:
    assert ids(apply(BALANCED_PRIORITY, on("lateness", "move", argument))) == order


def test_moving_beyond_an_end_stays_there() -> None:
    assert ids(apply(BALANCED_PRIORITY, on("expedited", "move", "up"))) == ids(BALANCED_PRIORITY)
    assert ids(apply(BALANCED_PRIORITY, on("age", "move", "down"))) == ids(BALANCED_PRIORITY)


def test_switching_off_and_on_again_changes_nothing() -> None:
    off = apply(BALANCED_PRIORITY, on("tier", "switch"))

    assert parse_policy(off).rules[2].is_off
    assert apply(off, on("tier", "switch")) == BALANCED_PRIORITY


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("expedited", {"type": "fixed", "points": 20}),
        ("lateness", {"type": "linear", "per_unit": 0.6667, "cap": 20}),
        ("tier", {"type": "by_value", "values": {"platinum": 20, "gold": 13.3333, "silver": 6.6667, "standard": 0}}),
        ("needed_by", {"type": "logistic", "midpoint": 7, "steepness": -0.5, "max": 20}),
        ("age", {"type": "linear", "per_unit": 20}),
    ],
)
def test_a_weight_scales_all_points_of_a_rule(name: str, points: dict[str, Any]) -> None:
    assert rule(apply(BALANCED_PRIORITY, on(name, "weight", "20")), name)["points"] == points


def test_a_weight_of_nothing_can_be_raised_again_where_points_are_fixed() -> None:
    flat = apply(BALANCED_PRIORITY, on("expedited", "weight", "0"))

    assert rule(apply(flat, on("expedited", "weight", "30")), "expedited")["points"]["points"] == 30


def test_another_strategy_takes_its_rules_from_what_was_there_before() -> None:
    fifo = apply(BALANCED_PRIORITY, Edit("strategy", "fifo"))
    assert fifo["rules"] == []

    assert apply(fifo, Edit("strategy", "priority"), earlier=BALANCED_PRIORITY) == BALANCED_PRIORITY


def test_rules_are_not_lost_on_the_way_over_first_in_first_out() -> None:
    fifo = apply(BALANCED_PRIORITY, Edit("strategy", "fifo"))

    criteria = apply(fifo, Edit("strategy", "lexicographic"), earlier=BALANCED_PRIORITY)

    assert criteria == apply(BALANCED_PRIORITY, Edit("strategy", "lexicographic"))


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("preset", PRESETS)
def test_the_rules_of_any_preset_have_a_form_in_any_strategy(preset: str, strategy: str) -> None:
    changed = apply(PRESETS[preset], Edit("strategy", strategy))

    assert parse_policy(changed).strategy == strategy


def test_points_turn_into_criteria_by_their_weight() -> None:
    criteria = apply(BALANCED_PRIORITY, Edit("strategy", "lexicographic"))["rules"]

    assert [criterion["id"] for criterion in criteria] == ["expedited", "lateness", "tier", "value", "needed_by", "age"]
    assert criteria[2]["values"] == ["platinum", "gold", "silver", "standard"]
    assert (criteria[1]["order"], criteria[4]["order"]) == ("desc", "asc")


def test_stock_is_divided_in_one_way_at_a_time() -> None:
    by_segments = apply(BALANCED_PRIORITY, Edit("divide", "segments"))
    by_quotas = apply(by_segments, Edit("divide", "quotas"))
    fairly = apply(by_quotas, Edit("divide", "fair_share"))

    for document, member in ((by_segments, "segments"), (by_quotas, "quotas"), (fairly, "fair_share")):
        parse_policy(document)
        assert {"segments", "quotas", "fair_share"} & document.keys() == {member}
    assert apply(fairly, Edit("divide", "rank")) == BALANCED_PRIORITY


@pytest.mark.parametrize(
    "edit",
    [
        Edit("explode"),
        Edit("strategy", "astrology"),
        Edit("divide", "by_force"),
        Edit("save", "", "secrets", "x"),
        on("nobody", "remove"),
        on("tier", "explode"),
        on("tier", "move", "sideways"),
        on("tier", "weight", "heavy"),
        on("tier", "drop", "when"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(edit: Edit) -> None:
    with pytest.raises(EditError):
        apply(BALANCED_PRIORITY, edit)


edits = st.one_of(
    st.builds(
        Edit,
        action=st.sampled_from(
            ["add", "copy", "remove", "switch", "move", "branch", "group", "drop", "negate", "weight"]
        ),
        argument=st.sampled_from(
            ["", "up", "0", "when", "when.0", "when.1", "when.0.0", "7.5", "order.age_days", "customer.zone"]
        ),
        section=st.sampled_from(SECTIONS),
        entry=st.sampled_from(["tier", "lateness", "expedited", "new_segment", "new_quota", "new_rule", "new_class"]),
    ),
    st.builds(Edit, action=st.just("strategy"), argument=st.sampled_from(STRATEGIES)),
    st.builds(Edit, action=st.just("divide"), argument=st.sampled_from(["rank", "segments", "quotas", "fair_share"])),
)


@settings(max_examples=150)
@given(st.lists(edits, max_size=12), st.sampled_from([BALANCED_PRIORITY, FIFO, PRESETS["Healthcare"]]))
def test_any_edits_in_a_row_are_made_or_refused_and_nothing_else(row: list[Edit], document: dict[str, Any]) -> None:
    for edit in row:
        try:
            changed = apply(document, edit)
            parse_policy(changed)
        except (EditError, InvalidPolicyError):
            continue
        document = changed


def test_an_optimiser_chooses_only_where_there_are_points_and_rank_divides() -> None:
    chosen = apply(BALANCED_PRIORITY, Edit("whole_orders", "chosen"))
    parse_policy(chosen)

    for edit in (Edit("whole_orders", ""), Edit("divide", "quotas"), Edit("strategy", "lexicographic")):
        changed = apply(chosen, edit)
        parse_policy(changed)
        assert "whole_orders" not in changed


def test_safeguards_are_set_and_go_with_their_days() -> None:
    wanted = {"far_future": ["28"], "starvation": ["60"]}
    when = {"attribute": "customer.tier", "op": "eq", "value": "standard"}
    before = {**BALANCED_PRIORITY, "far_future": {"horizon_days": 7, "when": when}}

    guarded = apply(before, Edit("safeguards", fields=wanted))

    parse_policy(guarded)
    assert guarded["far_future"] == {"horizon_days": 28, "when": when}
    assert guarded["starvation"] == {"after_days": 60}
    assert apply(guarded, Edit("safeguards", fields={"far_future": [""]})) == BALANCED_PRIORITY


def test_what_a_form_does_not_show_stays() -> None:
    quota = {"id": "q", "label": "Q", "at_least": {"percent": 10}, "keep": {"percent": 50, "days": 14}, "later": [1]}
    document = {**BALANCED_PRIORITY, "quotas": [quota]}
    form = {"label": ["Q"], "at_least": ["20"], "keep.percent": ["40"], "keep.days": ["7"]}

    changed = apply(document, Edit("save", "", "quotas", "q", form))["quotas"][0]

    assert changed == {**quota, "at_least": {"percent": 20}, "keep": {"percent": 40, "days": 7}}

"""Exact reasoning on conditions, against trying every value."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from orders.planning.logic import Logic
from orders.planning.points import Fixed
from orders.planning.rules import AllOf, AnyOf, Compare, Condition, Not, Policy, Rule
from orders.planning.score import score_lines
from orders.planning.types import Attribute

LATE, TIER, RUSH = "order.days_late", "customer.tier", "order.expedited"
DAYS = [float(day) for day in range(-2, 6)]
TIERS = ("platinum", "gold", "silver", "standard")

days = st.sampled_from([0.0, 1.0, 3.0])
compares = st.one_of(
    st.builds(Compare, st.just(LATE), st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"]), st.tuples(days)),
    st.builds(Compare, st.just(LATE), st.just("between"), st.tuples(days, days).map(sorted).map(tuple)),
    st.builds(Compare, st.sampled_from([LATE, TIER]), st.sampled_from(["is_known", "is_unknown"])),
    st.builds(Compare, st.just(TIER), st.sampled_from(["eq", "ne"]), st.tuples(st.sampled_from(TIERS))),
    st.builds(
        Compare,
        st.just(TIER),
        st.sampled_from(["in", "not_in"]),
        st.lists(st.sampled_from(TIERS), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(Compare, st.just(RUSH), st.sampled_from(["eq", "ne"]), st.tuples(st.sampled_from([0.0, 1.0]))),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    compares,
    lambda parts: st.one_of(
        st.builds(AllOf, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, parts),
    ),
    max_leaves=8,
)


def matching(condition: Condition) -> set[int]:
    """Return which of all lines that can be told apart meet the condition, by scoring them."""
    lines = list(product([*DAYS, np.nan], [*range(len(TIERS)), -1], [0.0, 1.0]))
    late, tier, rush = zip(*lines, strict=True)
    columns = {
        LATE: Attribute(np.array(late)),
        TIER: Attribute(np.array(tier, dtype=np.int64), TIERS),
        RUSH: Attribute(np.array(rush)),
    }
    rules = (Rule("met", "Met", "", Fixed(1.0), condition),)
    score, _ = score_lines(Policy("priority", rules), columns, len(lines))
    return set(np.flatnonzero(score).tolist())


@given(conditions, conditions)
def test_what_is_possible_and_what_follows_agree_with_trying_every_line(one: Condition, other: Condition):
    logic = Logic([one, other])

    assert logic.possible(one, other) == bool(matching(one) & matching(other))
    assert logic.follows(one, other) == (matching(other) <= matching(one))


def test_whole_numbers_leave_no_room_between_neighbours():
    both = (Compare(LATE, "gt", (3.0,)), Compare(LATE, "lt", (4.0,)))
    priced = (Compare("product.unit_price", "gt", (3.0,)), Compare("product.unit_price", "lt", (4.0,)))

    assert not Logic(both).possible(*both)
    assert Logic(priced).possible(*priced)


def test_a_search_that_branches_too_often_is_given_up_as_possible(monkeypatch):
    neither = AllOf((AnyOf((Compare(LATE, "lt", (0.0,)), Compare(LATE, "gt", (0.0,)))), Compare(LATE, "eq", (0.0,))))
    logic = Logic([neither])
    assert not logic.possible(neither)

    monkeypatch.setattr("orders.planning.logic.MAX_BRANCHES", 1)

    assert logic.possible(neither)

"""Quotas and fair share: what properties promise, what the oracle says, what the grammar refuses."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from dataclasses import asdict, replace

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning import schema
from orders.planning.engine import plan
from orders.planning.grammar import InvalidPolicyError, parse_policy
from orders.planning.linter import lint
from orders.planning.prepare import prepare
from orders.planning.quotas import shrink
from orders.planning.rules import AllOf, Amount, AnyOf, Compare, Condition, Keep, Not, Policy, Quota
from orders.planning.types import Attribute, Shipped
from orders.planning.unasked import kept_units
from tests.orders.planning.cases import Case, Departure, Line, Pick, Product, Share, Source, arrays
from tests.orders.planning.checking import checked
from tests.orders.planning.documents import compare, linear, policy
from tests.orders.planning.quota_oracle import QuotaOracle, random_quota_case
from tests.orders.planning.reading import rows, run

CASES = int(os.environ.get("PLANNING_CASES", "800"))
GOLD = compare("customer.tier", "eq", "gold")
SILVER = compare("customer.tier", "eq", "silver")

cases = st.integers(0, 2**32).map(lambda seed: random_quota_case(random.Random(seed)))


def test_plans_with_quotas_equal_the_oracle():
    for seed in range(CASES):
        case = random_quota_case(random.Random(seed))

        planned = {line: asdict(row) for line, row in rows(run(case)).items()}

        expected = {line: asdict(row) for line, row in QuotaOracle(case).answer().items()}
        assert planned == expected, f"seed {seed}: {case}"


@checked
@given(cases)
def test_no_group_gets_more_than_its_maximum(case: Case):
    product = {line.line_id: (line.product_id, line.tier) for line in case.lines}
    got: dict[tuple[int, str], int] = defaultdict(int)
    for line_id, row in rows(run(case)).items():
        got[product[line_id]] += sum(row.stock.values()) + row.pegged
    oracle = QuotaOracle(case)

    for place, share in enumerate(case.quotas):
        for (product_id, tier), units in got.items():
            if tier == share.tier and share.at_most:
                assert units <= (oracle.most((product_id, place)) or 0)


def test_quotas_that_bind_nobody_change_nothing():
    for seed in range(200):
        case = random_quota_case(random.Random(seed))
        plain = replace(case, quotas=(), fair_share=False)
        wide = replace(plain, quotas=(Share("gold", "0", "1000"),))

        assert rows(run(wide)) == rows(run(plain))


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), max_size=12), st.lists(st.integers(0, 60), min_size=4)
)
def test_shrinking_gives_out_all_there_is_and_nobody_more_than_asked(wants, supply):
    wants = sorted(wants, key=lambda want: want[0])
    product = np.array([want[0] for want in wants], dtype=np.int64)
    wanted = np.array([want[1] for want in wants], dtype=np.int64)

    given_out = shrink(product, wanted, np.array(supply, dtype=np.int64))

    assert (given_out <= wanted).all()
    assert (given_out >= 0).all()
    for item in range(4):
        asked = int(wanted[product == item].sum())
        assert given_out[product == item].sum() == min(asked, supply[item])


def quota(name: str = "a", **members) -> dict:
    return {"id": name, "label": "A", **members}


def with_quotas(*quotas: dict, **members) -> dict:
    return policy(linear("late", "order.days_late", 2), quotas=list(quotas), **members)


def test_quotas_are_read():
    document = with_quotas(quota(when=GOLD, at_least={"units": 4}, at_most={"percent": 50}))
    jsonschema.validate(document, schema.SCHEMA)

    (parsed,) = parse_policy(document).quotas

    assert (parsed.at_least, parsed.at_most) == (Amount(4.0, True), Amount(50.0, False))


def test_what_a_quota_keeps_is_read():
    document = with_quotas(quota(when=GOLD, at_least={"units": 4}, keep={"percent": 50, "days": 14}))
    jsonschema.validate(document, schema.SCHEMA)

    (parsed,) = parse_policy(document).quotas

    assert parsed.keep == Keep(50.0, 14)


LAMP = Compare("product.category", "eq", ("lamp",))
IN_GOLD = Compare("customer.tier", "eq", ("gold",))


@pytest.mark.parametrize(
    ("when", "kept_from"),
    [
        (IN_GOLD, {1, 2}),
        (AllOf((IN_GOLD, LAMP)), {1}),
        (AllOf((IN_GOLD, Not(LAMP))), {2}),
        (AnyOf((IN_GOLD, LAMP)), {1, 2}),
        (Not(AnyOf((IN_GOLD, LAMP))), {2}),
        (None, {1, 2}),
    ],
    ids=["of any product", "of lamps", "of others", "gold or lamps", "neither", "everybody"],
)
def test_units_are_kept_of_products_that_the_group_could_order(when: Condition | None, kept_from: set[int]):
    case = Case(
        (Line(1, 1, 1, 9, tier="silver"), Line(2, 2, 2, 9, tier="silver")),
        (Source(1, 9), Source(2, 9)),
        products=(Product(1), Product(2)),
    )
    *inputs, attributes, context = arrays(case)
    ready = prepare(*inputs, attributes | {"product.category": Attribute(np.array([0, 1]), ("lamp", "rug"))}, context)
    quotas = (Quota("q", "", when, Amount(6.0, is_units=True), keep=Keep(50.0, 7)),)

    kept = kept_units(ready, quotas, np.array([-1, -1]), np.array([[6, 6]]), ready.buckets.qty)

    assert kept.tolist() == [3 if product in kept_from else 0 for product in (1, 2)]


def test_fair_share_is_read_and_its_column_loaded():
    document = policy(linear("late", "order.days_late", 2), fair_share="customer.zone")
    jsonschema.validate(document, schema.SCHEMA)

    parsed = parse_policy(document)

    assert parsed.fair_share == "customer.zone"
    assert "customer.zone" in parsed.attributes()


SEGMENT = {"id": "s", "label": "S", "guarantee": "win"}
REFUSED = {
    "nothing said": (with_quotas(quota()), "quotas[0]: must have at_least, at_most or both"),
    "percent": (with_quotas(quota(at_most={"percent": 101})), "quotas[0].at_most.percent: must be between 0 and 100"),
    "half a unit": (with_quotas(quota(at_most={"units": 0.5})), "quotas[0].at_most.units: must be a whole number"),
    "below zero": (with_quotas(quota(at_least={"units": -1})), "quotas[0].at_least.units: must be a whole number"),
    "both": (
        with_quotas(quota(at_most={"units": 1, "percent": 2})),
        "quotas[0].at_most: must have units or percent, one of the two",
    ),
    "neither": (with_quotas(quota(at_most={})), "quotas[0].at_most: must have units or percent, one of the two"),
    "crossed": (
        with_quotas(quota(at_least={"units": 5}, at_most={"units": 4})),
        "quotas[0].at_most: must not be below at_least",
    ),
    "number": (with_quotas(quota(at_most=5)), "quotas[0].at_most: must be an object, not a number"),
    "same id": (with_quotas(quota(at_most={"units": 1}), quota(at_most={"units": 1})), "quotas[1].id: a is used twice"),
    "keeps nothing": (
        with_quotas(quota(at_most={"units": 4}, keep={"percent": 50, "days": 7})),
        "quotas[0].keep: needs at_least",
    ),
    "keeps too much": (
        with_quotas(quota(at_least={"units": 4}, keep={"percent": 120, "days": 7})),
        "quotas[0].keep.percent: must be above 0 and at most 100",
    ),
    "half a day": (
        with_quotas(quota(at_least={"units": 4}, keep={"percent": 50, "days": 0.5})),
        "quotas[0].keep.days: must be a whole number from 0 to 365",
    ),
    "two ways": (
        with_quotas(quota(at_most={"units": 1}), segments=[SEGMENT]),
        "quotas: stock is divided by one of segments, quotas, fair_share, forecast, not by several",
    ),
    "fair share of a number": (
        policy(linear("late", "order.days_late", 2), fair_share="order.days_late"),
        "fair_share: must be a text attribute; order.days_late is none",
    ),
}


@pytest.mark.parametrize(("document", "refusal"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_quotas_are_refused_with_their_place(document, refusal):
    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy(document)

    assert any(str(problem).startswith(refusal) for problem in refused.value.problems), refused.value.problems


LINTED = {
    "fine": (with_quotas(quota(when=GOLD, at_least={"units": 4}), quota("b", at_most={"percent": 90})), []),
    "after everybody": (
        with_quotas(quota(at_least={"units": 4}), quota("b", when=GOLD, at_most={"percent": 90})),
        [("shadowed", "quotas[1]")],
    ),
    "nothing": (with_quotas(quota(when=GOLD, at_least={"units": 0})), [("dead", "quotas[0]")]),
    "more than all": (
        with_quotas(quota(when=GOLD, at_least={"percent": 70}), quota("b", when=SILVER, at_least={"percent": 40})),
        [("contradictory", "quotas[1].at_least")],
    ),
    "all": (
        with_quotas(quota(when=GOLD, at_least={"percent": 70}), quota("b", when=SILVER, at_least={"percent": 30})),
        [],
    ),
    "of different products": (
        with_quotas(
            quota(when=compare("product.category", "eq", "Cups"), at_least={"percent": 70}),
            quota("b", when=compare("product.category", "eq", "Lamps"), at_least={"percent": 70}),
        ),
        [],
    ),
}


@pytest.mark.parametrize(("document", "expected"), LINTED.values(), ids=LINTED.keys())
def test_findings_on_quotas(document, expected):
    assert [(finding.kind.value, finding.place) for finding in lint(document)] == expected


def test_a_window_is_read():
    document = with_quotas(quota(when=GOLD, at_most={"units": 4}, window_days=7))
    jsonschema.validate(document, schema.SCHEMA)

    policy_read = parse_policy(document)

    assert policy_read.quotas[0].window_days == 7
    assert policy_read.counts_shipped()


LATE = compare("order.days_late", "gt", 3)
WINDOWS_REFUSED = {
    "no day": (with_quotas(quota(at_most={"units": 1}, window_days=0)), "quotas[0].window_days: must be a whole"),
    "half a day": (with_quotas(quota(at_most={"units": 1}, window_days=1.5)), "quotas[0].window_days: must be a whole"),
    "over a year": (with_quotas(quota(at_most={"units": 1}, window_days=367)), "quotas[0].window_days: must be a"),
    "what changes": (
        with_quotas(quota(when=LATE, at_most={"units": 1}, window_days=7)),
        "quotas[0].when: order.days_late does not tell what shipped orders were",
    ),
    "what changes before it": (
        with_quotas(quota(when=LATE, at_most={"units": 1}), quota("b", at_most={"units": 1}, window_days=7)),
        "quotas[0].when: order.days_late does not tell what shipped orders were",
    ),
}


@pytest.mark.parametrize(("document", "refusal"), WINDOWS_REFUSED.values(), ids=WINDOWS_REFUSED.keys())
def test_wrong_windows_are_refused_with_their_place(document, refusal):
    test_wrong_quotas_are_refused_with_their_place(document, refusal)


def test_after_a_window_conditions_may_read_what_changes():
    over_days = quota(when=GOLD, at_most={"units": 1}, window_days=7)

    parse_policy(with_quotas(over_days, quota("b", when=LATE, at_most={"units": 1})))


@checked
@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 9))
def test_a_maximum_in_units_holds_over_every_window(seed: int, window: int, most: int):
    """Plan and ship every day for two weeks: no run of ``window`` days sees more of a product leave for the tier."""
    random_ = random.Random(seed)
    share = Share("gold", at_most=str(most), window_days=window)
    sent: dict[int, int] = {}
    for day in range(14):
        lines = tuple(Line(i, i, 1, random_.randint(1, 5), tier=random_.choice(("gold", ""))) for i in range(1, 5))
        gone = tuple(Departure("gold", 1, qty, day - then) for then, qty in sent.items() if qty)
        stock = (Source(1, random_.randint(0, 12)),)
        case = Case(lines, stock, products=(Product(1),), quotas=(share,), departures=gone)
        got = rows(run(case))
        sent[day] = sum(sum(got[line.line_id].stock.values()) for line in lines if line.tier == "gold")

        assert sum(sent.get(day - before, 0) for before in range(window)) <= most


def test_picking_and_shipping_what_is_planned_uses_up_as_much_as_planning_it():
    """Gold may have half of 20 a week: 10. Whether planned, picked or sent, its 6 units leave it 4."""
    share = Share("gold", at_most="50%", window_days=7)
    wants = Line(2, 2, 1, 9, tier="gold")
    one = Line(1, 1, 1, 6, tier="gold", urgency=9)
    planned = Case((one, wants), (Source(1, 20),), products=(Product(1),), quotas=(share,))
    picked = replace(planned, sources=(Source(1, 14),), picks=(Pick(1, 1, 6),))
    sent = replace(planned, lines=(wants,), sources=(Source(1, 14),), departures=(Departure("gold", 1, 6),))

    assert [rows(run(case))[2].allocated for case in (planned, picked, sent)] == [4, 4, 4]
    assert rows(run(replace(sent, departures=(Departure("gold", 1, 6, days_ago=7),))))[2].allocated == 7


def test_what_left_for_other_quotas_is_refused():
    case = Case((Line(1, 1, 1, 1),), (Source(1, 1),), products=(Product(1),))
    shipped = Shipped(np.array([1]), np.array([[1, 2]]), np.array([[1, 2]]))

    with pytest.raises(ValueError, match=r"shipped\.own_qty"):
        plan(*arrays(case)[:5], Policy("fifo"), arrays(case)[5], shipped=shipped)

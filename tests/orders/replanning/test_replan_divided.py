"""Rules that divide stock, on the database: segments, measured against the plan in force, quotas and fair share."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from inventory.models import StockLevel
from orders.integrity import check
from orders.models import Allocation
from orders.planning.components import product_components
from orders.replan import replan
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_order
from tests.orders.replanning.dividing import PLATINUM, allocated, drafted, publish, rows_of, settle
from tests.orders.replanning.worlds import full, make_world, stored_plan

pytestmark = pytest.mark.django_db


def segment(name: str, guarantee: str, **members: Any) -> dict[str, Any]:
    return {"id": name, "label": name.title(), "guarantee": guarantee, **members}


@pytest.mark.parametrize(("guarantee", "units"), [("gain", (4, 1)), ("redistribute", (0, 5))])
def test_what_a_line_has_is_kept_from_a_better_ranked_newcomer_if_it_gains(
    guarantee: str, units: tuple[int, int]
) -> None:
    publish(segments=[segment("all", guarantee)])
    product = make_product()
    make_stock(product, on_hand=5)
    first = make_order([(product, 4)])
    full()
    newcomer = make_order([(product, 5)])

    replan(product_ids=[product.pk], cause="test", now=NOW)

    assert (allocated(first), allocated(newcomer)) == units
    assert full()["rows_written"] == 0


def test_a_line_that_fills_gets_no_more_than_it_had() -> None:
    product = make_product()
    make_stock(product, on_hand=2)
    order = make_order([(product, 5)])
    full()
    publish(segments=[segment("all", "fill")])
    StockLevel.objects.update(on_hand=9)

    replan(product_ids=[product.pk], cause="test", now=NOW)

    assert allocated(order) == 2
    assert full()["rows_written"] == 0


def test_what_a_line_had_is_part_of_the_hash_where_segments_read_it() -> None:
    product = make_product()
    make_stock(product, on_hand=2)
    make_order([(product, 5)])
    full()
    publish(segments=[segment("all", "gain")])
    before, same = drafted(None), drafted(None)
    Allocation.objects.update(qty=1)

    changed = drafted(None)

    assert before.inputs.digest() == same.inputs.digest() != changed.inputs.digest()


DIVIDED = {
    "win-gain": {"segments": [segment("vip", "win", when=PLATINUM), segment("rest", "gain")]},
    "gain-lose": {"segments": [segment("vip", "gain", when=PLATINUM, if_unmet="fall_back"), segment("rest", "lose")]},
    "skip-fill": {"segments": [segment("vip", "skip", when=PLATINUM), segment("rest", "fill")]},
    "quotas": {
        "quotas": [
            {"id": "vip", "label": "Some", "when": PLATINUM, "at_least": {"units": 2}, "at_most": {"percent": 60}}
        ]
    },
    "fair-share": {"fair_share": "customer.tier"},
    "promises": {
        "segments": [segment("vip", "win", when=PLATINUM)],
        "promises": [
            {"id": "vip", "label": "One date", "when": PLATINUM, "no_worse": True},
            {"id": "all", "label": "Calm", "min_later_days": 3, "cool_down_days": 4},
        ],
    },
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rules", DIVIDED.values(), ids=list(DIVIDED))
def test_planning_again_writes_nothing(seed: int, rules: dict[str, Any]) -> None:
    make_world(seed)
    full()
    publish(**rules)
    settle()
    before = stored_plan()

    assert full()["rows_written"] == 0
    assert stored_plan() == before
    assert [drift for drift in check() if "movement" not in str(drift).lower()] == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rules", DIVIDED.values(), ids=list(DIVIDED))
def test_an_event_run_plans_what_the_full_run_plans(seed: int, rules: dict[str, Any]) -> None:
    products = make_world(seed)
    full()
    publish(**rules)
    settle()
    changed = random.Random(seed).choice(products)
    StockLevel.objects.filter(product=changed, warehouse__code="A").update(on_hand=20)
    make_order([(changed, 3)], customer=make_customer(tier="platinum"))

    event, everything = drafted([changed]), drafted(None)

    planned = np.isin(everything.plan.line_id, event.plan.line_id)
    reached = everything.inputs.backlog.product_id[planned]
    known, component = product_components(everything.inputs.backlog)
    assert set(known[np.isin(component, component[np.searchsorted(known, reached)])]) == set(reached)
    assert rows_of(event.plan) == [row for row in rows_of(everything.plan) if row[0] in set(event.plan.line_id)]

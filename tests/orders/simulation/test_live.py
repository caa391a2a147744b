"""What is planned in memory against what a run writes: the same dates, places, sums and messages."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from inventory.models import Product, PurchaseOrderLine, StockLevel
from notifications.models import Fact
from orders.models import Order, OrderPlan, Policy
from orders.planning.grammar import parse_policy
from orders.planning.presets import BALANCED_PRIORITY, FIFO, PRESETS
from orders.replan import replan
from orders.replanning.snapshot import snapshot
from orders.rules.policies import published
from orders.simulation.archive import fingerprint
from orders.simulation.fairness import overtaken_share
from orders.simulation.live import Planned, Sampling, load_live, load_stored_outlook, plan_live
from orders.simulation.outlook import Outlook
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_customer, make_order

pytestmark = pytest.mark.django_db

CALM = BALANCED_PRIORITY | {
    "promises": [
        {"id": "calm", "label": "Calm", "min_later_days": 6, "cool_down_days": 2, "no_better": True,
         "when": {"attribute": "customer.tier", "op": "eq", "value": "gold"}},
    ]
}  # fmt: skip


def planned_now() -> Planned:
    rules = parse_policy(published().rules)
    live = load_live([rules], today=TODAY)
    return plan_live(live, live.inputs[0], rules)


def build(seed: int) -> list[Product]:
    """Make some products with stock and inbound, and orders of every kind on them."""
    chance = random.Random(seed)
    products = [make_product(unit_price=f"{chance.randint(1, 90)}.50") for _ in range(4)]
    for product in products:
        make_stock(product, on_hand=chance.randint(0, 8))
        if chance.random() < 0.7:
            days = chance.randint(1, 30)
            make_purchase_order([(product, chance.randint(1, 9))], supplier=make_supplier(),
                                expected_on=TODAY + timedelta(days=days))  # fmt: skip
    for _ in range(12):
        lines = [(product, chance.randint(1, 4)) for product in chance.sample(products, chance.randint(1, 3))]
        make_order(
            lines,
            customer=make_customer(tier=chance.choice(["gold", "standard"])),
            ship_policy=chance.choice(["partial", "complete", "one_backorder"]),
            placed_at=NOW - timedelta(hours=chance.randint(1, 500)),
            held="review" if chance.random() < 0.1 else "",
        )
    return products


def shake(seed: int, products: list[Product]) -> None:
    """Move supply about, so that dates move both ways, and take in another order."""
    chance = random.Random(seed + 1000)
    for line in PurchaseOrderLine.objects.order_by("pk"):
        line.expected_on += timedelta(days=chance.randint(-9, 9))
        line.save(update_fields=["expected_on"])
    for level in StockLevel.objects.order_by("pk"):
        StockLevel.objects.filter(pk=level.pk).update(
            on_hand=max(level.reserved, level.on_hand + chance.randint(-3, 4))
        )
    make_order([(chance.choice(products), 2)], placed_at=NOW - timedelta(hours=600))


def facts() -> Counter[str]:
    return Counter(kind.removeprefix("orders.") for kind in Fact.objects.values_list("kind", flat=True))


@pytest.mark.parametrize("seed", range(8))
def test_messages_foretold_are_those_that_a_run_records(seed: int) -> None:
    if seed % 2:
        Policy.objects.filter(pk=published().pk).update(rules=CALM)
    products = build(seed)
    foretold = planned_now().figures.messages
    replan(product_ids=None, cause="test", now=NOW)
    assert +Counter(foretold) == facts()

    shake(seed, products)
    before = facts()
    foretold = planned_now().figures.messages
    replan(product_ids=None, cause="test", now=NOW)

    assert +Counter(foretold) == facts() - before


@pytest.mark.parametrize("seed", range(4))
def test_orders_look_in_memory_as_they_are_written(seed: int) -> None:
    build(seed)

    outlook = planned_now().outlook
    replan(product_ids=None, cause="test", now=NOW)

    with snapshot():
        stored, _ = load_stored_outlook()
    for name in Outlook.__slots__:
        assert np.array_equal(getattr(outlook, name), getattr(stored, name)), name
    assert outlook.value_minor.sum() == sum(OrderPlan.objects.values_list("open_value_minor", flat=True))


def test_policies_plan_alike_whether_they_are_read_for_together_or_alone() -> None:
    build(3)
    shared = [parse_policy(rules) for rules in (BALANCED_PRIORITY, CALM, FIFO, *PRESETS.values())]

    together = load_live(shared, today=TODAY)

    for rules, inputs in zip(shared, together.inputs, strict=True):
        alone = load_live([rules], today=TODAY)
        assert fingerprint(plan_live(together, inputs, rules).plan) == fingerprint(
            plan_live(alone, alone.inputs[0], rules).plan
        )


def test_a_sample_holds_whole_components() -> None:
    for _ in range(30):
        first, second = make_product(), make_product()
        make_stock(first, on_hand=1)
        make_order([(first, 1), (second, 1)], ship_policy="complete")
    rules = parse_policy(published().rules)

    live = load_live([rules], today=TODAY, sampling=Sampling(20, 20))

    assert live.is_sample
    assert 0 < len(live.price_minor) < live.lines_open == 60
    sampled = live.inputs[0].backlog.order_id
    assert (np.unique(sampled, return_counts=True)[1] == 2).all()
    assert not load_live([rules], today=TODAY, sampling=Sampling(60, 20)).is_sample


def test_a_line_is_overtaken_by_a_later_order_with_an_earlier_day() -> None:
    product, other = make_product(), make_product()
    make_stock(product, on_hand=1)
    make_stock(other, on_hand=5)
    make_purchase_order([(product, 10)])
    make_order([(product, 1), (other, 1)], placed_at=NOW - timedelta(days=3))
    make_order([(product, 1)], placed_at=NOW - timedelta(days=1), is_expedited=True)

    planned = planned_now()

    assert Order.objects.count() == 2
    assert overtaken_share(planned.plan, planned.inputs.backlog) == pytest.approx(1 / 3)
    assert planned.figures.overtaken_share == pytest.approx(0.3333)

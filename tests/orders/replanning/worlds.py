"""Small worlds of stock and orders, planned, and what their plan says."""

from __future__ import annotations

import random
from typing import Any

from inventory.models import Product, StockLevel
from orders.models import Allocation, LinePlan, OrderPlan, OrderTerms, Peg, ShipPolicy
from orders.replan import replan
from orders.rules import policies
from tests.factories import NOW
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_warehouse
from tests.factories.orders import make_customer, make_order


def stored_plan() -> dict[str, Any]:
    """Return all that planning stores, but the numbers of its runs."""
    orders = OrderPlan.objects.order_by("order_id").values()
    return {
        "lines": list(LinePlan.objects.order_by("line_id").values()),
        "orders": list(orders),
        "allocations": sorted(Allocation.objects.values_list("line_id", "warehouse_id", "state", "qty")),
        "pegs": sorted(Peg.objects.values_list("line_id", "purchase_order_line_id", "qty")),
        "reserved": sorted(StockLevel.objects.values_list("product_id", "warehouse_id", "reserved")),
    }


def full() -> dict[str, Any]:
    return replan(product_ids=None, cause="test", now=NOW).counts


def make_world(seed: int) -> list[Product]:
    dice = random.Random(seed)
    products = [make_product() for _ in range(6)]
    warehouses = [make_warehouse("A", preference=2), make_warehouse("B", preference=1)]
    for product in products:
        for warehouse in warehouses:
            make_stock(product, warehouse, on_hand=dice.randint(0, 8), protected=dice.choice([0, 0, 2]))
        if dice.random() < 0.7:
            make_purchase_order([(product, dice.randint(1, 12))], warehouse=warehouses[0])
    customers = [make_customer(tier=tier) for tier in ("platinum", "standard")]
    for _ in range(14):
        order = make_order(
            [(product, dice.randint(1, 6)) for product in dice.sample(products, dice.randint(1, 3))],
            customer=dice.choice(customers),
            ship_policy=dice.choice([*ShipPolicy.values, "partial", "partial"]),
            held=dice.choice(["", "", "", "", "credit"]),
        )
        if dice.random() < 0.3:
            fills, most = dice.choice([([50], 0), ([], 1), ([100, 0], 1)])
            OrderTerms.objects.create(order=order, line_fills=fills, order_fills=fills, max_sources=most)
    return products


def publish(rules: dict[str, Any]) -> None:
    policies.publish(policies.create_draft(name="Ahead", rules=rules, actor=None, now=NOW).pk, actor=None, now=NOW)

"""Policies that divide supply otherwise than by rank alone, and what their lines get."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from inventory.models import Product
from orders.models import Allocation, Order, Shipment, ShipmentLine
from orders.planning.types import Plan
from orders.replanning.draft import Draft, Stopwatch, make_draft
from orders.rules import policies
from tests.factories import NOW
from tests.factories.inventory import make_warehouse
from tests.factories.orders import make_customer, make_order
from tests.orders.replanning.worlds import full

PLATINUM = {"attribute": "customer.tier", "op": "eq", "value": "platinum"}
WEEKLY = {"id": "vip", "label": "Ten a week", "when": PLATINUM, "at_most": {"units": 10}, "window_days": 7}
DAILY = {"id": "rest", "label": "The rest", "at_most": {"percent": 50}, "window_days": 1}


def publish(**members: Any) -> None:
    rules = {
        "version": 1,
        "strategy": "priority",
        "rules": [
            {"id": "age", "label": "Age", "attribute": "line.open_qty", "points": {"type": "linear", "per_unit": 1}}
        ],
        **members,
    }
    policies.publish(policies.create_draft(name="Divided", rules=rules, actor=None, now=NOW).pk, actor=None, now=NOW)


def settle() -> None:
    """Plan until nothing changes: with segments that is the second run at the latest."""
    full()
    full()


def allocated(order: Order) -> int:
    return sum(Allocation.objects.filter(line__order=order).values_list("qty", flat=True))


def drafted(products: list[Product] | None) -> Draft:
    ids = None if products is None else [product.pk for product in products]
    return make_draft(ids, policies.published(), today=timezone.localdate(NOW), watch=Stopwatch())


def rows_of(plan: Plan) -> list[tuple[Any, ...]]:
    """Return the plan a line: what it gets, from whom, when, and what became of its guarantee."""
    allocations, pegs = plan.allocations, plan.pegs
    claims: dict[int, list[tuple[int, ...]]] = {line: [] for line in plan.line_id.tolist()}
    for line, *claim in zip(allocations.line_id, allocations.warehouse_id, allocations.qty, strict=True):
        claims[int(line)].append((0, *map(int, claim)))
    for line, *claim in zip(pegs.line_id, pegs.source_id, pegs.qty, strict=True):
        claims[int(line)].append((1, *map(int, claim)))
    columns = [plan.line_id, plan.score, plan.reason, plan.eta_p50, plan.eta_p90, plan.gate_line_id]
    if plan.guarantees is not None:
        columns += [plan.guarantees.segment, plan.guarantees.kept, plan.guarantees.stage]
    if plan.promise_rule is not None:
        columns.append(plan.promise_rule)
    return [(*row, claims[row[0]]) for row in zip(*(column.tolist() for column in columns), strict=True)]


def sent(product: Product, qty: int, *, days_ago: int = 0, tier: str = "platinum", **fields: Any) -> Shipment:
    """Have a customer of a tier order units, and get them so many days ago."""
    order = make_order([(product, qty)], customer=make_customer(tier=tier), **fields)
    shipment = Shipment.objects.create(order=order, shipped_at=NOW - timedelta(days=days_ago))
    ShipmentLine.objects.create(shipment=shipment, line=order.lines.get(), warehouse=make_warehouse("MAIN"), qty=qty)
    order.lines.update(shipped_qty=qty)
    Order.objects.filter(pk=order.pk).update(status="closed", closed_at=shipment.shipped_at)
    return shipment

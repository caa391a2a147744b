"""Orders as the API shows them, read in sets: a page costs the same number of queries whatever it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet

from orders.models import Allocation, Hold, Order, OrderLine, Peg
from orders.queries.board import ranks_of
from orders.queries.scoring import rule_labels


def detailed_orders() -> QuerySet[Order]:
    """Return orders that load their customer, plan and promise with them, and lines, claims and holds in sets."""
    allocations = Allocation.objects.select_related("warehouse").order_by("line_id", "warehouse_id", "state")
    pegs = Peg.objects.select_related("purchase_order_line__purchase_order")
    lines = OrderLine.objects.select_related("product", "plan").order_by("position")
    holds = Hold.objects.filter(released_at__isnull=True).order_by("pk")
    return Order.objects.select_related("customer", "plan", "promise").prefetch_related(
        Prefetch("lines", lines),
        Prefetch("lines__allocations", allocations),
        Prefetch("lines__pegs", pegs.order_by("line_id", "purchase_order_line__expected_on", "purchase_order_line_id")),
        Prefetch("holds", holds, to_attr="active_holds"),
    )


def planning_context(orders: Sequence[Order]) -> dict[str, Any]:
    """Return ``ranks`` by order and ``rules`` by policy for a page of orders: two queries."""
    plans = [line.plan for order in orders for line in order.lines.all() if hasattr(line, "plan")]
    return {
        "ranks": ranks_of([order.pk for order in orders]),
        "rules": rule_labels({plan.policy_id for plan in plans}),
    }

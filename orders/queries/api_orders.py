"""Orders as the API shows them, read in sets: a page costs the same number of queries whatever it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from orders.models import Allocation, Hold, Order, OrderLine, Peg
from orders.queries.guarantees import line_guarantees
from orders.queries.promises import line_chances
from orders.queries.ranks import ranks_of
from orders.queries.scoring import rule_labels


def detailed_orders() -> QuerySet[Order]:
    """Return orders that load their customer, plan and promise with them, and the rest in sets.

    Lists, not managers (``to_attr``), which would cost a queryset for every line: ``order.shown_lines`` by position,
    ``order.active_holds``, ``line.shown_allocations`` and ``line.shown_pegs``.
    """
    allocations = Allocation.objects.select_related("warehouse").order_by("line_id", "warehouse_id", "state")
    pegs = Peg.objects.select_related("purchase_order_line__purchase_order").order_by(
        "line_id", "purchase_order_line__expected_on", "purchase_order_line_id"
    )
    lines = OrderLine.objects.select_related("product", "plan").order_by("position")
    holds = Hold.objects.filter(released_at__isnull=True).order_by("pk")
    return Order.objects.select_related("customer__terms", "owner", "plan", "promise", "terms").prefetch_related(
        Prefetch("lines", lines, to_attr="shown_lines"),
        Prefetch("shown_lines__allocations", allocations, to_attr="shown_allocations"),
        Prefetch("shown_lines__pegs", pegs, to_attr="shown_pegs"),
        Prefetch("holds", holds, to_attr="active_holds"),
    )


def planning_context(orders: Sequence[Order]) -> dict[str, Any]:
    """Return ``ranks`` by order, ``rules`` by policy, ``guarantees`` and ``chances`` by line, for a page of orders.

    Two queries, one more where lines are in segments.
    """
    planned = [
        (line.plan, _promised_on(order)) for order in orders for line in lines_of(order) if hasattr(line, "plan")
    ]
    plans = [plan for plan, _ in planned]
    return {
        "guarantees": line_guarantees(plans),
        "chances": line_chances(planned),
        "ranks": ranks_of([order.pk for order in orders]),
        "rules": rule_labels({plan.policy_id for plan in plans}),
    }


def _promised_on(order: Order) -> date | None:
    return order.promise.promised_on if hasattr(order, "promise") else None


def lines_of(order: Any) -> list[OrderLine]:
    """Return the lines of an order from detailed_orders."""
    lines: list[OrderLine] = order.shown_lines
    return lines


def claimed_qty(line: Any) -> tuple[int, int]:
    """Return a line's units allocated and pegged, of an order from detailed_orders."""
    return sum(claim.qty for claim in line.shown_allocations), sum(claim.qty for claim in line.shown_pegs)

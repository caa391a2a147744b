"""A small planned backlog, written by hand so that page tests do not depend on planning."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from inventory.models import Product
from orders.models import (
    LinePlan,
    Order,
    OrderLine,
    OrderPromise,
    Outcome,
    Policy,
    PolicyStatus,
    Reason,
)
from orders.planning.presets import BALANCED_PRIORITY
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order, make_order_plan


def published_policy() -> Policy:
    found = Policy.objects.filter(status=PolicyStatus.PUBLISHED).first()
    newest = Policy.objects.order_by("-version").first()
    return found or Policy.objects.create(
        name="Balanced priority",
        version=newest.version + 1 if newest else 1,
        status=PolicyStatus.PUBLISHED,
        rules=BALANCED_PRIORITY,
    )


def planned_order(
    score: float = 50.0,
    *,
    product: Product | None = None,
    qty: int = 10,
    reason: Reason = Reason.STOCK_SHORT,
    eta_on: date | None = None,
    slip_days: int = 0,
    **fields: Any,
) -> Order:
    """Make an open order of one line with its plan, its promise and its score split over two rules."""
    product = product or make_product()
    make_stock(product, on_hand=0) if not product.stock_levels.exists() else None
    eta_on = eta_on or timezone.localdate() + timedelta(days=5)
    order = make_order([(product, qty)], **fields)
    line = OrderLine.objects.get(order=order)
    promised_on = eta_on - timedelta(days=slip_days)
    short = 0 if reason == Reason.READY else qty
    make_order_plan(
        order,
        score=score,
        reason=reason,
        eta_p50=eta_on,
        eta_p90=eta_on + timedelta(days=2),
        promised_on=promised_on,
        slip_days=slip_days,
        open_lines=1,
        short_lines=1 if short else 0,
        open_units=qty,
        short_units=short,
        open_value_minor=int(qty * line.unit_price * 100),
    )
    LinePlan.objects.create(
        line=line,
        order=order,
        product=product,
        score=score,
        points=[0, score - 10, 10, 0, 0, 0],
        outcome=Outcome.PLANNED,
        reason=reason,
        allocated_qty=0,
        pegged_qty=0,
        eta_p50=eta_on,
        eta_p90=eta_on + timedelta(days=2),
        policy_id=published_policy().pk,
    )
    OrderPromise.objects.create(order=order, promised_on=promised_on, announced_on=promised_on, told_on=promised_on)
    return order


def refs(html: str) -> list[str]:
    return re.findall(r'data-row="([^"]+)"', html)

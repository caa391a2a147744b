"""The usual way of a Django application: one order at a time with ``select_for_update``, on the tables themselves."""

from __future__ import annotations

from datetime import date
from time import perf_counter

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from inventory.models import PurchaseOrderLine, StockLevel
from orders.models import Allocation, EtaRevision, LinePlan, Order, OrderLine, OrderPlan, OrderPromise, Peg


def one_at_a_time_with_orm(lines: int) -> tuple[float, int]:
    """Forget the plan, then plan ``lines`` lines best order first; return seconds and lines done.

    It writes the same rows as planning does; ranks are given and rules are not scored. Leaves the database half
    planned, so it comes last.
    """
    best_first = OrderPlan.objects.order_by("stage", "-score", "placed_at", "order_id").values_list(
        "order_id", flat=True
    )
    order_ids = list(best_first[:lines])
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE orders_allocation, orders_peg, orders_lineplan, orders_orderplan, orders_orderpromise, "
            "orders_etarevision"
        )
        cursor.execute("UPDATE inventory_stocklevel SET reserved = 0")
        cursor.execute("VACUUM ANALYZE")
    done, started = 0, perf_counter()
    for order_id in order_ids:
        with transaction.atomic():
            done += _plan_order(Order.objects.select_for_update().get(pk=order_id))
        if done >= lines:
            break
    return perf_counter() - started, done


def _plan_order(order: Order) -> int:
    lines = list(order.lines.filter(open_qty__gt=0).order_by("pk"))
    eta = max(_plan_line(line) for line in lines)
    OrderPlan.objects.create(
        order=order,
        placed_at=order.placed_at,
        score=0,
        reason=0,
        eta_p50=eta,
        eta_p90=eta,
        promised_on=eta,
        slip_days=0,
        open_lines=len(lines),
        short_lines=0,
        open_units=0,
        short_units=0,
        open_value_minor=0,
        ready_value_minor=0,
    )
    OrderPromise.objects.create(order=order, promised_on=eta, announced_on=eta, told_on=eta)
    EtaRevision.objects.create(order=order, kind="promised", new_on=eta, reason=0)
    return len(lines)


def _plan_line(line: OrderLine) -> date:
    allocated = _allocate(line)
    pegged, day = _peg(line, line.open_qty - allocated)
    LinePlan.objects.create(
        line=line,
        order_id=line.order_id,
        product_id=line.product_id,
        score=0,
        points=[0.0] * 6,
        outcome=0,
        reason=0,
        allocated_qty=allocated,
        pegged_qty=pegged,
        eta_p50=day,
        eta_p90=day,
        policy_id=0,
    )
    return day


def _allocate(line: OrderLine) -> int:
    allocated = 0
    levels = StockLevel.objects.select_for_update().filter(product_id=line.product_id).order_by("warehouse_id")
    for level in levels:
        taken = min(level.on_hand - level.reserved, line.open_qty - allocated)
        if taken:
            allocated += taken
            level.reserved += taken
            level.save(update_fields=["reserved"])
            Allocation.objects.create(line=line, warehouse_id=level.warehouse_id, product_id=line.product_id, qty=taken)
    return allocated


def _peg(line: OrderLine, wanted: int) -> tuple[int, date]:
    pegged, day = 0, timezone.localdate()
    if not wanted:
        return pegged, day
    coming = PurchaseOrderLine.objects.select_for_update().filter(product_id=line.product_id, outstanding_qty__gt=0)
    for source in coming.order_by("expected_on", "pk"):
        claimed = Peg.objects.filter(purchase_order_line=source).aggregate(qty=Sum("qty"))["qty"] or 0
        taken = min(source.outstanding_qty - claimed, wanted - pegged)
        if taken > 0:
            pegged, day = pegged + taken, source.expected_on
            Peg.objects.create(line=line, purchase_order_line=source, product_id=line.product_id, qty=taken)
    return pegged, day

"""The step that would help each of many orders most, for lists: the same as ``next_step`` says of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum

from django.db import connection
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef

from orders.dialogue.standing import is_untold
from orders.models import Allocation, AllocationState, HoldKind, OrderPlan, Reason, ShipPolicy
from orders.queries.substitutes import with_substitutes

# Of lines that lack units: does one have no supply, and does one wait for a delivery that somebody could ask about?
_SUPPLY = """
    SELECT l.order_id,
        bool_or(lp.reason = %(short)s AND l.open_qty > lp.allocated_qty + COALESCE(p.qty, 0)),
        bool_or(p.next_on IS NOT NULL AND (p.next_on < %(today)s OR lp.reason = %(late)s))
    FROM orders_orderline l JOIN orders_lineplan lp ON lp.line_id = l.id
    LEFT JOIN LATERAL (
        SELECT sum(g.qty)::int AS qty, min(i.expected_on) AS next_on
        FROM orders_peg g JOIN inventory_purchaseorderline i ON i.id = g.purchase_order_line_id
        WHERE g.line_id = l.id
    ) p ON true
    WHERE l.order_id = ANY(%(orders)s::bigint[]) AND l.open_qty > lp.allocated_qty
    GROUP BY l.order_id
"""


class Step(StrEnum):
    """What to do; the page knows the words, the form or link, and who may."""

    FIX_ADDRESS = "fix_address"
    RELEASE = "release"
    TELL = "tell"
    SHIP = "ship"
    SHIP_PART = "ship_part"
    SPLIT = "split"
    SUBSTITUTE = "substitute"
    CHASE = "chase"
    BUY = "buy"


def next_steps(
    plans: Sequence[OrderPlan], holds: Mapping[int, Collection[HoldKind]], *, today: date
) -> dict[int, Step]:
    """Return what to do about each open order, the most urgent first; none where waiting is all there is to do.

    ``plans`` come with their ``order``, ``holds`` are the kinds by its key. Four queries, however many there are.
    """
    untold, loose = _untold_and_loose([plan.order_id for plan in plans])
    steps = {plan.order_id: _of_order(plan, holds.get(plan.order_id), untold, loose) for plan in plans}
    found = {key: step for key, step in steps.items() if step}
    rest = [plan.order_id for plan in plans if plan.order_id not in found]
    replaceable = with_substitutes(rest)
    supply = _about_supply([key for key in rest if key not in replaceable], today)
    return {**found, **dict.fromkeys(replaceable, Step.SUBSTITUTE), **supply}


def _of_order(
    plan: OrderPlan, held: Collection[HoldKind] | None, untold: Collection[int], loose: Collection[int]
) -> Step | None:
    if held:
        return Step.FIX_ADDRESS if HoldKind.ADDRESS in held else Step.RELEASE
    if plan.order_id in untold:
        return Step.TELL
    here = plan.open_units - plan.short_units
    if here and here >= plan.open_units:
        return Step.SHIP
    is_late = bool(plan.slip_days and plan.slip_days > 0)
    is_in_parts = plan.order.ship_policy != ShipPolicy.COMPLETE
    if not here or not (is_in_parts or is_late):
        return None
    return Step.SHIP_PART if is_in_parts and plan.order_id not in loose else Step.SPLIT


def _untold_and_loose(order_ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """Return whose customers were not told, and who has units that no split and no picker has fixed yet."""
    planned = Allocation.objects.filter(line__order=OuterRef("order_id"), state=AllocationState.PLANNED)
    rows = OrderPlan.objects.filter(order_id__in=order_ids).annotate(
        is_untold=ExpressionWrapper(is_untold(), BooleanField()), is_loose=Exists(planned)
    )
    said = list(rows.values_list("order_id", "is_untold", "is_loose"))
    return {key for key, untold, _ in said if untold}, {key for key, _, loose in said if loose}


def _about_supply(order_ids: Sequence[int], today: date) -> dict[int, Step]:
    if not order_ids:
        return {}
    reasons = {"short": int(Reason.STOCK_SHORT), "late": int(Reason.SUPPLIER_LATE)}
    with connection.cursor() as cursor:
        cursor.execute(_SUPPLY, {"orders": list(order_ids), "today": today, **reasons})
        rows = cursor.fetchall()
    return {key: Step.BUY if lacks else Step.CHASE for key, lacks, is_late in rows if lacks or is_late}

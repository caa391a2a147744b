"""The step that would help each of many orders most, for lists: the same as ``next_step`` says of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum

from django.db import connection

from orders.dialogue.standing import is_untold
from orders.models import HoldKind, OrderPlan, Reason, ShipPolicy
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
    untold = _untold([plan.order_id for plan in plans])
    found = {plan.order_id: step for plan in plans if (step := _of_order(plan, holds.get(plan.order_id), untold))}
    rest = [plan.order_id for plan in plans if plan.order_id not in found]
    replaceable = with_substitutes(rest)
    supply = _about_supply([key for key in rest if key not in replaceable], today)
    return {**found, **dict.fromkeys(replaceable, Step.SUBSTITUTE), **supply}


def _of_order(plan: OrderPlan, held: Collection[HoldKind] | None, untold: Collection[int]) -> Step | None:
    if held:
        return Step.FIX_ADDRESS if HoldKind.ADDRESS in held else Step.RELEASE
    if plan.order_id in untold:
        return Step.TELL
    here = plan.open_units - plan.short_units
    if here and here >= plan.open_units:
        return Step.SHIP
    is_late = bool(plan.slip_days and plan.slip_days > 0)
    return Step.SPLIT if here and (plan.order.ship_policy != ShipPolicy.COMPLETE or is_late) else None


def _untold(order_ids: Sequence[int]) -> set[int]:
    return set(OrderPlan.objects.filter(is_untold(), order_id__in=order_ids).values_list("order_id", flat=True))


def _about_supply(order_ids: Sequence[int], today: date) -> dict[int, Step]:
    if not order_ids:
        return {}
    reasons = {"short": int(Reason.STOCK_SHORT), "late": int(Reason.SUPPLIER_LATE)}
    with connection.cursor() as cursor:
        cursor.execute(_SUPPLY, {"orders": list(order_ids), "today": today, **reasons})
        rows = cursor.fetchall()
    return {key: Step.BUY if lacks else Step.CHASE for key, lacks, is_late in rows if lacks or is_late}

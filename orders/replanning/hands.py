"""What warehouses have to pick, as arrays: every claim of the plan in force, with its day and place in the queue."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from inventory.models import PickCapacity
from orders.planning.calendar import SiteDays, WorkingDays
from orders.planning.capacity import NO_LIMIT, Capacity, Work, picks_at_all, roll_through
from orders.planning.types import NO_DAY, Context, Ints, Reason
from orders.replanning.bulk import Columns, copy_out

log = logging.getLogger(__name__)

# Units that are picked are done; those of held orders are not picked before the hold is released.
_CLAIMS = f"""
    SELECT c.line_id, c.warehouse_id, c.product_id, c.qty, c.expected_on, c.delay, p.order_id, p.score, p.stage,
        o.placed_at, CASE o.ship_policy WHEN 'complete' THEN 1 WHEN 'one_backorder' THEN 2 ELSE 0 END,
        t.order_id IS NOT NULL, c.source_id, p.reason = {int(Reason.FILL_THRESHOLD)}
    FROM (
        SELECT a.line_id, a.warehouse_id, a.product_id, a.qty, '-infinity'::date AS expected_on, 0::smallint AS delay,
            0::bigint AS source_id
        FROM orders_allocation a WHERE a.state < 2
        UNION ALL
        SELECT g.line_id, l.warehouse_id, g.product_id, g.qty, l.expected_on, s.delay_p50_days, l.id
        FROM orders_peg g
        JOIN inventory_purchaseorderline l ON l.id = g.purchase_order_line_id
        JOIN inventory_purchaseorder o ON o.id = l.purchase_order_id
        JOIN inventory_supplier s ON s.id = o.supplier_id
    ) c
    JOIN orders_lineplan p ON p.line_id = c.line_id AND p.reason <> {int(Reason.ON_HOLD)}
    JOIN orders_order o ON o.id = p.order_id
    LEFT JOIN orders_orderterms t ON t.order_id = p.order_id
"""
_TYPES = {
    "line_id": "int8",
    "warehouse_id": "int8",
    "product_id": "int8",
    "qty": "int4",
    "expected_on": "date",
    "delay": "int2",
    "order_id": "int8",
    "score": "float8",
    "stage": "int2",
    "placed_at": "timestamptz",
    "ship_policy": "int4",
    "has_terms": "bool",
    "source_id": "int8",
    "is_thin": "bool",
}
_PICKED = """
    SELECT warehouse_id, GREATEST(sum(qty), 0)::bigint FROM orders_pickrecord WHERE at >= %(since)s GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Delayed:
    """Lines that wait for hands, ascending: when their last unit is picked.

    ``left`` is what the queues leave of warehouses' days.
    """

    line_id: Ints
    product_id: Ints
    pick_on: Ints
    left: Capacity


def load_capacity(*, today: int, since: datetime) -> Capacity | None:
    """Read what warehouses pick in a day and have picked ``since`` today began; None where none is bounded."""
    rows = list(PickCapacity.objects.values_list("warehouse_id", "weekday", "day", "units"))
    warehouses = sorted({warehouse for warehouse, *_ in rows})
    if not warehouses:
        return None
    place = {warehouse: at for at, warehouse in enumerate(warehouses)}
    weekly = np.full((len(warehouses), 7), NO_LIMIT, dtype=np.int64)
    special = []
    for warehouse, weekday, day, units in rows:
        if day is None:
            weekly[place[warehouse], weekday] = units
        elif day.toordinal() >= today:
            special.append((place[warehouse], day.toordinal(), units))
    picked = copy_out(_PICKED, {"since": since}, {"warehouse_id": "int8", "qty": "int8"})
    done = dict(zip(picked["warehouse_id"].tolist(), picked["qty"].tolist(), strict=True))
    columns = np.array(sorted(special), dtype=np.int64).reshape(-1, 3).T
    return Capacity(
        warehouse_id=np.array(warehouses, dtype=np.int64),
        weekly_qty=weekly,
        picked_today=np.array([done.get(warehouse, 0) for warehouse in warehouses], dtype=np.int64),
        special_place=columns[0],
        special_day=columns[1],
        special_qty=columns[2],
    )


def find_delayed(capacity: Capacity, context: Context) -> Delayed:
    """Read the queue and return the lines whose last unit is picked later than it is there. O(claims, sorted)."""
    return delayed_of(copy_out(_CLAIMS, None, _TYPES), capacity, context)


def delayed_of(claims: Columns, capacity: Capacity, context: Context) -> Delayed:
    """Do as ``find_delayed`` does with claims of any plan: its columns are those that ``find_delayed`` reads."""
    ready_on = _ready_on(claims, context)
    work = Work(claims["line_id"], claims["warehouse_id"], claims["qty"], ready_on, _places(claims))
    picked_on, left = roll_through(work, _picking(capacity, context), context)
    if context.sites is not None:
        sites = SiteDays(context)
        ready_on, picked_on = (sites.leave(claims["warehouse_id"], days) for days in (ready_on, picked_on))
    line_id, at = np.unique(claims["line_id"], return_inverse=True)
    ready, picked = (np.full(len(line_id), NO_DAY, dtype=np.int64) for _ in range(2))
    np.maximum.at(ready, at, ready_on)
    np.maximum.at(picked, at, picked_on)
    product = np.zeros(len(line_id), dtype=np.int64)
    product[at] = claims["product_id"]
    delayed = picked > ready
    return Delayed(line_id[delayed], product[delayed], picked[delayed], left)


def _picking(capacity: Capacity, context: Context) -> Capacity:
    """Leave out warehouses that would never pick, by figures that their calendar has overtaken: nobody can say when."""
    picks = picks_at_all(capacity, context)
    if picks.all():
        return capacity
    log.warning("warehouses %s pick on no working day", capacity.warehouse_id[~picks].tolist())
    place = np.cumsum(picks) - 1
    kept = picks[capacity.special_place]
    return Capacity(
        warehouse_id=capacity.warehouse_id[picks],
        weekly_qty=capacity.weekly_qty[picks],
        picked_today=capacity.picked_today[picks],
        special_place=place[capacity.special_place[kept]],
        special_day=capacity.special_day[kept],
        special_qty=capacity.special_qty[kept],
    )


def _ready_on(claims: Columns, context: Context) -> Ints:
    """Return the working day from which each claim can be picked.

    Orders that ship together are picked when the last of their claims is there; so is an order whose terms call what is
    there too little. Of one that may send a part ahead, lines that are all on hand do not wait.
    """
    expected = claims["expected_on"]
    start = np.where(expected == NO_DAY, context.today, np.where(expected < context.today, context.today + 1, expected))
    if context.sites is None:
        own = WorkingDays(context.calendar).add(start, claims["delay"])
    else:
        source = claims.get("source_id", np.zeros(len(start), dtype=np.int64))
        arrives = SiteDays(context).arrive(source, start, claims["delay"])
        own = np.where(expected == NO_DAY, context.today, arrives)
    order, line = (np.unique(claims[name], return_inverse=True)[1] for name in ("order_id", "line_id"))
    thin = np.zeros(int(order.max(initial=-1)) + 1, dtype=np.bool_)
    thin[order[claims["is_thin"]]] = True
    comes = np.zeros(int(line.max(initial=-1)) + 1, dtype=np.bool_)
    comes[line[expected != NO_DAY]] = True
    whole = (claims["ship_policy"] == 1) | thin[order] | ((claims["ship_policy"] == 2) & comes[line])
    latest = np.zeros(len(thin), dtype=np.int64)
    np.maximum.at(latest, order[whole], own[whole])
    return np.where(whole, latest[order], own)


def _places(claims: Columns) -> Ints:
    """Return each claim's place in the queue, by which lines are served: an order that is served as one by its best."""
    joint = (claims["ship_policy"] > 0) | claims["has_terms"]
    _, order = np.unique(claims["order_id"], return_inverse=True)
    best = np.full(int(order.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(best, order[joint], claims["score"][joint])
    score = np.where(joint, best[order], claims["score"])
    lines = np.lexsort((claims["line_id"], claims["order_id"], claims["placed_at"], -score, claims["stage"]))
    place = np.empty(len(lines), dtype=np.int64)
    place[lines] = np.arange(len(lines))
    return place

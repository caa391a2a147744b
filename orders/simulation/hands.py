"""Warehouses' hands in a simulation: the pass over their queues, on a plan that is in memory only.

``orders.hands`` does the same for the live plan, between runs. Other days do not change who gets which units, so one
pass settles it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time

import numpy as np
from django.utils import timezone

from orders.planning.capacity import Capacity
from orders.planning.types import ANY_STAGE, NO_DAY, Ints, PickDays, Plan, Reason, ShipPolicy
from orders.replanning.bulk import Columns, copy_out
from orders.replanning.hands import delayed_of, load_capacity
from orders.replanning.inputs import Inputs
from orders.replanning.sites import context_of

_PICKED = "SELECT line_id, warehouse_id, sum(qty)::bigint FROM orders_allocation WHERE state = 2 GROUP BY 1, 2"


@dataclass(frozen=True, slots=True)
class Hands:
    """What warehouses pick in a day, and the units that are picked already (line_id, warehouse_id, qty)."""

    capacity: Capacity
    picked: Columns


def load_hands(today: date) -> Hands | None:
    """Read what warehouses pick in a day, inside the caller's snapshot; None where none is bounded."""
    midnight = datetime.combine(today, time.min, tzinfo=timezone.get_current_timezone())
    capacity = load_capacity(today=today.toordinal(), since=midnight)
    return None if capacity is None else Hands(capacity, _load_picked())


def unbounded_hands() -> Hands:
    """Read what is picked already, for a scenario that bounds hands which nothing bounds yet."""
    none: Ints = np.zeros(0, dtype=np.int64)
    return Hands(Capacity(none, none.reshape(0, 7), none, none, none, none), _load_picked())


def with_capacity(hands: Hands, warehouse_id: int, units: int) -> Hands:
    """Return hands of which one warehouse picks so many units on every working day, days of their own included."""
    capacity = hands.capacity
    if warehouse_id not in capacity.warehouse_id:
        at = int(np.searchsorted(capacity.warehouse_id, warehouse_id))
        capacity = replace(
            capacity,
            warehouse_id=np.insert(capacity.warehouse_id, at, warehouse_id),
            weekly_qty=np.insert(capacity.weekly_qty, at, units, axis=0),
            picked_today=np.insert(capacity.picked_today, at, 0),
            special_place=capacity.special_place + (capacity.special_place >= at),
        )
    at = int(np.searchsorted(capacity.warehouse_id, warehouse_id))
    weekly = capacity.weekly_qty.copy()
    weekly[at] = units
    others = capacity.special_place != at
    return replace(
        hands,
        capacity=replace(
            capacity,
            weekly_qty=weekly,
            special_place=capacity.special_place[others],
            special_day=capacity.special_day[others],
            special_qty=capacity.special_qty[others],
        ),
    )


def pick_days_of(inputs: Inputs, plan: Plan, hands: Hands, *, today: int) -> PickDays:
    """Return which lines of a plan must wait for hands, and until when."""
    found = delayed_of(queue_of(inputs, plan, hands), hands.capacity, context_of(inputs.sites, today=today))
    return PickDays(found.line_id, found.pick_on)


def queue_of(inputs: Inputs, plan: Plan, hands: Hands) -> Columns:
    """Return the plan's claims in the columns that the live pass reads: frozen, on hand, coming; not of held orders."""
    frozen, allocations, pegs, supply = _unpicked(inputs, hands), plan.allocations, plan.pegs, inputs.supply
    by_source = np.argsort(supply.source_id)
    source = by_source[np.searchsorted(supply.source_id[by_source], pegs.source_id)]
    here = len(frozen["qty"]) + len(allocations.qty)
    line_id = np.concatenate((frozen["line_id"], allocations.line_id, pegs.line_id))
    at = np.searchsorted(inputs.backlog.line_id, line_id)
    planned = np.searchsorted(plan.line_id, line_id)
    stage = None if plan.guarantees is None else plan.guarantees.stage[planned]
    ship_policy = inputs.backlog.ship_policy[at].astype(np.int64)
    claims = {
        "line_id": line_id,
        "warehouse_id": np.concatenate((frozen["warehouse_id"], allocations.warehouse_id, supply.warehouse_id[source])),
        "product_id": inputs.backlog.product_id[at],
        "qty": np.concatenate((frozen["qty"], allocations.qty, pegs.qty)),
        "expected_on": np.concatenate((np.full(here, NO_DAY), supply.expected_on[source])),
        "delay": np.concatenate((np.zeros(here, dtype=np.int64), supply.delay_p50[source])),
        "source_id": np.concatenate((np.zeros(here, dtype=np.int64), pegs.source_id)),
        "order_id": inputs.backlog.order_id[at],
        "score": plan.score[planned],
        "stage": np.full(len(line_id), ANY_STAGE) if stage is None else stage.astype(np.int64),
        "placed_at": inputs.backlog.placed_at[at],
        "ship_policy": np.where(ship_policy == ShipPolicy.JOINT, ShipPolicy.PARTIAL, ship_policy),
        "has_terms": ship_policy == ShipPolicy.JOINT,
        "is_thin": plan.reason[planned] == Reason.FILL_THRESHOLD,
    }
    queued = plan.reason[planned] != Reason.ON_HOLD
    return {name: column[queued] for name, column in claims.items()}


def _unpicked(inputs: Inputs, hands: Hands) -> Columns:
    """Return the frozen units that nobody has picked yet."""
    frozen, picked = inputs.frozen, hands.picked
    qty = frozen.qty.copy()
    if len(picked["qty"]) and len(qty):
        width = 1 + max(int(frozen.warehouse_id.max()), int(picked["warehouse_id"].max()))
        keys, wanted = (
            frozen.line_id * width + frozen.warehouse_id,
            picked["line_id"] * width + picked["warehouse_id"],
        )
        order = np.argsort(keys)
        place = order[np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)]
        found = keys[place] == wanted
        qty[place[found]] -= picked["qty"][found]
    known = np.isin(frozen.line_id, inputs.backlog.line_id) & (qty > 0)
    return {"line_id": frozen.line_id[known], "warehouse_id": frozen.warehouse_id[known], "qty": qty[known]}


def _load_picked() -> Columns:
    return copy_out(_PICKED, None, {"line_id": "int8", "warehouse_id": "int8", "qty": "int8"})

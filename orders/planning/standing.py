"""Where a line stands: who is ahead of it and by which rule, and what would free it soonest. For screens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.ranking import rank_order
from orders.planning.types import NO_DAY, Backlog, Bools, Codes, Ints, Outcome, Plan, ShipPolicy

PLACED_EARLIER = -1
BY_SEGMENT = -2


@dataclass(frozen=True, slots=True)
class Ahead:
    """A better-ranked line of the same product that has units.

    ``rule`` is the column of ``Plan.points`` that puts it ahead most, PLACED_EARLIER where scores are equal, BY_SEGMENT
    where its segment is served first whatever the score. ``gap`` is by how many points its order or line ranks higher.
    """

    line_id: int
    order_id: int
    allocated_qty: int
    pegged_qty: int
    gap: float
    rule: int


@dataclass(frozen=True, slots=True)
class Freeing:
    """What would let a line leave. ``gate_line_id`` ≠ 0: nothing here helps before that line of its order is free.

    ``short_qty`` units pinned to the line would do; received without pinning it takes up to ``queue_qty``, since lines
    that rank better are served first. ``next_peg_on`` is when the first units coming for it arrive, ``last_peg_on``
    the last; ``lacking_qty`` units nobody has ordered yet.
    """

    short_qty: int
    queue_qty: int
    lacking_qty: int
    next_peg_on: int
    last_peg_on: int
    gate_line_id: int


def ahead(backlog: Backlog, plan: Plan, line_id: int, limit: int = 20) -> tuple[Ahead, ...]:
    """Return the lines ahead of a line, the nearest first, at most ``limit``.

    ``backlog`` and ``plan`` hold the same lines by line id: the product's, and all others of the same orders, since an
    order that ships together ranks by its best line. Raises ValueError for a line that is not among them. O(n log n).
    """
    place = _place(plan, line_id)
    ranked = rank_order(backlog, plan.score, stage=_stages(plan))
    before = ranked[: int(np.flatnonzero(ranked == place)[0])][::-1]
    same = backlog.product_id[before] == backlog.product_id[place]
    served = plan.allocated_qty[before] + plan.pegged_qty[before] > 0
    mine = _deciding(backlog, plan, place)
    nearest = before[same & served & (plan.outcome[before] != Outcome.EXCLUDED)][:limit]
    return tuple(_compare(backlog, plan, int(at), place, mine) for at in nearest)


def what_frees(backlog: Backlog, plan: Plan, line_id: int, peg_days: Ints) -> Freeing:
    """Return the cheapest changes that would free a line; input as for ``ahead``.

    ``peg_days`` is the expected arrival of each row of ``plan.pegs``.
    """
    place = _place(plan, line_id)
    ranked = rank_order(backlog, plan.score, stage=_stages(plan))
    upto = ranked[: int(np.flatnonzero(ranked == place)[0]) + 1]
    short = np.where(plan.outcome == Outcome.PLANNED, backlog.open_qty - plan.allocated_qty, 0)
    queue = upto[(backlog.product_id[upto] == backlog.product_id[place]) & _would_take(backlog, plan)[upto]]
    days = peg_days[plan.pegs.line_id == line_id]
    own = int(short[place])
    return Freeing(
        short_qty=own,
        queue_qty=int(short[queue].sum()) + (0 if place in queue else own),
        lacking_qty=own - int(plan.pegged_qty[place]),
        next_peg_on=int(days.min()) if len(days) else NO_DAY,
        last_peg_on=int(days.max()) if len(days) else NO_DAY,
        gate_line_id=int(plan.gate_line_id[place]),
    )


def _would_take(backlog: Backlog, plan: Plan) -> Bools:
    """Return the lines that would take units of their product on hand at their turn, were there more of them.

    Not those that wait for another product: they hold what they could use by then. But the first shipment of a
    one-backorder order takes what is there.
    """
    gated = plan.gate_line_id > 0
    gate = np.searchsorted(plan.line_id, plan.gate_line_id[gated])
    takes = ~gated | ((backlog.ship_policy == ShipPolicy.ONE_BACKORDER) & ~backlog.has_shipped)
    takes[gated] |= backlog.product_id[gate] == backlog.product_id[gated]
    return takes


def _place(plan: Plan, line_id: int) -> int:
    place = int(np.searchsorted(plan.line_id, line_id))
    if place == len(plan.line_id) or plan.line_id[place] != line_id:
        raise ValueError(f"line {line_id} is not in the plan")
    return place


def _deciding(backlog: Backlog, plan: Plan, place: int) -> int:
    """Return the line whose score the line ranks by: the best of an order that ships together, else itself."""
    if not backlog.ship_policy[place]:
        return place
    order = np.flatnonzero(backlog.order_id == backlog.order_id[place])
    return int(order[np.argmax(plan.score[order])])


def _stages(plan: Plan) -> Codes | None:
    return None if plan.guarantees is None else plan.guarantees.stage


def _compare(backlog: Backlog, plan: Plan, at: int, place: int, mine: int) -> Ahead:
    theirs = _deciding(backlog, plan, at)
    gap = float(plan.score[theirs] - plan.score[mine])
    rule = int(np.argmax(plan.points[theirs] - plan.points[mine])) if gap > 0 else PLACED_EARLIER
    stages = _stages(plan)
    if stages is not None and stages[at] < stages[place]:
        rule = BY_SEGMENT
    return Ahead(
        line_id=int(plan.line_id[at]),
        order_id=int(plan.order_id[at]),
        allocated_qty=int(plan.allocated_qty[at]),
        pegged_qty=int(plan.pegged_qty[at]),
        gap=gap,
        rule=rule,
    )

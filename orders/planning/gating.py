"""Which line an order waits for longest, and what the order would be like if that line had its units. For screens."""

from __future__ import annotations

import numpy as np

from orders.planning.types import NO_DAY, Backlog, Frozen, Ints, Outcome, Plan, Reason

NOWHERE = 0  # a warehouse that no calendar and no handling is kept for
_NEVER = np.iinfo(np.int64).max


def gating_lines(plan: Plan, order_id: int) -> Ints:
    """Return the lines that decide when all of an order is there, ascending: none where it is there or on hold.

    Of an order that ships together those that the others wait for; else those with the latest day, a day that nobody
    can name being later than all. O(lines).
    """
    own = np.flatnonzero(plan.order_id == order_id)
    waits = own[(plan.outcome[own] == Outcome.PLANNED) & (plan.reason[own] != Reason.READY)]
    if not len(waits):
        return np.zeros(0, dtype=np.int64)
    gates = np.unique(plan.gate_line_id[waits])
    if gates[-1] > 0:
        # The named gate is the first of the latest; whoever waits for none is as late.
        return plan.line_id[waits[plan.gate_line_id[waits] == 0]]
    day = np.where(plan.eta_p50[waits] == NO_DAY, _NEVER, plan.eta_p50[waits])
    return plan.line_id[waits[day == day.max()]]


def all_lines_day(days: Ints) -> int:
    """Return the day on which the last of an order's lines leaves, NO_DAY where one has none."""
    return NO_DAY if not len(days) or (days == NO_DAY).any() else int(days.max())


def as_if_here(frozen: Frozen, backlog: Backlog, line_id: int) -> Frozen:
    """Return what is frozen as if a line had all its units from nowhere: nobody else loses any.

    Plan again with it to learn what the line's arrival would win its order. Raises ValueError for an unknown line.
    """
    place = np.flatnonzero(backlog.line_id == line_id)
    if not len(place):
        raise ValueError(f"line {line_id} is not in the backlog")
    others = frozen.line_id != line_id
    return Frozen(
        line_id=np.append(frozen.line_id[others], line_id),
        warehouse_id=np.append(frozen.warehouse_id[others], NOWHERE),
        qty=np.append(frozen.qty[others], backlog.open_qty[place[0]]),
    )

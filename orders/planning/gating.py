"""Which line an order waits for longest, and what the order would be like if that line had its units. For screens."""

from __future__ import annotations

import numpy as np

from orders.planning.types import NO_DAY, Backlog, Frozen, Ints, Outcome, Plan, Reason

NOWHERE = 0  # a warehouse that no calendar and no handling is kept for
_NEVER = np.iinfo(np.int64).max


def gating_lines(plan: Plan, order_id: int) -> Ints:
    """Return the lines that decide when all of an order is there, ascending: none where it is there or on hold.

    Of an order that ships together those that the others wait for, unless a day set by hand for another of its lines is
    the last of all; else those with the latest day, a day that nobody can name being later than all. O(lines).
    """
    own = np.flatnonzero(plan.order_id == order_id)
    waits = own[(plan.outcome[own] == Outcome.PLANNED) & (plan.reason[own] != Reason.READY)]
    if not len(waits):
        return np.zeros(0, dtype=np.int64)
    day = np.where(plan.eta_p50[waits] == NO_DAY, _NEVER, plan.eta_p50[waits])
    latest = day == day.max()
    if (plan.gate_line_id[waits] == 0).all():
        return plan.line_id[waits[latest]]
    # The named gate is the first of the latest; whoever waits for none is as late. Others wait for those, so that their
    # day says nothing of their own, unless somebody set it.
    gates = plan.gate_line_id[waits] == 0
    by_hand = latest & (plan.reason[waits] == Reason.ETA_BY_HAND)
    if by_hand.any() and not (by_hand & gates).any():
        gates = by_hand
    return plan.line_id[waits[gates]]


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

"""How fair a plan is to those who waited longest. docs/planning.md, section Wanted later, waited long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.ids import grouped
from orders.planning.types import Backlog, Outcome, Plan

_DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Fairness:
    """Lines that lack units on hand: how many, the age of the oldest in whole days, and how many were overtaken.

    A line is overtaken where one of the same product, placed later, has units on hand that the plan gave it.
    """

    waiting_lines: int
    longest_wait_days: int
    overtaken_lines: int


def fairness(backlog: Backlog, plan: Plan, now: int) -> Fairness:
    """Count who waits behind whom; ``backlog`` is by line id, ``now`` in microseconds since 1970. O(n log n).

    Held lines take no stock for reasons of their own and so do not count.
    """
    waits = (plan.outcome == Outcome.PLANNED) & (plan.allocated_qty < backlog.open_qty)
    if not waits.any():
        return Fairness(0, 0, 0)
    served = np.flatnonzero((plan.outcome == Outcome.PLANNED) & (plan.allocated_qty > 0))
    product, place = grouped(backlog.product_id)
    newest = np.full(len(product), np.iinfo(np.int64).min)
    np.maximum.at(newest, place[served], backlog.placed_at[served])
    overtaken = waits & (backlog.placed_at < newest[place])
    oldest = int(backlog.placed_at[waits].min())
    return Fairness(int(waits.sum()), max(0, (now - oldest) // _DAY), int(overtaken.sum()))

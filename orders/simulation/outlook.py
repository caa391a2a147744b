"""A plan as its orders see it: place in line, date, reason, units and value. Pure functions on arrays.

Lines are rolled up as ``replanning.rollup`` does it in the database; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.ids import find_places, grouped, shared
from orders.planning.sorting import stable_order
from orders.planning.types import ANY_STAGE, NO_DAY, Backlog, Bools, Floats, Ints, Plan, Reason

LATEST = 1_000_000  # stands for "no day": later than every day that occurs
_READY = (Reason.READY, Reason.FROZEN)
_PREFERENCES, _REASONS = 4, 64  # room for two preferences and for the reason itself in one packed number


@dataclass(frozen=True, slots=True)
class Outlook:
    """Orders, ``order_id`` ascending. ``rank`` is 1 for the first in line; days are ordinals or NO_DAY; money in pence.

    ``eta`` and ``eta_p90`` are the days of the last line, NO_DAY where one line has none; ``reason`` is that line's.
    ``promise_rule`` is the first of the policy's promise rules that a line meets, −1 for none.
    """

    order_id: Ints
    rank: Ints
    eta: Ints
    eta_p90: Ints
    reason: Ints
    is_ready: Bools
    open_units: Ints
    ready_units: Ints
    value_minor: Ints
    promise_rule: Ints


def look(plan: Plan, backlog: Backlog, price_minor: Ints) -> Outlook:
    """Roll a plan's lines up to orders. ``backlog`` is what was planned, by line id; ``price_minor`` is parallel to it.

    O(n log n).
    """
    order_id, place = grouped(plan.order_id)
    orders = len(order_id)
    at = find_places(backlog.line_id, plan.line_id)
    qty = backlog.open_qty[at]
    waits = ~np.isin(plan.reason, _READY)
    return Outlook(
        order_id=order_id,
        rank=places(order_id, shared(backlog.placed_at[at], place, orders), *best_lines(plan, place, orders)),
        eta=_last_day(plan.eta_p50, place, orders),
        eta_p90=_last_day(plan.eta_p90, place, orders),
        reason=_reason(plan, place, orders, waits),
        is_ready=np.bincount(place, weights=waits, minlength=orders) == 0,
        open_units=_summed(qty, place, orders),
        ready_units=_summed(np.minimum(plan.allocated_qty, qty), place, orders),
        value_minor=_summed(qty * price_minor[at], place, orders),
        promise_rule=_promise_rule(plan, place, orders),
    )


def places(order_id: Ints, placed_at: Ints, score: Floats, stage: Ints) -> Ints:
    """Return each order's place in line: lower stage, higher score, earlier placed, smaller id."""
    rank = np.empty(len(order_id), dtype=np.int64)
    rank[stable_order(stage, -score, placed_at, order_id)] = np.arange(1, len(order_id) + 1)
    return rank


def best_lines(plan: Plan, place: Ints, orders: int) -> tuple[Floats, Ints]:
    """Return each order's best score among its lines of the lowest stage, and that stage; ``place`` is a line's order.

    Without segments all lines are of one stage.
    """
    stage = np.full(orders, ANY_STAGE, dtype=np.int64)
    best = np.ones(len(place), dtype=np.bool_)
    if plan.guarantees is not None:
        stage[:] = np.iinfo(np.int16).max
        np.minimum.at(stage, place, plan.guarantees.stage)
        best = plan.guarantees.stage == stage[place]
    score = np.full(orders, -np.inf)
    np.maximum.at(score, place[best], plan.score[best])
    return score, stage


def _last_day(day: Ints, place: Ints, orders: int) -> Ints:
    last = np.zeros(orders, dtype=np.int64)
    np.maximum.at(last, place, np.where(day == NO_DAY, LATEST, day))
    return np.where(last == LATEST, NO_DAY, last)


def _reason(plan: Plan, place: Ints, orders: int, waits: Bools) -> Ints:
    """Return the reason of each order's last line to arrive; of equal days one that waits, and not for another."""
    day = np.where(plan.eta_p50 == NO_DAY, LATEST, plan.eta_p50)
    preferred = 2 * waits + (plan.reason != Reason.SHIP_COMPLETE)
    packed = (day * _PREFERENCES + preferred) * _REASONS + plan.reason
    last = np.zeros(orders, dtype=np.int64)
    np.maximum.at(last, place, packed)
    return last % _REASONS


def _promise_rule(plan: Plan, place: Ints, orders: int) -> Ints:
    none = np.iinfo(np.int16).max
    first = np.full(orders, none, dtype=np.int64)
    if plan.promise_rule is not None:
        np.minimum.at(first, place, np.where(plan.promise_rule < 0, none, plan.promise_rule))
    return np.where(first == none, -1, first)


def _summed(values: Ints, place: Ints, orders: int) -> Ints:
    sums = np.zeros(orders, dtype=np.int64)
    np.add.at(sums, place, values)
    return sums

"""Terms and wishes as limits per line. docs/planning.md, section Terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from orders.planning.prepare import Limits, Prepared
from orders.planning.rules import FarFuture, Policy
from orders.planning.score import first_met
from orders.planning.types import NO_DAY, Bools, Ints, ShipPolicy, Terms
from orders.planning.whole_orders import over_orders

DAYS_AHEAD = "order.days_to_requested"


def with_limits(ready: Prepared, terms: Terms | None, policy: Policy) -> Prepared:
    """Return the input with the limits that terms and policy set; as it is where they set none. O(n log n).

    Raises ValueError for terms that look at a whole order whose lines are planned apart (ship policy PARTIAL).
    """
    wanted_by = _wanted_by(ready, policy.far_future)
    at = np.zeros(0, dtype=np.int64)
    if terms is not None and len(terms.line_id):
        at, row = _matched(ready.backlog.line_id, terms.line_id)
        terms = _of_rows(terms, row)
    if not len(at) and not wanted_by.any():
        return ready
    lines = len(ready.product)
    zeros, ones = np.zeros(lines, dtype=np.int64), np.ones(lines, dtype=np.int64)
    limits = Limits(zeros, zeros, ones, zeros, wanted_by, zeros - 1, (), np.zeros(lines, dtype=np.bool_))
    if terms is not None and len(at):
        limits = _with_terms(ready, limits, terms, at)
    special = (limits.group >= 0) | (limits.wanted_by != NO_DAY)
    return replace(ready, limits=replace(limits, special=special))


def fill_of_release(fills: Sequence[int], releases: int) -> int:
    """Return the percent that the next release asks after so many: one figure each, the last for all later ones."""
    return fills[min(releases, len(fills) - 1)] if fills else 0


def _wanted_by(ready: Prepared, far: FarFuture | None) -> Ints:
    """Return the day by which far-future lines must have their units; an order served as one has one day, or none."""
    lines = len(ready.product)
    if far is None:
        return np.zeros(lines, dtype=np.int64)
    ahead = ready.attributes[DAYS_AHEAD].values
    is_far: Bools = ahead > far.horizon_days  # an unknown day is no wish
    if far.when is not None:
        is_far &= first_met([far.when], ready.attributes, lines) == 0
    is_far = over_orders(ready, is_far.astype(np.int64), np.minimum) > 0
    day = np.full(lines, ready.context.today, dtype=np.int64)
    day[is_far] += ahead[is_far].astype(np.int64)
    if ready.context.sites is None:  # else days of supply are days of leaving, by whatever calendar
        day = ready.working_days.before(day, ready.context.handling_days)
    return np.where(is_far, day, NO_DAY)


def _with_terms(ready: Prepared, limits: Limits, terms: Terms, at: Ints) -> Limits:
    """Return the limits with the terms of the lines at positions ``at``; percent become units, rounded up."""
    backlog = ready.backlog
    whole = (terms.line_fill > 0) | (terms.order_fill > 0) | (terms.max_sources > 0)
    if (whole & (backlog.ship_policy[at] == ShipPolicy.PARTIAL)).any():
        raise ValueError("terms: a partial order with a fill or a split limit must have ship policy JOINT")
    least = -(-terms.line_fill * backlog.open_qty[at] // 100) - ready.frozen_qty[at]
    open_weight = _per_order(backlog.order_id[at], terms.weight * backlog.open_qty[at])
    frozen_weight = _per_order(backlog.order_id[at], terms.weight * ready.frozen_qty[at])
    order_least = -(-terms.order_fill * open_weight // 100) - frozen_weight
    return replace(
        limits,
        least_qty=_placed(limits.least_qty, at, np.clip(least, 0, ready.need_qty[at])),
        order_least=_placed(limits.order_least, at, np.maximum(order_least, 0)),
        weight=_placed(limits.weight, at, terms.weight),
        max_sources=_placed(limits.max_sources, at, terms.max_sources),
        group=_placed(limits.group, at, terms.group),
        preferred=terms.preferred,
    )


def _per_order(order_id: Ints, values: Ints) -> Ints:
    """Return for each row the sum over the rows of its order."""
    _, order = np.unique(order_id, return_inverse=True)
    total = np.zeros(len(order_id), dtype=np.int64)
    np.add.at(total, order, values)
    sums: Ints = total[order]
    return sums


def _placed(values: Ints, at: Ints, new: Ints) -> Ints:
    placed = values.copy()
    placed[at] = new
    return placed


def _matched(line_id: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Return (position in the backlog, row of the terms) of terms whose line is in the backlog."""
    place = np.minimum(np.searchsorted(line_id, wanted), max(len(line_id) - 1, 0))
    row = np.flatnonzero(line_id[place] == wanted) if len(line_id) else np.zeros(0, dtype=np.int64)
    return place[row], row


def _of_rows(terms: Terms, row: Ints) -> Terms:
    return Terms(
        terms.line_id[row],
        terms.line_fill[row],
        terms.order_fill[row],
        terms.weight[row],
        terms.max_sources[row],
        terms.group[row],
        terms.preferred,
    )

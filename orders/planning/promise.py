"""Step 3: from claims to days. docs/planning.md, section Promise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.allocate import Claims
from orders.planning.prepare import Prepared
from orders.planning.shelves import UNCOVERED
from orders.planning.supply import NOW
from orders.planning.turns import NO_REASON
from orders.planning.types import NO_DAY, Bools, Ints, ShipPolicy

_NEVER = np.iinfo(np.int64).max  # sorts after every day: stands for an unknown day while taking maxima


@dataclass(frozen=True, slots=True)
class Claimed:
    """The claims summed per line, parallel to the backlog. ``last_bucket`` is the peg that comes last, −1 for none.

    ``last_day`` is that of the last peg, or a later one before which the line's terms do not let it leave, and
    ``here_leaves`` the day from which all its units on hand can leave (NO_DAY: it has none). ``note`` is
    the reason why a limit kept the line from units at its turn, or NO_REASON.
    """

    need_qty: Ints
    on_hand_qty: Ints
    pegged_qty: Ints
    last_bucket: Ints
    last_day: Ints
    last_day_p90: Ints
    here_leaves: Ints
    note: Ints

    @property
    def lacking_qty(self) -> Ints:
        """Units that no supply covers."""
        return self.need_qty - self.on_hand_qty - self.pegged_qty


@dataclass(frozen=True, slots=True)
class Gates:
    """Which lines wait for the rest of their order, parallel to the backlog.

    ``member`` counts orders whose lines leave together later, −1 for lines that do not. ``gating`` marks the lines
    with the latest day; ``gate`` is the backlog position of the first of them (0 where ``member``
    is −1). ``cover`` is the bucket that completes the line at its turn; ``complete`` marks orders that supply covers.
    """

    member: Ints
    orders: int
    gating: Bools
    gate: Ints
    cover: Ints
    complete: Bools


@dataclass(frozen=True, slots=True)
class Dates:
    """Days per line, NO_DAY where nobody can say; ``by_hand`` marks dates that a person's replaced."""

    p50: Ints
    p90: Ints
    by_hand: Bools


def sum_claims(ready: Prepared, claims: Claims) -> Claimed:
    """Return the claims summed per line. O(lines + claims)."""
    buckets, need_qty = ready.buckets, ready.need_qty
    coming = buckets.day[claims.bucket] != NOW
    stock, pegs = ~coming, np.flatnonzero(coming)
    lines = len(need_qty)
    on_hand, pegged = np.zeros(lines, dtype=np.int64), np.zeros(lines, dtype=np.int64)
    np.add.at(on_hand, claims.line[stock], claims.qty[stock])
    np.add.at(pegged, claims.line[pegs], claims.qty[pegs])
    line, bucket = claims.line[pegs], claims.bucket[pegs]
    until = np.r_[line, claims.noted]
    return Claimed(
        need_qty=need_qty,
        on_hand_qty=on_hand,
        pegged_qty=pegged,
        last_bucket=_latest(lines, line, bucket, -1),
        last_day=_latest(lines, until, np.r_[buckets.day[bucket], claims.not_before], NO_DAY),
        last_day_p90=_latest(lines, until, np.r_[buckets.day_p90[bucket], claims.not_before_p90], NO_DAY),
        here_leaves=np.maximum(
            ready.frozen_leave,
            _latest(lines, claims.line[stock], buckets.leaves[claims.bucket[stock]], NO_DAY),
        ),
        note=_latest(lines, claims.noted, claims.note, NO_REASON),
    )


def find_gates(ready: Prepared, claims: Claims) -> Gates:
    """Return which lines wait for which, from what covered each line when its order had its turn. O(n log n).

    An order waits where its latest line is not on hand. Its frozen lines wait with it, except that the first shipment
    of a one-backorder order takes them along.
    """
    backlog, lines = ready.backlog, len(ready.product)
    cover = np.full(lines, UNCOVERED, dtype=np.int64)
    cover[claims.together] = claims.cover
    level = np.full(lines, NOW, dtype=np.int64)
    padded = np.r_[ready.buckets.day, _NEVER]  # UNCOVERED is −1 and so reads the last entry
    level[claims.together] = padded[claims.cover]

    # Held lines are among them, but claim nothing and so are never waited for.
    together = (backlog.ship_policy == ShipPolicy.COMPLETE) | (
        (backlog.ship_policy == ShipPolicy.ONE_BACKORDER) & backlog.has_shipped
    )
    together[claims.together] = True
    at = np.flatnonzero(together)
    _, order = np.unique(backlog.order_id[at], return_inverse=True)
    orders = int(order.max()) + 1 if len(at) else 0
    latest = _latest(orders, order, level[at], NOW)
    waiting = latest[order] > NOW
    at, order = at[waiting], order[waiting]

    member = np.full(lines, -1, dtype=np.int64)
    member[at] = order
    gating = np.zeros(lines, dtype=np.bool_)
    gating[at] = level[at] == latest[order]
    first = np.full(orders, lines, dtype=np.int64)
    np.minimum.at(first, member[gating], np.flatnonzero(gating))
    gate = np.zeros(lines, dtype=np.int64)
    gate[at] = first[order]
    complete = np.zeros(lines, dtype=np.bool_)
    complete[at] = latest[order] != _NEVER
    return Gates(member=member, orders=orders, gating=gating, gate=gate, cover=cover, complete=complete)


def promise(ready: Prepared, claimed: Claimed, gates: Gates) -> Dates:
    """Return the day each line leaves: p50, and p90 as the safe one (never before p50).

    A line leaves ``handling_days`` after its last unit arrives; one that supply does not cover, after the lead time of
    a new order; one that ships with its order, with the latest line of it. A day set by hand replaces the p50 of a line
    that waits, and the p90 where that is earlier, until it has passed. Held lines have no day. O(n).
    """
    p50, p90 = (_add_handling(ready, days) for days in _own_arrivals(ready, claimed, gates))
    held = ready.held
    # A day set by hand that has passed says nothing any more.
    by_hand = np.where(ready.backlog.eta_by_hand < ready.context.today, NO_DAY, ready.backlog.eta_by_hand)

    waits = ~held & (claimed.on_hand_qty < claimed.need_qty)
    p50, p90 = _apply_by_hand(p50, p90, waits, by_hand)
    p50, p90 = _with_order(p50, gates), _with_order(p90, gates)

    waits |= (gates.member >= 0) & (claimed.need_qty > 0)
    p50, p90 = _apply_by_hand(p50, p90, waits, by_hand)
    p50[held] = p90[held] = NO_DAY
    return Dates(p50=p50, p90=p90, by_hand=waits & (by_hand != NO_DAY))


def _own_arrivals(ready: Prepared, claimed: Claimed, gates: Gates) -> tuple[Ints, Ints]:
    """Return when each line has its units, regardless of the rest of its order."""
    product, products, buckets, today = ready.product, ready.products, ready.buckets, ready.context.today
    here = np.maximum(claimed.here_leaves, today)
    p50, p90 = np.maximum(claimed.last_day, here), np.maximum(claimed.last_day_p90, here)

    # Lines of an order that supply cannot complete claim nothing; their day is still what would cover them.
    lacks = claimed.lacking_qty > 0
    covered = (gates.member >= 0) & ~gates.complete & (gates.cover != UNCOVERED) & lacks
    cover = gates.cover[covered]
    p50[covered] = np.maximum(np.maximum(buckets.day, buckets.leaves)[cover], today)
    p90[covered] = np.maximum(np.maximum(buckets.day_p90, buckets.leaves)[cover], today)

    lacking = lacks & ~covered
    ordered = np.full(len(products.product_id), today, dtype=np.int64)
    fallback_p50 = ready.working_days.add(ordered, products.lead_time_p50)
    fallback_p90 = ready.working_days.add(ordered, np.maximum(products.lead_time_p50, products.lead_time_p90))
    unknown = lacking & (products.lead_time_p50[product] <= 0)
    p50[lacking] = np.maximum(p50[lacking], fallback_p50[product[lacking]])
    p90[lacking] = np.maximum(p90[lacking], fallback_p90[product[lacking]])
    p50[unknown] = p90[unknown] = NO_DAY
    return p50, p90


def _add_handling(ready: Prepared, days: Ints) -> Ints:
    """Return when units that arrive on ``days`` leave; unknown stays unknown. Sites have added their own already."""
    if ready.context.sites is not None:
        return days
    known = np.where(days == NO_DAY, ready.context.today, days)
    return np.where(days == NO_DAY, NO_DAY, ready.working_days.add(known, ready.context.handling_days))


def _apply_by_hand(p50: Ints, p90: Ints, waits: Bools, eta_by_hand: Ints) -> tuple[Ints, Ints]:
    replaced = waits & (eta_by_hand != NO_DAY)
    return np.where(replaced, eta_by_hand, p50), np.where(replaced, np.maximum(p90, eta_by_hand), p90)


def _with_order(days: Ints, gates: Gates) -> Ints:
    """Give every line of a waiting order the latest day among them, unknown if one is unknown."""
    at = np.flatnonzero(gates.member >= 0)
    order = gates.member[at]
    latest = _latest(gates.orders, order, np.where(days[at] == NO_DAY, _NEVER, days[at]), NO_DAY)
    together = days.copy()
    together[at] = np.where(latest[order] == _NEVER, NO_DAY, latest[order])
    return together


def _latest(size: int, at: Ints, values: Ints, start: int) -> Ints:
    latest = np.full(size, start, dtype=np.int64)
    np.maximum.at(latest, at, values)
    return latest

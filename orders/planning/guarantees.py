"""Segments with an outcome guarantee: who is served when, and who may not lose. docs/planning.md, section Segments."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np

from orders.planning.allocate import Claims, Turns, allocate, running_before
from orders.planning.components import product_components
from orders.planning.divided import Divided
from orders.planning.prepare import Prepared
from orders.planning.previous import Had, had_per_line, match_previous, pin
from orders.planning.rules import Guarantee, Segment
from orders.planning.score import first_met
from orders.planning.supply import NOW
from orders.planning.types import (
    Bools,
    Codes,
    Guarantees,
    Ints,
    Kept,
    Previous,
    ShipPolicy,
)
from orders.planning.whole_orders import concatenated, over_orders, waiting_idle

STAGES = {
    Guarantee.SKIP: 0,
    Guarantee.WIN: 1,
    Guarantee.GAIN: 2,
    Guarantee.REDISTRIBUTE: 3,
    Guarantee.FILL: 4,
    Guarantee.LOSE: 5,
}
# After so many rounds every line with a gain guarantee in a component that is not settled keeps what it had, whether it
# seems to lose this time or not. Rounds are rare: one for those who would lose, one for those whom that displaces.
PATIENCE = 4


@dataclass(frozen=True, slots=True)
class _State:
    """What a round is made of, per line; ``whole`` marks lines that can keep what they had."""

    stage: Codes
    pinned: Bools
    whole: Bools
    had: Had
    had_qty: Ints


def allocate_by_segment(
    ready: Prepared, ranked: Ints, segments: tuple[Segment, ...], previous: Previous | None
) -> Divided:
    """Return the claims of the lines at positions ``ranked`` under their segments' guarantees.

    Served in rounds: lines with a gain guarantee compete first and only those who would lose by it are pinned to what
    they had; lines whose segment falls back leave it where its guarantee cannot be kept. Each round settles some
    lines for good. A component alone goes through the same rounds as in the full run. O(rounds × allocate).
    """
    segment = _segment_of(ready, segments)
    had = match_previous(ready, previous)
    had_qty = had_per_line(ready, had)
    stage = np.array([*(STAGES[part.guarantee] for part in segments), STAGES[Guarantee.REDISTRIBUTE]])[segment]
    falls_back = np.array([*(part.falls_back for part in segments), False])[segment]
    whole = _can_keep(ready, had)
    pinned, fallen = np.zeros(len(segment), dtype=np.bool_), np.zeros(len(segment), dtype=np.bool_)
    for round_ in count():
        state = _State(stage, pinned, whole, had, had_qty)
        claims = _one_round(ready, ranked, state)
        unmet = _unmet(ready, claims, state)
        gains = stage == STAGES[Guarantee.GAIN]
        to_pin = unmet & gains & ~pinned & whole
        to_fall = unmet & falls_back & ~to_pin
        if not to_pin.any() and not to_fall.any():
            break
        if round_ >= PATIENCE:
            to_pin = gains & whole & _same_component(ready, to_pin)
        pinned, fallen = (pinned | to_pin) & ~to_fall, fallen | to_fall
        stage = np.where(fallen, STAGES[Guarantee.REDISTRIBUTE], stage)
    kept = np.select([fallen, unmet], [Kept.FELL_BACK, Kept.NO], Kept.YES)
    return Divided(
        claims=claims,
        guarantees=Guarantees(segment.astype(np.int16), kept.astype(np.int16), stage.astype(np.int16)),
        limited=np.isin(stage, (STAGES[Guarantee.SKIP], STAGES[Guarantee.FILL])),
    )


def _segment_of(ready: Prepared, segments: tuple[Segment, ...]) -> Ints:
    """Return each line's segment, −1 for none; an order that ships together is in the first that any line is in."""
    first = first_met([segment.when for segment in segments], ready.attributes, len(ready.product))
    segment = over_orders(ready, np.where(first < 0, len(segments), first), np.minimum)
    return np.where(segment == len(segments), -1, segment)


def _can_keep(ready: Prepared, had: Had) -> Bools:
    """Return the lines that had something still there; of an order that ships together, only if it had everything."""
    there = np.zeros(len(ready.product), dtype=np.int64)
    known = had.bucket >= 0
    np.add.at(there, had.line[known], had.qty[known])
    partial = ready.backlog.ship_policy == ShipPolicy.PARTIAL
    whole = np.where(partial, there > 0, there == ready.need_qty)
    return over_orders(ready, whole.astype(np.int64), np.minimum) > 0


def _one_round(ready: Prepared, ranked: Ints, state: _State) -> Claims:
    """Return the claims of skip, then win, then of those pinned, then of the rest by stage and rank."""
    stage, need_qty = state.stage, ready.need_qty
    place = np.zeros(len(need_qty), dtype=np.int64)
    place[ranked] = np.arange(len(ranked))
    takes = np.zeros(len(need_qty), dtype=np.bool_)
    takes[ranked] = True
    left = ready.buckets.qty.copy()

    skipped = pin(ready, state.had, takes & (stage == STAGES[Guarantee.SKIP]), place, left)
    _take_off(left, skipped)
    winners = ranked[stage[ranked] == STAGES[Guarantee.WIN]]
    won = allocate(ready, Turns(winners, need_qty[winners]), left)
    _take_off(left, won)
    pinned = pin(ready, state.had, takes & state.pinned, place, left)
    _take_off(left, pinned)

    wanted = _wanted(ready, state, pinned)
    rest = ranked[np.argsort(stage[ranked], kind="stable")]
    rest = rest[stage[rest] > STAGES[Guarantee.WIN]]
    turns = rest[wanted[rest] > 0]
    served = allocate(ready, Turns(turns, wanted[turns]), left)
    idle = waiting_idle(ready, rest[(wanted[rest] == 0) & ~state.pinned[rest]])
    return concatenated(skipped, won, pinned, served, idle)


def _wanted(ready: Prepared, state: _State, pinned: Claims) -> Ints:
    """Return what each line may take at its turn: its need, less what is pinned, or no more than it had (fill)."""
    partial = ready.backlog.ship_policy == ShipPolicy.PARTIAL
    wanted = ready.need_qty.copy()
    np.subtract.at(wanted, pinned.line, pinned.qty)
    wanted[state.pinned & ~partial] = 0
    filling = state.stage == STAGES[Guarantee.FILL]
    had_all = over_orders(ready, (state.had_qty == ready.need_qty).astype(np.int64), np.minimum) > 0
    limit = np.where(partial, state.had_qty, np.where(had_all, wanted, 0))
    return np.where(filling, np.minimum(wanted, limit), wanted)


def _unmet(ready: Prepared, claims: Claims, state: _State) -> Bools:
    """Return the lines whose guarantee these claims do not keep; an order that ships together is one."""
    got = np.zeros(len(ready.product), dtype=np.int64)
    np.add.at(got, claims.line, claims.qty)
    stage = state.stage
    unmet = (stage == STAGES[Guarantee.WIN]) & (got < ready.need_qty)
    unmet |= (stage == STAGES[Guarantee.SKIP]) & (got < state.had_qty)
    unmet |= (stage == STAGES[Guarantee.GAIN]) & _is_worse_off(ready, claims, state.had)
    unmet &= ~ready.held
    return over_orders(ready, unmet.astype(np.int64), np.maximum) > 0


def _is_worse_off(ready: Prepared, claims: Claims, had: Had) -> Bools:
    """Return the lines that by some day have fewer units than they had by that day."""
    line = np.concatenate((claims.line, had.line))
    day = np.concatenate(
        (
            _leaving_day(ready, claims.line, ready.buckets.day[claims.bucket]),
            _leaving_day(ready, had.line, had.day),
        )
    )
    qty = np.concatenate((claims.qty, -had.qty))
    order = np.lexsort((-np.sign(qty), day, line))  # of one day what it has now counts first
    line, qty = line[order], qty[order]
    worse = np.zeros(len(ready.product), dtype=np.bool_)
    worse[line[running_before(line, qty) + qty < 0]] = True
    return worse


def _leaving_day(ready: Prepared, line: Ints, day: Ints) -> Ints:
    """Return the days of claims; units of an order that ships together count from the last of them.

    What is on hand for an order that may still send it ahead counts at once.
    """
    backlog = ready.backlog
    ahead = (backlog.ship_policy == ShipPolicy.ONE_BACKORDER) & ~backlog.has_shipped
    last = np.full(len(ready.product), NOW, dtype=np.int64)
    np.maximum.at(last, line, day)
    last = over_orders(ready, last, np.maximum)
    waits = (backlog.ship_policy[line] != ShipPolicy.PARTIAL) & ~(ahead[line] & (day == NOW))
    return np.where(waits, last[line], day)


def _same_component(ready: Prepared, chosen: Bools) -> Bools:
    """Return the lines in a component with any of the chosen ones."""
    product_id, component = product_components(ready.backlog)
    label = component[np.searchsorted(product_id, ready.backlog.product_id)]
    return np.isin(label, label[chosen])


def _take_off(left: Ints, claims: Claims) -> None:
    np.subtract.at(left, claims.bucket, claims.qty)

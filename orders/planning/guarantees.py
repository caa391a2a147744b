"""Segments with an outcome guarantee: who is served when, and who may not lose. docs/planning.md, section Segments."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np

from orders.planning.allocate import Claims, Pieces, Turns, allocate, of_plain_lines, plain_lines
from orders.planning.components import line_components
from orders.planning.divided import Divided
from orders.planning.prepare import Prepared
from orders.planning.previous import Had, as_had, had_per_line, match_previous, pin, replaced, still_there
from orders.planning.rules import Guarantee, Segment
from orders.planning.score import first_met
from orders.planning.sorting import stable_order
from orders.planning.types import (
    Bools,
    Codes,
    Guarantees,
    Ints,
    Kept,
    Previous,
    ShipPolicy,
)
from orders.planning.whole_orders import concatenated, over_orders, ships_together, waiting_idle
from orders.planning.worse_off import is_worse_off

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
# An order for which units are kept may do better by others, and its own are then there for those behind it. So the next
# round keeps for it what it got, until no round changes that; these are the most. Where more lines come to be pinned it
# starts again from what they all had, since that much is there for all of them at once.
SETTLING = 12


@dataclass(frozen=True, slots=True)
class _State:
    """What a round is made of, per line; ``pinned`` marks lines for which their pieces of ``kept`` are kept."""

    stage: Codes
    pinned: Bools
    had: Had
    had_qty: Ints
    kept: Had


def allocate_by_segment(
    ready: Prepared, ranked: Ints, segments: tuple[Segment, ...], previous: Previous | None
) -> Divided:
    """Return the claims of the lines at positions ``ranked`` under their segments' guarantees.

    Served in rounds: lines with a gain guarantee compete first, and what those had who would lose by it is kept for
    them; lines whose segment falls back leave it where its guarantee cannot be kept. Each round settles some lines for
    good. A component alone goes through the same rounds as in the full run. O(rounds × allocate).
    """
    segment = _segment_of(ready, segments)
    had = match_previous(ready, previous)
    had_qty = had_per_line(ready, had)
    stage = np.array([*(STAGES[part.guarantee] for part in segments), STAGES[Guarantee.REDISTRIBUTE]])[segment]
    falls_back = np.array([*(part.falls_back for part in segments), False])[segment]
    can_keep, kept = _can_keep(ready, had), had
    pinned, fallen = np.zeros(len(segment), dtype=np.bool_), np.zeros(len(segment), dtype=np.bool_)
    for round_ in count():
        state = _State(stage, pinned, had, had_qty, kept)
        claims = _one_round(ready, ranked, state)
        unmet = _unmet(ready, claims, state)
        gains = stage == STAGES[Guarantee.GAIN]
        to_pin = unmet & gains & ~pinned & can_keep
        to_fall = unmet & falls_back & ~to_pin
        unsettled = _same_component(ready, to_pin)
        moves = pinned & ~plain_lines(ready) & ~unsettled
        got = as_had(ready, claims) if round_ < SETTLING and moves.any() else kept
        kept, before = replaced(had, got, moves), kept
        if not to_pin.any() and not to_fall.any() and kept == before:
            break
        if round_ >= PATIENCE:
            to_pin = gains & can_keep & unsettled
        pinned, fallen = (pinned | to_pin) & ~to_fall, fallen | to_fall
        stage = np.where(fallen, STAGES[Guarantee.REDISTRIBUTE], stage)
    outcome = np.select([fallen, unmet], [Kept.FELL_BACK, Kept.NO], Kept.YES)
    return Divided(
        claims=claims,
        guarantees=Guarantees(segment.astype(np.int16), outcome.astype(np.int16), stage.astype(np.int16)),
        limited=np.isin(stage, (STAGES[Guarantee.SKIP], STAGES[Guarantee.FILL])),
    )


def _segment_of(ready: Prepared, segments: tuple[Segment, ...]) -> Ints:
    """Return each line's segment, −1 for none; an order that ships together is in the first that any line is in."""
    first = first_met([segment.when for segment in segments], ready.attributes, len(ready.product))
    segment = over_orders(ready, np.where(first < 0, len(segments), first), np.minimum)
    return np.where(segment == len(segments), -1, segment)


def _can_keep(ready: Prepared, had: Had) -> Bools:
    """Return the lines that had something which is still there; an order that is served as one is one."""
    there = np.zeros(len(ready.product), dtype=np.int64)
    there[had.line[had.bucket >= 0]] = 1
    return over_orders(ready, there, np.maximum) > 0


def _one_round(ready: Prepared, ranked: Ints, state: _State) -> Claims:
    """Return the claims of skip, then win, then of the rest by stage and rank, who see what is kept for them.

    Plain lines take what is kept for them at once, and the rest of their need at their turn.
    """
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
    kept = still_there(state.kept, takes & state.pinned, place, left)
    _take_off(left, kept)
    at_once = plain_lines(ready)[kept.line]
    pinned = of_plain_lines(kept.select(at_once))

    wanted, only_ahead = _wanted(ready, state, pinned)
    rest = ranked[stable_order(stage[ranked])]
    rest = rest[stage[rest] > STAGES[Guarantee.WIN]]
    turns = rest[wanted[rest] > 0]
    served = allocate(ready, Turns(turns, wanted[turns], only_ahead[turns]), left, kept=kept.select(~at_once))
    idle = (wanted == 0) | (only_ahead & (_got(ready, served) < need_qty))
    return concatenated(skipped, won, pinned, served, waiting_idle(ready, rest[idle[rest]]))


def _wanted(ready: Prepared, state: _State, pinned: Claims) -> tuple[Ints, Bools]:
    """Return what each line may take at its turn, and which may only send ahead.

    That is its need, less what is pinned; of those that fill no more than they had, and of an order that ships together
    and had not all of it only what one with one backorder can send first.
    """
    backlog = ready.backlog
    wanted = ready.need_qty.copy()
    np.subtract.at(wanted, pinned.line, pinned.qty)
    had_all = over_orders(ready, (state.had_qty == ready.need_qty).astype(np.int64), np.minimum) > 0
    filling = state.stage == STAGES[Guarantee.FILL]
    lacking = filling & ships_together(ready) & ~had_all
    splits = (backlog.ship_policy == ShipPolicy.ONE_BACKORDER) & ~backlog.has_shipped
    limit = np.where(lacking & ~splits, 0, state.had_qty)
    return np.where(filling, np.minimum(wanted, limit), wanted), lacking & splits


def _got(ready: Prepared, claims: Claims) -> Ints:
    got = np.zeros(len(ready.product), dtype=np.int64)
    np.add.at(got, claims.line, claims.qty)
    return got


def _unmet(ready: Prepared, claims: Claims, state: _State) -> Bools:
    """Return the lines whose guarantee these claims do not keep; an order that ships together is one."""
    got, stage = _got(ready, claims), state.stage
    unmet = (stage == STAGES[Guarantee.WIN]) & (got < ready.need_qty)
    unmet |= (stage == STAGES[Guarantee.SKIP]) & (got < state.had_qty)
    unmet |= (stage == STAGES[Guarantee.GAIN]) & is_worse_off(ready, claims, state.had)
    unmet &= ~ready.held
    return over_orders(ready, unmet.astype(np.int64), np.maximum) > 0


def _same_component(ready: Prepared, chosen: Bools) -> Bools:
    """Return the lines in a component with any of the chosen ones."""
    if not chosen.any():
        return chosen
    label = line_components(ready.backlog)
    return np.isin(label, label[chosen])


def _take_off(left: Ints, claims: Claims | Pieces) -> None:
    np.subtract.at(left, claims.bucket, claims.qty)

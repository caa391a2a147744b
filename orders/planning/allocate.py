"""Step 2: lines take from supply in rank order. docs/planning.md, section Allocate."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from orders.planning.prepare import Prepared
from orders.planning.runs import is_first, lengths_of, starts_of, summed_up
from orders.planning.sorting import stable_order
from orders.planning.together import claim_together
from orders.planning.turns import KeptUnits, Parting, Spared, TogetherLines, TurnLimits
from orders.planning.types import Bools, Ints, ShipPolicy


def _nothing() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Claims:
    """Who got what: parallel triples (position in the backlog, bucket, qty), and who waits for whom.

    ``together`` holds backlog positions of lines that leave with the rest of their order; ``cover`` beside it is the
    bucket that completes the line at its turn, or UNCOVERED. ``noted`` holds positions of lines that a limit kept from
    units at their turn; beside it the reason, or NO_REASON, and the day before which they do not leave (see Notes).
    """

    line: Ints
    bucket: Ints
    qty: Ints
    together: Ints
    cover: Ints
    noted: Ints = field(default_factory=_nothing)
    note: Ints = field(default_factory=_nothing)
    not_before: Ints = field(default_factory=_nothing)
    not_before_p90: Ints = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Turns:
    """Who takes, first in line first: parallel pairs (position in the backlog, units wanted).

    A line of a partial order may have several turns; lines of any other order are adjacent. ``only_ahead`` marks rows
    of orders with one backorder that may send what is on hand and claim nothing for the rest.
    """

    line: Ints
    qty: Ints
    only_ahead: Bools | None = None


@dataclass(frozen=True, slots=True)
class Pieces:
    """Units of buckets by the lines they are for: parallel triples (position in the backlog, bucket, qty)."""

    line: Ints
    bucket: Ints
    qty: Ints

    def select(self, chosen: Bools) -> Pieces:
        """Return the chosen rows."""
        return Pieces(self.line[chosen], self.bucket[chosen], self.qty[chosen])


def allocate(
    ready: Prepared, turns: Turns, left_qty: Ints, spared: Spared | None = None, kept: Pieces | None = None
) -> Claims:
    """Return the claims of these turns on ``left_qty``, what is left of each bucket.

    Plain lines of partial orders take soonest units first; for all others see ``together.claim_together``.
    ``spared``, parallel to the backlog, is stock on hand that some orders leave to others. ``kept`` is what nobody sees
    before the turn of the lines it is kept for, none of them plain; what they leave of it is there for all.
    Exact in integers, no line before its turn. O(n log n) plus the loop over lines that are not plain.
    """
    buckets = replace(ready.buckets, qty=left_qty)
    product = ready.product[turns.line]
    is_plain = plain_lines(ready)[turns.line]
    queue = stable_order(product)
    ahead = np.zeros(len(product), dtype=np.int64)
    ahead[queue] = running_before(product[queue], np.where(is_plain, turns.qty, 0)[queue])
    rows = np.flatnonzero(~is_plain)
    claimed = claim_together(_together_lines(ready, turns, ahead, rows, spared, kept), buckets)

    # A bucket's units that the loop did not claim go to plain lines in rank order: the loop's claims were made with the
    # plain lines ahead already served, so what is left is exactly what those lines would have taken.
    taken = np.zeros(len(buckets.qty), dtype=np.int64)
    np.add.at(taken, claimed.bucket, claimed.qty)
    if kept is not None:
        np.subtract.at(taken, kept.bucket, kept.qty)
    plain = queue[is_plain[queue]]
    row, bucket, qty = overlap(product[plain], turns.qty[plain], buckets.product, buckets.qty - taken)
    return Claims(
        line=turns.line[np.concatenate((rows[claimed.row], plain[row]))],
        bucket=np.concatenate((claimed.bucket, bucket)),
        qty=np.concatenate((claimed.qty, qty)),
        together=turns.line[rows[claimed.waits]],
        cover=claimed.cover[claimed.waits],
        noted=turns.line[rows[claimed.notes.row]],
        note=claimed.notes.reason,
        not_before=claimed.notes.day,
        not_before_p90=claimed.notes.day_p90,
    )


def overlap(wanting: Ints, wanted_qty: Ints, holding: Ints, held_qty: Ints) -> tuple[Ints, Ints, Ints]:
    """Match two queues group by group and return parallel triples (wanting row, holding row, qty).

    ``wanting`` and ``holding`` are group numbers, ascending; within a group each side is served in its given order.
    Both sides are cut to what the other can match, so that their running sums meet at the end of every group, and the
    pieces between all break points of the two sums are the matches. O(n + m).
    """
    groups = 1 + max(wanting[-1] if len(wanting) else 0, holding[-1] if len(holding) else 0)
    total = np.minimum(_group_sum(wanting, wanted_qty, groups), _group_sum(holding, held_qty, groups))
    wanted_end = np.cumsum(cut_to(wanting, wanted_qty, total))
    held_end = np.cumsum(cut_to(holding, held_qty, total))
    # Two ascending runs: a stable sort merges them, where np.union1d would hash and sort from scratch.
    breaks = np.sort(np.concatenate(([0], wanted_end, held_end)), kind="stable")
    breaks = breaks[is_first(breaks)]
    begins, ends = breaks[:-1], breaks[1:]
    return (
        np.searchsorted(wanted_end, begins, side="right"),
        np.searchsorted(held_end, begins, side="right"),
        ends - begins,
    )


def running_before(group: Ints, qty: Ints) -> Ints:
    """Return for each row the sum of ``qty`` of the rows of its group before it; ``group`` is ascending. O(n)."""
    if not len(group):
        return qty.astype(np.int64)
    before = np.cumsum(qty) - qty
    starts = starts_of(group)
    result: Ints = before - np.repeat(before[starts], lengths_of(starts, group))
    return result


def _group_sum(group: Ints, qty: Ints, groups: int) -> Ints:
    sums: Ints = np.diff(summed_up(qty)[np.searchsorted(group, np.arange(groups + 1))])
    return sums


def cut_to(group: Ints, qty: Ints, total: Ints) -> Ints:
    """Return ``qty`` cut so that no group's sum exceeds its total; later rows lose first. ``group`` is ascending."""
    rest = total[group] - running_before(group, qty)
    cut: Ints = np.clip(rest, 0, qty)
    return cut


def of_plain_lines(pieces: Pieces) -> Claims:
    """Return pieces of plain lines as claims: none of these lines waits for another."""
    none = _nothing()
    return Claims(pieces.line, pieces.bucket, pieces.qty, none, none)


def plain_lines(ready: Prepared) -> Bools:
    """Return the lines that neither wait for others of their order nor have terms of their own."""
    plain: Bools = ready.backlog.ship_policy == ShipPolicy.PARTIAL
    return plain if ready.limits is None else plain & ~ready.limits.special


def _together_lines(
    ready: Prepared, turns: Turns, ahead: Ints, rows: Ints, spared: Spared | None, kept: Pieces | None
) -> TogetherLines:
    backlog, line = ready.backlog, turns.line[rows]
    policy, order = backlog.ship_policy[line], backlog.order_id[line]
    starts = (policy == ShipPolicy.PARTIAL) | is_first(order)
    splits = (policy == ShipPolicy.ONE_BACKORDER) & ~backlog.has_shipped[line]
    parting = np.where(splits, Parting.AHEAD, Parting.NONE)
    if turns.only_ahead is not None:
        parting[turns.only_ahead[rows]] = Parting.ONLY_AHEAD
    return TogetherLines(
        turn=np.cumsum(starts),
        product=ready.product[line],
        need_qty=turns.qty[rows],
        ahead_qty=ahead[rows],
        whole=(policy == ShipPolicy.COMPLETE) | (policy == ShipPolicy.ONE_BACKORDER),
        parting=parting,
        limits=_turn_limits(ready, line),
        spared=_spared(spared, line),
        kept=_kept(kept, line),
    )


def _spared(spared: Spared | None, line: Ints) -> Spared | None:
    if spared is None:
        return None
    return Spared(spared.units[line], spared.yields[line], spared.stands_back[line], spared.plain_qty)


def _kept(kept: Pieces | None, line: Ints) -> KeptUnits | None:
    if kept is None or not len(kept.line):
        return None
    order = np.argsort(line)
    return KeptUnits(order[np.searchsorted(line, kept.line, sorter=order)], kept.bucket, kept.qty)


def _turn_limits(ready: Prepared, line: Ints) -> TurnLimits | None:
    limits = ready.limits
    if limits is None:
        return None
    return TurnLimits(
        least_qty=limits.least_qty[line],
        order_least=limits.order_least[line],
        weight=limits.weight[line],
        max_sources=limits.max_sources[line],
        wanted_by=limits.wanted_by[line],
        group=limits.group[line],
        preferred=limits.preferred,
    )

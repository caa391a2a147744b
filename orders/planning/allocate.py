"""Step 2: lines take from supply in rank order. docs/planning.md, section Allocate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.prepare import Prepared
from orders.planning.together import TogetherLines, claim_together
from orders.planning.types import Ints, ShipPolicy


@dataclass(frozen=True, slots=True)
class Claims:
    """Who got what: parallel triples (position in the backlog, bucket, qty), and who waits for whom.

    ``together`` holds backlog positions of lines that leave with the rest of their order; ``cover`` beside it is the
    bucket that completes the line at its turn, or UNCOVERED.
    """

    line: Ints
    bucket: Ints
    qty: Ints
    together: Ints
    cover: Ints


def allocate(ready: Prepared, ranked: Ints) -> Claims:
    """Return the claims of the lines at positions ``ranked``, first in line first.

    Partial orders' lines take soonest units first; orders that ship together see ``together.claim_together``.
    Exact in integers, no line before its turn. O(n log n) plus the loop over lines that ship together.
    """
    backlog, buckets, product, need_qty = ready.backlog, ready.buckets, ready.product, ready.need_qty
    is_partial = backlog.ship_policy == ShipPolicy.PARTIAL
    queue = ranked[np.argsort(product[ranked], kind="stable")]
    ahead = np.zeros(len(product), dtype=np.int64)
    ahead[queue] = running_before(product[queue], np.where(is_partial, need_qty, 0)[queue])
    rows = ranked[~is_partial[ranked]]
    claimed = claim_together(_together_lines(ready, ahead, rows), buckets)

    # A bucket's units that no order shipping together claimed go to partial lines in rank order: those claims were
    # made with the partial lines ahead already served, so what is left is exactly what those lines would have taken.
    taken = np.zeros(len(buckets.qty), dtype=np.int64)
    np.add.at(taken, claimed.bucket, claimed.qty)
    partial = queue[is_partial[queue]]
    line, bucket, qty = overlap(product[partial], need_qty[partial], buckets.product, buckets.qty - taken)
    return Claims(
        line=np.concatenate((rows[claimed.row], partial[line])),
        bucket=np.concatenate((claimed.bucket, bucket)),
        qty=np.concatenate((claimed.qty, qty)),
        together=rows[claimed.waits],
        cover=claimed.cover[claimed.waits],
    )


def overlap(wanting: Ints, wanted_qty: Ints, holding: Ints, held_qty: Ints) -> tuple[Ints, Ints, Ints]:
    """Match two queues group by group and return parallel triples (wanting row, holding row, qty).

    ``wanting`` and ``holding`` are group numbers, ascending; within a group each side is served in its given order.
    Both sides are cut to what the other can match, so that their running sums meet at the end of every group, and the
    pieces between all break points of the two sums are the matches. O(n + m).
    """
    groups = 1 + max(wanting[-1] if len(wanting) else 0, holding[-1] if len(holding) else 0)
    total = np.minimum(_group_sum(wanting, wanted_qty, groups), _group_sum(holding, held_qty, groups))
    wanted_end = np.cumsum(_cut(wanting, wanted_qty, total))
    held_end = np.cumsum(_cut(holding, held_qty, total))
    # Two ascending runs: a stable sort merges them, where np.union1d would hash and sort from scratch.
    breaks = np.sort(np.concatenate(([0], wanted_end, held_end)), kind="stable")
    breaks = breaks[np.r_[True, breaks[1:] != breaks[:-1]]]
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
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    result: Ints = before - np.repeat(before[starts], np.diff(np.r_[starts, len(group)]))
    return result


def _group_sum(group: Ints, qty: Ints, groups: int) -> Ints:
    running = np.r_[0, np.cumsum(qty)]
    sums: Ints = np.diff(running[np.searchsorted(group, np.arange(groups + 1))])
    return sums


def _cut(group: Ints, qty: Ints, total: Ints) -> Ints:
    """Return ``qty`` cut so that no group's sum exceeds its total; later rows lose first."""
    rest = total[group] - running_before(group, qty)
    cut: Ints = np.clip(rest, 0, qty)
    return cut


def _together_lines(ready: Prepared, ahead: Ints, rows: Ints) -> TogetherLines:
    backlog = ready.backlog
    first_shipment = (backlog.ship_policy == ShipPolicy.ONE_BACKORDER) & ~backlog.has_shipped
    return TogetherLines(
        order_id=backlog.order_id[rows],
        product=ready.product[rows],
        need_qty=ready.need_qty[rows],
        ahead_qty=ahead[rows],
        splits=first_shipment[rows],
    )

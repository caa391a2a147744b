"""What each line had in the plan before, matched with the supply of this run."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from orders.planning.allocate import Claims, Pieces, cut_to
from orders.planning.ids import find_places, grouped
from orders.planning.prepare import Prepared
from orders.planning.runs import starts_of
from orders.planning.shelves import UNCOVERED
from orders.planning.sorting import stable_order
from orders.planning.supply import NOW
from orders.planning.types import ON_HAND, Bools, Ints, Previous, ShipPolicy
from orders.planning.whole_orders import ships_together

NEVER = np.iinfo(np.int64).max  # the day of what was claimed on supply that is gone


@dataclass(frozen=True, slots=True, eq=False)
class Had:
    """Pieces that lines had, cut to what they still need, soonest first: sorted by line, then day.

    ``line`` is a position in the backlog; ``bucket`` is −1 and ``day`` NEVER where the supply is gone. ``day`` is this
    run's day of the same supply, so that a delay of a supplier is nobody's loss to another line.
    """

    line: Ints
    bucket: Ints
    day: Ints
    qty: Ints

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Had):
            return NotImplemented
        return all(np.array_equal(getattr(self, x.name), getattr(other, x.name)) for x in fields(Had))


def match_previous(ready: Prepared, previous: Previous | None) -> Had:
    """Return what lines of the backlog had; without a previous plan nothing. O(n log n)."""
    line_id = ready.backlog.line_id
    if previous is None or not len(line_id):
        none = np.zeros(0, dtype=np.int64)
        return Had(none, none, none, none)
    place = np.minimum(find_places(line_id, previous.line_id), len(line_id) - 1)
    at = np.flatnonzero((line_id[place] == previous.line_id) & (previous.qty > 0))
    line, source = place[at], previous.source_id[at]
    bucket = _find_buckets(ready, ready.product[line], source, previous.warehouse_id[at])
    padded = np.r_[ready.buckets.day, NEVER]  # −1 reads the last entry
    day = np.where(source == ON_HAND, NOW, padded[bucket])
    order = stable_order(line, day, bucket)
    line, bucket, day, qty = line[order], bucket[order], day[order], previous.qty[at][order]
    qty = cut_to(line, qty, ready.need_qty)
    used = qty > 0
    return Had(line[used], bucket[used], day[used], qty[used])


def as_had(ready: Prepared, claims: Claims) -> Had:
    """Return claims as what lines would have had with them. O(n log n)."""
    order = stable_order(claims.line, claims.bucket)
    line, bucket = claims.line[order], claims.bucket[order]
    at = starts_of(line, bucket)
    qty = np.add.reduceat(claims.qty[order], at) if len(at) else claims.qty
    return Had(line[at], bucket[at], ready.buckets.day[bucket[at]], qty)


def replaced(had: Had, other: Had, lines: Bools) -> Had:
    """Return what lines had, but of those marked what they have in ``other``. O(n log n)."""
    if not lines.any():
        return had
    mine, others = ~lines[had.line], lines[other.line]
    columns = {f.name: np.r_[getattr(had, f.name)[mine], getattr(other, f.name)[others]] for f in fields(Had)}
    order = stable_order(columns["line"], columns["day"], columns["bucket"])
    return Had(**{name: column[order] for name, column in columns.items()})


def had_per_line(ready: Prepared, had: Had, day: int = NEVER) -> Ints:
    """Return the units each line had by a day, at most what it needs now."""
    total = np.zeros(len(ready.product), dtype=np.int64)
    by_then = had.day <= day
    np.add.at(total, had.line[by_then], had.qty[by_then])
    return total


def still_there(had: Had, chosen: Bools, place_in_rank: Ints, left_qty: Ints) -> Pieces:
    """Return what the ``chosen`` lines had, as far as ``left_qty`` of its buckets goes.

    Where a bucket holds less than was claimed the worse ranked lose first. O(n log n).
    """
    at = np.flatnonzero(chosen[had.line] & (had.bucket >= 0))
    at = at[stable_order(had.bucket[at], place_in_rank[had.line[at]])]
    line, bucket, qty = had.line[at], had.bucket[at], had.qty[at]
    qty = cut_to(bucket, qty, left_qty)
    return Pieces(line, bucket, qty).select(qty > 0)


def pin(ready: Prepared, had: Had, pinned: Bools, place_in_rank: Ints, left_qty: Ints) -> Claims:
    """Return claims by which the ``pinned`` lines keep exactly what is still there of what they had.

    Lines that leave with their order are named with the bucket that completes them, as ``allocate`` does. O(n log n).
    """
    pieces = still_there(had, pinned, place_in_rank, left_qty)
    together, cover = _covers(ready, pinned, pieces)
    return Claims(line=pieces.line, bucket=pieces.bucket, qty=pieces.qty, together=together, cover=cover)


def _covers(ready: Prepared, pinned: Bools, pieces: Pieces) -> tuple[Ints, Ints]:
    backlog, buckets, lines = ready.backlog, ready.buckets, len(ready.product)
    got, now = np.zeros(lines, dtype=np.int64), np.zeros(lines, dtype=np.int64)
    np.add.at(got, pieces.line, pieces.qty)
    here = pieces.select(buckets.day[pieces.bucket] == NOW)
    np.add.at(now, here.line, here.qty)
    last = np.full(lines, UNCOVERED, dtype=np.int64)
    np.maximum.at(last, pieces.line, pieces.bucket)
    splits = (backlog.ship_policy == ShipPolicy.ONE_BACKORDER) & ~backlog.has_shipped
    waits = pinned & ships_together(ready) & ~(splits & (now == ready.need_qty))
    together = np.flatnonzero(waits)
    return together, np.where(got == ready.need_qty, last, UNCOVERED)[together]


def _find_buckets(ready: Prepared, product: Ints, source: Ints, warehouse: Ints) -> Ints:
    """Return the bucket of each (product, source, warehouse), −1 where there is none; inbound has one warehouse."""
    buckets, bucket = ready.buckets, np.full(len(product), -1, dtype=np.int64)
    warehouses, place = grouped(np.r_[buckets.warehouse_id, warehouse])
    of_bucket, of_claim = np.split(place, [len(buckets.product)])
    for known, asked, known_key, key in (
        (
            buckets.source_id == ON_HAND,
            source == ON_HAND,
            buckets.product * len(warehouses) + of_bucket,
            product * len(warehouses) + of_claim,
        ),
        (buckets.source_id != ON_HAND, source != ON_HAND, buckets.source_id, source),
    ):
        rows = np.flatnonzero(known)
        bucket[asked] = np.r_[rows, -1][_find_rows(known_key[rows], key[asked])]
    bucket[np.r_[buckets.product, -1][bucket] != product] = -1
    return bucket


def _find_rows(known: Ints, wanted: Ints) -> Ints:
    """Return the row of each wanted key among the known ones, which do not repeat; −1 where it is not known."""
    order = stable_order(known)
    place = find_places(known[order], wanted)
    rows = np.r_[order, -1][place]
    return np.where(known[rows] == wanted, rows, -1) if len(known) else rows

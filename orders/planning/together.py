"""Orders that must be looked at one by one, taken in rank order. docs/planning.md, sections Ship together and Terms.

These are the only lines that need a loop: orders that ship together, since whether such an order may take depends on
all its products at once, and lines with terms of their own. Other lines of partial orders enter it only as sums (how
many units are claimed ahead), which keeps the loop short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orders.planning.enough import take_ahead, take_enough, take_late
from orders.planning.runs import lengths_of, starts_of
from orders.planning.shelves import UNCOVERED, Shelves
from orders.planning.sources import choose_sources
from orders.planning.supply import NOW, Buckets
from orders.planning.turns import Notes, Parting, TogetherLines, Turns, begin
from orders.planning.types import Bools, Ints, Reason


@dataclass(frozen=True, slots=True)
class TogetherClaims:
    """What the loop claimed: parallel triples (row of TogetherLines, bucket, qty), two facts per row, and notes.

    ``cover`` is the bucket whose units complete the row's need, UNCOVERED where all supply left does not. ``waits`` is
    False for rows that an order's first shipment covered, so that they do not share the rest's day, and for rows that
    need not leave together.
    """

    row: Ints
    bucket: Ints
    qty: Ints
    cover: Ints
    waits: Bools
    notes: Notes


class _Spared:
    """What lines after the one whose turn it is are to have of the stock on hand."""

    def __init__(self, lines: TogetherLines) -> None:
        spared, count = lines.spared, len(lines.product)
        self.yields = spared.yields.tolist() if spared else [False] * count
        self.stands_back = spared.stands_back.tolist() if spared else []
        self._units = spared.units.tolist() if spared else []
        self._plain = spared.plain_qty.tolist() if spared else []
        self._later: dict[int, int] = {}
        for product, units in zip(lines.product.tolist(), self._units, strict=False):
            self._later[product] = self._later.get(product, 0) + units

    def pass_turn(self, turns: Turns, rows: Sequence[int]) -> None:
        """Stop keeping units for rows whose turn it is."""
        for row in rows if self._units else ():
            self._later[turns.product[row]] -= self._units[row]

    def for_others(self, shelves: Shelves, product: int) -> int:
        """Return the units of a product that whoever yields must not see."""
        return self._later[product] + max(0, self._plain[product] - shelves.settled[product])


def claim_together(lines: TogetherLines, buckets: Buckets) -> TogetherClaims:
    """Give every turn its units, best rank first, and return all claims.

    An order that ships together takes its needs if all are on hand. If it must wait for inbound it takes the latest
    units that still arrive by its gate day, leaving sooner ones to others. If the supply cannot complete it, it takes
    nothing. Lines with terms take as ``enough.take_enough`` says. O(rows × buckets per product).
    """
    turns = begin(lines, buckets)
    ahead, whole, parting = lines.ahead_qty.tolist(), lines.whole.tolist(), lines.parting.tolist()
    most = lines.limits.max_sources.tolist() if lines.limits else [0] * len(whole)
    spared, kept = _Spared(lines), _kept_by_row(lines)
    for first, end in _bounds(lines.turn):
        rows = range(first, end)
        for row in rows:
            turns.shelves.settle(turns.product[row], ahead[row])
        for row in rows if kept else ():
            turns.shelves.show(kept.get(row, ()))
        spared.pass_turn(turns, rows)
        if spared.yields[first]:
            _take_what_is_spare(turns, rows, spared)
        elif most[first]:
            _take_from_few(turns, rows, most[first], whole[first], parting[first])
        elif whole[first]:
            _take_whole(turns, rows, parting[first])
        else:
            take_enough(turns, rows, {})
    return _claims(turns)


def _take_from_few(turns: Turns, rows: Sequence[int], most: int, whole: bool, parting: int) -> None:
    """Take from few warehouses: while it is the order's turn the stock of all others is out of sight."""
    shelves = turns.shelves
    products = {turns.product[row] for row in rows}
    need = [turns.need[row] for row in rows]
    anywhere = _covers(turns, rows) if whole else []
    hidden = shelves.hide(products, choose_sources(turns, rows, most))
    if whole:
        here = _covers(turns, rows)
        for row, units, cover, nearer in zip(rows, need, here, anywhere, strict=True):
            if units and nearer != UNCOVERED and (cover == UNCOVERED or shelves.day[cover] > shelves.day[nearer]):
                turns.note(row, Reason.SPLIT_LIMIT)
        _take_whole(turns, rows, parting)
    else:
        units_hidden: dict[int, int] = {}
        for product, _, units in hidden:
            units_hidden[product] = units_hidden.get(product, 0) + units
        take_enough(turns, rows, units_hidden)
    shelves.show(hidden)


def _take_what_is_spare(turns: Turns, rows: Sequence[int], spared: _Spared) -> None:
    """Let an order take as a whole, the stock on hand that others are to have out of its sight."""
    shelves = turns.shelves
    hidden = []
    for product in {turns.product[row] for row in rows}:
        hidden += shelves.hide_units(product, spared.for_others(shelves, product))
    _take_whole(turns, rows, Parting.NONE)
    shelves.show(hidden)
    if spared.stands_back[rows[0]]:
        for row in rows:
            turns.note(row, Reason.STANDS_BACK)


def _take_whole(turns: Turns, rows: Sequence[int], parting: int) -> None:
    """Claim for an order that ships together; all or nothing, but for what a first shipment may take ahead."""
    if parting == Parting.ONLY_AHEAD:
        for row in take_ahead(turns, rows):
            turns.note(row, Reason.FILL_THRESHOLD)
        return
    if turns.wanted_by and turns.wanted_by[rows[0]] and take_late(turns, rows, _covers(turns, rows)):
        return
    shelves, product, need = turns.shelves, turns.product, turns.need
    thin = take_ahead(turns, rows) if parting == Parting.AHEAD else []
    rows = [row for row in rows if need[row]]
    covers = _covers(turns, rows)
    gate, is_covered = NOW, True
    for row, cover in zip(rows, covers, strict=True):
        turns.cover[row], turns.waits[row] = cover, True
        if cover == UNCOVERED:
            is_covered = False
        elif shelves.day[cover] > gate:
            gate = shelves.day[cover]
    for row in thin:
        cover = turns.cover[row]
        if cover == UNCOVERED or (is_covered and shelves.day[cover] == gate):  # others wait for these
            turns.note(row, Reason.FILL_THRESHOLD)
    if not is_covered:
        return
    if gate == NOW:
        for row in rows:
            shelves.draw_on_hand(row, product[row], need[row], turns.prefers(row))
        return
    # Backwards: of two lines of one product the second waits longer. Going first it gets the latest units, and every
    # line whose cover arrives on the gate day gets at least one unit of that day.
    for row in reversed(rows):
        shelves.draw_late(row, product[row], need[row], gate, turns.prefers(row))


def _covers(turns: Turns, rows: Sequence[int]) -> list[int]:
    """Return the bucket that completes each row, needs of one product on top of each other."""
    wanted: dict[int, int] = {}
    covers = []
    for row in rows:
        item = turns.product[row]
        wanted[item] = wanted.get(item, 0) + turns.need[row]
        covers.append(turns.shelves.cover(item, wanted[item]))
    return covers


def _kept_by_row(lines: TogetherLines) -> dict[int, list[tuple[int, int, int]]]:
    """Return by row what is kept for it, as ``Shelves.show`` takes it."""
    pieces: dict[int, list[tuple[int, int, int]]] = {}
    if lines.kept is not None:
        row, bucket, qty = (column.tolist() for column in (lines.kept.row, lines.kept.bucket, lines.kept.qty))
        for row_, product, bucket_, units in zip(row, lines.product[row].tolist(), bucket, qty, strict=True):
            pieces.setdefault(row_, []).append((product, bucket_, units))
    return pieces


def _bounds(turn: Ints) -> list[tuple[int, int]]:
    starts = starts_of(turn)
    ends = starts + lengths_of(starts, turn)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _claims(turns: Turns) -> TogetherClaims:
    shelves = turns.shelves
    notes = np.array([(row, *note) for row, note in turns.notes.items()], dtype=np.int64).reshape(-1, 4)
    return TogetherClaims(
        row=np.array(shelves.row, dtype=np.int64),
        bucket=np.array(shelves.bucket, dtype=np.int64),
        qty=np.array(shelves.qty, dtype=np.int64),
        cover=np.array(turns.cover, dtype=np.int64),
        waits=np.array(turns.waits, dtype=np.bool_),
        notes=Notes(*notes.T),
    )

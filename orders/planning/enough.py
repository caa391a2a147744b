"""Turns of lines with terms of their own: not too little at a time, not sooner than wanted. docs/planning.md, Terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orders.planning.shelves import UNCOVERED
from orders.planning.supply import NOW
from orders.planning.turns import Turns
from orders.planning.types import Reason


def take_enough(turns: Turns, rows: Sequence[int], hidden: Mapping[int, int]) -> None:
    """Claim for the rows of a partial order, none of which must wait for all of it.

    The gate day is the first on which enough of the order could be there, each line counted from its least quantity
    on. Each row takes the latest units that arrive by then, as orders that ship together do, and the rest of its need
    soonest first. A row that by then lacks its own least quantity has a gate day of its own; without any day it takes
    nothing. ``hidden`` is how many units on hand of each product the order's split limit put out of sight.
    O(days × rows × buckets per product).
    """
    gate = _gate_day(turns, rows)
    if gate is None:
        for row in rows:
            if _seen(turns, row, hidden):
                turns.note(row, Reason.FILL_THRESHOLD)
        return
    reach = _reach(turns, rows, gate)
    first_claim = len(turns.shelves.row)
    full = [row for row, units in zip(rows, reach, strict=True) if units >= turns.least[row]]
    thin = [row for row in rows if row not in full]
    found = [(row, *_take(turns, row, gate, hidden)) for row in (*full, *thin)]
    release, release_p90 = _release(turns, rows, first_claim, gate)
    for row, reason, last in found:
        if release != NOW:
            early = Reason.FILL_THRESHOLD if gate != NOW else Reason.WANTED_LATER
            turns.note(row, early if last is not None and last < release else reason, release, release_p90)
        elif reason is not None:
            turns.note(row, reason)


def take_ahead(turns: Turns, rows: Sequence[int]) -> list[int]:
    """Claim what is on hand for the first shipment of an order with one backorder, unless it is too little to leave.

    What is claimed is taken off the rows' needs. A row below its least quantity waits for the rest, and where the order
    is below its own all do. Returns the rows that were refused units on hand where nothing leaves ahead.
    """
    if not turns.least:  # nobody has terms
        for row in rows:
            turns.need[row] = turns.shelves.draw_on_hand(row, turns.product[row], turns.need[row])
        return []
    reach = _reach(turns, rows, NOW)
    if sum(units * turns.weight[row] for row, units in zip(rows, reach, strict=True)) < turns.order_least[rows[0]]:
        reach = [0] * len(rows)
    if not any(reach):
        return [row for row in rows if _seen(turns, row, {})]
    for row, units in zip(rows, reach, strict=True):
        turns.shelves.draw_on_hand(row, turns.product[row], units, turns.prefers(row))
        turns.need[row] -= units
    return []


def take_late(turns: Turns, rows: Sequence[int], covers: Sequence[int]) -> bool:
    """Claim for a whole order that is wanted on a later day, if all of it can be there by then; tell whether it is.

    ``covers`` are the buckets that complete the rows. Each takes the latest units that arrive in time.
    """
    shelves, by = turns.shelves, turns.wanted_by[rows[0]]
    if not by or any(cover == UNCOVERED or shelves.day[cover] > by for cover in covers):
        return False
    for row in reversed(rows):
        product, claims = turns.product[row], len(shelves.row)
        seen = min(turns.need[row], shelves.units_by(product, NOW))
        shelves.draw_late(row, product, turns.need[row], by, turns.prefers(row))
        turns.cover[row], turns.waits[row] = max(shelves.bucket[claims:]), True
        if _on_hand_since(turns, product, claims) < seen:
            turns.note(row, Reason.WANTED_LATER)
    return True


def _gate_day(turns: Turns, rows: Sequence[int]) -> int | None:
    """Return the first day on which enough of the order could be there; None where supply never suffices."""
    least = turns.order_least[rows[0]]
    if least <= 0:
        return NOW
    for day in turns.shelves.days({turns.product[row] for row in rows}):
        if sum(units * turns.weight[row] for row, units in zip(rows, _reach(turns, rows, day), strict=True)) >= least:
            return day
    return None


def _reach(turns: Turns, rows: Sequence[int], day: int) -> list[int]:
    """Return the units that each row could have by a day, 0 where they are fewer than its least quantity."""
    pool: dict[int, int] = {}
    reach = []
    for row in rows:
        product = turns.product[row]
        if product not in pool:
            pool[product] = turns.shelves.units_by(product, day)
        units = min(turns.need[row], pool[product])
        units = units if units >= turns.least[row] else 0
        pool[product] -= units
        reach.append(units)
    return reach


def _take(turns: Turns, row: int, gate: int, hidden: Mapping[int, int]) -> tuple[Reason | None, int | None]:
    """Claim for one row; return why it got less of what is on hand than was there, and the day of its last unit."""
    shelves, product, need = turns.shelves, turns.product[row], turns.need[row]
    seen = _seen(turns, row, hidden)
    own = gate
    if shelves.units_by(product, gate) < turns.least[row]:
        days = (day for day in shelves.days([product]) if day > gate)
        later = next((day for day in days if shelves.units_by(product, day) >= turns.least[row]), None)
        if later is None:
            return Reason.FILL_THRESHOLD if seen else None, None
        own = later
    day, claims = max(own, turns.wanted_by[row]), len(shelves.row)
    qty = min(need, shelves.units_by(product, day))
    shelves.draw_late(row, product, qty, day, turns.prefers(row))
    shelves.draw_inbound(row, product, need - qty)
    last = max((shelves.day[bucket] for bucket in shelves.bucket[claims:]), default=None)
    if _on_hand_since(turns, product, claims) >= seen:
        return None, last
    if own != NOW:
        return Reason.FILL_THRESHOLD, last
    return (Reason.WANTED_LATER if day != NOW else Reason.SPLIT_LIMIT), last


def _seen(turns: Turns, row: int, hidden: Mapping[int, int]) -> int:
    """Return how many units on hand the row would have taken at its turn without any terms."""
    product = turns.product[row]
    return min(turns.need[row], turns.shelves.units_by(product, NOW) + hidden.get(product, 0))


def _on_hand_since(turns: Turns, product: int, claims: int) -> int:
    shelves = turns.shelves
    made = zip(shelves.bucket[claims:], shelves.qty[claims:], strict=True)
    return sum(qty for bucket, qty in made if bucket < shelves.inbound[product])


def _release(turns: Turns, rows: Sequence[int], first_claim: int, gate: int) -> tuple[int, int]:
    """Return the day on which what the order claims is enough to leave, p50 and p90; the gate day, or later if wanted.

    O(claims of the order, sorted).
    """
    shelves, least = turns.shelves, turns.order_least[rows[0]]
    pieces = zip(shelves.row[first_claim:], shelves.bucket[first_claim:], shelves.qty[first_claim:], strict=True)
    found = sorted(
        (shelves.day[bucket], shelves.day_p90[bucket], qty * turns.weight[row]) for row, bucket, qty in pieces
    )
    total, latest_p90 = 0, gate
    for day, day_p90, units in found:
        total, latest_p90 = total + units, max(latest_p90, day_p90)
        if total >= least:
            return max(gate, day), latest_p90
    return gate, latest_p90

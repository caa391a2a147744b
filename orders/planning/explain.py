"""Step 4: one reason per line. docs/planning.md, section Explain."""

from __future__ import annotations

import numpy as np

from orders.planning.allocate import running_before
from orders.planning.divided import Divided
from orders.planning.prepare import Prepared
from orders.planning.promise import Claimed, Dates, Gates
from orders.planning.sorting import stable_order
from orders.planning.turns import NO_REASON
from orders.planning.types import Bools, Codes, Ints, Outcome, Reason

LIMITS = (Reason.STANDS_BACK, Reason.FILL_THRESHOLD, Reason.WANTED_LATER, Reason.SPLIT_LIMIT)


def outcomes(ready: Prepared) -> Codes:
    """Return each line's Outcome: excluded while held, frozen where nothing is lacking, else planned."""
    return np.select([ready.held, ready.need_qty == 0], [Outcome.EXCLUDED, Outcome.FROZEN], Outcome.PLANNED).astype(
        np.int16
    )


def reasons(
    ready: Prepared, ranked: Ints, claimed: Claimed, gates: Gates, dates: Dates, divided: Divided, picked_later: Bools
) -> Codes:
    """Return each line's Reason, the first that applies in the order of docs/planning.md. O(n log n).

    ``picked_later`` marks lines whose day is that of a warehouse's hands.
    """
    behind = _waits_for_another(gates)
    late = np.zeros(len(ready.product), dtype=np.bool_)
    pegged = claimed.last_bucket >= 0
    late[pegged] = ready.buckets.late[claimed.last_bucket[pegged]]
    lacking = claimed.lacking_qty > 0
    held_back = claimed.note != NO_REASON
    protected = _reached_by_protected(ready, ranked, claimed, behind, divided.kept_qty)
    if divided.limited is not None:
        protected |= divided.limited & lacking
    cases: list[tuple[Bools, Reason]] = [
        (ready.held, Reason.ON_HOLD),
        # The pass over the queues reads FILL_THRESHOLD, so hands must not hide it: the days would go to and fro.
        (picked_later & (claimed.note != Reason.FILL_THRESHOLD), Reason.CAPACITY),
        (claimed.need_qty == 0, Reason.FROZEN),
        ((claimed.on_hand_qty == claimed.need_qty) & (gates.member < 0) & ~held_back, Reason.READY),
        (dates.by_hand, Reason.ETA_BY_HAND),
        (behind, Reason.SHIP_COMPLETE),
        *((held_back & (claimed.note == reason), reason) for reason in LIMITS),
        (late & ~lacking, Reason.SUPPLIER_LATE),
        (protected, Reason.PROTECTED),
        (lacking, Reason.STOCK_SHORT),
    ]
    conditions, answers = zip(*cases, strict=True)
    chosen: Codes = np.select(conditions, answers, Reason.AWAITING_SUPPLY).astype(np.int16)
    return chosen


def gate_line_ids(ready: Prepared, gates: Gates) -> Ints:
    """Return for each line that waits for another of its order that line's id, else 0."""
    line_id = np.zeros(len(ready.product), dtype=np.int64)
    behind = np.flatnonzero(_waits_for_another(gates))
    line_id[behind] = ready.backlog.line_id[gates.gate[behind]]
    return line_id


def _waits_for_another(gates: Gates) -> Bools:
    return (gates.member >= 0) & ~gates.gating


def _reached_by_protected(
    ready: Prepared, ranked: Ints, claimed: Claimed, behind: Bools, kept_qty: Ints | None
) -> Bools:
    """Return the lines that would be ready if protected units, and those kept from them, were given away in rank order.

    ``ranked`` holds positions of lines that may take, first in line first. Lines that only wait for the rest of
    their order would not need protected units.
    """
    product = ready.product
    short = np.where(behind, 0, claimed.need_qty - claimed.on_hand_qty)
    units = ready.products.protected_qty[product] + (0 if kept_qty is None else kept_qty)
    some = np.zeros(len(ready.products.product_id), dtype=np.bool_)
    some[product[units > 0]] = True
    queue = ranked[(some[product] & (short > 0))[ranked]]
    queue = queue[stable_order(product[queue])]
    reached = np.zeros(len(product), dtype=np.bool_)
    reached[queue] = running_before(product[queue], short[queue]) + short[queue] <= units[queue]
    return reached

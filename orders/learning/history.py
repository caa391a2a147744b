"""What happened, as arrays: orders, shipments, stock and purchases of some time, and the state on any day within it.

Places instead of keys: an order, a product, a purchase line is its row in its table. Days are date ordinals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.types import NO_DAY, Bools, Codes, Ints

NEVER = np.iinfo(np.int32).max  # after every day


@dataclass(frozen=True, slots=True)
class PastOrders:
    """One row an order, by key. ``tier`` is a code into the catalogue's choices, −1 where there is none.

    ``closed_on`` is NEVER for orders that are open.
    """

    order_id: Ints
    customer_id: Ints
    placed_at: Ints
    placed_on: Ints
    closed_on: Ints
    promised_on: Ints
    requested_on: Ints
    ship_policy: Codes
    is_expedited: Bools
    tier: Ints


@dataclass(frozen=True, slots=True)
class PastLines:
    """One row a line, by key. ``qty`` is what was ordered less what was cancelled, and may be 0."""

    line_id: Ints
    order: Ints
    product: Ints
    qty: Ints
    cancelled_qty: Ints
    price_minor: Ints
    position: Ints


@dataclass(frozen=True, slots=True)
class Departures:
    """Units of a line that left on a day, in any order."""

    line: Ints
    qty: Ints
    day: Ints


@dataclass(frozen=True, slots=True)
class Moves:
    """Stock that came or went on a day (``qty`` is signed), in any order.

    ``is_shipment`` marks what customers got, ``is_purchase`` what came on a purchase line and is in ``Receipts`` too.
    """

    product: Ints
    warehouse_id: Ints
    qty: Ints
    day: Ints
    is_shipment: Bools
    is_purchase: Bools


@dataclass(frozen=True, slots=True)
class Levels:
    """Stock on hand when history was read, one row per product and warehouse."""

    product: Ints
    warehouse_id: Ints
    on_hand: Ints
    preference: Ints


@dataclass(frozen=True, slots=True)
class Purchases:
    """One row a purchase line, by key. ``expected_on`` is the day first named."""

    source_id: Ints
    product: Ints
    warehouse_id: Ints
    supplier_id: Ints
    qty: Ints
    ordered_on: Ints
    expected_on: Ints


@dataclass(frozen=True, slots=True)
class Receipts:
    """Units of a purchase line that came on ``day``; ``expected_on`` is the day last named before. By (line, day)."""

    purchase: Ints
    qty: Ints
    day: Ints
    expected_on: Ints


@dataclass(frozen=True, slots=True)
class PastHolds:
    """Orders that were held: from a day, until another or NEVER."""

    order: Ints
    from_on: Ints
    until_on: Ints


@dataclass(frozen=True, slots=True)
class PastProducts:
    """One row a product, by key; ``supplier_id`` 0 and lead time 0 where nobody sells it."""

    product_id: Ints
    supplier_id: Ints
    lead_time_days: Ints
    price_minor: Ints
    is_critical: Bools


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the days from ``from_on`` to before ``until_on``.

    It holds every order placed or open in that time; movements and receipts of that time only, since stock is counted
    back from what there is now.
    """

    from_on: int
    until_on: int
    orders: PastOrders
    lines: PastLines
    departures: Departures
    moves: Moves
    levels: Levels
    purchases: Purchases
    receipts: Receipts
    holds: PastHolds
    products: PastProducts

    def left_qty(self, day: int) -> Ints:
        """Return what each line still lacked on the morning of ``day``, placed by then or not. O(departures)."""
        return self.lines.qty - self._summed_before(day)

    def done_on(self) -> Ints:
        """Return the day on which each line's last unit left, NEVER where some are open."""
        gone = np.zeros(len(self.lines.qty), dtype=np.int64)
        np.add.at(gone, self.departures.line, self.departures.qty)
        last = np.full(len(gone), NO_DAY, dtype=np.int64)
        np.maximum.at(last, self.departures.line, self.departures.day)
        return np.where(gone >= self.lines.qty, last, NEVER)

    def held(self, day: int) -> Bools:
        """Return the orders that were held on the morning of ``day``."""
        on_hold = np.zeros(len(self.orders.order_id), dtype=np.bool_)
        holds = self.holds
        on_hold[holds.order[(holds.from_on < day) & (holds.until_on >= day)]] = True
        return on_hold

    def on_hand(self, day: int) -> Ints:
        """Return what was on hand on the morning of ``day``, parallel to ``levels``, counted back from now."""
        width = 1 + int(self.levels.warehouse_id.max(initial=0))
        level = self.levels.product * width + self.levels.warehouse_id
        order = np.argsort(level)
        since = np.flatnonzero(self.moves.day >= day)
        key = self.moves.product[since] * width + self.moves.warehouse_id[since]
        place = np.minimum(np.searchsorted(level[order], key), max(len(level) - 1, 0))
        known = level[order][place] == key if len(level) else np.zeros(len(key), dtype=np.bool_)
        moved = np.zeros(len(level), dtype=np.int64)
        np.add.at(moved, order[place[known]], self.moves.qty[since][known])
        return self.levels.on_hand - moved

    def outstanding(self, day: int) -> tuple[Ints, Ints]:
        """Return (units still to come, day named for them) of each purchase line on the morning of ``day``.

        0 units where it was not ordered yet. The day is the first one named until a part has come; who delivers short
        names a day for the rest, which is then the one that counts. Later changes of dates are not looked up.
        """
        purchases, receipts = self.purchases, self.receipts
        came = receipts.day < day
        received = np.zeros(len(purchases.qty), dtype=np.int64)
        np.add.at(received, receipts.purchase[came], receipts.qty[came])
        named = purchases.expected_on.copy()
        later = np.flatnonzero(~came)[::-1]  # the first of the rest is written last
        rest = later[received[receipts.purchase[later]] > 0]
        named[receipts.purchase[rest]] = receipts.expected_on[rest]
        return np.where(purchases.ordered_on < day, np.maximum(purchases.qty - received, 0), 0), named

    def _summed_before(self, day: int) -> Ints:
        gone = np.zeros(len(self.lines.qty), dtype=np.int64)
        before = self.departures.day < day
        np.add.at(gone, self.departures.line[before], self.departures.qty[before])
        return gone

"""The shapes that planning takes and returns.

Every record is a struct of parallel NumPy arrays. Days are proleptic ordinals (``date.toordinal()``),
``NO_DAY`` means "not known". Quantities are base units. Ids are database keys and mean nothing else here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int16]

NO_DAY = 0
ON_HAND = 0
ANY_STAGE = 3  # the stage of lines without a segment: they are served by rank, and may gain or lose


class ShipPolicy(IntEnum):
    """How much of an order must be there before any of it leaves."""

    PARTIAL = 0
    COMPLETE = 1
    ONE_BACKORDER = 2
    JOINT = 3  # leaves in parts too, but is served as one, because its terms look at all its lines


class Outcome(IntEnum):
    """What planning did with an open line; every line has exactly one."""

    PLANNED = 0
    FROZEN = 1
    EXCLUDED = 2


class Reason(IntEnum):
    """Why an open line waits, or that it does not. One per line."""

    READY = 0
    FROZEN = 1
    ON_HOLD = 2
    SHIP_COMPLETE = 3
    AWAITING_SUPPLY = 4
    SUPPLIER_LATE = 5
    STOCK_SHORT = 6
    PROTECTED = 7
    ETA_BY_HAND = 8
    CAPACITY = 9
    FILL_THRESHOLD = 10
    WANTED_LATER = 11
    SPLIT_LIMIT = 12
    STANDS_BACK = 13


@dataclass(frozen=True, slots=True)
class Backlog:
    """Open lines, one entry each, in any order.

    ``open_qty`` is ordered − shipped − cancelled and positive. ``placed_at`` is microseconds since the Unix epoch.
    Order-level facts (``ship_policy``, ``has_shipped``, ``on_hold``) are repeated on every line of the order.
    ``eta_by_hand`` is a day set by a person, or NO_DAY.
    """

    line_id: Ints
    order_id: Ints
    product_id: Ints
    open_qty: Ints
    placed_at: Ints
    ship_policy: Codes
    has_shipped: Bools
    on_hold: Bools
    eta_by_hand: Ints


@dataclass(frozen=True, slots=True)
class Supply:
    """Units that can be claimed, one entry per (product, warehouse) on hand and per open purchase-order line.

    ``source_id`` is ON_HAND or the purchase-order line. ``qty`` is what is free to claim: for stock on hand it already
    excludes protected units and frozen allocations. ``expected_on`` is the day the supplier named (ignored for stock on
    hand), ``first_expected_on`` the day first named, so that a supplier's own slip can be told from a plain wait.
    ``delay_p50`` and ``delay_p90`` are working days to add, from the supplier's past deliveries.
    ``preference`` orders warehouses, lowest first.
    """

    product_id: Ints
    warehouse_id: Ints
    source_id: Ints
    qty: Ints
    expected_on: Ints
    first_expected_on: Ints
    delay_p50: Ints
    delay_p90: Ints
    preference: Ints


@dataclass(frozen=True, slots=True)
class Frozen:
    """Firm allocations that planning may not move: picked by the warehouse or pinned by a person."""

    line_id: Ints
    warehouse_id: Ints
    qty: Ints


@dataclass(frozen=True, slots=True)
class Products:
    """What the promise step needs of each product in the backlog, one entry each, ``product_id`` ascending.

    ``protected_qty`` is on-hand stock that planning may not give away. Lead times are working days from ordering to
    receipt, 0 where no supplier is known.
    """

    product_id: Ints
    protected_qty: Ints
    lead_time_p50: Ints
    lead_time_p90: Ints


@dataclass(frozen=True, slots=True)
class Terms:
    """What some orders ask beyond their ship policy, one entry a line, in any order; other lines ask nothing.

    ``line_fill`` and ``order_fill`` are percent that must leave together at least, of the line's open units and of the
    order's, each unit counted with its line's ``weight`` (1, or its price). ``max_sources`` is how many warehouses the
    order may be sent from at a time (0 = any); ``group`` is the line's entry in ``preferred`` (−1 = none), which holds
    warehouse ids, the first to be asked first. Partial orders with a fill or a limit have ship policy JOINT.
    """

    line_id: Ints
    line_fill: Ints
    order_fill: Ints
    weight: Ints
    max_sources: Ints
    group: Ints
    preferred: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class PickDays:
    """When a warehouse has hands for the last unit of a line, as far as that is later than the units are there.

    Where ``Context.sites`` are given the days include the warehouse's own handling. Found by a pass of its own over
    each warehouse's queue (``capacity.pick_days``); any order, each line once.
    """

    line_id: Ints
    pick_on: Ints


@dataclass(frozen=True, slots=True)
class Attribute:
    """One column that rules may read, parallel to ``Backlog.line_id``.

    A number column has float64 ``values`` (NaN = unknown). A text column has int64 codes into ``categories``
    (−1 = unknown). A yes/no column has 0.0 and 1.0.
    """

    values: Floats | Ints
    categories: tuple[str, ...] = ()


Attributes = Mapping[str, Attribute]


Week = tuple[bool, bool, bool, bool, bool, bool, bool]


def week(days: Iterable[object]) -> Week:
    """Return which of seven days, Monday first, are worked on."""
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = map(bool, days)
    return monday, tuesday, wednesday, thursday, friday, saturday, sunday


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days: ``weekmask`` Monday first, ``holidays`` as ordinals, ascending."""

    weekmask: Week
    holidays: tuple[int, ...] = ()

    def is_working(self, day: int) -> bool:
        """Tell whether somebody works on a day."""
        return self.weekmask[(day - 1) % 7] and day not in self.holidays


@dataclass(frozen=True, slots=True)
class Sites:
    """Who works by a calendar of its own, and how long warehouses need.

    ``weekmask`` has shape (calendars, 7), Monday first; ``closed_calendar`` and ``closed_day`` are pairs. Calendar 0 is
    the company's.
    ``warehouse_id`` ascends, ``handling_days`` are working days of the warehouse from having units to shipping them;
    ``source_id`` ascends and names inbound whose supplier has a calendar of its own. Whoever is not listed works by
    calendar 0 and ships on the day.
    """

    weekmask: Bools
    closed_calendar: Ints
    closed_day: Ints
    warehouse_id: Ints
    warehouse_calendar: Ints
    handling_days: Ints
    source_id: Ints
    source_calendar: Ints

    def calendars(self) -> tuple[Calendar, ...]:
        """Return the calendars, the company's first."""
        return tuple(
            Calendar(
                weekmask=week(mask.tolist()),
                holidays=tuple(sorted(set(self.closed_day[self.closed_calendar == place].tolist()))),
            )
            for place, mask in enumerate(self.weekmask)
        )


@dataclass(frozen=True, slots=True)
class Context:
    """What is the same for the whole run.

    ``calendar`` is the company's. ``handling_days`` are working days from having the stock to shipping it, wherever it
    is; where ``sites`` are given, each warehouse has its own and these must be 0.
    """

    today: int
    calendar: Calendar
    handling_days: int = 0
    sites: Sites | None = None


@dataclass(frozen=True, slots=True)
class Allocations:
    """Claims on stock on hand, frozen ones not included; sorted by (line, warehouse), each pair at most once."""

    line_id: Ints
    warehouse_id: Ints
    qty: Ints


@dataclass(frozen=True, slots=True)
class Pegs:
    """Claims on units that are coming; sorted by (line, source), each pair at most once."""

    line_id: Ints
    source_id: Ints
    qty: Ints


@dataclass(frozen=True, slots=True)
class Previous:
    """Claims of the plan in force, frozen ones not included, in any order; segments compare with them.

    ``source_id`` is ON_HAND or the purchase-order line; ``warehouse_id`` counts only for claims on hand.
    """

    line_id: Ints
    warehouse_id: Ints
    source_id: Ints
    qty: Ints


@dataclass(frozen=True, slots=True)
class Shipped:
    """Units that left in the windows of a policy's quotas, one entry a product, ``product_id`` ascending.

    ``own_qty`` and ``all_qty``, both of shape (products, quotas), are units of the quota's lines and of anybody's in
    its window; 0 for a quota without one.
    """

    product_id: Ints
    own_qty: Ints
    all_qty: Ints


class Kept(IntEnum):
    """What became of a line's guarantee."""

    YES = 0
    NO = 1
    FELL_BACK = 2


@dataclass(frozen=True, slots=True)
class Guarantees:
    """Parallel to ``Plan.line_id``: the line's segment in the policy (−1 = none) and what became of its guarantee.

    ``stage`` ranks before the score: lines of a lower stage are served first.
    """

    segment: Codes
    kept: Codes
    stage: Codes

    def lines(self, kept: Kept) -> int:
        """Return how many lines' guarantees ended so."""
        return int((self.kept == kept).sum())


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer for every open line, ``line_id`` ascending, whatever the order of the input.

    ``points`` has shape (lines, rules), one column per rule of the policy; ``score`` is its row sum. ``gate_line_id``
    is the line whose missing units hold back a ship-complete order (0 = none). ``allocated_qty`` includes frozen units.
    ``guarantees`` is there where the policy has segments, ``promise_rule`` (each line's rule, −1 = none) where it has
    promise rules, which govern what is told of the plan (``governance``). ``kept_qty`` is there where the policy keeps
    units on hand for others: how many of its product, when the line had its turn.
    """

    line_id: Ints
    order_id: Ints
    score: Floats
    points: Floats
    outcome: Codes
    reason: Codes
    allocated_qty: Ints
    pegged_qty: Ints
    eta_p50: Ints
    eta_p90: Ints
    gate_line_id: Ints
    allocations: Allocations
    pegs: Pegs
    guarantees: Guarantees | None = None
    promise_rule: Codes | None = None
    kept_qty: Ints | None = None

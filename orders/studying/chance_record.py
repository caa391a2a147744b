"""Were the chances true? Past receipts against what would have been said of them two weeks ahead."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from inventory.models import Receipt, Supplier
from inventory.suppliers import FEWEST_RECEIPTS, WINDOW_DAYS
from inventory.working_days import Workdays, workdays
from orders.learning.fitting import bend
from orders.planning.chance import chance_of_keeping
from orders.planning.types import Bools, Floats, Ints

AHEAD_DAYS = 14
ALLOWANCES = (-10, -5, -3, -2, -1, 0, 1, 2, 3, 5, 8, 12, 20)  # working days after the day named, as promises may be
EDGES = (0.0, 0.05, 0.5, 0.75, 0.9, 0.97, 1.0)
OLDER_SHARE = 0.6  # of the statements: what a curve of the company's own would be learned from
_ORIGIN = 730_000  # any day: chances depend on differences only


@dataclass(frozen=True, slots=True)
class Band:
    """What was said with a chance between two figures: how often, the mean of the chances, the share that came."""

    low: float
    high: float
    said: int
    mean_chance: float
    came_true: float


@dataclass(frozen=True, slots=True)
class Record:
    """The Brier score (mean squared error) of the chances beside that of always saying the base rate.

    ``newest_brier`` is theirs on the newest two fifths, ``newest_brier_isotonic`` that of an isotonic curve learned
    from the older three (None where there are none): what a curve of the company's own would win.
    """

    receipts: int
    statements: int
    base_rate: float
    brier: float
    brier_base_rate: float
    newest_brier: float
    newest_brier_isotonic: float | None
    bands: tuple[Band, ...]


def chance_record(today: date) -> Record | None:
    """Judge the chances on all receipts whose supplier had enough of them in the year that ended two weeks before.

    Each receipt is asked for every allowance. None where there are too few. One pass over the receipts.
    """
    said, came, days = [], [], []
    for delays, received in _by_supplier(today):
        for day, chances, truths in _statements(delays, received):
            said.append(chances)
            came.append(truths)
            days.append(np.full(len(chances), day, dtype=np.int64))
    if not said:
        return None
    return _judge(np.concatenate(said), np.concatenate(came), np.concatenate(days), receipts=len(said))


def _by_supplier(today: date) -> Iterator[tuple[Ints, Ints]]:
    """Yield each supplier's delays (its working days, below 0 where early) and days of receipt, oldest first."""
    calendars = workdays(today)
    own = dict(Supplier.objects.values_list("pk", "calendar"))
    rows: dict[int, list[tuple[date, date]]] = defaultdict(list)
    receipts = Receipt.objects.order_by("received_on", "pk").values_list(
        "purchase_order_line__purchase_order__supplier", "expected_on", "received_on"
    )
    for supplier, expected, received in receipts:
        rows[supplier].append((expected, received))
    for supplier, pairs in sorted(rows.items()):
        expected, received = np.array([[day.isoformat() for day in pair] for pair in pairs], dtype="datetime64[D]").T
        yield _delays(expected, received, calendars[own[supplier]]), received.astype(np.int64)


def _delays(expected: np.ndarray, received: np.ndarray, calendar: Workdays) -> Ints:
    closed = np.array(calendar.closed, dtype="datetime64[D]")
    return np.busday_count(expected, received, weekmask=list(calendar.weekdays), holidays=closed)


def _statements(delays: Ints, received: Ints) -> Iterator[tuple[int, Floats, Bools]]:
    """Yield for each receipt its day, what would have been said of each allowance, and what was true."""
    counted = np.maximum(delays, 0)  # early is on time, as in the quantiles that planning uses
    for place in range(len(delays)):
        last = received[place] - AHEAD_DAYS
        known = counted[np.searchsorted(received, last - WINDOW_DAYS) : np.searchsorted(received, last)]
        if len(known) >= FEWEST_RECEIPTS:
            p50, p90 = np.quantile(known, [0.5, 0.9], method="inverted_cdf").astype(np.int64)
            allowed = np.array(ALLOWANCES, dtype=np.int64)
            chances = chance_of_keeping(
                _ORIGIN + allowed,
                np.full(len(allowed), _ORIGIN + p50),
                np.full(len(allowed), _ORIGIN + p90),
                np.zeros(len(allowed), dtype=np.bool_),
            )
            yield int(received[place]), chances, delays[place] <= allowed


def _judge(said: Floats, came: Bools, day: Ints, *, receipts: int) -> Record:
    base = float(came.mean())
    bands = []
    for low, high in itertools.pairwise(EDGES):
        inside = (said >= low) & ((said < high) | (high == EDGES[-1]))
        if inside.any():
            bands.append(Band(low, high, int(inside.sum()), float(said[inside].mean()), float(came[inside].mean())))
    newest = day >= np.quantile(day, OLDER_SHARE)
    return Record(
        receipts=receipts,
        statements=len(said),
        base_rate=base,
        brier=_brier(said, came),
        brier_base_rate=base * (1 - base),
        newest_brier=_brier(said[newest], came[newest]),
        newest_brier_isotonic=_brier_of_own_curve(said, came, newest),
        bands=tuple(bands),
    )


def _brier(said: Floats, came: Bools) -> float:
    return float(((said - came) ** 2).mean())


def _brier_of_own_curve(said: Floats, came: Bools, newest: Bools) -> float | None:
    if newest.all():
        return None
    at, share = bend(said[~newest], came[~newest])
    return _brier(np.interp(said[newest], at, share), came[newest])

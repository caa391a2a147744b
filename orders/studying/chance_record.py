"""Were the chances true? Past deliveries against what would have been said of them two weeks ahead."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from datetime import date

import numpy as np

from inventory.models import Receipt, Supplier
from inventory.suppliers import FEWEST_DELIVERIES, WINDOW_DAYS
from inventory.working_days import Workdays, workdays
from orders.learning.fitting import bend
from orders.planning.chance import CURVE, Curve, chance_of_keeping
from orders.planning.types import Bools, Floats, Ints

AHEAD_DAYS = 14
ALLOWANCES = (-10, -5, -3, -2, -1, 0, 1, 2, 3, 5, 8, 12, 20)  # working days after the day named, as promises may be
EDGES = (0.0, 0.03, 0.5, 0.75, 0.82, 0.9, 0.97, 1.0)
OLDER_SHARE = 0.6  # of the statements: what a curve of the company's own is learned from
_BOUNDS = ((0.01, 0.5), (0.001, 0.3), (0.001, 0.5), (0.05, 1.0), (0.9, 0.999))  # of the numbers of a curve


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

    All of it is of the newest two fifths of the statements. ``own`` is the same curve with the numbers that the older
    three fifths give, ``brier_isotonic`` the score of one without a form; None where nothing is older. ``between`` are
    the statements between the day named and the usual delay, of which two quantiles know little; None without any.
    """

    deliveries: int
    statements: int
    base_rate: float
    brier: float
    brier_base_rate: float
    own: Curve | None
    brier_own: float | None
    brier_isotonic: float | None
    bands: tuple[Band, ...]
    between: Band | None


@dataclass(frozen=True, slots=True)
class _Statements:
    """Of each delivery and each day that could have been promised: days after the p50, the spread, what was true.

    ``is_between`` marks days before the p50 that are not before the day named.
    """

    delivered_on: Ints
    days: Ints
    spread: Ints
    came: Bools
    is_between: Bools

    def said(self, curve: Curve) -> Floats:
        """Return what a curve says of each."""
        p50 = np.full(len(self.days), _ORIGIN)
        return chance_of_keeping(p50 + self.days, p50, p50 + self.spread, np.zeros(len(p50), dtype=np.bool_), curve)

    def of(self, chosen: Bools) -> _Statements:
        """Return the chosen ones."""
        return _Statements(*(getattr(self, column.name)[chosen] for column in fields(self)))


_ORIGIN = 730_000  # any day: chances depend on differences only


def chance_record(today: date) -> Record | None:
    """Judge the chances on all deliveries whose supplier had enough of them in the year that ended two weeks before.

    Each delivery is asked for every allowance. None where there are too few. One pass over the receipts.
    """
    rows = [row for delays, came_on in _by_supplier(today) for row in _statements(delays, came_on)]
    if not rows:
        return None
    delivered_on, named, days, spread, came = np.array(rows, dtype=np.int64).T
    is_between = (named >= 0) & (days < 0)
    return _judge(_Statements(delivered_on, days, spread, came.astype(np.bool_), is_between))


def _by_supplier(today: date) -> Iterator[tuple[Ints, Ints]]:
    """Yield each supplier's deliveries: delays (its working days, below 0 where early) and days, oldest first."""
    calendars = workdays(today)
    own = dict(Supplier.objects.values_list("pk", "calendar"))
    rows: dict[int, list[tuple[date, date]]] = defaultdict(list)
    deliveries = (
        Receipt.objects.order_by("received_on", "expected_on")
        .values_list("purchase_order_line__purchase_order__supplier", "expected_on", "received_on")
        .distinct()
    )
    for supplier, expected, received in deliveries:
        rows[supplier].append((expected, received))
    for supplier, pairs in sorted(rows.items()):
        expected, received = np.array([[day.isoformat() for day in pair] for pair in pairs], dtype="datetime64[D]").T
        yield _delays(expected, received, calendars[own[supplier]]), received.astype(np.int64)


def _delays(expected: np.ndarray, received: np.ndarray, calendar: Workdays) -> Ints:
    closed = np.array(calendar.closed, dtype="datetime64[D]")
    return np.busday_count(expected, received, weekmask=list(calendar.weekdays), holidays=closed)


def _statements(delays: Ints, came_on: Ints) -> Iterator[tuple[int, int, int, int, bool]]:
    """Yield of each delivery and allowance its day, days after the one named and the p50, the spread, the truth."""
    counted = np.maximum(delays, 0)  # early is on time, as in the quantiles that planning uses
    for place in range(len(delays)):
        last = came_on[place] - AHEAD_DAYS
        known = counted[np.searchsorted(came_on, last - WINDOW_DAYS) : np.searchsorted(came_on, last)]
        if len(known) >= FEWEST_DELIVERIES:
            p50, p90 = np.quantile(known, [0.5, 0.9], method="inverted_cdf").astype(np.int64)
            for allowed in ALLOWANCES:
                yield int(came_on[place]), allowed, int(allowed - p50), int(p90 - p50), bool(delays[place] <= allowed)


def _judge(statements: _Statements) -> Record:
    is_new = statements.delivered_on >= np.quantile(statements.delivered_on, OLDER_SHARE)
    newest, older = statements.of(is_new), statements.of(~is_new)
    said, came = newest.said(CURVE), newest.came
    base = float(came.mean())
    bands = [
        _band(low, high, said, came, (said >= low) & ((said < high) | (high == EDGES[-1])))
        for low, high in itertools.pairwise(EDGES)
    ]
    own = fit(older.days, older.spread, older.came) if not is_new.all() else None
    return Record(
        deliveries=len(statements.came) // len(ALLOWANCES),
        statements=len(came),
        base_rate=base,
        brier=_brier(said, came),
        brier_base_rate=base * (1 - base),
        own=own,
        brier_own=None if own is None else _brier(newest.said(own), came),
        brier_isotonic=None if own is None else _brier_of_free_curve(older, newest),
        bands=tuple(band for band in bands if band is not None),
        between=_band(0.0, CURVE.early_by_a_day, said, came, newest.is_between),
    )


def _band(low: float, high: float, said: Floats, came: Bools, inside: Bools) -> Band | None:
    if not inside.any():
        return None
    return Band(low, high, int(inside.sum()), float(said[inside].mean()), float(came[inside].mean()))


def fit(days: Ints, spread: Ints, came: Bools) -> Curve:
    """Return the curve with the least Brier score on statements: days after the p50, spread, and what was true."""
    from scipy.optimize import minimize

    statements = _Statements(days, days, spread, came, np.zeros_like(came))
    found = minimize(
        lambda numbers: _brier(statements.said(Curve(*numbers)), came),
        astuple(CURVE),
        method="Nelder-Mead",
        bounds=_BOUNDS,
        options={"xatol": 1e-4, "fatol": 1e-8},
    )
    return Curve(*(round(float(number), 4) for number in found.x))


def _brier(said: Floats, came: Bools) -> float:
    return float(((said - came) ** 2).mean())


def _brier_of_free_curve(older: _Statements, newest: _Statements) -> float:
    at, share = bend(older.said(CURVE), older.came)
    return _brier(np.interp(newest.said(CURVE), at, share), newest.came)

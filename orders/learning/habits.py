"""What is usual for a product, judged by the past before a day: how often its lines and its supplier are late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.learning.history import History
from orders.planning.types import NO_DAY, Bools, Floats, Ints

PRIOR = 20.0  # lines or receipts that the company's own average counts as, so that three cases prove little
RATE_WEEKS = 26


@dataclass(frozen=True, slots=True)
class Habits:
    """One row a product, ids ascending. ``otherwise`` (late share, supplier's late share, weekly units) is for all
    products that are not listed: the company's averages.
    """

    product_id: Ints
    late_share: Floats
    supplier_late_share: Floats
    weekly_units: Floats
    otherwise: Floats

    def of(self, product_id: Ints) -> tuple[Floats, Floats, Floats]:
        """Return the three figures parallel to ``product_id``. O(n log n)."""
        place = np.searchsorted(self.product_id, product_id)
        known = place < len(self.product_id)
        known[known] = self.product_id[place[known]] == product_id[known]
        figures = np.repeat(self.otherwise[:, None], len(product_id), axis=1)
        for row, values in enumerate((self.late_share, self.supplier_late_share, self.weekly_units)):
            figures[row, known] = values[place[known]]
        return figures[0], figures[1], figures[2]


def learn_habits(history: History, day: int) -> Habits:
    """Return the habits as they could be known on the morning of ``day``. O(lines + receipts)."""
    late, late_average = _late_lines(history, day)
    supplier, supplier_average = _late_receipts(history, day)
    weekly = _weekly_units(history, day)
    average = float(weekly[weekly > 0].mean()) if (weekly > 0).any() else 1.0
    averages = np.array([late_average, supplier_average, average])
    return Habits(history.products.product_id, late, supplier, weekly, averages)


def _late_lines(history: History, day: int) -> tuple[Floats, float]:
    lines, promised = history.lines, history.orders.promised_on[history.lines.order]
    due = (promised != NO_DAY) & (promised < day) & (lines.qty > 0)
    return _shares(lines.product, due, history.done_on() > promised, len(history.products.product_id))


def _late_receipts(history: History, day: int) -> tuple[Floats, float]:
    receipts, supplier = history.receipts, history.purchases.supplier_id[history.receipts.purchase]
    width = 1 + int(max(history.products.supplier_id.max(initial=0), supplier.max(initial=0)))
    share, average = _shares(supplier, receipts.day < day, receipts.day > receipts.expected_on, width)
    return share[history.products.supplier_id], average


def _shares(group: Ints, counted: Bools, late: Bools, groups: int) -> tuple[Floats, float]:
    """Return each group's share of late ones, drawn towards the average as if that were ``PRIOR`` cases more."""
    cases = np.bincount(group[counted], minlength=groups)
    bad = np.bincount(group[counted & late], minlength=groups)
    average = float(bad.sum() / cases.sum()) if cases.sum() else 0.0
    return (bad + PRIOR * average) / (cases + PRIOR), average


def _weekly_units(history: History, day: int) -> Floats:
    placed = history.orders.placed_on[history.lines.order]
    since = max(history.from_on, day - 7 * RATE_WEEKS, int(placed.min(initial=day)))
    recent = (placed >= since) & (placed < day)
    units = np.bincount(
        history.lines.product[recent], history.lines.qty[recent], minlength=len(history.products.product_id)
    )
    return units * 7.0 / max(day - since, 7)

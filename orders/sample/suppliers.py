"""Invented suppliers with the shape of real lead times and lateness (figures: data/README.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from orders.sample import names

SUPPLIERS = 40
# Order-to-delivery quantiles of the record as multiples of its median (101 days).
LEAD_SHARES = ((0.05, 0.21), (0.10, 0.35), (0.25, 0.61), (0.50, 1.0), (0.75, 1.48), (0.90, 2.15), (0.95, 2.77))
MEDIAN_LEAD_DAYS = 21
# Lateness comes in clusters: a few suppliers are often late, the others hardly ever; 6.0 % of all deliveries.
OFTEN_LATE, OFTEN_LATE_SHARE, SELDOM_LATE_SHARE = 7, 0.26, 0.018
EARLY_SHARE = 0.052
# Lognormals through the record's points: of the late ones 17 % by 3 days or less, 83 % by 49 or less; of the early
# ones a fifth by more than 68 days (capped: nothing arrives before the day after it was ordered).
LATE_MU, LATE_SIGMA, LATE_CAP_DAYS = 2.3, 1.1, 40
EARLY_MU, EARLY_SIGMA = 1.5, 1.2
# The record compares with the day last named. Before that day some suppliers move it, mostly those that are late too.
MOVES_PER_LATE = 0.3
MOVE_MU, MOVE_SIGMA = 1.8, 0.8


@dataclass(frozen=True, slots=True)
class SampleSupplier:
    """``lead_time_days`` are working days; ``review_weekday`` is the weekday (Monday 0) on which we order."""

    code: str
    name: str
    email: str
    lead_time_days: int
    late_share: float
    review_weekday: int


def build_suppliers(random: Random) -> list[SampleSupplier]:
    """Return the suppliers; lead times follow the quantiles, which supplier gets which is drawn."""
    leads = [_lead_time((place + 0.5) / SUPPLIERS) for place in range(SUPPLIERS)]
    random.shuffle(leads)
    often_late = set(random.sample(range(SUPPLIERS), OFTEN_LATE))
    return [
        SampleSupplier(
            code=f"SUP-{place + 1:02}",
            name=names.maker(place),
            email=f"supplier{place + 1:02}@example.com",
            lead_time_days=leads[place],
            late_share=OFTEN_LATE_SHARE if place in often_late else SELDOM_LATE_SHARE,
            review_weekday=place % 5,
        )
        for place in range(SUPPLIERS)
    ]


def _lead_time(share: float) -> int:
    """Return the lead time at a quantile, in working days, by linear interpolation."""
    points = [(0.0, 0.15), *LEAD_SHARES, (1.0, 3.0)]
    for (low, start), (high, end) in pairwise(points):
        if share <= high:
            ratio = start + (end - start) * (share - low) / (high - low)
            return max(3, round(ratio * MEDIAN_LEAD_DAYS))
    raise ValueError(f"Not a share: {share}")


def assign_suppliers(skus: list[str], lines_by_sku: dict[str, int]) -> list[int]:
    """Return a supplier per product, ``skus`` ascending: neighbouring codes are a family and come from one hand.

    Families are cut so that each supplier gets about as many order lines.
    """
    total = sum(lines_by_sku.values())
    assigned, seen = [], 0
    for sku in skus:
        assigned.append(min(SUPPLIERS - 1, seen * SUPPLIERS // max(total, 1)))
        seen += lines_by_sku[sku]
    return assigned


def draw_move(supplier: SampleSupplier, random: Random) -> int:
    """Return working days by which a supplier moves the day it named first, in good time: mostly 0."""
    if random.random() >= MOVES_PER_LATE * supplier.late_share:
        return 0
    return min(LATE_CAP_DAYS, max(1, round(random.lognormvariate(MOVE_MU, MOVE_SIGMA))))


def draw_delay(supplier: SampleSupplier, random: Random) -> int:
    """Return working days between the day last named and the day of arrival: mostly 0, seldom early, some very late."""
    draw = random.random()
    if draw < supplier.late_share:
        return min(LATE_CAP_DAYS, max(1, round(random.lognormvariate(LATE_MU, LATE_SIGMA))))
    if draw < supplier.late_share + EARLY_SHARE:
        early = max(1, math.floor(random.lognormvariate(EARLY_MU, EARLY_SIGMA)))
        return -min(early, supplier.lead_time_days - 1)
    return 0

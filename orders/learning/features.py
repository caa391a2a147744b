"""What is known of an open line when planning runs, as far as it says something about becoming late.

Each figure depends on the line, on other lines of its product and on that product's supply alone, never on what else
is planned at the same time: an event run sees the same figures as the full run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.learning.habits import Habits
from orders.planning.allocate import running_before
from orders.planning.calendar import WorkingDays
from orders.planning.runs import summed_up
from orders.planning.supply import NOW, Buckets, order_buckets
from orders.planning.types import NO_DAY, Bools, Codes, Context, Floats, Ints, Products, Supply

STOCK, COMING, LACKING = range(3)

# Name → words for people. The order is that of the model's parts.
FEATURES = {
    "slack_on_stock": "Days to the promise, units on hand",
    "slack_on_coming": "Days between the units' arrival and the promise",
    "slack_on_lacking": "Days between a new order's arrival and the promise",
    "days_to_promise": "Days to the promise",
    "doubt_days": "Days by which the supply may be later",
    "supply_is_behind": "The supplier is behind already",
    "supplier_late_share": "Share of the supplier's receipts that were late",
    "product_late_share": "Share of the product's lines that were late",
    "size": "Line's units as weeks of the product's demand",
    "pressure": "Units wanted up to this line, against what is on hand and coming",
    "waits_for_order": "Ships together with its order",
    "is_held": "On hold",
    "value": "Value of the line",
    "tier": "Customer tier",
    "age_days": "Days since it was ordered",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open lines on a day, parallel arrays in any order. ``product`` is the place in the buckets' products.

    ``need_qty`` is what frozen units leave open, ``value`` in the currency, ``tier`` a code (0 best, −1 none).
    """

    line_id: Ints
    product_id: Ints
    product: Ints
    need_qty: Ints
    placed_at: Ints
    placed_on: Ints
    promised_on: Ints
    waits_for_order: Bools
    is_held: Bools
    value: Floats
    tier: Ints


@dataclass(frozen=True, slots=True)
class View:
    """Supply on a day. ``lead_time_day`` is, per product, when units ordered today would come, NO_DAY if unknown."""

    buckets: Buckets
    lead_time_day: Ints
    today: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """When first come, first served would cover each line: how, from which day on, and with how much doubt."""

    kind: Codes
    day: Ints
    doubt_days: Ints
    is_behind: Bools
    pressure: Floats


def see_supply(supply: Supply, products: Products, context: Context) -> View:
    """Return the supply of these products as a day's planning would see it. O(n log n)."""
    working_days = WorkingDays(context.calendar)
    today = np.full(len(products.product_id), context.today, dtype=np.int64)
    lead = products.lead_time_p50
    return View(
        order_buckets(supply, products.product_id, context, working_days),
        np.where(lead > 0, working_days.add(today, lead), NO_DAY),
        context.today,
    )


def features(lines: Waiting, view: View, habits: Habits, *, served_last: bool = False) -> dict[str, Floats]:
    """Return every feature as a column parallel to ``lines``; NaN is unknown. O(n log n).

    ``served_last`` asks of each line what were if all others of its product went before it.
    """
    today = view.today
    outlook = look_ahead(lines, view, served_last=served_last)
    late, supplier, weekly = habits.of(lines.product_id)
    promised = np.where(lines.promised_on == NO_DAY, np.nan, lines.promised_on.astype(np.float64))
    slack = promised - np.where(outlook.day == NO_DAY, np.nan, outlook.day)
    return {
        "slack_on_stock": np.where(outlook.kind == STOCK, slack, np.nan),
        "slack_on_coming": np.where(outlook.kind == COMING, slack, np.nan),
        "slack_on_lacking": np.where(outlook.kind == LACKING, slack, np.nan),
        "days_to_promise": promised - today,
        "doubt_days": outlook.doubt_days.astype(np.float64),
        "supply_is_behind": outlook.is_behind.astype(np.float64),
        "supplier_late_share": supplier,
        "product_late_share": late,
        "size": np.log((lines.need_qty + 1.0) / (weekly + 1.0)),
        "pressure": outlook.pressure,
        "waits_for_order": lines.waits_for_order.astype(np.float64),
        "is_held": lines.is_held.astype(np.float64),
        "value": np.log1p(lines.value),
        "tier": np.where(lines.tier < 0, np.nan, lines.tier.astype(np.float64)),
        "age_days": (today - lines.placed_on).astype(np.float64),
    }


def look_ahead(lines: Waiting, view: View, *, served_last: bool) -> Outlook:
    """Return what first come, first served would give each line; held lines look ahead but take nothing."""
    buckets, today = view.buckets, view.today
    through = _wanted_through(lines, len(buckets.inbound), served_last=served_last)
    running = summed_up(buckets.qty)
    first, end = buckets.start[lines.product], buckets.start[lines.product + 1]
    there = running[end] - running[first]
    # The first bucket whose running sum reaches the line's last unit; ``running`` ascends over all products.
    cover = np.minimum(np.searchsorted(running[1:], running[first] + through), np.maximum(end - 1, 0))
    covered = through <= there
    day = _padded(buckets.day)[cover]
    p90 = _padded(buckets.day_p90)[cover]
    on_stock = covered & (day == NOW)
    coming = covered & ~on_stock
    lead = view.lead_time_day[lines.product]
    return Outlook(
        kind=np.select([on_stock, coming], [STOCK, COMING], LACKING).astype(np.int16),
        day=np.select([on_stock, coming], [today, np.maximum(day, today)], lead),
        doubt_days=np.where(coming, p90 - day, 0),
        is_behind=coming & _padded(buckets.late)[cover].astype(np.bool_),
        pressure=np.log((through + 1.0) / (there + 1.0)),
    )


def _wanted_through(lines: Waiting, products: int, *, served_last: bool) -> Ints:
    """Return the units of its product that are wanted up to and with each line."""
    taking = np.where(lines.is_held, 0, lines.need_qty)
    if served_last:
        total = np.zeros(products, dtype=np.int64)
        np.add.at(total, lines.product, taking)
        return total[lines.product] - taking + lines.need_qty
    queue = np.lexsort((lines.line_id, lines.placed_at, lines.product))
    through = np.empty(len(queue), dtype=np.int64)
    through[queue] = running_before(lines.product[queue], taking[queue]) + lines.need_qty[queue]
    return through


def _padded(values: Ints | Bools) -> Ints:
    """Return the values with one more, so that a product without any supply may look somewhere."""
    return np.r_[values.astype(np.int64), 0]

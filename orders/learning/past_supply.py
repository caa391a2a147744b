"""What planning would have known of supply on a day of the past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orders.learning.history import History
from orders.planning.calendar import EPOCH_ORDINAL
from orders.planning.types import ON_HAND, Calendar, Ints, Products, Supply

DELAYS_FROM = 5  # deliveries of a supplier from which its delays are measured; below that it counts as punctual
SAFE_DAYS = 2  # working days of doubt about a supplier nobody has measured


@dataclass(frozen=True, slots=True)
class Delays:
    """Working days that each supplier was late, p50 and p90, one row a product by way of its own supplier."""

    p50: Ints
    p90: Ints


def supplier_delays(history: History, day: int, calendar: Calendar) -> Delays:
    """Return how late each product's supplier was, judged on the morning of ``day`` by what had come before.

    ``calendar`` is the company's: the past does not say which days suppliers worked.
    """
    receipts, purchases = history.receipts, history.purchases
    known = receipts.day < day
    of_receipt = purchases.supplier_id[receipts.purchase[known]]
    # The lines of one lorry are late together, so what came on one day of what was named for one day counts once.
    deliveries = np.unique(np.stack([of_receipt, receipts.expected_on[known], receipts.day[known]]), axis=1)
    supplier, named, came = deliveries[0], _as_days(deliveries[1]), _as_days(deliveries[2])
    closed = _as_days(np.array(calendar.holidays, dtype=np.int64))
    late = np.maximum(np.busday_count(named, came, weekmask=list(calendar.weekmask), holidays=closed), 0)
    p50 = np.zeros(len(history.products.product_id), dtype=np.int64)
    p90 = np.full(len(p50), SAFE_DAYS, dtype=np.int64)
    for each in np.unique(supplier):
        days = late[supplier == each]
        if len(days) >= DELAYS_FROM:
            sold = history.products.supplier_id == each
            p50[sold], p90[sold] = np.quantile(days, [0.5, 0.9], method="inverted_cdf").astype(np.int64)
    return Delays(p50, p90)


def _as_days(ordinals: Ints) -> NDArray[np.datetime64]:
    return (ordinals - EPOCH_ORDINAL).astype("datetime64[D]")


def supply_on(history: History, day: int, on_hand: Ints, delays: Delays) -> Supply:
    """Return what can be claimed on ``day``: ``on_hand`` by level, and what is ordered and has not come by then."""
    levels, purchases = history.levels, history.purchases
    left, named = history.outstanding(day + 1)
    coming = np.flatnonzero(left > 0)
    nothing = np.zeros(len(on_hand), dtype=np.int64)
    place = np.concatenate((levels.product, purchases.product[coming]))
    of_stock = np.arange(len(place)) < len(on_hand)
    return Supply(
        product_id=history.products.product_id[place],
        warehouse_id=np.concatenate((levels.warehouse_id, purchases.warehouse_id[coming])),
        source_id=np.concatenate((nothing + ON_HAND, purchases.source_id[coming])),
        qty=np.concatenate((np.maximum(on_hand, 0), left[coming])),
        expected_on=np.concatenate((nothing, named[coming])),
        first_expected_on=np.concatenate((nothing, purchases.expected_on[coming])),
        delay_p50=np.where(of_stock, 0, delays.p50[place]),
        delay_p90=np.where(of_stock, 0, delays.p90[place]),
        preference=np.concatenate((levels.preference, np.zeros(len(coming), dtype=np.int64))),
    )


def products_of(history: History, delays: Delays) -> Products:
    """Return the lead times as they are known; nothing is protected in a replay."""
    products = history.products
    sold = products.supplier_id > 0
    return Products(
        product_id=products.product_id,
        protected_qty=np.zeros(len(sold), dtype=np.int64),
        lead_time_p50=np.where(sold, np.maximum(products.lead_time_days + delays.p50, 1), 0),
        lead_time_p90=np.where(sold, np.maximum(products.lead_time_days + delays.p90, 1), 0),
    )

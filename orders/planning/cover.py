"""What the forecast says of the backlog: the columns that rules read of it. docs/planning.md, section Hybrid."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np

from orders.planning.allocate import running_before
from orders.planning.attributes import (
    CATALOGUE,
    DAYS_OF_COVER,
    FORECAST_CHANGE,
    WEEKLY_FORECAST,
    WEEKS_OF_DEMAND,
    WEEKS_WAITING,
    Source,
)
from orders.planning.demand import UNKNOWN, WEEK, Demand, Expected
from orders.planning.prepare import Prepared
from orders.planning.schema import MAX_HORIZON_DAYS
from orders.planning.types import Attribute, Attributes, Floats, Ints

LASTS = MAX_HORIZON_DAYS  # days of cover of what lasts longer than forecasts reach
NEAR_WEEKS = 4  # the weekly forecast is the mean of so many weeks
MOST_WEEKS = 520.0
_SLACK = 1e-9  # units; what sums of floats may miss


def with_estimates(ready: Prepared, names: Collection[str], demand: Demand | None) -> Prepared:
    """Return the input with the columns among ``names`` that the forecast gives; unknown without one.

    They hang on the product's forecast, supply and waiting demand alone, so that a component has them as the full run
    does. O(lines + products).
    """
    asked = [name for name in names if CATALOGUE[name].source is Source.FORECAST]
    if not asked:
        return ready
    columns = _Columns(ready, demand)
    found: dict[str, Attribute] = {name: Attribute(columns.read(name)) for name in sorted(asked)}
    attributes: Attributes = {**ready.attributes, **found}
    return replace(ready, attributes=attributes)


class _Columns:
    """The columns of one run; ``place`` is each product's entry in the forecast."""

    def __init__(self, ready: Prepared, demand: Demand | None) -> None:
        self.ready = ready
        self.product = np.zeros(0, dtype=np.int64)
        if demand is None or not len(demand.product_id):
            return
        today = ready.context.today
        place = demand.places(ready.products.product_id)
        self.product = np.flatnonzero((place != UNKNOWN) & (demand.until[place] > today))
        self.place = place[self.product]
        self.expected = Expected(demand, today)
        needs = np.bincount(ready.product, weights=ready.need_qty, minlength=len(place)).astype(np.float64)
        self.waiting: Floats = needs[self.product]

    def read(self, name: str) -> Floats:
        """Return one column, parallel to the backlog; NaN for products without a forecast."""
        if name == WEEKS_OF_DEMAND:
            weekly = self._per_line(self._weekly)
            return _weeks(self.ready.backlog.open_qty.astype(np.float64), weekly)
        answers: dict[str, Callable[[], Floats]] = {
            DAYS_OF_COVER: self._days_of_cover,
            WEEKLY_FORECAST: self._weekly,
            FORECAST_CHANGE: self._change,
            WEEKS_WAITING: lambda: _weeks(self.waiting, self._weekly()),
        }
        return self._per_line(answers[name])

    def _per_line(self, answer: Callable[[], Floats]) -> Floats:
        per_product = np.full(len(self.ready.products.product_id), np.nan)
        if len(self.product):
            per_product[self.product] = answer()
        return per_product[self.ready.product]

    def _weekly(self) -> Floats:
        return self._units(NEAR_WEEKS * WEEK) / NEAR_WEEKS

    def _change(self) -> Floats:
        """Return by how many percent the last weeks of the forecast differ from its first."""
        means = self.expected.demand.means[self.place]
        weeks = min(NEAR_WEEKS, means.shape[1])
        first, last = means[:, :weeks].mean(axis=1), means[:, -weeks:].mean(axis=1)
        return np.divide(100 * (last - first), first, out=np.full(len(first), np.nan), where=first > 0)

    def _days_of_cover(self) -> Floats:
        """Return the whole days until what waits and what is forecast exceeds what is there by then, LASTS at most.

        Between two arrivals supply stands and demand grows, so the first interval that ends short has the day.
        """
        limit = self.expected.today + LASTS
        owner, begin, have = self._intervals(limit)
        end = np.r_[begin[1:], limit]
        end[np.r_[owner[1:] != owner[:-1], True]] = limit
        spare = have - self.waiting[owner] + _SLACK
        short = np.flatnonzero((end > begin) & (self.expected.units(self.place[owner], end) > spare))
        runs_out, first = np.unique(owner[short], return_index=True)
        at = short[first]
        cover = np.full(len(self.product), float(LASTS))
        cover[runs_out] = self._first_short(owner[at], begin[at], end[at], spare[at]) - self.expected.today
        return cover

    def _intervals(self, limit: int) -> tuple[Ints, Ints, Floats]:
        """Return (product, first day, units there): per product one from today, and one from each of its buckets on."""
        buckets, today = self.ready.buckets, self.expected.today
        mine = np.full(len(self.ready.products.product_id), UNKNOWN, dtype=np.int64)
        mine[self.product] = np.arange(len(self.product))
        at = np.flatnonzero(mine[buckets.product] != UNKNOWN)
        owner = np.r_[np.arange(len(self.product)), mine[buckets.product[at]]]
        begin = np.r_[np.full(len(self.product), today), np.clip(buckets.day[at], today, limit)]
        qty = np.r_[np.zeros(len(self.product), dtype=np.int64), buckets.qty[at]]
        order = np.argsort(owner, kind="stable")
        owner, qty = owner[order], qty[order]
        return owner, begin[order], (running_before(owner, qty) + qty).astype(np.float64)

    def _first_short(self, owner: Ints, low: Ints, high: Ints, spare: Floats) -> Ints:
        """Return the first day from ``low`` on whose demand, all before it included, exceeds ``spare``."""
        while (low < high - 1).any():
            middle = (low + high) // 2
            enough = self.expected.units(self.place[owner], middle) <= spare
            low, high = np.where(enough, middle, low), np.where(enough, high, middle)
        return low

    def _units(self, days: int) -> Floats:
        until = np.full(len(self.place), self.expected.today + days, dtype=np.int64)
        return self.expected.units(self.place, until)


def _weeks(units: Floats, weekly: Floats) -> Floats:
    """Return how many weeks of forecast the units are, MOST_WEEKS at most; unknown where the forecast is."""
    weeks = np.divide(units, weekly, out=np.full(len(units), MOST_WEEKS), where=weekly > 0)
    weeks[units == 0] = 0.0
    found: Floats = np.where(np.isnan(weekly), np.nan, np.minimum(weeks, MOST_WEEKS))
    return found

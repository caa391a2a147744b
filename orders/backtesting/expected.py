"""Forecasts for a replay: made each Monday from what had been ordered by then, never from what came later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from orders.backtesting.columns import Moment, columns
from orders.learning.history import History
from orders.planning.demand import HIGH_END, UNKNOWN, WEEK, Demand
from orders.planning.rules import Policy, comparisons
from orders.planning.score import first_met
from orders.planning.types import Attribute, Floats, Ints

WEEKS_READ = 52
SPREAD_WEEKS = 26

# Takes weekly units of shape (products, weeks), the last one just over; returns means of (products, weeks ahead).
Forecaster = Callable[[Floats], Floats]


@dataclass(slots=True)
class WeeklyForecasts:
    """The demand that a policy's plan reads on a day, forecast once a week. ``texts`` as for the replay's columns."""

    history: History
    policy: Policy
    texts: Mapping[str, Attribute]
    forecast: Forecaster
    _made: dict[int, Demand] = field(default_factory=dict)

    def on(self, day: int) -> Demand:
        """Return the forecast of the week that ``day`` is in."""
        monday = day - (day - 1) % WEEK
        if monday not in self._made:
            self._made = {monday: self._forecast_from(monday)}
        return self._made[monday]

    def _forecast_from(self, monday: int) -> Demand:
        weekly = weekly_units(self.history, monday)
        sold = weekly.any(axis=1)
        means = self.forecast(weekly[sold])
        spread = weekly[sold, -SPREAD_WEEKS:].std(axis=1)
        return Demand(
            product_id=self.history.products.product_id[sold],
            first_week_on=np.full(int(sold.sum()), monday),
            means=means,
            highs=means + HIGH_END * spread[:, None],
            shares=self._shares(monday)[sold],
        )

    def _shares(self, monday: int) -> Floats:
        """Return the part of each product's recent units that each class of the policy wanted."""
        classes, products = self.policy.classes(), len(self.history.products.product_id)
        if self.policy.forecast is None or not classes:
            return np.zeros((products, 0))
        lines = self.history.lines
        placed = self.history.orders.placed_on[lines.order]
        recent = (placed < monday) & (placed >= monday - WEEK * self.policy.forecast.history_weeks)
        line = np.flatnonzero(recent)
        names = {compare.attribute for entry in classes for compare in comparisons(entry.when)}
        read = columns(names, Moment(self.history, line, lines.qty[line], monday), self.texts)
        class_ = first_met([entry.when for entry in classes], read, len(line))
        units = np.zeros((products, len(classes) + 1))
        np.add.at(units, (lines.product[line], np.where(class_ == UNKNOWN, len(classes), class_)), lines.qty[line])
        total = units.sum(axis=1, keepdims=True)
        shares: Floats = np.divide(units, total, out=np.zeros_like(units), where=total > 0)
        return shares[:, :-1]


def weekly_units(history: History, monday: int) -> Floats:
    """Return units ordered a product and week, of the complete weeks before ``monday``, oldest first."""
    placed = history.orders.placed_on[history.lines.order]
    weeks = min(WEEKS_READ, max((monday - max(history.from_on, int(placed.min(initial=monday)))) // WEEK, 1))
    column: Ints = (placed - (monday - weeks * WEEK)) // WEEK
    inside = (column >= 0) & (placed < monday)
    units = np.zeros((len(history.products.product_id), weeks))
    np.add.at(units, (history.lines.product[inside], column[inside]), history.lines.qty[inside])
    return units

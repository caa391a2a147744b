"""Forecasts where a series is too short for any model."""

from __future__ import annotations

import numpy as np

from inventory.forecasting.panel import Floats, Panel
from inventory.forecasting.patterns import FEWEST_WEEKS, Pattern, Traits

_FIRST_WEEKS = 12  # of a product's life that its category's newcomers are judged by
_LAUNCH_SEEN = 4  # a product first sold later than this many weeks into the data was launched then
_FEWEST_PEERS = 5
_CATEGORY_WEIGHT = 4.0  # the category counts as much as four weeks of the product's own


def short_series_means(panel: Panel, traits: Traits) -> Floats:
    """Return a mean demand a week for products that are NEW or have FEW sales; 0 for all others. O(n T).

    FEW: the rate since the first sale. NEW: that rate drawn towards what products of the category sold when they were
    new, by the number of weeks seen.
    """
    means = np.where(traits.pattern == Pattern.FEW, traits.rate, 0.0)
    new = traits.pattern == Pattern.NEW
    seen = np.minimum(panel.counted().sum(axis=1), FEWEST_WEEKS)
    blended = (traits.rate * seen + launch_levels(panel) * _CATEGORY_WEIGHT) / (seen + _CATEGORY_WEIGHT)
    return np.where(new, blended, means)


def launch_levels(panel: Panel) -> Floats:
    """Return for each product the median weekly demand of its category's products in their first weeks.

    Categories with fewer than five launches in the data take all launches, and where there are too few of those, all
    products.
    """
    peers = (panel.first >= _LAUNCH_SEEN) & (panel.ages >= FEWEST_WEEKS)
    young = panel.counted() & (np.arange(panel.length) < (panel.first + _FIRST_WEEKS)[:, None])
    rates = np.where(young, panel.qty, 0.0).sum(axis=1) / np.maximum(young.sum(axis=1), 1)
    everybody = peers if peers.sum() >= _FEWEST_PEERS else panel.ages >= FEWEST_WEEKS
    levels = np.full(len(panel.ids), np.median(rates[everybody]) if everybody.any() else 0.0)
    for category in set(panel.categories):
        mine = panel.categories == category
        if (mine & peers).sum() >= _FEWEST_PEERS:
            levels[mine] = np.median(rates[mine & peers])
    return levels

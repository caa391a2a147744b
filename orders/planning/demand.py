"""Demand that has not come yet: what is forecast of each product, and how many units it will want by a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.rules import Forecast
from orders.planning.types import Floats, Ints

WEEK = 7
UNKNOWN = -1
# The upper end of an 80 % interval lies this many standard deviations above the mean of a normal distribution.
HIGH_END = 1.2815515655446004
# Forecast units are kept to a millionth before they are rounded, so that float noise does not decide between two units.
NOISE = 6
NO_CLASS_WORTH = 1.0


@dataclass(frozen=True, slots=True)
class Demand:
    """Forecast demand, one entry a product that has a forecast, ``product_id`` ascending.

    ``first_week_on`` is the first day of its first week; ``means`` and ``highs``, both of shape (products, weeks), are
    units a week: the mean, and the upper end of the interval that holds 80 %. ``shares``, of shape (products,
    classes), are the parts of the product's past units that orders of each class of the policy wanted; what is lacking
    to 1 was of no class.
    """

    product_id: Ints
    first_week_on: Ints
    means: Floats
    highs: Floats
    shares: Floats

    @property
    def until(self) -> Ints:
        """The first day after each product's last week."""
        until: Ints = self.first_week_on + WEEK * self.means.shape[1]
        return until

    def places(self, product_id: Ints) -> Ints:
        """Return each product's entry, or UNKNOWN."""
        if not len(self.product_id):
            return np.full(len(product_id), UNKNOWN, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.product_id, product_id), len(self.product_id) - 1)
        return np.where(self.product_id[place] == product_id, place, UNKNOWN)


class Expected:
    """Sums of a demand from one day on. O(products × weeks) to build, O(1) for each answer."""

    def __init__(self, demand: Demand, today: int) -> None:
        self.demand = demand
        self.today = today
        self._mean = self._from_today(demand.means)
        self._variance = self._from_today((np.maximum(demand.highs - demand.means, 0.0) / HIGH_END) ** 2)

    def units(self, place: Ints, day: Ints) -> Floats:
        """Return the mean units that entries ``place`` will want from today until the day before ``day``."""
        return _sum_of(self._mean, place, self._weeks(place, day))

    def kept(self, forecast: Forecast, classes: int, place: Ints, day: Ints) -> Ints:
        """Return the units to keep until ``day`` for the first ``classes`` classes together, whole, at least 0.

        Their mean demand where the policy does not say what a unit is worth. Else EMSR-b over the horizon: so many that
        the last one is wanted with the chance that makes it worth as much as to the class after them; until an earlier
        day the part of it that the mean has by then. docs/planning.md, section Demand forecast.
        """
        shares = self.demand.shares[place, :classes]
        end = np.full(len(place), self.today + forecast.horizon_days, dtype=np.int64)
        wanted = shares.sum(axis=1) * self.units(place, np.minimum(day, end))
        if forecast.classes[0].worth:
            wanted *= self._times_the_mean(forecast, place, shares, end)
        return np.floor(np.round(wanted, NOISE) + 0.5).astype(np.int64)

    def _times_the_mean(self, forecast: Forecast, place: Ints, shares: Floats, end: Ints) -> Floats:
        """Return how many times the mean of the horizon is kept, by what units are worth.

        Weeks count as independent, and units as falling to classes by chance.
        """
        share, units = shares.sum(axis=1), self.units(place, end)
        variance = _sum_of(self._variance, place, self._weeks(place, end))
        spread = np.sqrt(share**2 * variance + share * (1 - share) * units)
        beyond = _safety(forecast, shares) * spread
        mean = share * units
        return np.maximum(1 + np.divide(beyond, mean, out=np.zeros_like(mean), where=mean > 0), 0.0)

    def _from_today(self, weekly: Floats) -> Floats:
        """Return the sums from today until the end of the first 0, 1, … weeks; below 0 for weeks that are over."""
        sums = np.zeros((weekly.shape[0], weekly.shape[1] + 1))
        np.cumsum(weekly, axis=1, out=sums[:, 1:])
        every = np.arange(len(sums))
        begun = self._weeks(every, np.full(len(sums), self.today, dtype=np.int64))
        from_today: Floats = sums - _sum_of(sums, every, begun)[:, np.newaxis]
        return from_today

    def _weeks(self, place: Ints, day: Ints) -> Floats:
        weeks: Floats = (np.maximum(day, self.today) - self.demand.first_week_on[place]) / WEEK
        return np.clip(weeks, 0.0, float(self.demand.means.shape[1]))


def _sum_of(sums: Floats, place: Ints, weeks: Floats) -> Floats:
    """Return the running sum after so many weeks, a week that has begun in proportion to its days."""
    whole = np.minimum(weeks.astype(np.int64), sums.shape[1] - 2)
    before = sums[place, whole]
    # Sums from today on are never below 0, but for the last bits of what was subtracted.
    return np.maximum(before + (sums[place, whole + 1] - before) * (weeks - whole), 0.0)


def _safety(forecast: Forecast, shares: Floats) -> Floats:
    """Return how many standard deviations above the mean the classes of these shares are kept.

    Littlewood's rule for two classes: keep the unit while its chance of being wanted times its worth exceeds what the
    next class pays. For several classes their worth is averaged, each weighted with its demand.
    """
    # Half a second of import that policies without a worth do not pay for.
    from scipy.special import ndtri

    worth = np.array([entry.worth for entry in forecast.classes])
    after = worth[shares.shape[1]] if shares.shape[1] < len(worth) else NO_CLASS_WORTH
    share = shares.sum(axis=1)
    average = np.full(len(share), worth[0])
    np.divide(shares @ worth[: shares.shape[1]], share, out=average, where=share > 0)
    safety: Floats = ndtri(1 - after / average)
    return safety

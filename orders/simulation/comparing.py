"""How two plans of one backlog differ, order by order. Pure functions on arrays: previews, simulations, the guard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.types import NO_DAY, Bools, Ints
from orders.simulation.figures import is_after
from orders.simulation.news import News, least_days
from orders.simulation.outlook import LATEST, Outlook
from orders.simulation.standing import Standing

CHURN_SHARE, CHURN_PLACES = 0.05, 10  # who moves further than both counts as churned
# Where each bucket begins; before the first lies one without a lower bound.
_PLACES = (-500, -100, -20, 0, 1, 21, 101, 501)
_DAYS = (-14, -7, -3, 0, 1, 4, 8, 15)
_WAITS = (0, 1, 4, 8, 15, 31, 61)


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many orders lie from ``low`` to ``high``, both included; None: no bound on that side."""

    low: int | None
    high: int | None
    orders: int


@dataclass(frozen=True, slots=True)
class Waits:
    """Orders whose date is ``low`` to ``high`` days from today in either plan; both None: those without a date."""

    low: int | None
    high: int | None
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Orders of both plans, ``order_id`` ascending; the rest is parallel to it.

    ``climb`` is places gained, ``delay`` days later, where no date counts as LATEST. ``slips`` and ``breaks`` are what
    the guard counts: dates that move past the threshold and promises newly missed, orders ready to ship left out: their
    date is today, every day anew. ``news`` is what the second plan would tell; ``messages`` counts all of it, also that
    of orders which the first plan does not have.
    """

    order_id: Ints
    before: Outlook
    after: Outlook
    climb: Ints
    delay: Ints
    slips: Bools
    breaks: Bools
    mends: Bools
    newly_late: Bools
    no_longer_late: Bools
    news: Ints
    messages: int

    @property
    def churn(self) -> float:
        """Share of orders that move far in line: by more than a twentieth of its length, and ten places."""
        if not len(self.climb):
            return 0.0
        return float((np.abs(self.climb) > max(CHURN_PLACES, CHURN_SHARE * len(self.climb))).mean())


def compare_outlooks(before: Outlook, after: Outlook, standing: Standing, news: Ints) -> Comparison:
    """Compare orders that both plans have. ``standing`` may hold any orders, ``news`` is parallel to ``after``.

    O(n log n).
    """
    common, i, j = np.intersect1d(before.order_id, after.order_id, assume_unique=True, return_indices=True)
    before, after = _chosen(before, i), _chosen(after, j)
    standing = standing.of(common)
    delay = _sortable(after.eta) - _sortable(before.eta)
    was_late, is_late = is_after(before.eta, standing.due_on), is_after(after.eta, standing.due_on)
    was_broken, is_broken = is_after(before.eta, standing.promised_on), is_after(after.eta, standing.promised_on)
    return Comparison(
        order_id=common,
        before=before,
        after=after,
        climb=before.rank - after.rank,
        delay=delay,
        slips=~after.is_ready & (delay >= least_days(after.reason, np.maximum(standing.later_days, 1))),
        breaks=~after.is_ready & is_broken & ~was_broken,
        mends=was_broken & ~is_broken,
        newly_late=is_late & ~was_late,
        no_longer_late=was_late & ~is_late,
        news=news[j],
        messages=int((news != News.NONE).sum()),
    )


def rank_distribution(found: Comparison) -> tuple[Bucket, ...]:
    """Return how many orders gain how many places."""
    return _distributed(found.climb, _PLACES)


def date_distribution(found: Comparison) -> tuple[Bucket, ...]:
    """Return how many orders get how much later; an order that loses its date is in the last bucket."""
    return _distributed(found.delay, _DAYS)


def wait_distribution(found: Comparison, *, today: int) -> tuple[Waits, ...]:
    """Return how many orders wait how long from today, in either plan."""
    before, after = (_waits(outlook.eta, today) for outlook in (found.before, found.after))
    lows: list[int | None] = [*_WAITS, None]
    highs: list[int | None] = [*(low - 1 for low in _WAITS[1:]), None, None]
    return tuple(Waits(low, high, int(b), int(a)) for low, high, b, a in zip(lows, highs, before, after, strict=True))


def winners(found: Comparison, count: int) -> Ints:
    """Return positions of orders that get sooner: most days first, then value, then id."""
    return _first(found, -found.delay, found.delay < 0, count)


def losers(found: Comparison, count: int) -> Ints:
    """Return positions of orders that get later: most days first, then value, then id."""
    return _first(found, found.delay, found.delay > 0, count)


def biggest(found: Comparison, count: int) -> Ints:
    """Return positions of orders that move most places, either way."""
    return _first(found, np.abs(found.climb), found.climb != 0, count)


def _first(found: Comparison, size: Ints, chosen: Bools, count: int) -> Ints:
    at = np.flatnonzero(chosen)
    return at[np.lexsort((found.order_id[at], -found.after.value_minor[at], -size[at]))[:count]]


def _chosen(outlook: Outlook, at: Ints) -> Outlook:
    return Outlook(*(getattr(outlook, name)[at] for name in Outlook.__slots__))


def _sortable(eta: Ints) -> Ints:
    return np.where(eta == NO_DAY, LATEST, eta)


def _distributed(values: Ints, starts: tuple[int, ...]) -> tuple[Bucket, ...]:
    counts = np.bincount(np.searchsorted(np.array(starts), values, side="right"), minlength=len(starts) + 1)
    lows, highs = (None, *starts), (*(start - 1 for start in starts), None)
    return tuple(Bucket(low, high, int(orders)) for low, high, orders in zip(lows, highs, counts, strict=True))


def _waits(eta: Ints, today: int) -> Ints:
    dated = eta != NO_DAY
    bucket = np.searchsorted(np.array(_WAITS), np.maximum(eta[dated] - today, 0), side="right") - 1
    return np.r_[np.bincount(bucket, minlength=len(_WAITS)), (~dated).sum()]

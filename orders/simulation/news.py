"""What customers would hear of a plan: ``replanning.facts`` and ``weighing`` on arrays, without writing anything.

docs/messages.md has the rules in words; a test plans the same backlog both ways and counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from orders.planning import governance
from orders.planning.rules import PromiseRule
from orders.planning.types import NO_DAY, Bools, Ints, Reason
from orders.simulation.outlook import Outlook
from orders.simulation.standing import Announced, Standing


class News(IntEnum):
    """The fact that a run would record for an order."""

    NONE = 0
    BACKORDERED = 1
    LINE_ALLOCATED = 2
    ETA_SLIPPED = 3
    ETA_IMPROVED = 4
    ETA_RESTORED = 5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Days from which a changed date is news, and those for orders whose date is only a lead time."""

    days: int
    unsupplied_days: int

    def of(self, reason: Ints) -> Ints:
        """Return the threshold of each order."""
        unsupplied = max(self.unsupplied_days, self.days)
        return np.where(reason == Reason.STOCK_SHORT, unsupplied, self.days)


def news(
    outlook: Outlook, standing: Standing, thresholds: Thresholds, promises: tuple[PromiseRule, ...], *, today: int
) -> Ints:
    """Return each order's News, parallel to ``outlook``; ``standing`` is parallel to it too.

    ``promises`` are the promise rules of the policy that was planned by: what they keep back is no news.
    """
    days, eta = thresholds.of(outlook.reason), outlook.eta
    promised = standing.promised_on != NO_DAY
    found = np.full(len(eta), News.NONE, dtype=np.int64)
    found[~promised & ~outlook.is_ready] = News.BACKORDERED
    moved = promised & ~outlook.is_ready & _is_news(outlook, standing, days)
    moved &= ~_is_kept_back(outlook, standing, promises, today)
    found[moved] = News.ETA_RESTORED
    found[moved & (eta - standing.told_on >= days)] = News.ETA_SLIPPED
    found[moved & (standing.told_on - eta >= days)] = News.ETA_IMPROVED
    found[promised & outlook.is_ready & (standing.announced == Announced.WAITING)] = News.LINE_ALLOCATED
    found[eta == NO_DAY] = News.NONE
    return found


def _is_kept_back(outlook: Outlook, standing: Standing, promises: tuple[PromiseRule, ...], today: int) -> Bools:
    """Tell which new dates the promise rules keep back; days set by hand and good news gone wrong are not weighed."""
    if not promises:
        return np.zeros(len(outlook.eta), dtype=np.bool_)
    governed = governance.govern(
        governance.Standing(day=standing.announced_on, told_on=standing.announced_at),
        outlook.eta,
        np.where(outlook.eta_p90 == NO_DAY, outlook.eta, outlook.eta_p90),
        promises,
        outlook.promise_rule.astype(np.int16),
        today,
    )
    weighed = (outlook.reason != Reason.ETA_BY_HAND) & (standing.announced != Announced.ALLOCATED)
    return weighed & ~governed.changed


def _is_news(outlook: Outlook, standing: Standing, days: Ints) -> Bools:
    """Tell which waiting orders' dates differ from the last announcement, or were announced as ready."""
    return (np.abs(outlook.eta - standing.announced_on) >= days) | (standing.announced == Announced.ALLOCATED)


def count_news(found: Ints) -> dict[str, int]:
    """Return how many orders have each kind of news, by the fact's name without its app."""
    counts = np.bincount(found, minlength=len(News))
    return {kind.name.lower(): int(counts[kind]) for kind in News if kind != News.NONE}

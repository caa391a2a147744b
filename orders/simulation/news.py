"""What customers would hear of a plan: ``replanning.facts`` and ``weighing`` on arrays, without writing anything.

docs/messages.md has the rules in words; a test plans the same backlog both ways and counts.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from orders.planning import governance
from orders.planning.rules import PromiseRule
from orders.planning.types import NO_DAY, Bools, Ints, Reason
from orders.replanning.facts import UNSUPPLIED_THRESHOLD_DAYS
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


def least_days(reason: Ints, days: Ints) -> Ints:
    """Return from how many days a moved date is told, where ``days`` are the customers' own; more where a date is only
    a lead time."""
    return np.where(reason == Reason.STOCK_SHORT, np.maximum(days, UNSUPPLIED_THRESHOLD_DAYS), days)


def news(outlook: Outlook, standing: Standing, promises: tuple[PromiseRule, ...], *, today: int) -> Ints:
    """Return each order's News, parallel to ``outlook``; ``standing`` is parallel to it too.

    ``promises`` are the promise rules of the policy that was planned by: what they keep back is no news.
    """
    day = _day_told(outlook, standing)
    own = np.where(day < standing.told_on, standing.earlier_days, standing.later_days)
    days = least_days(outlook.reason, own)
    promised = standing.promised_on != NO_DAY
    found = np.full(len(day), News.NONE, dtype=np.int64)
    found[~promised & ~outlook.is_ready] = News.BACKORDERED
    moved = promised & ~outlook.is_ready & _is_news(day, standing, own, days)
    moved &= ~_is_kept_back(outlook, standing, promises, today)
    found[moved] = News.ETA_RESTORED
    found[moved & (day - standing.told_on >= days)] = News.ETA_SLIPPED
    found[moved & (standing.told_on - day >= days)] = News.ETA_IMPROVED
    found[promised & outlook.is_ready & (standing.announced == Announced.WAITING)] = News.LINE_ALLOCATED
    found[outlook.eta == NO_DAY] = News.NONE
    return found


def _day_told(outlook: Outlook, standing: Standing) -> Ints:
    """Return each plan's day, or the one that the customer knows where an earlier one waits for the units."""
    is_firm = (outlook.ready_units >= outlook.open_units) | (outlook.reason == Reason.ETA_BY_HAND)
    is_held_back = (standing.firm_only == 1) & ~is_firm & (outlook.eta < standing.told_on)
    return np.where(is_held_back & ~outlook.is_ready, standing.told_on, outlook.eta)


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


def _is_news(day: Ints, standing: Standing, own: Ints, days: Ints) -> Bools:
    """Tell which waiting orders' dates differ from the last announcement, or were announced as ready.

    Back to about what the customer knows it is news where something else was announced: that is taken back.
    """
    change, pending = np.abs(day - standing.announced_on), np.abs(standing.announced_on - standing.told_on)
    is_back = np.abs(day - standing.told_on) < own
    least = np.minimum(standing.later_days, standing.earlier_days)
    is_news = np.where(is_back, np.minimum(change, pending) >= least, change >= days)
    return is_news | (standing.announced == Announced.ALLOCATED)


def count_news(found: Ints) -> dict[str, int]:
    """Return how many orders have each kind of news, by the fact's name without its app."""
    counts = np.bincount(found, minlength=len(News))
    return {kind.name.lower(): int(counts[kind]) for kind in News if kind != News.NONE}

"""What it costs to be late: goodwill as people set it, and the value that customers cancelled more once they waited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from orders.learning.history import NEVER, History
from orders.planning.attributes import CATALOGUE
from orders.planning.types import NO_DAY, Bools, Floats, Ints

TIERS = CATALOGUE["customer.tier"].choices
# Share of a line's value that a late delivery costs in goodwill, by tier, best first; the last is for no tier.
GOODWILL = (0.04, 0.03, 0.02, 0.01, 0.01)
PRIOR_POUNDS = 100_000.0  # of due orders at the average of all tiers, so that one big cancellation proves little


@dataclass(frozen=True, slots=True)
class Costs:
    """Shares of the value by tier, best first, the last for no tier.

    ``cancelled_late`` and ``cancelled_punctual`` are the shares of due value that customers cancelled of orders that
    became late, and of others.
    """

    cancelled_late: Floats
    cancelled_punctual: Floats


def per_pound(costs: Costs, percent: Mapping[str, float]) -> Floats:
    """Return what a late pound costs by tier, with goodwill as ``percent`` says for the tiers it names."""
    goodwill = np.array(
        [percent.get(tier, usual * 100) / 100 for tier, usual in zip((*TIERS, ""), GOODWILL, strict=True)]
    )
    lost: Floats = np.maximum(costs.cancelled_late - costs.cancelled_punctual, 0.0)
    return goodwill + lost


def learn_costs(history: History, day: int) -> Costs:
    """Return what lateness costs, from orders that were due before ``day``. O(lines)."""
    lines, orders = history.lines, history.orders
    asked = np.bincount(lines.order, (lines.qty + lines.cancelled_qty) * lines.price_minor, len(orders.order_id))
    lost = np.bincount(lines.order, lines.cancelled_qty * lines.price_minor, len(orders.order_id))
    due = (orders.promised_on != NO_DAY) & (orders.promised_on < day)
    # What closed later than ``day`` was open then: how it ended could not be known.
    late = due & (orders.closed_on > orders.promised_on)
    lost = np.where(orders.closed_on < np.minimum(day, NEVER), lost, 0.0)
    tier = np.where(orders.tier < 0, len(TIERS), orders.tier)
    of_late = _share(tier, lost / 100.0, asked / 100.0, late)
    of_punctual = _share(tier, lost / 100.0, asked / 100.0, due & ~late)
    return Costs(of_late, of_punctual)


def _share(tier: Ints, lost: Floats, asked: Floats, chosen: Bools) -> Floats:
    """Return the lost share per tier, drawn towards the share of all tiers together."""
    width = len(TIERS) + 1
    gone = np.bincount(tier[chosen], lost[chosen], width)
    whole = np.bincount(tier[chosen], asked[chosen], width)
    average = gone.sum() / whole.sum() if whole.sum() else 0.0
    share: Floats = (gone + PRIOR_POUNDS * average) / (whole + PRIOR_POUNDS)
    return share

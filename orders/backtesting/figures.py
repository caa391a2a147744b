"""What a replay amounts to. Every figure is of the same lines for every strategy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.backtesting.replay import Lived, Stage
from orders.learning.history import NEVER
from orders.planning.runs import is_first, starts_of
from orders.planning.types import NO_DAY, Bools, Floats, Ints

OFF_THE_SHELF_DAYS = 4  # calendar days, so that an order placed before a weekend has its two working days
WORST_OFF = 0.01  # the share of lines whose mean wait says how bad the tail is


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares are 0 to 1, waits calendar days from placing to the last unit; who still waits counts up to the end.

    ``fill_rate``: units of lines placed in the replay that left within four calendar days.
    ``on_time_value``: value-weighted share of lines, due within the replay, whose last unit left by the day that the
    customer was promised in the past; ``on_time_lines`` the same unweighted, ``on_time_tiers`` weighted by tier too.
    ``broken_promises``: orders whose last unit left after the day that this strategy's own first plan named (``dated``
    orders had such a day within the replay).
    ``overtaken``: lines that somebody who ordered the same product on a later day was served before.
    ``gini``: inequality of waits, 0 where all wait alike.
    """

    lines: int
    shipped_units: int
    fill_rate: float
    on_time_value: float
    on_time_lines: float
    on_time_tiers: float
    value_late_days: float
    mean_wait_days: float
    worst_wait_days: float
    longest_wait_days: int
    dated: int
    broken_promises: int
    broken_share: float
    overtaken: float
    gini: float
    never_shipped: int


def figures(stage: Stage, lived: Lived, tier_weight: Floats) -> Figures:
    """Return the figures of a replay; ``tier_weight`` is what a pound of each order counts. O(lines log lines)."""
    history = stage.history
    lines, order = history.lines, history.lines.order
    asked = _asked(stage, lived)
    placed, promised = history.orders.placed_on[order], history.orders.promised_on[order]
    end = stage.until_on
    value = lived.open_at_start * lines.price_minor / 100.0
    due = asked & (promised != NO_DAY) & (promised < end)
    on_time = lived.done_on <= promised
    wait = (np.minimum(lived.done_on, end) - placed)[asked]
    late_days = np.where(due, np.maximum(np.minimum(lived.done_on, end) - np.maximum(promised, stage.from_on), 0), 0)
    new = asked & (placed >= stage.from_on) & (placed < end - OFF_THE_SHELF_DAYS)
    quick = new & (lived.done_on - placed <= OFF_THE_SHELF_DAYS)
    dated, broken = _broken(stage, lived, asked)
    return Figures(
        lines=int(asked.sum()),
        shipped_units=int(lived.shipped_qty.sum()),
        fill_rate=_share(quick, new, lived.open_at_start.astype(np.float64)),
        on_time_value=_share(on_time, due, value),
        on_time_lines=_share(on_time, due, np.ones(len(due))),
        on_time_tiers=_share(on_time, due, value * tier_weight[order]),
        value_late_days=float((value * late_days).sum()),
        mean_wait_days=float(wait.mean()) if len(wait) else 0.0,
        worst_wait_days=_tail_mean(wait),
        longest_wait_days=int(wait.max(initial=0)),
        dated=dated,
        broken_promises=broken,
        broken_share=broken / dated if dated else 0.0,
        overtaken=_overtaken(lines.product[asked], placed[asked], lived.done_on[asked]),
        gini=_gini(wait),
        never_shipped=int((lived.done_on[asked] == NEVER).sum()),
    )


def _asked(stage: Stage, lived: Lived) -> Bools:
    """Return the lines that the replay had to serve: open when it began, or placed early enough to be planned."""
    placed = stage.history.orders.placed_on[stage.history.lines.order]
    asked: Bools = (placed < stage.until_on - 1) & (lived.open_at_start > 0)
    return asked


def _share(good: Bools, among: Bools, weight: Floats) -> float:
    total = float(weight[among].sum())
    return float(weight[good & among].sum()) / total if total else 0.0


def _tail_mean(wait: Ints) -> float:
    if not len(wait):
        return 0.0
    return float(np.sort(wait)[-max(1, int(len(wait) * WORST_OFF)) :].mean())


def _broken(stage: Stage, lived: Lived, asked: Bools) -> tuple[int, int]:
    """Return how many orders were given a day within the replay, and for how many it passed before the last unit."""
    order = stage.history.lines.order[asked]
    done = np.zeros(len(lived.dated), dtype=np.int64)
    np.maximum.at(done, order, lived.done_on[asked])
    given = (lived.dated > NO_DAY) & (lived.dated < stage.until_on) & (done > 0)
    return int(given.sum()), int((given & (done > lived.dated)).sum())


def _overtaken(product: Ints, placed: Ints, done: Ints) -> float:
    """Return the share of lines for which a later-placed line of the product was done on an earlier day."""
    if not len(product):
        return 0.0
    order = np.lexsort((-placed, product))  # newest first within each product
    product, placed, done = product[order], placed[order], done[order]
    group = np.cumsum(is_first(product, placed)) - 1
    first = starts_of(group)
    soonest = np.minimum.reduceat(done, first)  # of each (product, day placed)
    before = np.full(len(soonest), NEVER, dtype=np.int64)
    of_product = product[first]
    running = NEVER
    for k in range(1, len(soonest)):
        running = min(running, int(soonest[k - 1])) if of_product[k] == of_product[k - 1] else NEVER
        before[k] = running
    return float((before[group] < done).mean())


def _gini(wait: Ints) -> float:
    ascending = np.sort(wait).astype(np.float64)
    total = float(ascending.sum())
    if not total:
        return 0.0
    n = len(ascending)
    return float(2.0 * (np.arange(1, n + 1) * ascending).sum() / (n * total) - (n + 1) / n)

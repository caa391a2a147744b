"""Days that wait for a warehouse's hands. docs/planning.md, section Capacity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from orders.planning.prepare import Prepared
from orders.planning.promise import Dates, Gates
from orders.planning.types import NO_DAY, Bools, Ints, PickDays
from orders.planning.whole_orders import ships_together


def roll_forward(ready: Prepared, gates: Gates, dates: Dates, pick_days: PickDays | None) -> tuple[Dates, Bools]:
    """Return the dates with every line leaving no sooner than its units are picked, and which lines that delays.

    Lines that leave together leave with the last of them to be picked. Lines without a day, held ones and those whose
    day a person set stay as they are. O(n log n).
    """
    day = np.full(len(ready.product), NO_DAY, dtype=np.int64)
    if pick_days is None or not len(pick_days.line_id) or not len(day):
        return dates, day > NO_DAY
    place = np.minimum(np.searchsorted(ready.backlog.line_id, pick_days.line_id), len(day) - 1)
    known = ready.backlog.line_id[place] == pick_days.line_id
    day[place[known]] = _leaving(ready, pick_days.pick_on[known])
    day = _with_others(ready, gates, day)
    delayed = (day > dates.p50) & (dates.p50 != NO_DAY) & ~dates.by_hand & ~ready.held
    p50 = np.where(delayed, day, dates.p50)
    return replace(dates, p50=p50, p90=np.maximum(dates.p90, np.where(delayed, day, NO_DAY))), delayed


def _with_others(ready: Prepared, gates: Gates, day: Ints) -> Ints:
    """Give lines that leave together the latest day among them.

    Of an order that may send a part ahead those are the lines of that part, and those of the rest.
    """
    at = np.flatnonzero(ships_together(ready))
    order, group = np.unique(ready.backlog.order_id[at] * 2 + (gates.member[at] >= 0), return_inverse=True)
    latest = np.full(len(order), NO_DAY, dtype=np.int64)
    np.maximum.at(latest, group, day[at])
    together = day.copy()
    together[at] = latest[group]
    return together


def _leaving(ready: Prepared, pick_on: Ints) -> Ints:
    """Return when what is picked leaves; where warehouses have handling of their own the day has it already."""
    day = np.maximum(pick_on, ready.context.today)
    return day if ready.context.sites is not None else ready.working_days.add(day, ready.context.handling_days)

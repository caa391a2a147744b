"""Days that wait for a warehouse's hands. docs/planning.md, section Capacity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from orders.planning.prepare import Prepared
from orders.planning.promise import Dates
from orders.planning.types import NO_DAY, Bools, Ints, PickDays
from orders.planning.whole_orders import over_orders


def roll_forward(ready: Prepared, dates: Dates, pick_days: PickDays | None) -> tuple[Dates, Bools]:
    """Return the dates with every line leaving no sooner than its units are picked, and which lines that delays.

    An order that is served as one leaves with the last of its lines to be picked. Lines without a day, held ones and
    those whose day a person set stay as they are. O(n log n).
    """
    day = np.full(len(ready.product), NO_DAY, dtype=np.int64)
    if pick_days is None or not len(pick_days.line_id) or not len(day):
        return dates, day > NO_DAY
    place = np.minimum(np.searchsorted(ready.backlog.line_id, pick_days.line_id), len(day) - 1)
    known = ready.backlog.line_id[place] == pick_days.line_id
    day[place[known]] = _leaving(ready, pick_days.pick_on[known])
    day = over_orders(ready, day, np.maximum)
    delayed = (day > dates.p50) & (dates.p50 != NO_DAY) & ~dates.by_hand & ~ready.held
    p50 = np.where(delayed, day, dates.p50)
    return replace(dates, p50=p50, p90=np.maximum(dates.p90, np.where(delayed, day, NO_DAY))), delayed


def _leaving(ready: Prepared, pick_on: Ints) -> Ints:
    return ready.working_days.add(np.maximum(pick_on, ready.context.today), ready.context.handling_days)

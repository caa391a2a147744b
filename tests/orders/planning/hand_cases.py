"""Warehouses' figures and queues as golden scenarios give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from orders.planning.capacity import NO_LIMIT, Capacity, Work

Row = Mapping[str, Any]


def capacity_of(rows: Sequence[Row]) -> Capacity:
    """Return figures: seven weekdays from Monday (null: no limit), days of their own, and what is picked today."""
    rows = sorted(rows, key=lambda row: row["warehouse_id"])
    days = [
        (place, date.fromisoformat(day).toordinal(), units)
        for place, row in enumerate(rows)
        for day, units in sorted(row.get("days", {}).items())
    ]
    special = np.array(days, dtype=np.int64).reshape(-1, 3)
    weekly = [[NO_LIMIT if units is None else units for units in row["weekdays"]] for row in rows]
    return Capacity(
        np.array([row["warehouse_id"] for row in rows], dtype=np.int64),
        np.array(weekly, dtype=np.int64).reshape(-1, 7),
        np.array([row.get("picked_today", 0) for row in rows], dtype=np.int64),
        *special.T,
    )


def work_of(rows: Sequence[Row], today: int) -> Work:
    """Return what waits to be picked, first in line first."""
    ready = [date.fromisoformat(row["ready_on"]).toordinal() if "ready_on" in row else today for row in rows]
    return Work(
        np.arange(1, len(rows) + 1),
        np.array([row["warehouse_id"] for row in rows], dtype=np.int64),
        np.array([row["qty"] for row in rows], dtype=np.int64),
        np.array(ready, dtype=np.int64),
        np.arange(len(rows)),
    )

"""Outlooks of few orders, to be compared."""

from __future__ import annotations

import numpy as np

from orders.planning.types import Ints, Reason
from orders.simulation.outlook import Outlook


def outlook(eta: Ints, *, rank: Ints | None = None, reason: Ints | None = None, ready: Ints | None = None) -> Outlook:
    count = len(eta)
    return Outlook(
        order_id=np.arange(1, count + 1),
        rank=np.arange(1, count + 1) if rank is None else rank,
        eta=eta,
        eta_p90=eta,
        reason=np.full(count, Reason.AWAITING_SUPPLY) if reason is None else reason,
        is_ready=np.zeros(count, dtype=np.bool_) if ready is None else ready.astype(np.bool_),
        open_units=np.ones(count, dtype=np.int64),
        ready_units=np.zeros(count, dtype=np.int64),
        value_minor=np.arange(1, count + 1) * 100,
        promise_rule=np.full(count, -1),
    )

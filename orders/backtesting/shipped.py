"""What left in the windows of a policy's quotas, on a morning of the past."""

from __future__ import annotations

from collections.abc import Mapping

from orders.backtesting.columns import Moment, columns
from orders.learning.history import Departures, History
from orders.planning.rules import Policy
from orders.planning.score import first_met
from orders.planning.types import Attribute, Shipped
from orders.planning.windows import count_shipped, read_by_windows, up_to_windows


def shipped_before(
    history: History, left: Departures, policy: Policy, texts: Mapping[str, Attribute], today: int
) -> Shipped | None:
    """Return what counts on the morning of ``today`` of what ``left`` before; None where no quota has a window."""
    told_apart = up_to_windows(policy.quotas)
    if not told_apart:
        return None
    inside = (left.day < today) & (left.day > today - max(quota.window_days for quota in told_apart))
    moment = Moment(history, left.line[inside], left.qty[inside], today)
    read = columns(read_by_windows(policy.quotas), moment, texts)
    group = first_met([quota.when for quota in told_apart], read, len(moment.line))
    product_id = history.products.product_id[moment.product]
    return count_shipped(product_id, group, left.day[inside], moment.left_qty, policy.quotas, today=today)

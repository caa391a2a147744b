"""The table of docs/planning.md, Governance, by itself."""

from __future__ import annotations

from orders.planning.governance import Cause
from orders.planning.rules import PromiseRule


def decide(rule: PromiseRule, stands: int, told_on: int, p50: int, p90: int, today: int) -> Cause:
    """The table of docs/planning.md, Governance, line by line."""
    if not p50 and not stands:
        return Cause.SAME
    if not stands:
        return Cause.FIRST
    if not p50:
        return Cause.KEPT_UNKNOWN
    change = p50 - stands
    if not change:
        return Cause.SAME
    if change < 0 and rule.no_better:
        return Cause.KEPT_NO_BETTER
    if change > 0 and rule.no_worse:
        return Cause.KEPT_NO_WORSE
    if change > 0 and stands < today:
        return Cause.PASSED
    if rule.urgent_days and change >= rule.urgent_days:
        return Cause.WORSE
    if abs(change) < (rule.min_earlier_days if change < 0 else rule.min_later_days):
        return Cause.KEPT_SMALL
    if stands - today < rule.freeze_days:
        return Cause.KEPT_FROZEN
    if today - told_on < rule.cool_down_days:
        return Cause.KEPT_COOL_DOWN
    if change < 0 and rule.only_when_sure and p90 >= stands:
        return Cause.KEPT_UNSURE
    return Cause.BETTER if change < 0 else Cause.WORSE

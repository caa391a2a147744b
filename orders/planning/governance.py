"""Which dates may be told: a standing promise against what the plan says now. docs/planning.md, section Governance.

The plan always says what it believes; governance decides what a customer hears of it, and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from orders.planning.rules import FREE_PROMISE, PromiseRule
from orders.planning.score import first_met
from orders.planning.types import NO_DAY, Attributes, Bools, Codes, Ints


class Cause(IntEnum):
    """Why the governed date is what it is. Those from KEPT_UNKNOWN on left the standing date as it was."""

    SAME = 0
    FIRST = 1
    BETTER = 2
    WORSE = 3
    PASSED = 4
    KEPT_UNKNOWN = 5
    KEPT_NO_BETTER = 6
    KEPT_NO_WORSE = 7
    KEPT_SMALL = 8
    KEPT_FROZEN = 9
    KEPT_COOL_DOWN = 10
    KEPT_UNSURE = 11


@dataclass(frozen=True, slots=True)
class Standing:
    """What was last told, one entry a promise: the day (NO_DAY: nothing yet), and the day it was told on."""

    day: Ints
    told_on: Ints


@dataclass(frozen=True, slots=True)
class Governed:
    """The days that now stand, parallel to the standing ones, and why. ``changed`` marks those to be told."""

    day: Ints
    cause: Codes
    changed: Bools


def promise_rules_of(promises: tuple[PromiseRule, ...], attributes: Attributes, rows: int) -> Codes:
    """Return each row's rule: the first whose condition it meets, −1 for none. The columns must be loaded."""
    return first_met([promise.when for promise in promises], attributes, rows).astype(np.int16)


def govern(
    standing: Standing, p50: Ints, p90: Ints, promises: tuple[PromiseRule, ...], rule: Codes, today: int
) -> Governed:
    """Return which days stand now that the plan says ``p50`` and ``p90`` (NO_DAY: nobody can say).

    All arrays are parallel; ``rule`` is each row's entry of ``promises``, −1 for one that lets every change through.
    Pure and idempotent: governing the result again on the same day changes nothing. O(n).
    """
    rules = (*promises, FREE_PROMISE)
    change = p50 - standing.day
    earlier, later = change < 0, change > 0
    passed = standing.day < today

    def of_rule(name: str) -> Ints:
        """Return a setting of each row's rule; −1 reads the last, free one."""
        settings: Ints = np.array([int(getattr(one, name)) for one in rules], dtype=np.int64)[rule]
        return settings

    least = np.where(earlier, of_rule("min_earlier_days"), of_rule("min_later_days"))
    urgent = (of_rule("urgent_days") > 0) & (change >= of_rule("urgent_days"))
    cases: list[tuple[Bools, Cause]] = [
        ((standing.day == NO_DAY) & (p50 != NO_DAY), Cause.FIRST),
        ((p50 == NO_DAY) & (standing.day != NO_DAY), Cause.KEPT_UNKNOWN),
        (change == 0, Cause.SAME),
        (earlier & (of_rule("no_better") > 0), Cause.KEPT_NO_BETTER),
        (later & (of_rule("no_worse") > 0), Cause.KEPT_NO_WORSE),
        (later & passed, Cause.PASSED),
        (later & urgent, Cause.WORSE),
        (np.abs(change) < least, Cause.KEPT_SMALL),
        (standing.day - today < of_rule("freeze_days"), Cause.KEPT_FROZEN),
        (today - standing.told_on < of_rule("cool_down_days"), Cause.KEPT_COOL_DOWN),
        (earlier & (of_rule("only_when_sure") > 0) & (p90 >= standing.day), Cause.KEPT_UNSURE),
        (earlier, Cause.BETTER),
    ]
    conditions, causes = zip(*cases, strict=True)
    cause = np.select(conditions, causes, Cause.WORSE).astype(np.int16)
    changed = (cause >= Cause.FIRST) & (cause <= Cause.PASSED)
    return Governed(day=np.where(changed, p50, standing.day), cause=cause, changed=changed)

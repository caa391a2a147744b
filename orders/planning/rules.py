"""A policy after parsing: frozen records that ``score`` evaluates on columns. Nothing here can be called by a rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from orders.planning.attributes import CATALOGUE, Source
from orders.planning.points import Fixed, Points

Scalar = float | str


@dataclass(frozen=True, slots=True)
class Compare:
    """One attribute against one or more values. ``operands`` is empty for is_known and is_unknown."""

    attribute: str
    op: str
    operands: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True)
class AllOf:
    """True where every part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where at least one part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is not."""

    part: Condition


Condition = Compare | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of *why this rank*. ``attribute`` is empty where the points do not depend on one.

    A rule that ``is_off`` keeps its place and gives nothing: no attribute, no condition, 0 points.
    """

    id: str
    label: str
    attribute: str
    points: Points
    when: Condition | None = None
    is_off: bool = False

    def switched_off(self) -> Rule:
        """Return the same row without effect."""
        return Rule(self.id, self.label, "", Fixed(0.0), is_off=True)


class Guarantee(StrEnum):
    """What a segment's lines may gain or lose against the plan before. docs/planning.md, section Segments."""

    WIN = "win"
    GAIN = "gain"
    REDISTRIBUTE = "redistribute"
    FILL = "fill"
    LOSE = "lose"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Segment:
    """Lines that share a guarantee: those that meet ``when`` and belong to no segment before.

    ``falls_back`` says that lines for which it cannot be kept are planned as redistribute; else they raise an alert.
    """

    id: str
    label: str
    guarantee: Guarantee
    when: Condition | None = None
    falls_back: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """Units, or a percentage of all units of a product that the quota counts."""

    value: float
    is_units: bool


@dataclass(frozen=True, slots=True)
class Keep:
    """How much of a minimum that nobody asks for is kept: a percentage, of what is there within so many days."""

    percent: float
    days: int


@dataclass(frozen=True, slots=True)
class Quota:
    """Lines that share a protected minimum and a maximum of each product: those that meet ``when`` and no quota before.

    What the lines were sent in the last ``window_days`` days counts too, and what is frozen for them; 0: neither does.
    docs/planning.md, section Quotas.
    """

    id: str
    label: str
    when: Condition | None = None
    at_least: Amount | None = None
    at_most: Amount | None = None
    keep: Keep | None = None
    window_days: int = 0


@dataclass(frozen=True, slots=True)
class DemandClass:
    """Orders for whose expected demand units are kept: those that meet ``when`` and belong to no class before.

    ``worth`` is what a unit is worth to them against one to a line of no class, or 0 where the policy does not say.
    """

    id: str
    label: str
    when: Condition
    worth: float = 0.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is kept for demand that has not come yet: of each class, best first, over ``horizon_days``.

    A product's own orders of the last ``history_weeks`` say how much of its forecast is of which class.
    docs/planning.md, section Demand forecast.
    """

    horizon_days: int
    history_weeks: int
    classes: tuple[DemandClass, ...] = ()


@dataclass(frozen=True, slots=True)
class PromiseRule:
    """When a date once told may be replaced; days are calendar days. docs/planning.md, section Governance.

    ``no_better`` and ``no_worse`` forbid a direction, both together make the first date sticky. Smaller changes than
    ``min_earlier_days`` or ``min_later_days`` are not told, nor any within ``cool_down_days`` of the last, nor within
    ``freeze_days`` before the day itself; a delay of ``urgent_days`` or more is told at once (0: none is).
    ``only_when_sure`` tells good news only where the p90 is earlier too.
    """

    id: str
    label: str
    when: Condition | None = None
    no_better: bool = False
    no_worse: bool = False
    only_when_sure: bool = False
    min_earlier_days: int = 0
    min_later_days: int = 0
    cool_down_days: int = 0
    freeze_days: int = 0
    urgent_days: int = 0


@dataclass(frozen=True, slots=True)
class FarFuture:
    """Lines wanted more than ``horizon_days`` ahead leave today's stock to others where inbound covers them in time."""

    horizon_days: int
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Starvation:
    """Lines of orders that are ``after_days`` old or older go before all newer ones, the oldest first."""

    after_days: int


FREE_PROMISE = PromiseRule("", "")


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed policy; no rules means first come, first served, no segments that every line may gain or lose.

    ``whole_orders`` says who decides which orders that ship together are completed: ``by_rank``, or ``chosen`` by the
    optimiser (docs/planning.md, section Chosen together). ``lateness_costs`` are percent of a line's value by tier, for
    those who do not take the usual ones (docs/learning.md).
    """

    strategy: str
    rules: tuple[Rule, ...] = ()
    segments: tuple[Segment, ...] = ()
    promises: tuple[PromiseRule, ...] = ()
    quotas: tuple[Quota, ...] = ()
    fair_share: str = ""
    forecast: Forecast | None = None
    far_future: FarFuture | None = None
    starvation: Starvation | None = None
    whole_orders: str = "by_rank"
    lateness_costs: tuple[tuple[str, float], ...] = ()

    def attributes(self) -> frozenset[str]:
        """Return the names of the columns that planning and governance will read, so that only those are loaded."""
        names = {rule.attribute for rule in self.rules if rule.attribute}
        names |= {self.fair_share} if self.fair_share else set()
        names |= {"order.days_to_requested"} if self.far_future else set()
        for when in self.conditions():
            names.update(compare.attribute for compare in comparisons(when))
        return frozenset(names)

    def conditions(self) -> Iterator[Condition]:
        """Yield every condition of the policy."""
        for part in (self.rules, self.segments, self.quotas, self.promises):
            yield from (entry.when for entry in part if entry.when is not None)
        yield from (entry.when for entry in self.classes())
        if self.far_future and self.far_future.when:
            yield self.far_future.when

    def reads_forecast(self) -> bool:
        """Return whether the plan depends on what is forecast."""
        read = (CATALOGUE[name].source for name in self.attributes())
        return self.forecast is not None or Source.FORECAST in read

    def counts_shipped(self) -> bool:
        """Return whether the plan depends on what left in the days before."""
        return any(quota.window_days for quota in self.quotas)

    def classes(self) -> tuple[DemandClass, ...]:
        """Return the classes that units are kept for, best first."""
        return self.forecast.classes if self.forecast else ()


def comparisons(condition: Condition) -> Iterator[Compare]:
    """Yield every comparison of a condition tree, left to right."""
    match condition:
        case Compare():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from comparisons(part)
        case Not(part):
            yield from comparisons(part)


FIFO = Policy(strategy="fifo")

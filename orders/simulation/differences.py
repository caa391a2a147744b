"""A comparison as it is shown: counts, distributions, the orders to look at, what the guard would say."""

from __future__ import annotations

from dataclasses import dataclass

from orders.rules.guarding import Verdict, guard, judge
from orders.simulation import comparing
from orders.simulation.comparing import Bucket, Comparison, Waits
from orders.simulation.moves import Move, tell_moves


@dataclass(frozen=True, slots=True)
class Differences:
    """How one plan differs from another, over the orders of both. An order without a date is later than any date."""

    orders: int
    up: int
    down: int
    same: int
    sooner: int
    later: int
    newly_late: int
    no_longer_late: int
    newly_broken: int
    mended: int
    rank_churn: float
    rank_distribution: tuple[Bucket, ...]
    date_distribution: tuple[Bucket, ...]
    wait_distribution: tuple[Waits, ...]
    winners: tuple[Move, ...]
    losers: tuple[Move, ...]
    biggest: tuple[Move, ...]
    guard: Verdict


def describe(found: Comparison, *, today: int, moves: int) -> Differences:
    """Count and name what differs, with up to ``moves`` orders of each kind; two queries."""
    winners, losers, biggest = tell_moves(
        found, comparing.winners(found, moves), comparing.losers(found, moves), comparing.biggest(found, moves)
    )
    return Differences(
        orders=len(found.order_id),
        up=int((found.climb > 0).sum()),
        down=int((found.climb < 0).sum()),
        same=int((found.climb == 0).sum()),
        sooner=int((found.delay < 0).sum()),
        later=int((found.delay > 0).sum()),
        newly_late=int(found.newly_late.sum()),
        no_longer_late=int(found.no_longer_late.sum()),
        newly_broken=int(found.breaks.sum()),
        mended=int(found.mends.sum()),
        rank_churn=round(found.churn, 4),
        rank_distribution=comparing.rank_distribution(found),
        date_distribution=comparing.date_distribution(found),
        wait_distribution=comparing.wait_distribution(found, today=today),
        winners=winners,
        losers=losers,
        biggest=biggest,
        guard=judge(guard(), found),
    )

"""What the writing steps share: places become keys (place + 1), days of the file become days that end yesterday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from orders.sample.days import WEEK
from orders.sample.world import World


@dataclass(frozen=True, slots=True)
class Shift:
    """From days of the file to days of the sample."""

    weeks: int

    def day(self, day: int) -> date:
        return date.fromordinal(day + self.weeks * WEEK)

    def time(self, at: datetime) -> datetime:
        return at + timedelta(weeks=self.weeks)


@dataclass(frozen=True, slots=True)
class Written:
    """What the writing steps share. ``today`` is the day after the last one, as an ordinal of the file."""

    world: World
    shift: Shift
    today: int
    user_id: int
    order_refs: list[str]
    purchase_refs: list[str]


def money(minor: float) -> str:
    return f"{minor / 100:.2f}"

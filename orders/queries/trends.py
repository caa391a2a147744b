"""How the strip's figures went over the last weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from orders.models import BacklogDay
from orders.queries.board import BoardTotals

TREND_DAYS = 28
COMPARED_DAYS = 7
Unit = Literal["pence", "orders", "share"]
# What a figure is counted in, and which way is good news: a larger backlog is neither.
FIGURES: Mapping[str, tuple[Unit, int]] = {
    "open_value_minor": ("pence", 0),
    "late_orders": ("orders", -1),
    "risk_value_minor": ("pence", -1),
    "fill_rate": ("share", 1),
}


@dataclass(frozen=True, slots=True)
class Trend:
    """One figure: each day that is known, oldest first, now as the last; ``week_ago`` and ``yesterday``, if known.

    ``good`` is the way that is good news: 1 up, −1 down, 0 neither.
    """

    unit: Unit
    good: int
    values: tuple[float, ...]
    week_ago: float | None
    yesterday: float | None

    @property
    def before(self) -> float | None:
        """Return what the figure is compared with: a week ago, where that is not known yesterday."""
        return self.yesterday if self.week_ago is None else self.week_ago

    @property
    def change(self) -> float | None:
        return None if self.before is None else self.values[-1] - self.before

    @property
    def news(self) -> int:
        """Tell whether the change is good (1), bad (−1) or neither."""
        return self.good * ((self.change or 0) > 0) - self.good * ((self.change or 0) < 0)


def trends(totals: BoardTotals, fill_rate: float | None, today: date) -> dict[str, Trend]:
    """Return the trend of each figure of the strip: one query of at most four weeks' days."""
    first = today - timedelta(days=TREND_DAYS)
    days = list(BacklogDay.objects.filter(day__gte=first, day__lt=today).order_by("day"))
    now = {
        "open_value_minor": totals.open_value_minor,
        "late_orders": totals.late_orders,
        "risk_value_minor": totals.risk_value_minor,
        "fill_rate": fill_rate,
    }
    return {name: _trend(name, days, now[name], today) for name in FIGURES}


def _trend(name: str, days: Sequence[BacklogDay], now: float | None, today: date) -> Trend:
    unit, good = FIGURES[name]
    known = {day.day: float(getattr(day, name)) for day in days if getattr(day, name) is not None}
    if now is None or not known:
        return Trend(unit, good, (), None, None)
    week_ago, yesterday = (known.get(today - timedelta(days=back)) for back in (COMPARED_DAYS, 1))
    return Trend(unit, good, (*known.values(), float(now)), week_ago, yesterday)

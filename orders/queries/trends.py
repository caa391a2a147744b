"""How the strip's figures went over the last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from orders.models import BacklogDay
from orders.queries.board import BoardTotals

TREND_DAYS = 28
COMPARED_DAYS = 7
FIGURES = ("open_value_minor", "late_orders", "risk_value_minor", "fill_rate")


@dataclass(frozen=True, slots=True)
class Trend:
    """One figure: each day that is known, oldest first, now as the last; ``change`` since a week ago, if known."""

    values: tuple[float, ...]
    change: float | None
    share: float | None

    @property
    def direction(self) -> str:
        return "" if not self.change else "up" if self.change > 0 else "down"

    @property
    def size(self) -> float:
        return abs(self.change or 0)

    @property
    def percent(self) -> float:
        return abs(self.share or 0)


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
    known = [(day.day, getattr(day, name)) for day in days if getattr(day, name) is not None]
    if now is None or not known:
        return Trend((), None, None)
    week_ago = dict(known).get(today - timedelta(days=COMPARED_DAYS))
    change = None if week_ago is None else now - week_ago
    share = change / week_ago if change is not None and week_ago else None
    return Trend((*(float(value) for _, value in known), float(now)), change, share)

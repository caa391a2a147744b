"""The way of orders from receipt to shipment: how many stand at each step, for how long, and how fast they go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db import connection
from django.utils import timezone

from kernel.remembered import remembered
from orders.models import Reason

WINDOW_DAYS = 28
AGES = ("0–2 d", "3–7 d", "8–14 d", "15–30 d", "over 30 d")
_AGE_BOUNDS = [3, 8, 15, 31]

_STANDING = """
    SELECT reason, width_bucket(age, %(bounds)s) AS age_class, count(*), sum(open_value_minor)::bigint,
        sum(open_value_minor * age)::bigint, max(age)
    FROM (
        SELECT reason, open_value_minor, GREATEST(%(today)s - (placed_at AT TIME ZONE %(zone)s)::date, 0) AS age
        FROM orders_orderplan
    ) AS standing
    GROUP BY 1, 2
"""

# An order placed within the window is open, or was closed within it: so each part has an index to go by.
_DAYS = """
    WITH placed AS (
        SELECT placed_at FROM orders_order WHERE status = 'open' AND placed_at >= %(since)s
        UNION ALL
        SELECT placed_at FROM orders_order WHERE status <> 'open' AND closed_at >= %(since)s AND placed_at >= %(since)s
    )
    SELECT day, sum(came)::int, sum(went)::int FROM (
        SELECT (placed_at AT TIME ZONE %(zone)s)::date AS day, 1 AS came, 0 AS went FROM placed
        UNION ALL
        SELECT (closed_at AT TIME ZONE %(zone)s)::date, 0, 1
        FROM orders_order WHERE status = 'shipped' AND closed_at >= %(since)s
    ) AS change
    GROUP BY 1
"""

_THROUGH = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days), percentile_cont(0.9) WITHIN GROUP (ORDER BY days)
    FROM (
        SELECT extract(epoch FROM closed_at - placed_at) / 86400 AS days
        FROM orders_order WHERE status = 'shipped' AND closed_at >= %(since)s
    ) AS through
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way, with the reasons that put an order there."""

    key: str
    label: str
    reasons: tuple[Reason, ...]
    what_next: str


STEPS = (
    Step("hold", "On hold", (Reason.ON_HOLD,), "Somebody settles what the hold is about"),
    Step(
        "stock",
        "Waits for stock",
        (
            Reason.STOCK_SHORT,
            Reason.AWAITING_SUPPLY,
            Reason.SUPPLIER_LATE,
            Reason.PROTECTED,
            Reason.WANTED_LATER,
            Reason.ETA_BY_HAND,
        ),
        "A delivery comes, or a substitute is agreed",
    ),
    Step(
        "together",
        "Waits for the rest",
        (Reason.SHIP_COMPLETE, Reason.FILL_THRESHOLD, Reason.SPLIT_LIMIT, Reason.STANDS_BACK),
        "The missing part comes, or the customer takes what is ready",
    ),
    Step("hands", "Waits to be picked", (Reason.CAPACITY,), "The warehouse gets to it"),
    Step("ready", "Ready to ship", (Reason.READY,), "It is picked and sent"),
    Step("picked", "Picked or pinned", (Reason.FROZEN,), "It is packed and sent"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The orders at a step: how many by ``AGES``, their open value, the oldest, and the share of all value-days."""

    step: Step
    by_age: tuple[int, ...]
    value_minor: int
    oldest_days: int
    share: float

    @property
    def orders(self) -> int:
        return sum(self.by_age)

    @property
    def share_percent(self) -> int:
        return round(self.share * 100)

    @property
    def old_orders(self) -> int:
        """Orders placed more than two weeks ago."""
        return sum(self.by_age[3:])


@dataclass(frozen=True, slots=True)
class FlowDay:
    """Orders that came and were shipped on a day."""

    day: date
    came: int
    went: int


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole way; ``median_days`` and ``slow_days`` (nine in ten are faster) from receipt to shipment of the orders
    shipped within the window, None when there are none."""

    standing: tuple[Standing, ...]
    days: tuple[FlowDay, ...]
    median_days: float | None
    slow_days: float | None

    @property
    def orders(self) -> int:
        return sum(each.orders for each in self.standing)

    @property
    def came(self) -> int:
        return sum(day.came for day in self.days)

    @property
    def went(self) -> int:
        return sum(day.went for day in self.days)

    @property
    def growth(self) -> int:
        return self.came - self.went

    @property
    def old_orders(self) -> int:
        return sum(each.old_orders for each in self.standing)

    @property
    def bottleneck(self) -> Standing | None:
        """The step at which most value has waited longest (value × days); None while nothing waits."""
        worst = max(self.standing, key=lambda each: each.share)
        return worst if worst.share else None


def flow(now: datetime) -> Flow:
    """Read the way in three queries over open rows and a month of closed ones; kept for a while where that is slow."""
    today = timezone.localdate(now)
    return remembered(("orders:flow", today), partial(_read, today))


def _read(today: date) -> Flow:
    first = today - timedelta(days=WINDOW_DAYS - 1)
    zone = timezone.get_current_timezone_name()
    asked = {
        "today": today,
        "zone": zone,
        "bounds": _AGE_BOUNDS,
        "since": timezone.make_aware(datetime.combine(first, time())),
    }
    by_day = {day: (came, went) for day, came, went in _rows(_DAYS, asked)}
    days = tuple(FlowDay(day, *by_day.get(day, (0, 0))) for day in (first + timedelta(n) for n in range(WINDOW_DAYS)))
    [(median, slow)] = _rows(_THROUGH, asked)
    return Flow(_standing(_rows(_STANDING, asked)), days, median, slow)


def _standing(rows: Sequence[tuple[Any, ...]]) -> tuple[Standing, ...]:
    total = sum(row[4] for row in rows) or 1
    return tuple(_standing_at(step, [row for row in rows if row[0] in step.reasons], total) for step in STEPS)


def _standing_at(step: Step, rows: Sequence[tuple[Any, ...]], total: int) -> Standing:
    by_age = [0] * len(AGES)
    for _, age_class, orders, *_ in rows:
        by_age[age_class] += orders
    return Standing(
        step,
        tuple(by_age),
        value_minor=sum(row[3] for row in rows),
        oldest_days=max((row[5] for row in rows), default=0),
        share=sum(row[4] for row in rows) / total,
    )


def _rows(query: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        return list(cursor.fetchall())

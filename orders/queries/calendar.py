"""The weeks around a new date: what was promised and told, when stock lands, what would be told now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from orders.queries.order import OrderDetail

MOST_WEEKS = 6


@dataclass(frozen=True, slots=True)
class Day:
    """One day; ``marks`` are some of promised, told, stock and chosen."""

    on: date
    is_past: bool
    is_first_of_month: bool
    marks: tuple[str, ...]


def weeks_of(detail: OrderDetail, chosen: date | None, *, today: date) -> list[list[Day]]:
    """Return the weeks, Monday first, from this one to that of the chosen day, two at least and six at most."""
    promise = detail.promise
    lands = {supply.on for line in detail.shown_lines for supply in line.supplies if supply.on}
    dates = {"promised": {promise.promised_on} if promise else set(), "told": {promise.told_on} if promise else set()}
    dates |= {"stock": lands, "chosen": {chosen} if chosen else set()}
    monday = today - timedelta(days=today.weekday())
    last = max(chosen or today, monday + timedelta(days=7))
    count = min(MOST_WEEKS, (last - monday).days // 7 + 1)
    days = [monday + timedelta(days=at) for at in range(7 * count)]
    shown = [
        Day(on, on < today, on.day == 1, tuple(mark for mark, marked in dates.items() if on in marked)) for on in days
    ]
    return [shown[at : at + 7] for at in range(0, len(shown), 7)]

"""What a policy says about lines that can wait, and lines that have waited long enough: JSON → records of ``rules``."""

from __future__ import annotations

from orders.planning import schema
from orders.planning.conditions import read_condition
from orders.planning.reading import Json, Report, join, read_object
from orders.planning.rules import FarFuture, Starvation


def read_far_future(value: Json, place: str, report: Report) -> FarFuture | None:
    """Return the far-future member, noting every problem in ``report``."""
    members = read_object(value, place, report, ("horizon_days",), ("when",))
    if members is None:
        return None
    when = read_condition(members["when"], join(place, "when"), report) if "when" in members else None
    return FarFuture(_days(members["horizon_days"], join(place, "horizon_days"), report, lowest=0), when)


def read_starvation(value: Json, place: str, report: Report) -> Starvation | None:
    """Return the starvation member, noting every problem in ``report``."""
    members = read_object(value, place, report, ("after_days",))
    if members is None:
        return None
    if report.strategy == "fifo":
        report.add(place, "is for other strategies: fifo serves the oldest first anyway")
    return Starvation(_days(members["after_days"], join(place, "after_days"), report, lowest=1))


def _days(value: Json, place: str, report: Report, lowest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= schema.MAX_DAYS:
        report.add(place, f"must be whole days from {lowest} to {schema.MAX_DAYS}")
        return lowest
    return value

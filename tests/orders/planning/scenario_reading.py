"""A golden scenario as the case that it describes."""

from __future__ import annotations

from datetime import date
from typing import Any

from orders.planning.types import Calendar
from tests.orders.planning.cases import (
    TODAY,
    Case,
    Claim,
    Departure,
    Group,
    House,
    Line,
    Pick,
    PickDay,
    Product,
    Share,
    Source,
    Way,
    Weekly,
)

DAYS = ("expected_on", "first_expected_on", "eta_by_hand", "first_week_on", "pick_on")


def read(scenario: dict[str, Any]) -> Case:
    def rows_of(kind: Any, name: str) -> tuple[Any, ...]:
        return tuple(kind(**{key: day(key, value) for key, value in row.items()}) for row in scenario.get(name, ()))

    return Case(
        lines=rows_of(Line, "lines"),
        sources=rows_of(Source, "sources"),
        picks=rows_of(Pick, "picks"),
        products=rows_of(Product, "products"),
        handling_days=scenario.get("handling_days", 0),
        today=date.fromisoformat(scenario["today"]).toordinal() if "today" in scenario else TODAY,
        segments=rows_of(Group, "segments"),
        previous=rows_of(Claim, "previous"),
        quotas=rows_of(Share, "quotas"),
        fair_share=scenario.get("fair_share", False),
        departures=rows_of(Departure, "departures"),
        classes=tuple(scenario.get("classes", ())),
        worths=tuple(scenario.get("worths", ())),
        waited=tuple(scenario.get("waited", ())),
        horizon_days=scenario.get("horizon_days", 28),
        forecasts=rows_of(Weekly, "forecasts"),
        pick_days=rows_of(PickDay, "pick_days"),
        far_horizon=scenario.get("far_horizon"),
        far_tier=scenario.get("far_tier", ""),
        preferred=tuple(tuple(entry) for entry in scenario.get("preferred", ())),
        calendars=tuple(calendar(entry) for entry in scenario.get("calendars", ())),
        houses=rows_of(House, "houses"),
        ways=rows_of(Way, "ways"),
    )


def calendar(entry: dict[str, Any]) -> Calendar:
    """Read weekdays as seven flags from Monday, and the closed days."""
    closed = tuple(date.fromisoformat(text).toordinal() for text in entry.get("closed", ()))
    return Calendar(tuple(flag == "1" for flag in entry["weekdays"]), closed)


def day(key: str, value: Any) -> Any:
    if key in DAYS:
        return date.fromisoformat(value).toordinal()
    return tuple(value) if isinstance(value, list) else value

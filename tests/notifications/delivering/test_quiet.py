"""The customer's clock, summer time included."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from notifications.delivering.quiet import day_start, next_morning, quiet_until, zone_of

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
NIGHT = (time(21), time(8))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "ends"),
    [
        ("2026-11-20T20:59:59", LONDON, None),
        ("2026-11-20T21:00:00", LONDON, "2026-11-21T08:00:00"),
        ("2026-11-21T03:00:00", LONDON, "2026-11-21T08:00:00"),
        ("2026-11-21T08:00:00", LONDON, None),
        ("2026-11-21T03:00:00", NEW_YORK, "2026-11-21T13:00:00"),  # ten in the evening there
        ("2026-11-21T12:00:00", NEW_YORK, "2026-11-21T13:00:00"),
        ("2026-03-29T00:30:00", LONDON, "2026-03-29T07:00:00"),  # the clock goes forward at one
        ("2026-10-24T21:30:00", LONDON, "2026-10-25T08:00:00"),  # and back the night after this evening
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_customer_s_wall(now: str, zone: ZoneInfo, ends: str | None) -> None:
    assert quiet_until(at(now), zone, *NIGHT) == (at(ends) if ends else None)


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    assert quiet_until(at("2026-11-20T13:30:00"), LONDON, time(12), time(14)) == at("2026-11-20T14:00:00")
    assert quiet_until(at("2026-11-20T15:00:00"), LONDON, time(12), time(14)) is None
    assert quiet_until(at("2026-11-20T23:00:00"), LONDON, None, None) is None


def test_an_end_that_the_clock_jumps_over_is_not_in_the_past() -> None:
    now = at("2026-03-29T00:59:00")

    ends = quiet_until(now, LONDON, time(23), time(1, 30))  # 01:30 does not exist that night

    assert ends == at("2026-03-29T01:30:00")


def test_days_begin_and_mornings_come_where_the_customer_is() -> None:
    assert day_start(at("2026-11-21T03:00:00"), NEW_YORK) == at("2026-11-20T05:00:00")
    assert next_morning(at("2026-11-21T03:00:00"), NEW_YORK, None) == at("2026-11-21T13:00:00")


@pytest.mark.parametrize("name", ["", "Mars/Base", "../../etc/passwd", "Europe"])
def test_a_zone_that_does_not_exist_is_taken_as_utc(name: str) -> None:
    assert zone_of(name) == ZoneInfo("UTC")

"""The customer's clock: when a day begins for them, and when they sleep."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MORNING = time(8)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone called ``name``, or UTC where a snapshot names none that exists."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def quiet_until(now: datetime, zone: ZoneInfo, quiet_from: time | None, quiet_to: time | None) -> datetime | None:
    """Return when quiet hours that hold at ``now`` end; None outside of them.

    Hours that end before they begin go over midnight. The end is a wall-clock time in the zone, so it is right on the
    two nights a year when the clock moves; a time that the clock jumps over is taken as the moment after the jump.
    """
    if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
        return None
    local = now.astimezone(zone)
    clock = local.time()
    over_midnight = quiet_from > quiet_to
    is_quiet = (clock >= quiet_from or clock < quiet_to) if over_midnight else quiet_from <= clock < quiet_to
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and clock >= quiet_from else 0)
    return max(now, datetime.combine(day, quiet_to, zone).astimezone(UTC))


def day_start(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the midnight, in the zone, that ``now`` comes after."""
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)


def next_morning(now: datetime, zone: ZoneInfo, wakes: time | None) -> datetime:
    """Return ``wakes`` (or eight o'clock) of the day after ``now``, in the zone."""
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, wakes or MORNING, zone).astimezone(UTC)

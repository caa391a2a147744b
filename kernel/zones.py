"""Time zones: those that people choose from, and the one that whoever looks wants to see moments in.

Days belong to the company: what is due today is so for everybody. Only moments are shown in the viewer's zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

# Parts of the world whose zones are named after towns; the rest of the list is for machines.
_PARTS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_viewer: ContextVar[ZoneInfo | None] = ContextVar("viewer_zone", default=None)


def zone_choices(current: str) -> list[str]:
    """Return the zones that are named after a town, and ``current`` whatever it is named after, by name."""
    return sorted({*_towns(), current})


def is_zone(name: str) -> bool:
    """Tell whether people may choose this zone."""
    return name in _towns()


@contextmanager
def seen_from(name: str) -> Iterator[None]:
    """Show moments in this zone while the block runs; "" or an unknown name is the company's."""
    token = _viewer.set(ZoneInfo(name) if is_zone(name) else None)
    try:
        yield
    finally:
        _viewer.reset(token)


def viewer_zone() -> str:
    """Return the zone in which moments are shown."""
    return str(_viewer.get() or timezone.get_current_timezone_name())


def viewer_time(at: datetime) -> datetime:
    """Return a moment in the zone of whoever looks."""
    return timezone.localtime(at, _viewer.get())


def aware_of_viewer(at: datetime) -> datetime:
    """Return the moment that whoever looks means by a time without a zone."""
    return timezone.make_aware(at, _viewer.get())


@cache
def _towns() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if name.startswith(tuple(f"{part}/" for part in _PARTS)))

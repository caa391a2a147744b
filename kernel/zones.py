"""Time zones that people choose from."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

# Parts of the world whose zones are named after towns; the rest of the list is for machines.
_PARTS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def zone_choices(current: str) -> list[str]:
    """Return the zones that are named after a town, and ``current`` whatever it is named after, by name."""
    return sorted({*_towns(), current})


@cache
def _towns() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if name.startswith(tuple(f"{part}/" for part in _PARTS)))

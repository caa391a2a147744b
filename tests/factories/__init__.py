"""Small makers of rows. Each fills in what a test does not care about and returns the saved row."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 16)

_numbers = itertools.count(1)


def number() -> int:
    """Return a number that no other row of this test process has."""
    return next(_numbers)

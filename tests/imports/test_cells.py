from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from inventory.imports.cells import day, moment_or_none, price, whole


@pytest.mark.parametrize("cell", ["03/04/2026", "3.4.2026", "2026-4-3", "20260403", "2026-02-30", "", "tomorrow"])
def test_a_day_is_written_year_month_day_or_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="day"):
        day(cell)


@pytest.mark.parametrize("cell", ["", "1.0", "1,000", "1e3", "=1+1", "12 ", "1٫5"])
def test_a_quantity_is_digits_or_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="whole number"):
        whole(cell)


@pytest.mark.parametrize("cell", ["1,50", "-1", "1.505", "£2", "NaN"])
def test_a_price_has_a_point_or_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="price"):
        price(cell)


def test_right_cells_become_values() -> None:
    assert day("2026-11-30") == date(2026, 11, 30)
    assert whole("-12") == -12
    assert price("12.5") == Decimal("12.5")
    assert price("") is None
    assert moment_or_none("2026-11-30T14:05:00Z") == datetime(2026, 11, 30, 14, 5, tzinfo=UTC)


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        moment_or_none("2026-11-30T14:05:00")

"""Made-up demand with a known truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from inventory.forecasting.panel import Floats, Panel, to_panel

FROM_ON = date(2026, 1, 5)


def frames(
    qty: Sequence[Sequence[float]] | Floats,
    *,
    masked: Sequence[tuple[int, int]] = (),
    categories: Sequence[str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return history and products: product n + 1 sold ``qty[n]``; ``masked`` holds (row, week) pairs."""
    sold = [
        {
            "product_id": row + 1,
            "week_on": pd.Timestamp(FROM_ON + timedelta(weeks=week)),
            "qty": units,
            "is_masked": (row, week) in masked,
        }
        for row, weeks in enumerate(qty)
        for week, units in enumerate(weeks)
        if units or (row, week) in masked
    ]
    columns = ["product_id", "week_on", "qty", "is_masked"]
    products = pd.DataFrame({"product_id": range(1, len(qty) + 1), "category": categories or ["Gifts"] * len(qty)})
    return pd.DataFrame(sold, columns=columns), products


def make_panel(
    qty: Sequence[Sequence[float]] | Floats,
    *,
    masked: Sequence[tuple[int, int]] = (),
    categories: Sequence[str] | None = None,
) -> Panel:
    history, products = frames(qty, masked=masked, categories=categories)
    weeks = len(qty[0]) if len(qty) else 0
    return to_panel(history, products, from_on=FROM_ON, until_on=FROM_ON + timedelta(weeks=weeks))


def poisson(rates: Sequence[float], *, each: int, weeks: int, seed: int = 1) -> Floats:
    """Return ``each`` products a rate, with Poisson demand."""
    draw = np.random.default_rng(seed)
    return draw.poisson(np.repeat(rates, each)[:, None], (len(rates) * each, weeks)).astype(float)


def lumpy(chance: float, size: float, *, products: int, weeks: int, seed: int = 2) -> Floats:
    """Return products that sell in a week with ``chance``, then a geometric number of units of mean ``size``."""
    draw = np.random.default_rng(seed)
    units = draw.geometric(1 / size, (products, weeks))
    return np.where(draw.random((products, weeks)) < chance, units, 0).astype(float)

"""Forecasting what will be ordered: orders know the past, inventory keeps the forecast.

This lives in orders because demand is order lines, and inventory may not know orders (docs/forecasting.md).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from inventory.forecasts import RUN_LOCK, fail_run, open_run, report_progress, store_forecast
from inventory.models import ForecastRun
from kernel.locks import session_lock
from kernel.walls import told_of_failure
from orders.queries.demand import forecast_products, weekly_demand

if TYPE_CHECKING:
    from inventory.forecasting.backtest import Figures
    from inventory.forecasting.panel import Panel

HORIZON_WEEKS = 12


def forecast_demand(clock: Callable[[], datetime]) -> ForecastRun | None:
    """Forecast every active product's next twelve weeks and store the result; None where another worker is at it.

    ``clock`` says when, for the week and for progress. Memory: some 300 MB. A run that fails is kept as failed, the
    last forecast stays, and the error is raised.
    """
    # Loads statsforecast and pandas, some 250 MB that only a process that forecasts should hold.
    from inventory.forecasting.forecast import forecast

    with session_lock(RUN_LOCK) as is_ours:
        if not is_ours:
            return None
        run = open_run(now=clock())

        def tell(step: str, done: int, total: int) -> None:
            report_progress(run, step=step, done=done, total=total, now=clock())

        with told_of_failure(lambda words: fail_run(run, error=words, now=clock())):
            panel = _panel(timezone.localdate(clock()), active_only=True)
            store_forecast(run, panel=panel, found=forecast(panel, HORIZON_WEEKS, tell), now=clock())
        return run


def backtest_demand(*, today: date, weeks: int, tell: Callable[[str, int, int], None]) -> Figures:
    """Hold back the last complete ``weeks`` and score the forecast of them. Writes nothing."""
    from inventory.forecasting.backtest import backtest

    return backtest(_panel(today, active_only=False), weeks, tell)


def _panel(today: date, *, active_only: bool) -> Panel:
    import numpy as np
    import pandas as pd

    from inventory.forecasting.panel import to_panel

    past = weekly_demand(today=today)
    day_zero = np.datetime64(date(1970, 1, 1).isoformat(), "D")
    week_on = day_zero + (past.rows["week_on"] - date(1970, 1, 1).toordinal()).astype("timedelta64[D]")
    history = pd.DataFrame({"product_id": past.rows["product_id"], "week_on": week_on, "qty": past.rows["qty"]})
    products = pd.DataFrame(forecast_products(active_only=active_only), columns=["product_id", "category"])
    return to_panel(history, products, from_on=past.from_on, until_on=past.until_on)

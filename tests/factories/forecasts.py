from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from inventory.models import DemandForecast, ForecastRun, ForecastRunStatus, Product
from tests.factories import NOW

MONDAY = NOW.date() - timedelta(days=NOW.weekday())


def finished_run(at: datetime = NOW) -> ForecastRun:
    return ForecastRun.objects.create(
        status=ForecastRunStatus.DONE, started_at=at, finished_at=at, progress_at=at, first_week_on=MONDAY
    )


def make_forecast(
    product: Product,
    means: Sequence[float] = (7.0,) * 12,
    *,
    lows: Sequence[float] = (),
    highs: Sequence[float] = (),
    run: ForecastRun | None = None,
    **fields: Any,
) -> DemandForecast:
    """Forecast a product from this week on; its interval goes from nothing to twice the mean unless it is given."""
    return DemandForecast.objects.create(
        product=product,
        run=run or finished_run(),
        means=list(means),
        p50s=list(means),
        lows=list(lows or [0.0] * len(means)),
        highs=list(highs or [2 * mean for mean in means]),
        **{"first_week_on": MONDAY, "method": "Theta", "pattern": "steady", "sales_weeks": 20, **fields},
    )

"""The models that compete for a series. All are statsforecast's; we choose between them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import (
    ADIDA,
    IMAPA,
    MSTL,
    TSB,
    AutoETS,
    CrostonSBA,
    HistoricAverage,
    SeasonalNaive,
    SimpleExponentialSmoothingOptimized,
    Theta,
    WindowAverage,
)

from inventory.forecasting.panel import Bools, Floats, Panel

YEAR = 52

_SHORT: dict[str, Callable[[str], Any]] = {
    "SES": lambda name: SimpleExponentialSmoothingOptimized(alias=name),
    "AutoETS": lambda name: AutoETS(season_length=1, alias=name),
    "Theta": lambda name: Theta(season_length=1, alias=name),
    "Mean of 6 weeks": lambda name: WindowAverage(window_size=6, alias=name),
    "Croston SBA": lambda name: CrostonSBA(alias=name),
    "TSB": lambda name: TSB(alpha_d=0.2, alpha_p=0.2, alias=name),
    "ADIDA": lambda name: ADIDA(alias=name),
    "IMAPA": lambda name: IMAPA(alias=name),
}
_SEASONAL: dict[str, Callable[[str], Any]] = {
    "Same week last year": lambda name: SeasonalNaive(season_length=YEAR, alias=name),
    "MSTL": lambda name: MSTL(season_length=YEAR, alias=name),
}
NAMES = [*_SHORT, *_SEASONAL]


def predict(panel: Panel, rows: Bools, horizon: int) -> Floats:
    """Return mean demand of the next ``horizon`` weeks by every candidate: shape (n, horizon, len(NAMES)), never < 0.

    NaN where a candidate does not apply: rows not asked for, and yearly seasons on less than two years.
    """
    means = np.full((len(panel.ids), horizon, len(NAMES)), np.nan)
    means[:, :, : len(_SHORT)] = _run(panel, rows, horizon, _SHORT)
    two_years = rows & (panel.ages >= 2 * YEAR)
    means[:, :, len(_SHORT) :] = _run(panel, two_years, horizon, _SEASONAL)
    return means


def predict_by(name: str, panel: Panel, rows: Bools, horizon: int) -> Floats:
    """Return mean demand of the next ``horizon`` weeks by one candidate: shape (n, horizon), NaN for rows left out."""
    return _run(panel, rows, horizon, {name: _SHORT[name]})[:, :, 0]


def _run(panel: Panel, rows: Bools, horizon: int, models: dict[str, Callable[[str], Any]]) -> Floats:
    means = np.full((len(rows), horizon, len(models)), np.nan)
    if not rows.any():
        return means
    engine = StatsForecast(
        models=[make(name) for name, make in models.items()], freq=1, fallback_model=HistoricAverage()
    )
    with warnings.catch_warnings():
        # Constant and all but empty series make optimisers divide by zero; what does not fit loses the comparison.
        warnings.simplefilter("ignore")
        answer = engine.forecast(df=_stacked(panel, rows), h=horizon)
    values = answer[list(models)].to_numpy(dtype=np.float64).reshape(-1, horizon, len(models))
    means[rows] = np.maximum(values, 0.0)
    return means


def _stacked(panel: Panel, rows: Bools) -> pd.DataFrame:
    """Stack the rows' weeks since their first sale, as statsforecast wants them: unique_id, ds, y."""
    row, week = np.nonzero(rows[:, None] & (np.arange(panel.length) >= panel.first[:, None]))
    return pd.DataFrame({"unique_id": row, "ds": week, "y": panel.filled()[row, week]})

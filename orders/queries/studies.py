"""What studies found out, as their pages show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orders.models import RiskVersion, SimulationStatus, Study, StudyKind
from orders.studying.late_risk import InUse, in_use

STRATEGIES = {
    "fifo": "First in, first out",
    "priority": "Priority rules",
    "demand_forecast": "Demand forecast",
    "automated": "Automated",
    "automated_by_rank": "Automated, whole orders by rank",
    "hybrid": "Hybrid",
}
# What is compared: member, words, how to show it, which way is better.
COMPARED = (
    ("on_time_value", "Value on time", "percent", max),
    ("on_time_lines", "Lines on time", "percent", max),
    ("on_time_tiers", "Value on time, better customers counted more", "percent", max),
    ("fill_rate", "Off the shelf within four days", "percent", max),
    ("mean_wait_days", "Mean wait, days", "decimal", min),
    ("worst_wait_days", "Mean wait of the worst hundredth, days", "decimal", min),
    ("longest_wait_days", "Longest wait, days", "", min),
    ("broken_share", "First dates broken", "percent", min),
    ("overtaken", "Lines overtaken", "percent", min),
    ("gini", "Unevenness of waits", "decimal", min),
)
FORECAST_FIGURES = (
    ("series", "Products", ""),
    ("median_mase", "Error (median MASE)", "decimal"),
    ("median_mase_naive", "The same, if next week were like this one", "decimal"),
    ("median_mase_seasonal_naive", "The same, if it were like a year ago", "decimal"),
    ("coverage_80", "Weeks inside the 80 % interval", "percent"),
    ("bias", "Bias", "percent"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one strategy: its share of the largest as a bar (percent), and whether it is better than others."""

    strategy: str
    value: float
    share: str
    is_best: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A back-test side by side: the strategies' names, and (words, how to show it, figures) a row."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[Figure, ...]], ...]
    best: str


@dataclass(frozen=True, slots=True)
class Reliability:
    """What was said with a chance, what came true of it, and how often it was said; chances are 0 to 1."""

    said: float
    was: float
    cases: int


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The model that strategy automated ranks by: what decides, the newest version, and its reliability."""

    use: InUse
    newest: RiskVersion | None
    bins: tuple[Reliability, ...]


def compare(result: Mapping[str, Any]) -> Comparison | None:
    """Return a back-test of policies side by side; None for one without strategies."""
    kept: Mapping[str, Mapping[str, Any]] = result.get("strategies") or {}
    if not kept:
        return None
    # What is kept as JSON has lost its order.
    keys = [*(key for key in STRATEGIES if key in kept), *sorted(kept.keys() - STRATEGIES.keys())]
    strategies = {STRATEGIES.get(key, key): kept[key] for key in keys}
    rows = []
    for member, words, kind, better in COMPARED:
        values = [float(found[member]) for found in strategies.values()]
        most, best = max(*values, 1e-9), better(values)
        tells = len(set(values)) > 1
        cells = tuple(
            Figure(name, value, f"{value / most * 100:.1f}", tells and value == best)
            for name, value in zip(strategies, values, strict=True)
        )
        rows.append((words, kind, cells))
    return Comparison(
        tuple(strategies), tuple(rows), max(strategies, key=lambda name: strategies[name]["on_time_value"])
    )


def forecast_figures(result: Mapping[str, Any]) -> list[tuple[str, float, str]]:
    """Return (words, value, how to show it) of a back-test of forecasts, known figures only."""
    return [(words, result[member], kind) for member, words, kind in FORECAST_FIGURES if result.get(member) is not None]


def reliability(kind: str, result: Mapping[str, Any]) -> tuple[Reliability, ...]:
    """Return what chances were said and what came true, of a study that judges any."""
    if kind == StudyKind.CALIBRATE_CHANCES:
        return tuple(Reliability(b["mean_chance"], b["came_true"], b["said"]) for b in result.get("bands", ()))
    judged = result.get("calibration", {}).get("automated") or result.get("judgement") or {}
    return _bins(judged.get("bins", ()))


def model_card() -> ModelCard:
    """Read the model's state in three queries."""
    newest = RiskVersion.objects.defer("model", "product_ids", "late_shares", "supplier_late_shares", "weekly_units")
    found = newest.order_by("-pk").first()
    return ModelCard(in_use(), found, _bins((found.judgement if found else {}).get("bins", ())))


def newest_backtest() -> Study | None:
    """Return the back-test of policies that was finished last."""
    done = Study.objects.filter(kind=StudyKind.BACKTEST_POLICIES, status=SimulationStatus.DONE)
    return done.order_by("-pk").first()


def _bins(bins: Sequence[Mapping[str, Any]]) -> tuple[Reliability, ...]:
    return tuple(Reliability(each["said"], each["was"], each["cases"]) for each in bins)

"""How good probabilities were: Brier score, ranking, reliability. Plain definitions, no library."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from orders.planning.types import Bools, Floats

EDGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases whose risk lies from ``low`` to below ``high``: how many, the mean risk said, the share that was late."""

    low: float
    high: float
    cases: int
    said: float
    was: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """``brier`` is the mean squared error of the risk; ``brier_base_rate`` that of saying ``late_share`` every time,
    the share that really became late: the best that one number for all can do. ``skill`` is the part of the latter that
    the model saves. ``auc`` is the chance that of two lines the one that became late had the higher risk; None where
    all ended alike. ``calibration_error`` is the mean gap of the bins, by cases.
    """

    cases: int
    late_share: float
    brier: float
    brier_base_rate: float
    skill: float
    auc: float | None
    calibration_error: float
    bins: tuple[Bin, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, rounded."""
        return {
            name: _rounded(value) if name != "bins" else [_rounded_bin(each) for each in self.bins]
            for name, value in asdict(self).items()
        }


def judge(risk: Floats, is_late: Bools) -> Judgement:
    """Compare risks with what happened; at least one case. O(n log n)."""
    brier = float(((risk - is_late) ** 2).mean())
    late_share = float(is_late.mean())
    base = late_share * (1 - late_share)
    bins = _bins(risk, is_late)
    return Judgement(
        cases=len(risk),
        late_share=late_share,
        brier=brier,
        brier_base_rate=base,
        skill=1 - brier / base if base else 0.0,
        auc=_auc(risk, is_late),
        calibration_error=sum(each.cases * abs(each.said - each.was) for each in bins) / len(risk),
        bins=bins,
    )


def _bins(risk: Floats, is_late: Bools) -> tuple[Bin, ...]:
    place = np.clip(np.searchsorted(EDGES, risk, side="right") - 1, 0, len(EDGES) - 2)
    found = []
    for k in range(len(EDGES) - 1):
        inside = place == k
        if inside.any():
            said, was = float(risk[inside].mean()), float(is_late[inside].mean())
            found.append(Bin(EDGES[k], EDGES[k + 1], int(inside.sum()), said, was))
    return tuple(found)


def _auc(risk: Floats, is_late: Bools) -> float | None:
    """Return the area under the ROC curve by ranks; equal risks count half."""
    late = int(is_late.sum())
    if late in (0, len(risk)):
        return None
    _, group, sizes = np.unique(risk, return_inverse=True, return_counts=True)
    rank = (np.cumsum(sizes) - (sizes - 1) / 2)[group]
    return float((rank[is_late].sum() - late * (late + 1) / 2) / (late * (len(risk) - late)))


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


def _rounded_bin(each: Bin) -> dict[str, Any]:
    return {name: _rounded(value) for name, value in asdict(each).items()}

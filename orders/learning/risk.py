"""The model of lateness as numbers: one piecewise-linear part per feature, summed, bent to a probability.

Kept as plain numbers, not as objects of the library that found them: any version of it can read them, and nothing
stored is ever executed. docs/learning.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from orders.learning.features import FEATURES
from orders.planning.types import Floats, Ints

DECIMALS = 6  # of a risk: below that lies float noise, which must not decide who comes first


@dataclass(frozen=True, slots=True)
class RiskModel:
    """The log-odds of becoming late are ``intercept`` plus one part per feature; ``bend`` maps them to a probability.

    Part k is linear between ``knots[start[k]:start[k + 1]]`` (ascending), has ``values`` there, is level outside them,
    and ``unknown[k]`` where the feature is not known. ``bend_at`` (log-odds) and ``bend_to`` (probability) ascend.
    Features come in the order of ``FEATURES``; ``intercept`` has one entry.
    """

    intercept: Floats
    start: Ints
    knots: Floats
    values: Floats
    unknown: Floats
    bend_at: Floats
    bend_to: Floats

    def part(self, k: int, column: Floats) -> Floats:
        """Return what the k-th feature adds to each row's log-odds."""
        own = slice(self.start[k], self.start[k + 1])
        added = np.interp(column, self.knots[own], self.values[own])
        return np.where(np.isnan(column), self.unknown[k], added)

    def log_odds(self, columns: Mapping[str, Floats]) -> Floats:
        """Return the log-odds per row, before calibration.

        Added column by column in one fixed order, so that a row's sum does not depend on the rows beside it.
        """
        total = np.zeros(len(columns[next(iter(FEATURES))])) + self.intercept
        for k, name in enumerate(FEATURES):
            total += self.part(k, columns[name])
        return total

    def risk(self, columns: Mapping[str, Floats]) -> Floats:
        """Return the probability of becoming late per row, rounded to a millionth. O(rows × features)."""
        risk: Floats = np.round(np.interp(self.log_odds(columns), self.bend_at, self.bend_to), DECIMALS)
        return risk

    def as_document(self) -> dict[str, Any]:
        """Return the model as plain JSON values, the parts by name."""
        parts = {}
        for k, name in enumerate(FEATURES):
            own = slice(self.start[k], self.start[k + 1])
            parts[name] = {
                "knots": self.knots[own].tolist(),
                "values": self.values[own].tolist(),
                "unknown": float(self.unknown[k]),
            }
        bend = {"log_odds": self.bend_at.tolist(), "risk": self.bend_to.tolist()}
        return {"intercept": float(self.intercept[0]), "parts": parts, "bend": bend}


def make_model(
    intercept: float, parts: Mapping[str, tuple[Floats, Floats, float]], bend: tuple[Floats, Floats]
) -> RiskModel:
    """Return the model with these (knots, values, unknown) per feature."""
    chosen = [parts[name] for name in FEATURES]
    return RiskModel(
        intercept=np.array([intercept]),
        start=np.r_[0, np.cumsum([len(knots) for knots, _, _ in chosen])].astype(np.int64),
        knots=np.concatenate([knots for knots, _, _ in chosen]),
        values=np.concatenate([values for _, values, _ in chosen]),
        unknown=np.array([unknown for _, _, unknown in chosen]),
        bend_at=np.asarray(bend[0], dtype=np.float64),
        bend_to=np.asarray(bend[1], dtype=np.float64),
    )


def read_model(document: Mapping[str, Any]) -> RiskModel:
    """Return the model of a stored document. Raises KeyError for one that lacks a feature of this version."""
    parts = {
        name: (np.array(part["knots"]), np.array(part["values"]), float(part["unknown"]))
        for name, part in document["parts"].items()
    }
    bend = document["bend"]
    return make_model(float(document["intercept"]), parts, (np.array(bend["log_odds"]), np.array(bend["risk"])))

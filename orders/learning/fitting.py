"""Finding the model's numbers: logistic regression on piecewise-linear features, calibrated on later cases.

scikit-learn is loaded by the functions that fit, since a process that only plans should not hold it.
"""

from __future__ import annotations

import numpy as np

from orders.learning.features import FEATURES
from orders.learning.risk import DECIMALS, RiskModel, make_model
from orders.learning.snapshots import Cases
from orders.planning.types import Bools, Floats

MOST_KNOTS = 9
_INVERSE_PENALTY = 1.0
_ROUNDS = 400
LEAST_RISK = 1e-4  # nothing is impossible: what was never late in the calibration cases is not certain to be punctual


def fit(cases: Cases, calibration: Cases) -> RiskModel:
    """Return the model that ``cases`` teach, its probabilities corrected by what came of ``calibration``.

    Both need lines that became late and lines that did not. Memory: rows × some 120 columns.
    """
    from sklearn.linear_model import LogisticRegression

    knots = {name: _knots(cases.columns[name]) for name in FEATURES}
    design = np.hstack([_basis(cases.columns[name], knots[name]) for name in FEATURES])
    found = LogisticRegression(C=_INVERSE_PENALTY, max_iter=_ROUNDS, tol=1e-5).fit(design, cases.is_late)
    weights, parts, at = found.coef_[0], {}, 0
    for name in FEATURES:
        end = at + len(knots[name])
        parts[name] = (knots[name], weights[at:end].copy(), float(weights[end]))
        at = end + 1
    intercept = float(found.intercept_[0])
    raw = make_model(intercept, parts, (np.zeros(1), np.zeros(1)))
    return make_model(intercept, parts, bend(raw.log_odds(calibration.columns), calibration.is_late))


def _knots(column: Floats) -> Floats:
    """Return where the feature may bend: at each value where there are few, else at quantiles."""
    known = column[~np.isnan(column)]
    if not len(known):
        return np.zeros(1)
    distinct = np.unique(known)
    if len(distinct) <= MOST_KNOTS:
        return distinct
    return np.unique(np.round(np.quantile(known, np.linspace(0.01, 0.99, MOST_KNOTS)), DECIMALS))


def _basis(column: Floats, knots: Floats) -> Floats:
    """Return a column per knot, 1 there and falling to 0 at its neighbours, and one that marks unknown values."""
    unknown = np.isnan(column)
    corners = np.eye(len(knots))
    filled = np.where(unknown, knots[0], column)
    hats = [np.where(unknown, 0.0, np.interp(filled, knots, corner)) for corner in corners]
    return np.stack([*hats, unknown.astype(np.float64)], axis=1)


def bend(log_odds: Floats, is_late: Bools) -> tuple[Floats, Floats]:
    """Return the ascending map from log-odds to the share that became late (isotonic regression)."""
    from sklearn.isotonic import IsotonicRegression

    found = IsotonicRegression(y_min=LEAST_RISK, y_max=1 - LEAST_RISK, out_of_bounds="clip").fit(log_odds, is_late)
    return np.asarray(found.X_thresholds_, dtype=np.float64), np.asarray(found.y_thresholds_, dtype=np.float64)

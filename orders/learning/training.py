"""Training a version: learn from the older cases, calibrate on later ones, judge on the latest, then use them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from orders.learning.costs import Costs, learn_costs
from orders.learning.fitting import fit
from orders.learning.habits import Habits, learn_habits
from orders.learning.history import History
from orders.learning.judging import Judgement, judge
from orders.learning.risk import RiskModel
from orders.learning.snapshots import Cases, take_cases
from orders.planning.types import Calendar

FEWEST_CASES = 1_000
FEWEST_LATE = 50  # and as many punctual ones, in each of the three parts
LEAST_SKILL = 0.05  # of the base rate's Brier score; less is not worth a ranking that nobody can do in the head
MOST_CASES = 80_000  # more cost memory (some 100 columns each) and change the third digit
_PARTS = (0.6, 0.8)


@dataclass(frozen=True, slots=True)
class Trained:
    """What was learned. ``refusal`` says why the model must not be used, empty if it may; without a model there are
    no figures. The judgement is of a model that had not seen the cases it was judged on.
    """

    model: RiskModel | None
    habits: Habits
    costs: Costs
    judgement: Judgement | None
    cases: int
    late_cases: int
    refusal: str


def train(
    history: History, *, until_on: int, calendar: Calendar, tell: Callable[[str], None] = lambda step: None
) -> Trained:
    """Learn from what was known on the morning of ``until_on``. Same history, same cases; seconds to a minute."""
    tell("Looking back at past mornings")
    cases = take_cases(history, until_on=until_on, calendar=calendar)
    habits, costs = learn_habits(history, until_on), learn_costs(history, until_on)
    parts = _split(cases)
    refusal = _too_thin(cases, parts)
    if refusal:
        return Trained(None, habits, costs, None, cases.count, int(cases.is_late.sum()), refusal)
    older, later, latest = parts
    tell(f"Learning from {older.count} cases, judging by {latest.count}")
    judgement = judge(fit(_thinned(older), later).risk(latest.columns), latest.is_late)
    tell("Learning from all cases")
    model = fit(_thinned(cases.where(cases.day < latest.day.min())), latest)
    return Trained(model, habits, costs, judgement, cases.count, int(cases.is_late.sum()), _no_better(judgement))


def _split(cases: Cases) -> tuple[Cases, Cases, Cases]:
    """Return the cases of the older, later and latest mornings; a morning is never divided."""
    days = np.unique(cases.day)
    first, second = (days[int(len(days) * share)] if len(days) else 0 for share in _PARTS)
    return (
        cases.where(cases.day < first),
        cases.where((cases.day >= first) & (cases.day < second)),
        cases.where(cases.day >= second),
    )


def _thinned(cases: Cases) -> Cases:
    return cases.where(slice(None, None, -(-cases.count // MOST_CASES)))


def _too_thin(cases: Cases, parts: tuple[Cases, Cases, Cases]) -> str:
    if cases.count < FEWEST_CASES:
        return f"Too little history: {cases.count} cases, {FEWEST_CASES} are needed."
    fewest = min(min(int(part.is_late.sum()), int((~part.is_late).sum())) for part in parts)
    if fewest < FEWEST_LATE:
        return f"Too few cases that ended either way: {fewest} in one part of the history, {FEWEST_LATE} are needed."
    return ""


def _no_better(judgement: Judgement) -> str:
    if judgement.skill >= LEAST_SKILL:
        return ""
    return (
        f"No better than the base rate: Brier score {judgement.brier:.4f} against {judgement.brier_base_rate:.4f} "
        f"on {judgement.cases} cases it had not seen."
    )

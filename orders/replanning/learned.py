"""What a run reads of the model of lateness: the version in use, and the facts of each line that it judges by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from orders.learning.costs import TIERS, Costs, per_pound
from orders.learning.features import FEATURES
from orders.learning.habits import Habits
from orders.learning.risk import RiskModel, read_model
from orders.learning.scoring import COLUMNS, Learned, LineFacts, learned_columns
from orders.models import RiskVersion
from orders.planning.rules import Policy
from orders.planning.types import Attribute, Context, Floats, Ints
from orders.replanning.bulk import Columns

if TYPE_CHECKING:
    from orders.replanning.inputs import Inputs


@dataclass(frozen=True, slots=True)
class Version:
    """What a training found out, as arrays; what lateness costs is for the policy to say."""

    number: Ints
    model: RiskModel
    habits: Habits
    costs: Costs


@dataclass(frozen=True, slots=True)
class LearnedInputs:
    """The version and, parallel to the backlog, what it judges by."""

    learned: Learned
    facts: LineFacts


def load_learned(policy: Policy, lines: Columns, orders: Columns, place: Ints) -> LearnedInputs | None:
    """Return what the policy needs of the model; None where it reads nothing of it or none may be used.

    ``place`` is each line's position in ``orders``. Inside the caller's snapshot; two queries.
    """
    if not COLUMNS & policy.attributes():
        return None
    newest = RiskVersion.objects.order_by("-pk").values_list("pk", "is_usable").first()
    if newest is None or not newest[1]:
        return None
    version = read_version(newest[0])
    if version is None:
        return None
    facts = LineFacts(
        placed_on=orders["placed_on"][place],
        promised_on=orders["promised_on"][place],
        price_minor=lines["price_minor"],
        tier=orders["tier"][place],
    )
    costs = per_pound(version.costs, dict(policy.lateness_costs))
    return LearnedInputs(Learned(version.number, version.model, version.habits, costs), facts)


def judge_lines(inputs: Inputs, context: Context) -> dict[str, Attribute]:
    """Return the learned columns of a run's lines, none without a model: what was loaded as unknown stays so.

    Worked out from the run's own supply and backlog, so that a simulation with other stock sees other risks.
    """
    if inputs.learned is None:
        return {}
    learned, facts = inputs.learned.learned, inputs.learned.facts
    return learned_columns(learned, facts, inputs.backlog, inputs.supply, inputs.frozen, inputs.products, context)


@lru_cache(maxsize=2)
def read_version(pk: int) -> Version | None:
    """Return a version as arrays, None for one of a program that judged by other features.

    Versions never change, so a process reads each once.
    """
    version = RiskVersion.objects.get(pk=pk)
    if version.model["parts"].keys() != FEATURES.keys():
        return None
    return Version(
        number=np.array([pk]),
        model=read_model(version.model),
        habits=Habits(
            np.array(version.product_ids, dtype=np.int64),
            np.array(version.late_shares),
            np.array(version.supplier_late_shares),
            np.array(version.weekly_units),
            np.array(version.otherwise),
        ),
        costs=Costs(*(_by_tier(version, name) for name in ("cancelled_late", "cancelled_punctual"))),
    )


def _by_tier(version: RiskVersion, name: str) -> Floats:
    return np.array([version.costs[tier][name] for tier in (*TIERS, "none")], dtype=np.float64)

"""The model of lateness: trained from our own past every night, kept in versions, used by the strategies that ask.

Which version counts: the newest, if it may be used; else none, and the policy's written rules decide. A newest one that
may not be used does not fall back to an older one: what it says about the present is that the model no longer holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from django.utils import timezone

from kernel.locks import session_lock
from kernel.transactions import entry_verb
from orders.learning.costs import TIERS, per_pound
from orders.learning.training import Trained, train
from orders.models import RiskVersion
from orders.planning.attributes import CATALOGUE, Source
from orders.planning.grammar import parse_policy
from orders.queries.history import load_history
from orders.replan import request_full_run
from orders.replanning.learned import read_version
from orders.replanning.sites import company_calendar
from orders.rules import policies

HISTORY_DAYS = 400
NIGHTLY_HOUR = 3  # local time; the forecast has the hour before
VERSIONS_KEPT = 30
_TRAINING_LOCK = "orders.late_risk"


def train_late_risk(
    clock: Callable[[], datetime], tell: Callable[[str], None] = lambda step: None
) -> RiskVersion | None:
    """Learn from the last 400 days and keep the result as the newest version; None where another worker is at it.

    Asks for a full run where the policy in force reads what the model says. Some 15 s and 400 MB for 300,000 lines.
    """
    with session_lock(_TRAINING_LOCK) as is_ours:
        if not is_ours:
            return None
        started, now = perf_counter(), clock()
        today = timezone.localdate(now)
        tell("Reading the past")
        history = load_history(from_on=today - timedelta(days=HISTORY_DAYS), until_on=today)
        trained = train(history, until_on=today.toordinal(), calendar=company_calendar(today), tell=tell)
        return store_version(trained, seconds=perf_counter() - started, now=now)


def is_due(now: datetime) -> bool:
    """Tell whether tonight's training is missing. A night that nobody was up for is made good by the next look."""
    local = timezone.localtime(now)
    since = local.replace(hour=NIGHTLY_HOUR, minute=0, second=0, microsecond=0)
    if since > local:
        since -= timedelta(days=1)
    return not RiskVersion.objects.filter(trained_at__gte=since).exists()


@entry_verb
def store_version(trained: Trained, *, seconds: float, now: datetime) -> RiskVersion:
    """Keep what was learned as the newest version, forget the oldest, and have the backlog planned by it."""
    habits = trained.habits
    version = RiskVersion.objects.create(
        trained_at=now,
        until_on=timezone.localdate(now),
        is_usable=not trained.refusal,
        refusal=trained.refusal,
        cases=trained.cases,
        late_cases=trained.late_cases,
        judgement=trained.judgement.as_dict() if trained.judgement else {},
        costs=_costs(trained),
        seconds=round(seconds, 1),
        model=trained.model.as_document() if trained.model else {},
        product_ids=habits.product_id.tolist(),
        late_shares=habits.late_share.round(6).tolist(),
        supplier_late_shares=habits.supplier_late_share.round(6).tolist(),
        weekly_units=habits.weekly_units.round(3).tolist(),
        otherwise=habits.otherwise.round(6).tolist(),
    )
    kept = RiskVersion.objects.order_by("-pk").values_list("pk", flat=True)[:VERSIONS_KEPT]
    RiskVersion.objects.exclude(pk__in=list(kept)).delete()
    if reads_risk():
        request_full_run(cause=f"Risk of lateness, version {version.pk}", now=now)
    return version


def as_dict(version: RiskVersion) -> dict[str, Any]:
    """Return what a training found out as plain values, without the model itself."""
    return {
        "version": version.pk,
        "is_usable": version.is_usable,
        "refusal": version.refusal,
        "cases": version.cases,
        "late_cases": version.late_cases,
        "judgement": version.judgement,
        "costs": version.costs,
        "seconds": version.seconds,
    }


@dataclass(frozen=True, slots=True)
class InUse:
    """What strategy automated ranks by: ``decides`` is model or rules, ``why`` says why not the model."""

    decides: str
    version: int | None
    why: str
    is_asked: bool


def in_use() -> InUse:
    """Return which version planning uses, or why none."""
    newest = RiskVersion.objects.order_by("-pk").values_list("pk", "refusal").first()
    if newest is None:
        return InUse("rules", None, "No model has been trained yet.", reads_risk())
    version, refusal = newest
    if not refusal and read_version(version) is None:
        refusal = "The newest version judged by other figures than this program knows; the next training replaces it."
    return InUse("rules" if refusal else "model", version, refusal, reads_risk())


def reads_risk() -> bool:
    """Tell whether the policy in force reads what the model says."""
    names = parse_policy(policies.published().rules).attributes()
    return any(CATALOGUE[name].source is Source.LEARNED for name in names)


def _costs(trained: Trained) -> dict[str, dict[str, float]]:
    costs, usual = trained.costs, per_pound(trained.costs, {})
    return {
        tier: {
            "per_pound": round(float(usual[place]), 6),
            "cancelled_late": round(float(costs.cancelled_late[place]), 6),
            "cancelled_punctual": round(float(costs.cancelled_punctual[place]), 6),
        }
        for place, tier in enumerate((*TIERS, "none"))
    }

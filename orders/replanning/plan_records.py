"""Plan runs that can be repeated: what a full run planned is kept, and planning it again must give the same plan."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from django.conf import settings
from django.db import DatabaseError, transaction

from kernel.errors import NotFound
from orders.models import PlanRecord, PlanRun
from orders.planning.grammar import parse_policy
from orders.planning.types import Plan
from orders.replanning.draft import Draft, plan_inputs
from orders.replanning.inputs import Inputs
from orders.replanning.other_rules import fitted
from orders.simulation.archive import fingerprint, pack, unpack

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Replay:
    """A kept run planned again. ``is_same`` tells whether the plan is the one that the run wrote, bit for bit."""

    inputs: Inputs
    plan: Plan
    today: int
    plan_hash: str
    is_same: bool


def keep_record(run: PlanRun, draft: Draft, rules: Mapping[str, Any], *, today: date) -> bool:
    """Keep what a full run planned, beside the newest few; return whether it was kept.

    A backlog of more lines than ``PLAN_RECORD_MAX_LINES`` is not kept: it would cost the run more than it is worth.
    What goes wrong here is logged: the plan is written, and stands.
    """
    if not settings.PLAN_RECORDS_KEPT or len(draft.plan.line_id) > settings.PLAN_RECORD_MAX_LINES:
        return False
    nothing = np.zeros(0, dtype=np.int64)
    # Without what only writing needs.
    inputs = replace(
        draft.inputs, marks={}, pools={}, stale_orders=nothing, unpromised_orders=nothing, price_minor=nothing
    )
    try:
        archive = pack(inputs)
        with transaction.atomic():
            PlanRecord.objects.create(run=run, today=today, rules=dict(rules), archive=archive)
            kept = PlanRecord.objects.order_by("-run_id").values_list("run_id", flat=True)
            PlanRecord.objects.exclude(run_id__in=list(kept[: settings.PLAN_RECORDS_KEPT])).delete()
    except (TypeError, DatabaseError):
        log.exception("run %s cannot be repeated: its inputs were not kept", run.pk)
        return False
    return True


def is_kept(run_id: int) -> bool:
    """Tell whether what a run planned is kept, so that it can be planned again."""
    return PlanRecord.objects.filter(pk=run_id).exists()


def replay(run_id: int, *, rules: Mapping[str, Any] | None = None) -> Replay:
    """Plan a kept run again, by its own rules or by others, from what was kept alone.

    Raises NotFound, and Conflict for other rules that read what the run did not (``other_rules``).
    """
    record = PlanRecord.objects.select_related("run").filter(pk=run_id).first()
    if record is None:
        raise NotFound(f"What run {run_id} planned is not kept. Only the newest full runs are.")
    inputs: Inputs = unpack(bytes(record.archive))
    today = record.today.toordinal()
    kept = parse_policy(record.rules)
    planned_by = kept if rules is None else parse_policy(dict(rules))
    if rules is not None:
        inputs = fitted(inputs, kept, planned_by, today=today)
    plan = plan_inputs(inputs, planned_by, today=today)
    plan_hash = fingerprint(plan)
    return Replay(inputs, plan, today, plan_hash, plan_hash == record.run.plan_hash)

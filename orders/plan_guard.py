"""The guard's look at a drafted full run, before anything of it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from orders.guarding import Verdict, judge
from orders.models import Guard
from orders.replanning.draft import Draft
from orders.replanning.snapshot import snapshot
from orders.simulation.comparing import compare_outlooks
from orders.simulation.live import load_stored_outlook, thresholds
from orders.simulation.news import news
from orders.simulation.outlook import look


def judge_draft(draft: Draft, limits: Guard, *, seen: Mapping[str, float] | None, today: date) -> Verdict:
    """Compare a draft of the whole backlog with the plan in force and say whether it passes; writes nothing.

    The plan in force is read a moment after the draft's snapshot; what moved in between counts as a change. O(n log n).
    """
    with snapshot():
        before, standing = load_stored_outlook()
    backlog = draft.inputs.backlog
    after = look(draft.plan, backlog, np.zeros(len(backlog.line_id), dtype=np.int64))
    told = news(after, standing.of(after.order_id), thresholds(), draft.rules.promises, today=today.toordinal())
    return judge(limits, compare_outlooks(before, after, standing, thresholds(), told), seen=seen)


def as_json(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as a run keeps it."""
    return {
        "is_held": verdict.is_held,
        "words": verdict.words,
        "figures": dict(verdict.figures),
        "breaches": [asdict(breach) for breach in verdict.breaches],
    }

"""The guard's look at a drafted full run, before anything of it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
from django.core.serializers.json import DjangoJSONEncoder

from orders.models import Guard
from orders.replanning.draft import Draft
from orders.replanning.snapshot import snapshot
from orders.rules.guarding import Verdict, judge
from orders.simulation.comparing import compare_outlooks, losers
from orders.simulation.live import load_stored_outlook
from orders.simulation.moves import Move, tell_moves
from orders.simulation.news import count_news, news
from orders.simulation.outlook import look

LOSERS = 20  # orders that a held run names


@dataclass(frozen=True, slots=True)
class Judgement:
    """The guard's verdict, what customers would be told by kind, and, of a held plan, the orders it delays most."""

    verdict: Verdict
    messages: Mapping[str, int]
    losers: tuple[Move, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as a run keeps it."""
        kept: dict[str, Any] = {
            "is_held": self.verdict.is_held,
            "words": self.verdict.words,
            "figures": dict(self.verdict.figures),
            "breaches": [asdict(breach) for breach in self.verdict.breaches],
            "messages": dict(self.messages),
            "losers": [asdict(move) for move in self.losers],
        }
        return dict(json.loads(json.dumps(kept, cls=DjangoJSONEncoder)))


def judge_draft(draft: Draft, limits: Guard, *, seen: Mapping[str, float] | None, today: date) -> Judgement:
    """Compare a draft of the whole backlog with the plan in force and say whether it passes; writes nothing.

    The plan in force is read a moment after the draft's snapshot; what moved in between counts as a change. O(n log n).
    """
    with snapshot():
        before, standing = load_stored_outlook()
    backlog = draft.inputs.backlog
    after = look(draft.plan, backlog, np.zeros(len(backlog.line_id), dtype=np.int64))
    told = news(after, standing.of(after.order_id), draft.rules.promises, today=today.toordinal())
    found = compare_outlooks(before, after, standing, told)
    verdict = judge(limits, found, seen=seen)
    (losing,) = tell_moves(found, losers(found, LOSERS)) if verdict.is_held else ((),)
    return Judgement(verdict, count_news(told), losing)

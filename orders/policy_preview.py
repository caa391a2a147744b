"""What a policy would do to the backlog, before anybody publishes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.utils import timezone

from kernel.errors import NotFound
from orders.models import Order, Policy
from orders.planning.linter import Finding, lint
from orders.planning.types import NO_DAY, Floats, Ints
from orders.replanning.bulk import copy_out
from orders.replanning.draft import Draft, Stopwatch, make_draft

BIGGEST_MOVES = 10


@dataclass(frozen=True, slots=True)
class Ranking:
    """Orders by id, with their place (1 = first in line) and the day their last line is expected, or NO_DAY."""

    order_id: Ints
    rank: Ints
    eta: Ints


@dataclass(frozen=True, slots=True)
class Move:
    """One order's place and date, now and under the policy."""

    ref: str
    rank_before: int
    rank_after: int
    eta_before: date | None
    eta_after: date | None


@dataclass(frozen=True, slots=True)
class Preview:
    """How the planned backlog would change. An order without a date counts as later than any date.

    ``findings`` are the linter's doubts about the rules, in their order.
    """

    orders: int
    up: int
    down: int
    sooner: int
    later: int
    biggest: tuple[Move, ...]
    findings: tuple[Finding, ...]


def preview(policy_id: int, *, now: datetime) -> Preview:
    """Plan the whole backlog under a policy in memory and compare it with the plan in force; writes nothing.

    O(lines log lines). Raises NotFound.
    """
    policy = Policy.objects.filter(pk=policy_id).first()
    if policy is None:
        raise NotFound("There is no such policy.")
    draft = make_draft(None, policy, today=timezone.localdate(now), watch=Stopwatch())
    before, after = _stored(), _drafted(draft)
    common, i, j = np.intersect1d(before.order_id, after.order_id, assume_unique=True, return_indices=True)
    climb = before.rank[i] - after.rank[j]
    delay = _sortable(after.eta[j]) - _sortable(before.eta[i])
    biggest = np.lexsort((common, -np.abs(climb)))[:BIGGEST_MOVES]
    biggest = biggest[climb[biggest] != 0]
    refs = Order.objects.in_bulk(common[biggest].tolist())
    return Preview(
        orders=len(common),
        up=int((climb > 0).sum()),
        down=int((climb < 0).sum()),
        sooner=int((delay < 0).sum()),
        later=int((delay > 0).sum()),
        biggest=tuple(
            Move(
                refs[int(common[k])].ref,
                int(before.rank[i[k]]),
                int(after.rank[j[k]]),
                _day(before.eta[i[k]]),
                _day(after.eta[j[k]]),
            )
            for k in biggest
        ),
        findings=tuple(lint(policy.rules)),
    )


def _stored() -> Ranking:
    columns = copy_out(
        "SELECT order_id, score, placed_at, COALESCE(eta_p50, '-infinity') AS eta FROM orders_orderplan",
        None,
        {"order_id": "int8", "score": "float8", "placed_at": "timestamptz", "eta": "date"},
    )
    return _ranked(columns["order_id"], columns["score"], columns["placed_at"], columns["eta"])


def _drafted(draft: Draft) -> Ranking:
    """Roll lines up to orders: the best score, and the latest day or none when a line has none."""
    plan, backlog = draft.plan, draft.inputs.backlog
    order_id, place = np.unique(plan.order_id, return_inverse=True)
    score = np.full(len(order_id), -np.inf)
    np.maximum.at(score, place, plan.score)
    eta = np.zeros(len(order_id), dtype=np.int64)
    np.maximum.at(eta, place, plan.eta_p50)
    eta[place[plan.eta_p50 == NO_DAY]] = NO_DAY
    known, first = np.unique(backlog.order_id, return_index=True)
    placed_at = backlog.placed_at[first[np.searchsorted(known, order_id)]]
    return _ranked(order_id, score, placed_at, eta)


def _ranked(order_id: Ints, score: Floats, placed_at: Ints, eta: Ints) -> Ranking:
    """Give places by (score desc, placed_at, order id); the result is by order id."""
    rank = np.empty(len(order_id), dtype=np.int64)
    rank[np.lexsort((order_id, placed_at, -score))] = np.arange(1, len(order_id) + 1)
    by_id = np.argsort(order_id)
    return Ranking(order_id[by_id], rank[by_id], eta[by_id])


def _sortable(eta: Ints) -> Ints:
    return np.where(eta == NO_DAY, np.iinfo(np.int32).max, eta)


def _day(eta: int) -> date | None:
    return None if eta == NO_DAY else date.fromordinal(int(eta))

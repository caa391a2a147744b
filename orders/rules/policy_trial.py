"""One order under two sets of rules: its points, its place and its date by a version beside the rules in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.utils import timezone

from kernel.errors import Conflict, NotFound
from kernel.text import is_plain
from orders.models import Order, Policy, Reason
from orders.planning.grammar import parse_policy, rule_labels
from orders.planning.types import NO_DAY
from orders.queries.scoring import Part, name_points
from orders.rules import policies
from orders.simulation.live import Planned, load_live, plan_live


@dataclass(frozen=True, slots=True)
class Side:
    """How the order stands by one set of rules. ``parts`` and ``points`` are those of its best-ranked line."""

    points: float
    parts: tuple[Part, ...]
    rank: int
    eta: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Trial:
    """An order by the rules in force and by a version; ``orders`` are as many as there are places in line."""

    order: Order
    orders: int
    live: Side
    draft: Side


def try_order(policy_id: int, ref: str, *, now: datetime) -> Trial:
    """Plan the backlog in memory by both sets of rules and look one order up; writes nothing.

    O(lines log lines). Raises NotFound, and Conflict for an order that has nothing open.
    """
    policy = Policy.objects.filter(pk=policy_id).first()
    order = Order.objects.select_related("customer").filter(ref__iexact=ref).first() if is_plain(ref) else None
    if policy is None or order is None:
        raise NotFound(f"There is no order {ref[:40]}.")
    documents = (policies.published().rules, policy.rules)
    rules = [parse_policy(document) for document in documents]
    live = load_live(rules, today=timezone.localdate(now))
    planned = [plan_live(live, inputs, one) for inputs, one in zip(live.inputs, rules, strict=True)]
    if order.pk not in planned[0].outlook.order_id:
        raise Conflict(f"{order.ref} has nothing open to rank. Choose an order that waits.")
    before, after = (
        _side(one, order.pk, rule_labels(document)) for one, document in zip(planned, documents, strict=True)
    )
    return Trial(order, len(planned[0].outlook.order_id), before, after)


def _side(planned: Planned, order_id: int, labels: tuple[str, ...]) -> Side:
    plan, outlook = planned.plan, planned.outlook
    at = int(np.searchsorted(outlook.order_id, order_id))
    lines = np.flatnonzero(plan.order_id == order_id)
    best = lines[np.lexsort((plan.line_id[lines], -plan.score[lines]))[0]]
    eta = int(outlook.eta[at])
    return Side(
        points=float(plan.score[best]),
        parts=name_points(plan.points[best].tolist(), labels),
        rank=int(outlook.rank[at]),
        eta=None if eta == NO_DAY else date.fromordinal(eta),
        reason=str(Reason(int(outlook.reason[at])).label),
    )

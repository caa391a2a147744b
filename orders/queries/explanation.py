"""Why an order waits and what would help, from a plan made for the question (docs/planning.md, Explain)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from inventory.models import PurchaseOrderLine
from orders.models import Order, OrderLine, OrderStatus, Policy, Reason
from orders.planning import standing
from orders.planning.gating import all_lines_day, as_if_here, gating_lines
from orders.planning.types import NO_DAY, Ints, Plan
from orders.queries.guarantees import LineGuarantee, line_guarantees
from orders.queries.scoring import rule_labels
from orders.replanning.draft import Draft, Stopwatch, make_draft, plan_inputs

NEAREST = 3
LIMITS = frozenset((Reason.PROTECTED, Reason.FILL_THRESHOLD, Reason.WANTED_LATER, Reason.SPLIT_LIMIT, Reason.CAPACITY))
_SPECIAL_RULES = {standing.PLACED_EARLIER: "Placed earlier", standing.BY_SEGMENT: "Its segment is served first"}


@dataclass(frozen=True, slots=True)
class Ahead:
    """A line of another order that is served first and has units; ``rule`` is what puts it ahead most."""

    order: str
    customer: str
    rule: str
    gap: float
    allocated_qty: int
    pegged_qty: int


@dataclass(frozen=True, slots=True)
class Freeing:
    """What would let a line leave soonest: units pinned to it, or received and shared by rank; days as expected.

    ``queue_qty`` is None where not rank but a limit, of the order's or of the rules, keeps the line from what is there.
    """

    short_qty: int
    queue_qty: int | None
    lacking_qty: int
    next_peg_on: date | None
    last_peg_on: date | None


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """Why one open line is where it is; ``waits_for`` is the position of the line that holds it back.

    ``kept_qty`` units on hand were kept for others when it had its turn.
    """

    position: int
    sku: str
    name: str
    reason: Reason
    eta_p50: date | None
    waits_for: int | None
    guarantee: LineGuarantee | None
    kept_qty: int
    frees: Freeing
    ahead: tuple[Ahead, ...]


@dataclass(frozen=True, slots=True)
class Gating:
    """The item that decides the order's date. Were it here, all lines would leave on ``without_on``.

    ``days_won`` is None where one of the two dates is unknown. ``others`` are further lines that are as late.
    """

    position: int
    sku: str
    name: str
    without_on: date | None
    days_won: int | None
    others: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """An open order explained; ``all_lines_on`` is the day the last line leaves, ``gating`` None where all is there."""

    all_lines_on: date | None
    is_held: bool
    gating: Gating | None
    lines: tuple[LineExplanation, ...]

    @property
    def short(self) -> list[LineExplanation]:
        """Lines that lack units, the one that decides the date first."""
        gate = self.gating.position if self.gating else 0
        return sorted(
            (line for line in self.lines if line.frees.short_qty),
            key=lambda line: (line.position != gate, line.position),
        )

    @property
    def complete_lines(self) -> int:
        return len(self.lines) - len(self.short)


def explain_order(order: Order, policy: Policy, *, today: date) -> Explanation | None:
    """Plan what hangs together with an open order in memory, once as it is and once as if its gating item were here.

    None for an order with nothing open. Costs two plans of the order's components, whatever the rest of the backlog;
    a fixed number of queries.
    """
    lines = list(order.lines.filter(open_qty__gt=0).select_related("product", "plan").order_by("position"))
    if not lines or order.status != OrderStatus.OPEN:
        return None
    draft = make_draft({line.product_id for line in lines}, policy, today=today, watch=Stopwatch())
    own = np.flatnonzero(draft.plan.order_id == order.pk)
    return Explanation(
        all_lines_on=_day(all_lines_day(draft.plan.eta_p50[own])),
        is_held=bool((draft.plan.reason[own] == Reason.ON_HOLD).any()),
        gating=_gating(order, lines, draft, today),
        lines=_explain_lines(lines, draft, policy),
    )


def _gating(order: Order, lines: Sequence[OrderLine], draft: Draft, today: date) -> Gating | None:
    gates = gating_lines(draft.plan, order.pk)
    line = next((line for line in lines if len(gates) and line.pk == gates[0]), None)
    if line is None:
        return None
    inputs = replace(draft.inputs, frozen=as_if_here(draft.inputs.frozen, draft.inputs.backlog, line.pk))
    helped = plan_inputs(inputs, draft.rules, today=today.toordinal())
    before, after = (all_lines_day(plan.eta_p50[plan.order_id == order.pk]) for plan in (draft.plan, helped))
    return Gating(
        position=line.position,
        sku=line.product.sku,
        name=line.product.name,
        without_on=_day(after),
        days_won=None if NO_DAY in (before, after) else before - after,
        others=len(gates) - 1,
    )


def _explain_lines(lines: Sequence[OrderLine], draft: Draft, policy: Policy) -> tuple[LineExplanation, ...]:
    plan, backlog = draft.plan, draft.inputs.backlog
    planned = [line for line in lines if line.pk in set(plan.line_id.tolist())]
    ahead = {line.pk: standing.ahead(backlog, plan, line.pk, limit=NEAREST) for line in planned}
    named = _orders({one.order_id for found in ahead.values() for one in found})
    labels = rule_labels([policy.pk]).get(policy.pk, ())
    guarantees = line_guarantees(line.plan for line in planned if hasattr(line, "plan"))
    position = {line.pk: line.position for line in lines}
    peg_days = _peg_days(plan)
    explained = []
    for line in planned:
        place = int(np.searchsorted(plan.line_id, line.pk))
        freeing = standing.what_frees(backlog, plan, line.pk, peg_days)
        explained.append(
            LineExplanation(
                position=line.position,
                sku=line.product.sku,
                name=line.product.name,
                reason=Reason(int(plan.reason[place])),
                eta_p50=_day(int(plan.eta_p50[place])),
                waits_for=position.get(freeing.gate_line_id),
                guarantee=guarantees.get(line.pk),
                kept_qty=0 if plan.kept_qty is None else int(plan.kept_qty[place]),
                frees=_freeing(freeing, by_rank=int(plan.reason[place]) not in LIMITS),
                ahead=tuple(_name(one, named, labels) for one in ahead[line.pk]),
            )
        )
    return tuple(explained)


def _freeing(freeing: standing.Freeing, *, by_rank: bool) -> Freeing:
    return Freeing(
        short_qty=freeing.short_qty,
        queue_qty=freeing.queue_qty if by_rank else None,
        lacking_qty=freeing.lacking_qty,
        next_peg_on=_day(freeing.next_peg_on),
        last_peg_on=_day(freeing.last_peg_on),
    )


def _name(one: standing.Ahead, named: dict[int, tuple[str, str]], labels: Sequence[str]) -> Ahead:
    ref, customer = named.get(one.order_id, ("", ""))
    rule = _SPECIAL_RULES.get(one.rule) or (labels[one.rule] if one.rule < len(labels) else f"Rule {one.rule + 1}")
    return Ahead(ref, customer, rule, one.gap, one.allocated_qty, one.pegged_qty)


def _orders(order_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = Order.objects.filter(pk__in=list(order_ids)).values_list("pk", "ref", "customer__name")
    return {key: (ref, customer) for key, ref, customer in rows}


def _peg_days(plan: Plan) -> Ints:
    """Return the expected day of each peg of the plan."""
    sources = np.unique(plan.pegs.source_id)
    rows = PurchaseOrderLine.objects.filter(pk__in=sources.tolist()).values_list("pk", "expected_on")
    days = {key: day.toordinal() for key, day in rows if day}
    return np.array([days.get(key, NO_DAY) for key in plan.pegs.source_id.tolist()], dtype=np.int64)


def _day(day: int) -> date | None:
    return None if day == NO_DAY else date.fromordinal(int(day))

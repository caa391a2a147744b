"""What an action on an order would do, before anybody does it: plans made in memory, as it is and as it would be.

Each question costs two plans or more of what hangs together with the order, whatever the rest of the backlog; nothing
is locked or written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from orders.models import Allocation, AllocationState, Order, OrderLine, OrderPlan, Policy
from orders.planning.calendar import SiteDays
from orders.planning.gating import all_lines_day, as_if_here
from orders.planning.trying import Fixed, as_if_expedited, as_if_fixed, as_if_in_parts
from orders.planning.types import NO_DAY, Ints, Plan
from orders.queries.ranks import place_of
from orders.queries.substitutes import Proposal
from orders.replanning.draft import Draft, Stopwatch, make_draft, plan_inputs
from orders.replanning.inputs import Inputs
from orders.replanning.sites import context_of

SHOWN = 12
_LATEST = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Hurt:
    """An order that would wait longer, by the line that loses most: ``days`` is None where either day is unknown."""

    order: str
    customer: str
    sku: str
    before: date | None
    after: date | None
    days: int | None
    units_lost: int


@dataclass(frozen=True, slots=True)
class ExpediteTrial:
    """What expediting would do. ``is_asked`` is False where the rules in force give nothing for it.

    Ranks are of the whole backlog; ``hurt`` are the orders that would wait longest for it, of ``hurt_orders`` in all.
    """

    is_asked: bool
    score_before: float
    score_after: float
    rank_before: int
    rank_after: int
    all_on_before: date | None
    all_on_after: date | None
    hurt: tuple[Hurt, ...]
    hurt_orders: int
    units_won: int


@dataclass(frozen=True, slots=True)
class Half:
    """One of two deliveries; ``on`` is the day on which all of it can leave, None where nobody knows."""

    units: int
    value: Decimal
    on: date | None


@dataclass(frozen=True, slots=True)
class SplitTrial:
    """Both halves of a split, and when all would leave without it."""

    now: Half
    later: Half
    unsplit_on: date | None


@dataclass(frozen=True, slots=True)
class SwapTrial:
    """What a substitute would do to the dates of its line and of the whole order."""

    proposal: Proposal
    line_on_before: date | None
    line_on_after: date | None
    all_on_before: date | None
    all_on_after: date | None

    @property
    def days_won(self) -> int | None:
        """How much sooner all of the order leaves; None where a day is unknown."""
        if self.all_on_before is None or self.all_on_after is None:
            return None
        return (self.all_on_before - self.all_on_after).days


def try_expedite(order: Order, policy: Policy, *, today: date, rank: int) -> ExpediteTrial | None:
    """Say what expediting an open order would do, to it and to others; None for an order with nothing open."""
    draft = _draft_of(order, policy, today)
    if draft is None:
        return None
    before = draft.plan
    attributes = as_if_expedited(draft.inputs.attributes, draft.inputs.backlog, order.pk)
    after = before if attributes is None else _planned(draft, replace(draft.inputs, attributes=attributes), today)
    own = np.flatnonzero(before.order_id == order.pk)
    hurt = _hurt(before, after, order.pk)
    stored = OrderPlan.objects.filter(pk=order.pk).first()
    score = float(after.score[own].max())
    return ExpediteTrial(
        is_asked=attributes is not None,
        score_before=float(before.score[own].max()),
        score_after=score,
        rank_before=rank,
        rank_after=place_of(stored, score=score) if stored and attributes is not None else rank,
        all_on_before=_all_on(before, order.pk),
        all_on_after=_all_on(after, order.pk),
        hurt=tuple(_named(hurt[:SHOWN])),
        hurt_orders=len(hurt),
        units_won=int((after.allocated_qty[own] - before.allocated_qty[own]).sum()),
    )


def try_split(order: Order, policy: Policy, leaving: Mapping[int, int], *, today: date) -> SplitTrial | None:
    """Say when both halves would leave, were ``leaving`` units by line id sent now; None for nothing open."""
    draft = _draft_of(order, policy, today)
    if draft is None:
        return None
    lines = list(order.lines.filter(open_qty__gt=0))
    fixed = _fixed(order, leaving)
    supply, frozen = as_if_fixed(draft.inputs.supply, draft.inputs.frozen, fixed)
    backlog = as_if_in_parts(draft.inputs.backlog, order.pk)
    tried = _planned(draft, replace(draft.inputs, supply=supply, frozen=frozen, backlog=backlog), today)
    staying = {line.pk for line in lines if line.open_qty > leaving.get(line.pk, 0)}
    return SplitTrial(
        now=_half(lines, leaving, _leave_on(draft.inputs, frozen.warehouse_id, frozen.line_id, leaving, today)),
        later=_half(lines, {line.pk: line.open_qty - leaving.get(line.pk, 0) for line in lines}, _on(tried, staying)),
        unsplit_on=_all_on(draft.plan, order.pk),
    )


def try_swaps(order: Order, policy: Policy, found: Sequence[Proposal], *, today: date) -> list[SwapTrial]:
    """Say what each substitute would do to the order's dates; one plan for each that covers all that lacks."""
    draft = _draft_of(order, policy, today) if found else None
    if draft is None:
        return []
    trials = []
    for proposal in found:
        after = draft.plan
        if proposal.covers_qty >= proposal.short_qty:
            frozen = as_if_here(draft.inputs.frozen, draft.inputs.backlog, proposal.line_id)
            after = _planned(draft, replace(draft.inputs, frozen=frozen), today)
        trials.append(
            SwapTrial(
                proposal=proposal,
                line_on_before=_on(draft.plan, {proposal.line_id}),
                line_on_after=_on(after, {proposal.line_id}),
                all_on_before=_all_on(draft.plan, order.pk),
                all_on_after=_all_on(after, order.pk),
            )
        )
    return trials


def _draft_of(order: Order, policy: Policy, today: date) -> Draft | None:
    products = set(order.lines.filter(open_qty__gt=0).values_list("product_id", flat=True))
    draft = make_draft(products, policy, today=today, watch=Stopwatch()) if products else None
    return draft if draft is not None and (draft.plan.order_id == order.pk).any() else None


def _planned(draft: Draft, inputs: Inputs, today: date) -> Plan:
    return plan_inputs(inputs, draft.rules, today=today.toordinal())


def _hurt(before: Plan, after: Plan, order_id: int) -> list[tuple[int, int, int, int]]:
    """Return (line id, day before, day after, units lost) of each other order's line that loses most, worst first."""
    was, becomes = (np.where(plan.eta_p50 == NO_DAY, _LATEST, plan.eta_p50) for plan in (before, after))
    later = np.flatnonzero((becomes > was) & (before.order_id != order_id))
    worst: dict[int, int] = {}
    for at in later.tolist():
        order = int(before.order_id[at])
        if order not in worst or becomes[at] - was[at] > becomes[worst[order]] - was[worst[order]]:
            worst[order] = at
    lost = np.maximum(before.allocated_qty - after.allocated_qty, 0)
    rows = sorted(worst.values(), key=lambda at: (int(was[at] - becomes[at]), int(before.line_id[at])))
    return [(int(before.line_id[at]), int(before.eta_p50[at]), int(after.eta_p50[at]), int(lost[at])) for at in rows]


def _named(hurt: Iterable[tuple[int, int, int, int]]) -> Iterable[Hurt]:
    rows = list(hurt)
    lines = OrderLine.objects.select_related("order__customer", "product").in_bulk([row[0] for row in rows])
    for line_id, was, becomes, lost in rows:
        line = lines.get(line_id)
        if line is not None:
            days = None if NO_DAY in (was, becomes) else becomes - was
            order = line.order
            yield Hurt(order.ref, order.customer.name, line.product.sku, _day(was), _day(becomes), days, lost)


def _fixed(order: Order, leaving: Mapping[int, int]) -> Fixed:
    """Return what would be pinned, from where planning put it: the units beyond those that are frozen already."""
    claims = list(
        Allocation.objects.filter(line__order=order).order_by("line_id", "warehouse__preference", "warehouse_id")
    )
    left = dict(leaving)
    for claim in claims:
        if claim.state != AllocationState.PLANNED:
            left[claim.line_id] = left.get(claim.line_id, 0) - claim.qty
    rows = []
    for claim in claims:
        qty = min(claim.qty, left.get(claim.line_id, 0)) if claim.state == AllocationState.PLANNED else 0
        if qty > 0:
            left[claim.line_id] -= qty
            rows.append((claim.line_id, claim.product_id, claim.warehouse_id, qty))
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)] if rows else []
    return Fixed(*columns) if columns else Fixed(*(np.zeros(0, dtype=np.int64) for _ in range(4)))


def _half(lines: Iterable[OrderLine], units: Mapping[int, int], on: date | None) -> Half:
    by_line = defaultdict(int, units)
    value = sum((by_line[line.pk] * line.unit_price for line in lines), Decimal(0))
    return Half(sum(by_line.values()), value, on)


def _leave_on(
    inputs: Inputs, warehouse_id: Ints, line_id: Ints, leaving: Mapping[int, int], today: date
) -> date | None:
    """Return the day from which all the units that leave now can go, by the hands of their warehouses."""
    chosen = np.isin(line_id, [key for key, qty in leaving.items() if qty])
    if not chosen.any():
        return None
    days = SiteDays(context_of(inputs.sites, today=today.toordinal())).leave_today(warehouse_id[chosen])
    return _day(int(days.max()))


def _on(plan: Plan, line_ids: Collection[int]) -> date | None:
    return _day(all_lines_day(plan.eta_p50[np.isin(plan.line_id, list(line_ids))]))


def _all_on(plan: Plan, order_id: int) -> date | None:
    return _day(all_lines_day(plan.eta_p50[plan.order_id == order_id]))


def _day(day: int) -> date | None:
    return None if day == NO_DAY else date.fromordinal(int(day))

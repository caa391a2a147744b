"""One order in two plans: the one in force and those full runs that are kept, line by line and rule by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import QuerySet

from orders.models import EtaRevision, EtaRevisionKind, LinePlan, Order, OrderPlan, PlanRecord, Policy, Reason
from orders.planning import grammar
from orders.planning.types import NO_DAY
from orders.queries.ranks import ranks_of
from orders.queries.scoring import Part, name_points, rule_labels
from orders.replanning.plan_records import replay
from orders.simulation.outlook import look

NOW = 0  # stands for the plan in force where a run's number is asked for


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan to choose: a kept run, or the one in force (``run`` is NOW)."""

    run: int
    made_at: datetime | None
    policy: str
    version: int


@dataclass(frozen=True, slots=True)
class LineThen:
    """A line as a plan had it."""

    open_qty: int
    allocated_qty: int
    pegged_qty: int
    eta_p50: date | None
    eta_p90: date | None
    reason: str
    score: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class OrderThen:
    """An order as a plan had it; ``rank`` of ``orders``. ``lines`` by the key of the order's line."""

    rank: int
    orders: int
    eta_p50: date | None
    score: float
    lines: Mapping[int, LineThen]


@dataclass(frozen=True, slots=True)
class PartChange:
    """What one rule gave in either plan; None where the rule was not there."""

    label: str
    before: float | None
    after: float | None

    @property
    def difference(self) -> float:
        return (self.after or 0.0) - (self.before or 0.0)


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line in both plans, None where it was not open or planned."""

    position: int
    sku: str
    name: str
    before: LineThen | None
    after: LineThen | None

    @property
    def days(self) -> int | None:
        """How much later it leaves; None where either day is unknown."""
        if not (self.before and self.after and self.before.eta_p50 and self.after.eta_p50):
            return None
        return (self.after.eta_p50 - self.before.eta_p50).days

    @property
    def is_same(self) -> bool:
        return self.before == self.after

    @property
    def parts(self) -> list[PartChange]:
        """The rules of both plans in the order of the later one; those that gave nothing in either are left out."""
        was = {part.label: part.points for part in self.before.parts} if self.before else {}
        becomes = {part.label: part.points for part in self.after.parts} if self.after else {}
        labels = [*becomes, *(label for label in was if label not in becomes)]
        return [
            PartChange(label, was.get(label), becomes.get(label))
            for label in labels
            if was.get(label) or becomes.get(label)
        ]


@dataclass(frozen=True, slots=True)
class OrderRuns:
    """An order in two plans, either None where it is not part of it, and every change of its date in between."""

    before: OrderThen | None
    after: OrderThen | None
    lines: tuple[LineChange, ...]
    revisions: tuple[EtaRevision, ...]


def plans_to_choose(order: Order) -> list[Plan]:
    """Return the plan in force and the kept runs, the newest first. Three queries."""
    kept = PlanRecord.objects.select_related("run__policy").defer("archive", "rules").order_by("-run_id")
    runs = [
        Plan(record.run_id, record.run.started_at, record.run.policy.name, record.run.policy.version)
        for record in kept
        if record.run.policy is not None
    ]
    policy = LinePlan.objects.filter(line__order=order).values_list("policy_id", flat=True).first()
    newest = next((run for run in runs), None)
    name, version = _policy_name(policy) if policy else (newest.policy, newest.version) if newest else ("", 0)
    return [Plan(NOW, None, name, version), *runs]


def before_last_change(order: Order, plans: Sequence[Plan]) -> Plan | None:
    """Return the newest kept run that was made before the order's date last changed; the newest where none was."""
    kept = [plan for plan in plans if plan.made_at is not None]
    last = _changes_of(order).last()
    older = [plan for plan in kept if last and _is_before(plan, last)]
    return next(iter(older or kept), None)


def _is_before(plan: Plan, change: EtaRevision) -> bool:
    """Tell whether a plan was made before a change of a date, and not by the run that made the change."""
    if change.run_id:
        return plan.run < change.run_id
    return plan.made_at is not None and plan.made_at < change.at


def compare_plans(order: Order, before: Plan, after: Plan) -> OrderRuns:
    """Compare an order in two plans. A kept run is planned again from what was kept: O(its lines log lines)."""
    was, becomes = (_then(order, plan.run) for plan in (before, after))
    lines = order.lines.select_related("product").order_by("position")
    changes = [
        LineChange(
            line.position,
            line.product.sku,
            line.product.name,
            was.lines.get(line.pk) if was else None,
            becomes.lines.get(line.pk) if becomes else None,
        )
        for line in lines
    ]
    return OrderRuns(
        was,
        becomes,
        tuple(change for change in changes if change.before or change.after),
        _revisions(order, before, after),
    )


def _revisions(order: Order, before: Plan, after: Plan) -> tuple[EtaRevision, ...]:
    changes = _changes_of(order)
    if before.made_at:
        changes = changes.filter(at__gt=before.made_at)
    if after.made_at:
        changes = changes.filter(at__lte=after.made_at)
    return tuple(changes)


def _changes_of(order: Order) -> QuerySet[EtaRevision]:
    return order.eta_revisions.exclude(kind=EtaRevisionKind.TOLD).select_related("actor", "run").order_by("pk")


def _then(order: Order, run: int) -> OrderThen | None:
    return _in_force(order) if run == NOW else _in_run(order, run)


def _in_force(order: Order) -> OrderThen | None:
    plan = OrderPlan.objects.filter(pk=order.pk).first()
    rows = list(LinePlan.objects.filter(line__order=order).select_related("line"))
    if plan is None or not rows:
        return None
    labels = rule_labels({row.policy_id for row in rows})
    lines = {
        row.line_id: LineThen(
            open_qty=row.line.open_qty,
            allocated_qty=row.allocated_qty,
            pegged_qty=row.pegged_qty,
            eta_p50=row.eta_p50,
            eta_p90=row.eta_p90,
            reason=row.get_reason_display(),
            score=row.score,
            parts=name_points(row.points, labels.get(row.policy_id, ())),
        )
        for row in rows
    }
    return OrderThen(ranks_of([order.pk]).get(order.pk, 0), OrderPlan.objects.count(), plan.eta_p50, plan.score, lines)


def _in_run(order: Order, run: int) -> OrderThen | None:
    record = PlanRecord.objects.defer("archive").get(pk=run)
    replayed = replay(run)
    plan, backlog = replayed.plan, replayed.inputs.backlog
    own = np.flatnonzero(plan.order_id == order.pk)
    if not len(own):
        return None
    labels = grammar.rule_labels(record.rules)
    outlook = look(plan, backlog, np.zeros(len(backlog.line_id), dtype=np.int64))
    place = int(np.searchsorted(outlook.order_id, order.pk))
    open_qty = dict(zip(backlog.line_id.tolist(), backlog.open_qty.tolist(), strict=True))
    lines = {
        int(plan.line_id[at]): LineThen(
            open_qty=open_qty[int(plan.line_id[at])],
            allocated_qty=int(plan.allocated_qty[at]),
            pegged_qty=int(plan.pegged_qty[at]),
            eta_p50=_day(int(plan.eta_p50[at])),
            eta_p90=_day(int(plan.eta_p90[at])),
            reason=str(Reason(int(plan.reason[at])).label),
            score=float(plan.score[at]),
            parts=name_points(plan.points[at].tolist(), labels),
        )
        for at in own.tolist()
    }
    rank, orders = int(outlook.rank[place]), len(outlook.order_id)
    return OrderThen(rank, orders, _day(int(outlook.eta[place])), float(plan.score[own].max()), lines)


def _policy_name(policy_id: int) -> tuple[str, int]:
    found: tuple[str, int] = Policy.objects.values_list("name", "version").get(pk=policy_id)
    return found


def _day(day: int) -> date | None:
    return None if day == NO_DAY else date.fromordinal(day)

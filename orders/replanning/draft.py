"""A plan made and not written yet: read in one snapshot, planned in memory, compared with what is stored."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from time import perf_counter

import numpy as np

from orders.models import Policy
from orders.planning import engine
from orders.planning.components import product_components
from orders.planning.fairness import fairness
from orders.planning.grammar import parse_policy
from orders.planning.ids import distinct
from orders.planning.rules import Policy as Rules
from orders.planning.types import Ints, Kept, Outcome, Plan
from orders.replanning.asking import Asking
from orders.replanning.components import close_over
from orders.replanning.diff import Changes, compare
from orders.replanning.inputs import Inputs, ask_inputs
from orders.replanning.learned import judge_lines
from orders.replanning.scope import Scope
from orders.replanning.shared_reads import shared_reads
from orders.replanning.side_by_side import is_long, start
from orders.replanning.sites import context_of
from orders.replanning.snapshot import snapshot
from orders.replanning.stored import Stored, ask_stored
from orders.replanning.totals import ask_order_plans, find_stale
from orders.replanning.unheard import load_unheard
from orders.replanning.weighing import load_kept_back

# The engine's steps under the names that runs and benchmarks report.
_STEPS = {
    "prepare": "score_s",
    "score": "score_s",
    "allocate": "allocate_s",
    "promise": "promise_s",
    "explain": "promise_s",
}
Rest = Callable[[Plan], tuple[Stored, Ints]]  # waits for the stored plan; the orders to roll up in any case, too
BROKEN = (Kept.NO, Kept.FELL_BACK)  # guarantees that a run counts


class Stopwatch:
    """Seconds per step, in the order the steps ended."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._started = self._last = perf_counter()

    def lap(self, step: str) -> None:
        """End a step; several laps of one step add up."""
        now = perf_counter()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._last
        self._last = now

    @property
    def total(self) -> float:
        return perf_counter() - self._started


@dataclass(frozen=True, slots=True)
class Draft:
    """What a run found out, by the ``rules`` of the policy ``policy_id``; ``inputs_hash`` waits for the digest."""

    scope: Scope
    rules: Rules
    policy_id: int
    inputs: Inputs
    inputs_hash: Callable[[], str]
    plan: Plan
    changes: Changes

    def counts(self, now: datetime) -> dict[str, int]:
        """Return what became of the open lines; the three outcomes add up to all of them.

        For the whole backlog also how fair that is to those who waited longest (``planning.fairness``).
        """
        guarantees = self.plan.guarantees
        kept = {} if guarantees is None else {f"guarantees_{k.name.lower()}": guarantees.lines(k) for k in BROKEN}
        return {
            **kept,
            "lines": len(self.plan.line_id),
            "products": len(distinct(self.inputs.backlog.product_id)),
            **{outcome.name.lower(): int((self.plan.outcome == outcome).sum()) for outcome in Outcome},
            "rows_to_write": self.changes.rows,
            **(self._fairness(now) if self.scope.is_everything else {}),
        }

    def _fairness(self, now: datetime) -> dict[str, int]:
        return asdict(fairness(self.inputs.backlog, self.plan, int(now.timestamp()) * 1_000_000))

    def components(self) -> tuple[Ints, Ints]:
        """Return (product, component) for every product that has lines, changes or marks, products ascending."""
        planned, component = product_components(self.inputs.backlog)
        products = distinct(planned, self.changes.product_ids(), self.inputs.marks["product_id"])
        label = products.copy()
        label[np.searchsorted(products, planned)] = component
        return products, label


def make_draft(
    product_ids: Collection[int] | None,
    policy: Policy,
    *,
    today: date,
    watch: Stopwatch,
    after_reading: Callable[[Inputs], None] | None = None,
) -> Draft:
    """Read one snapshot of what planning needs for these products' components (None = everything) and plan it.

    Takes no locks and writes nothing; ``policy.status`` becomes what it is in the snapshot. Inside a transaction that
    a caller opened, its isolation level holds.
    """
    rules = parse_policy(policy.rules)
    with snapshot("SELECT status FROM orders_policy WHERE id = %s", [policy.pk]) as (status,):
        policy.status = status
        scope = Scope(None) if product_ids is None else close_over(product_ids)
        read = _read_all if scope.is_everything else _read_some
        inputs, rest = read(scope, rules, today=today.toordinal())
    if after_reading is not None:
        after_reading(inputs)
    inputs_hash = start(inputs.digest) if scope.is_everything else inputs.digest
    watch.lap("load_s")
    plan = plan_inputs(inputs, rules, today=today.toordinal(), after_step=lambda step: watch.lap(_STEPS[step]))
    stored, stale = rest(plan)
    inputs = inputs.with_stale(stale)
    watch.lap("load_s")
    changes = compare(plan, inputs.backlog.product_id, policy.pk, stored)
    watch.lap("diff_s")
    return Draft(scope, rules, policy.pk, inputs, inputs_hash, plan, changes)


def _read_some(scope: Scope, rules: Rules, *, today: int) -> tuple[Inputs, Rest]:
    """Read what an event run needs; nothing is left for later."""
    ask = Asking(few=scope.is_few)
    asked_inputs = ask_inputs(ask, scope, rules, today=today)
    asked_plans, asked_claims = ask_stored(ask, scope)
    inputs = asked_inputs()
    stored, stale = Stored(asked_plans(), asked_claims()), _load_untold(inputs, scope)
    if rules.segments:
        inputs = replace(inputs, previous=stored.claims.as_previous())
    return inputs, lambda _: (stored, stale)


def _read_all(scope: Scope, rules: Rules, *, today: int) -> tuple[Inputs, Rest]:
    """Read what a plan of the whole backlog needs; what it is compared with may come while it is made."""
    with shared_reads(table="orders_lineplan") as reads:
        short = not is_long("orders_orderline")
        asked_inputs = ask_inputs(Asking(few=False, short=short, begin=reads.begin), scope, rules, today=today)
        later = Asking(few=False, short=short, begin=reads.begin_later)
        asked_plans, asked_claims = ask_stored(later, scope)
        asked_order_plans = ask_order_plans(later)
        inputs = asked_inputs()
        untold = _load_untold(inputs, scope)
        if rules.promises:
            untold = np.union1d(untold, load_kept_back(scope))
        order_plans = asked_order_plans()  # here: the other connection is long at the plans of lines
        if rules.segments:
            inputs = replace(inputs, previous=asked_claims().as_previous())

    def rest(plan: Plan) -> tuple[Stored, Ints]:
        stale = find_stale(inputs.backlog, inputs.price_minor, inputs.unpromised_orders, plan, order_plans)
        return Stored(asked_plans(), asked_claims()), distinct(untold, stale)

    return inputs, rest


def _load_untold(inputs: Inputs, scope: Scope) -> Ints:
    """Return the orders whose days have to be weighed anew, if a mark says so."""
    return load_unheard(scope) if inputs.marks["weighs"].any() else inputs.stale_orders[:0]


def plan_inputs(inputs: Inputs, rules: Rules, *, today: int, after_step: Callable[[str], None] | None = None) -> Plan:
    """Plan loaded inputs as every run does; simulations and replays call it too, with inputs of their own."""
    context = context_of(inputs.sites, today=today)
    return engine.plan(
        inputs.backlog,
        inputs.supply,
        inputs.frozen,
        inputs.products,
        {**inputs.attributes, **judge_lines(inputs, context)},
        rules,
        context,
        after_step=after_step,
        previous=inputs.previous,
        demand=inputs.demand,
        terms=inputs.terms,
        pick_days=inputs.pick_days,
        shipped=inputs.shipped,
    )

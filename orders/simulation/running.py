"""Scenarios planned beside the live plan: read once, changed in memory, planned by the same engine, compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from kernel.errors import Invalid
from orders.models import Policy
from orders.planning.grammar import parse_policy
from orders.rules import policies
from orders.simulation.applying import apply
from orders.simulation.changed import Changed
from orders.simulation.comparing import compare_outlooks
from orders.simulation.differences import Differences, describe
from orders.simulation.figures import Figures
from orders.simulation.live import Live, Planned, load_live, plan_changed, plan_live
from orders.simulation.names import Names, look_up
from orders.simulation.planned_order import PlannedOrder, planned_order
from orders.simulation.scenarios import Scenario

MOVES = 20  # orders named of each kind
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Result:
    """One scenario: its figures, how it differs from the baseline, and the orders that it adds, in their order."""

    figures: Figures
    differences: Differences
    added: tuple[PlannedOrder, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The live inputs planned by the rules in force, and the scenarios beside them, in their order."""

    baseline: Figures
    results: tuple[Result, ...]


def to_nobody(step: str, done: int, total: int) -> None:
    """Stand in for a caller who does not watch."""


def simulate(scenarios: Sequence[Scenario], *, today: date, on_progress: Progress = to_nobody) -> Outcome:
    """Plan every scenario on one snapshot and compare it with the live inputs planned by the rules in force.

    Takes no locks and writes nothing. Memory: the inputs of the backlog, once for each set of rules. Raises Invalid
    where a scenario names what does not exist or rules that the grammar refuses.
    """
    total = len(scenarios) + 2
    on_progress("Reading the backlog", 0, total)
    names = look_up(scenarios)
    documents = _distinct([policies.published().rules, *(rules_of(scenario) for scenario in scenarios)])
    parsed = [parse_policy(dict(document)) for document in documents]
    live = load_live(parsed, today=today)
    on_progress("Planning as it is", 1, total)
    baseline = plan_live(live, live.inputs[0], parsed[0])
    results = []
    for number, scenario in enumerate(scenarios):
        on_progress(f"Planning {scenario.name}", number + 2, total)
        at = documents.index(rules_of(scenario)) if scenario.policy else 0
        changed = Changed(live.inputs[at], live.price_minor, live.standing, live.hands)
        for change in scenario.changes:
            changed = apply(changed, change, names, today=live.today)
        planned = plan_changed(changed, parsed[at], today=live.today)
        results.append(_compared(live, baseline, planned, changed))
    on_progress("Done", total, total)
    return Outcome(baseline.figures, tuple(results))


def check(scenarios: Sequence[Scenario]) -> Names:
    """Refuse scenarios that could not be planned: unknown names, wrong rules. Raises Invalid naming each place."""
    names = look_up(scenarios)
    for number, scenario in enumerate(scenarios):
        if scenario.policy:
            try:
                policies.checked_strategy(rules_of(scenario))
            except Invalid as refusal:
                place = f"scenarios.{number}.changes.{scenario.changes.index(scenario.policy)}.rules"
                raise Invalid(
                    refusal.detail, fields={f"{place}.{part}": words for part, words in refusal.fields.items()}
                ) from refusal
    return names


def rules_of(scenario: Scenario) -> Mapping[str, Any]:
    """Return the document that a scenario plans by; the one in force where it names none."""
    wanted = scenario.policy
    if wanted is None:
        return policies.published().rules
    if wanted.rules is not None:
        return wanted.rules
    rules: Mapping[str, Any] = Policy.objects.values_list("rules", flat=True).get(pk=wanted.policy or 0)
    return rules


def as_json(record: Figures | Result) -> dict[str, Any]:
    """Return a result as it is stored and shown: dates as ISO text."""
    stored: dict[str, Any] = json.loads(json.dumps(asdict(record), cls=DjangoJSONEncoder))
    return stored


def _distinct(documents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [document for index, document in enumerate(documents) if document not in documents[:index]]


def _compared(live: Live, baseline: Planned, planned: Planned, changed: Changed) -> Result:
    found = compare_outlooks(baseline.outlook, planned.outlook, live.standing, planned.news)
    return Result(
        figures=planned.figures,
        differences=describe(found, today=live.today, moves=MOVES),
        added=tuple(filter(None, (planned_order(planned.outlook, order.order_id) for order in changed.orders))),
    )

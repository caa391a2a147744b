"""What a policy would do to the backlog, before anybody publishes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from time import perf_counter
from typing import Any

from django.utils import timezone

from kernel.errors import NotFound
from orders.models import Policy
from orders.planning.grammar import parse_policy
from orders.planning.linter import Finding, lint
from orders.rules import policies
from orders.simulation.comparing import compare_outlooks
from orders.simulation.differences import Differences, describe
from orders.simulation.figures import Figures
from orders.simulation.live import Sampling, load_live, plan_live

MOVES = 10
# Reading components one by one costs more a line than reading all, so a sample pays only where the rest is much larger.
SAMPLING = Sampling(whole_up_to=150_000, lines=30_000)


@dataclass(frozen=True, slots=True)
class Sample:
    """Figures are those of ``lines`` lines ``of`` all."""

    lines: int
    of: int


@dataclass(frozen=True, slots=True)
class Preview(Differences):
    """How the planned backlog would change against the live inputs planned anew by the policy in force.

    ``findings`` are the linter's doubts about the rules, in their order.
    """

    before: Figures
    after: Figures
    findings: tuple[Finding, ...]
    sample: Sample | None
    seconds: float


def preview(policy_id: int, *, now: datetime) -> Preview:
    """Plan the backlog under a policy in memory and compare it with the policy in force; writes nothing.

    O(lines log lines); of a backlog that is larger than ``SAMPLING`` allows, a sample. Raises NotFound.
    """
    policy = Policy.objects.filter(pk=policy_id).first()
    if policy is None:
        raise NotFound("There is no such policy.")
    return preview_rules(policy.rules, now=now)


def preview_rules(rules: Mapping[str, Any], *, now: datetime) -> Preview:
    """Preview a document that nobody has saved. Raises Invalid naming each place that is wrong."""
    started = perf_counter()
    policies.checked_strategy(rules)
    in_force, wanted = parse_policy(policies.published().rules), parse_policy(dict(rules))
    live = load_live([in_force, wanted], today=timezone.localdate(now), sampling=SAMPLING)
    before, after = (plan_live(live, i, p) for i, p in zip(live.inputs, (in_force, wanted), strict=True))
    found = compare_outlooks(before.outlook, after.outlook, live.standing, after.news)
    differences = describe(found, today=live.today, moves=MOVES)
    return Preview(
        **{field.name: getattr(differences, field.name) for field in fields(differences)},
        before=before.figures,
        after=after.figures,
        findings=tuple(lint(rules)),
        sample=Sample(len(live.price_minor), live.lines_open) if live.is_sample else None,
        seconds=round(perf_counter() - started, 3),
    )

"""Findings on segments, quotas and promise rules, of which the first that a line meets counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orders.planning.lint_conditions import Finding, FindingKind, lint_condition, never_matches
from orders.planning.logic import ALWAYS, Logic
from orders.planning.rules import FREE_PROMISE, AnyOf, Condition, Guarantee, PromiseRule, Quota, Segment


def lint_segments(segments: tuple[Segment, ...], logic: Logic) -> Iterator[Finding]:
    """Yield findings on the segments of a policy."""
    free = [segment.guarantee is Guarantee.REDISTRIBUTE for segment in segments]
    message = "Lines of no segment are planned as redistribute too."
    yield from _lint_first_met([part.when for part in segments], "segments", logic, free, message)


def lint_quotas(quotas: tuple[Quota, ...], logic: Logic) -> Iterator[Finding]:
    """Yield findings on the quotas of a policy."""
    free = [not (quota.at_least and quota.at_least.value) and quota.at_most is None for quota in quotas]
    message = "It protects nothing and limits nothing."
    yield from _lint_first_met([part.when for part in quotas], "quotas", logic, free, message)


def lint_promises(promises: tuple[PromiseRule, ...], logic: Logic) -> Iterator[Finding]:
    """Yield findings on the promise rules of a policy."""
    free = [replace(promise, id="", label="", when=None) == FREE_PROMISE for promise in promises]
    message = "It lets every change through, as for promises of no rule."
    yield from _lint_first_met([part.when for part in promises], "promises", logic, free, message)
    for i, promise in enumerate(promises):
        if promise.urgent_days and promise.no_worse:
            message = "No delay is told at all, however urgent: no_worse forbids it."
            yield Finding(f"promises[{i}].urgent_days", FindingKind.DEAD, message, "Remove it, or allow worse dates.")


def _lint_first_met(
    whens: list[Condition | None], name: str, logic: Logic, free: list[bool], message: str
) -> Iterator[Finding]:
    """Yield findings on entries in order; ``free`` marks those that say what holds for lines of none anyway."""
    for i, when in enumerate(condition or ALWAYS for condition in whens):
        place = f"{name}[{i}]"
        before = AnyOf(tuple(other or ALWAYS for other in whens[:i]))
        if not logic.possible(when):
            yield never_matches(when, f"{place}.when", logic)
            continue
        if logic.follows(before, when):
            shadow = "Every line that it is for belongs to an entry before it."
            yield Finding(place, FindingKind.SHADOWED, shadow, "Move it up, or remove it.")
            continue
        yield from lint_condition(when, f"{place}.when", logic)
        if all(free[i:]):
            yield Finding(place, FindingKind.DEAD, message, "Remove it.")

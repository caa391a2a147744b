"""Findings on segments, quotas, classes and promise rules, of which the first that a line meets counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orders.planning.attributes import CATALOGUE
from orders.planning.lint_conditions import Finding, FindingKind, lint_condition, never_matches
from orders.planning.logic import ALWAYS, Logic
from orders.planning.rules import (
    FREE_PROMISE,
    AnyOf,
    Condition,
    DemandClass,
    Guarantee,
    PromiseRule,
    Quota,
    Segment,
    comparisons,
)

FULL = 100.0  # per cent


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
    yield from _lint_shares(quotas, logic)


def _lint_shares(quotas: tuple[Quota, ...], logic: Logic) -> Iterator[Finding]:
    """Yield what protects more than all of a product; quotas that tell products apart may protect different ones."""
    total = 0.0
    for i, quota in enumerate(quotas):
        when = quota.when or ALWAYS
        before = AnyOf(tuple(other.when or ALWAYS for other in quotas[:i]))
        share = quota.at_least.value if quota.at_least and not quota.at_least.is_units else 0.0
        is_met = logic.possible(when) and not logic.follows(before, when)
        if not share or not is_met or any(part.attribute.startswith("product.") for part in comparisons(when)):
            continue
        total += share
        if total - share <= FULL < total:
            message = (
                f"With those before it, {total:,.10g} % of a product are protected: where all ask, each gets less."
            )
            yield Finding(f"quotas[{i}].at_least", FindingKind.CONTRADICTORY, message, "Lower them to 100 % together.")


def lint_promises(promises: tuple[PromiseRule, ...], logic: Logic) -> Iterator[Finding]:
    """Yield findings on the promise rules of a policy."""
    free = [replace(promise, id="", label="", when=None) == FREE_PROMISE for promise in promises]
    message = "It lets every change through, as for promises of no rule."
    yield from _lint_first_met([part.when for part in promises], "promises", logic, free, message)
    for i, promise in enumerate(promises):
        if promise.urgent_days and promise.no_worse:
            message = "No delay is told at all, however urgent: no_worse forbids it."
            yield Finding(f"promises[{i}].urgent_days", FindingKind.DEAD, message, "Remove it, or allow worse dates.")


def lint_classes(classes: tuple[DemandClass, ...], logic: Logic) -> Iterator[Finding]:
    """Yield findings on the classes that units are kept for."""
    kept = [False] * len(classes)
    yield from _lint_first_met([part.when for part in classes], "forecast.classes", logic, kept, "")
    if classes and logic.follows(AnyOf(tuple(part.when for part in classes))):
        message = "Every line is of some class, so nobody is worse than the last: nothing is kept for it."
        advice = "Leave the last class out: its lines come last anyway."
        yield Finding(f"forecast.classes[{len(classes) - 1}]", FindingKind.DEAD, message, advice)


def lint_fair_share(attribute: str) -> Iterator[Finding]:
    """Yield what divides nothing because all lines have the same."""
    if attribute and CATALOGUE[attribute].is_same_for_all:
        message = "Tells of the day alone, so all lines are one group: nothing is divided."
        yield Finding("fair_share", FindingKind.DEAD, message, "Divide by something of the line.")


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

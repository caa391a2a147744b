"""Scores in words: the points of a plan, named by the rules of the policy that gave them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orders.models import LinePlan, Policy
from orders.planning import grammar


@dataclass(frozen=True, slots=True)
class Part:
    """One rule's share of a score."""

    label: str
    points: float


@dataclass(frozen=True, slots=True)
class Score:
    """A line's score and what it is made of, in the order of the policy's rules."""

    line_id: int
    points: float
    parts: tuple[Part, ...]


def best_scores(order_ids: Iterable[int]) -> dict[int, Score]:
    """Return the score that ranks each order: that of its best line. Two queries, however many orders."""
    rows = (
        LinePlan.objects.filter(line__order_id__in=list(order_ids))
        .order_by("order_id", "stage", "-score", "line_id")
        .distinct("order_id")
        .values_list("order_id", "line_id", "score", "points", "policy_id")
    )
    found = list(rows)
    names = rule_labels({policy_id for *_, policy_id in found})
    return {
        order_id: Score(line_id, score, name_points(points, names.get(policy_id, ())))
        for order_id, line_id, score, points, policy_id in found
    }


def rule_labels(policy_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return the labels of each policy's rules, those that its strategy adds included, in their order."""
    documents = Policy.objects.filter(pk__in=list(policy_ids)).values_list("pk", "rules")
    return {pk: grammar.rule_labels(document) for pk, document in documents}


def name_points(points: Iterable[float], labels: tuple[str, ...]) -> tuple[Part, ...]:
    return tuple(
        Part(labels[index] if index < len(labels) else f"Rule {index + 1}", value) for index, value in enumerate(points)
    )

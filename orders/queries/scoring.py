"""Scores in words: the points of a plan, named by the rules of the policy that gave them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orders.models import LinePlan, Policy
from orders.planning import grammar
from orders.planning.rules import Rule
from orders.planning.strategies import WITH_CRITERIA


@dataclass(frozen=True, slots=True)
class Part:
    """One rule's share of a score; ``rule`` is its id in the policy, where that is known."""

    label: str
    points: float
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """A line's score and what it is made of, in the order of the policy's rules.

    ``has_criteria``: its rules decide one after another. Their points are exact up to 10¹⁵ and mean nothing to people;
    which of them decides between two lines does.
    """

    line_id: int
    points: float
    parts: tuple[Part, ...]
    has_criteria: bool = False

    def decided_by(self, other: Score | None) -> str:
        """Name the first criterion by which the two differ; without another line, the first that this one meets."""
        if other is None:
            return next((part.label for part in self.parts if part.points), "")
        pairs = zip(self.parts, other.parts, strict=False)
        return next((mine.label for mine, theirs in pairs if mine.points != theirs.points), "Placed first")


def best_scores(order_ids: Iterable[int]) -> dict[int, Score]:
    """Return the score that ranks each order: that of its best line. Two queries, however many orders."""
    rows = (
        LinePlan.objects.filter(line__order_id__in=list(order_ids))
        .order_by("order_id", "stage", "-score", "line_id")
        .distinct("order_id")
        .values_list("order_id", "line_id", "score", "points", "policy_id")
    )
    found = list(rows)
    documents = dict(Policy.objects.filter(pk__in={row[-1] for row in found}).values_list("pk", "rules"))
    rules = {pk: grammar.parse_policy(document).rules for pk, document in documents.items()}
    ladders = {pk for pk, document in documents.items() if document.get("strategy") in WITH_CRITERIA}
    return {
        order_id: Score(line_id, score, _parts(points, rules.get(policy_id, ())), policy_id in ladders)
        for order_id, line_id, score, points, policy_id in found
    }


def _parts(points: Sequence[float], rules: tuple[Rule, ...]) -> tuple[Part, ...]:
    known = (Part(rule.label, value, rule.id) for rule, value in zip(rules, points, strict=False))
    return (*known, *(Part(f"Rule {index + 1}", points[index]) for index in range(len(rules), len(points))))


def rule_labels(policy_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return the labels of each policy's rules, those that its strategy adds included, in their order."""
    documents = Policy.objects.filter(pk__in=list(policy_ids)).values_list("pk", "rules")
    return {pk: grammar.rule_labels(document) for pk, document in documents}


def name_points(points: Iterable[float], labels: tuple[str, ...]) -> tuple[Part, ...]:
    return tuple(
        Part(labels[index] if index < len(labels) else f"Rule {index + 1}", value) for index, value in enumerate(points)
    )

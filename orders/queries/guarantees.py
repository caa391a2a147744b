"""What segments promised lines, and whether the plan keeps it, in the words of the policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from orders.drafting.words import GUARANTEES
from orders.models import Kept, LinePlan, Order, Policy

KEPT_KEYS = {Kept.YES: "kept", Kept.NO: "broken", Kept.FELL_BACK: "fell_back"}
_WHY_UNMET = {
    "win": "There are not enough units, even before everybody else.",
    "gain": "Units that it had went to a line that wins, or their supply is gone.",
    "skip": "Units that it had went to a line that wins, or their supply is gone.",
}


@dataclass(frozen=True, slots=True)
class LineGuarantee:
    """A line's segment, its guarantee (``win``, ``gain``, …) and what became of it (KEPT_KEYS)."""

    segment: str
    guarantee: str
    kept: str

    @property
    def meaning(self) -> str:
        """What the guarantee says of the line."""
        return GUARANTEES.get(self.guarantee, "")

    @property
    def why(self) -> str:
        """Why it is not kept; empty where it is."""
        return "" if self.kept == "kept" else _WHY_UNMET.get(self.guarantee, "")


def line_guarantees(plans: Iterable[LinePlan]) -> dict[int, LineGuarantee]:
    """Return the guarantees of lines that are in a segment. One query where there are such, else none."""
    rows = [plan for plan in plans if plan.segment >= 0]
    segments = _segments({plan.policy_id for plan in rows}) if rows else {}
    return {
        plan.line_id: LineGuarantee(*found, KEPT_KEYS[Kept(plan.kept)])
        for plan in rows
        if (found := segments.get((plan.policy_id, plan.segment)))
    }


def with_guarantee(orders: QuerySet[Order], kept: Kept) -> QuerySet[Order]:
    """Limit orders to those with an open line whose guarantee ended so; found through an index of those lines."""
    return orders.filter(pk__in=LinePlan.objects.filter(kept__gt=0, kept=kept).values("order"))


def _segments(policy_ids: set[int]) -> Mapping[tuple[int, int], tuple[str, str]]:
    documents = Policy.objects.filter(pk__in=policy_ids).values_list("pk", "rules")
    return {
        (pk, place): (str(segment.get("label") or segment.get("id")), str(segment.get("guarantee")))
        for pk, document in documents
        for place, segment in enumerate(document.get("segments", ()))
    }

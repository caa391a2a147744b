"""Short forms of what presets have in common: one function for each shape of rule."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def policy(*rules: Document, **members: Document) -> Document:
    """Return a policy that adds up the points of these rules; ``members`` are what else it says."""
    return {"version": 1, "strategy": "priority", "rules": list(rules), **members}


def is_(attribute: str, value: bool | float | str) -> Document:
    """Return the condition that an attribute has a value."""
    return {"attribute": attribute, "op": "eq", "value": value}


def fixed(rule_id: str, label: str, when: Document, points: float) -> Document:
    """Return a rule that gives points where a condition holds."""
    return {"id": rule_id, "label": label, "when": when, "points": {"type": "fixed", "points": points}}


def curve(rule_id: str, label: str, attribute: str, kind: str, **points: Any) -> Document:
    """Return a rule that reads points off an attribute."""
    return {"id": rule_id, "label": label, "attribute": attribute, "points": {"type": kind, **points}}


def tier(platinum: float, gold: float, silver: float) -> Document:
    """Return the rule on the customer's tier."""
    values = {"platinum": platinum, "gold": gold, "silver": silver, "standard": 0}
    return curve("tier", "Customer tier", "customer.tier", "by_value", values=values)


def lateness(per_unit: float, cap: float) -> Document:
    """Return the rule on days past the promised date."""
    label = "Days past the promised date"
    return curve("lateness", label, "order.days_late", "linear", per_unit=per_unit, cap=cap)


def let_down(per_unit: float, cap: float) -> Document:
    """Return the rule for customers who were told a later day before."""
    label = "Told a later day before"
    return curve("let_down", label, "plan.times_slipped", "linear", per_unit=per_unit, cap=cap)


def needed_by(midpoint: float, steepness: float, points: float) -> Document:
    """Return the rule on a requested date that comes near; half its points at ``midpoint`` days."""
    label = "Requested date is near"
    return curve(
        "needed_by", label, "order.days_to_requested", "logistic", midpoint=midpoint, steepness=-steepness, max=points
    )


def age(per_unit: float = 1) -> Document:
    """Return the rule on the age of the order, the same for all and without a cap, so that nobody waits for ever."""
    return curve("age", "Age of the order", "order.age_days", "linear", per_unit=per_unit)


def expedited(points: float = 1000) -> Document:
    """Return the rule for orders that a person put first."""
    return fixed("expedited", "Expedited by a person", is_("order.expedited", True), points)

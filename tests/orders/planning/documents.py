"""Policy documents in the short forms that tests read best."""

from __future__ import annotations

from typing import Any


def policy(*rules: dict[str, Any], strategy: str = "priority", **members: Any) -> dict[str, Any]:
    return {"version": 1, "strategy": strategy, "rules": list(rules), **members}


def rule(rule_id: str = "late", attribute: str | None = "order.days_late", **members: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"id": rule_id, "label": rule_id.capitalize(), "attribute": attribute}
    return {name: value for name, value in (found | members).items() if value is not None}


def fixed(rule_id: str, points: float, when: Any = None) -> dict[str, Any]:
    return rule(rule_id, None, when=when, points={"type": "fixed", "points": points})


def linear(rule_id: str, attribute: str, per_unit: float, **members: Any) -> dict[str, Any]:
    points = {"type": "linear", "per_unit": per_unit}
    points |= {name: members.pop(name) for name in ("cap", "from") if name in members}
    return rule(rule_id, attribute, points=points, **members)


def step(rule_id: str, attribute: str, *steps: list[float], when: Any = None) -> dict[str, Any]:
    return rule(rule_id, attribute, points={"type": "step", "steps": list(steps)}, when=when)


def by_value(rule_id: str, attribute: str, when: Any = None, **values: float) -> dict[str, Any]:
    return rule(rule_id, attribute, points={"type": "by_value", "values": values}, when=when)


def compare(attribute: str, op: str, *value: Any) -> dict[str, Any]:
    return {"attribute": attribute, "op": op, **({"value": value[0]} if value else {})}

"""Rules of one strategy as those of another, as near as the two can say the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orders.drafting.points import new_points, weight
from orders.planning.attributes import CATALOGUE, MONEY, AttributeSpec, Kind, Source
from orders.planning.grammar import InvalidPolicyError, parse_policy
from orders.planning.schema import PLAIN_STRATEGIES
from orders.planning.strategies import WITH_CRITERIA

Entry = dict[str, Any]

# From, to and grain by unit: coarse enough that some six criteria fit into one score.
_RANGES = {"days": (0, 180, 1), MONEY: (0, 10_000, 100), "units": (0, 1000, 10)}


def is_ordered(strategy: str) -> bool:
    """Tell whether the rules of a strategy are criteria, of which the first that differs decides."""
    return strategy in WITH_CRITERIA


def readable_attributes(strategy: str, *, at_entry: bool = False) -> list[AttributeSpec]:
    """Return what rules of a strategy may read; ``at_entry``: only what an order has from its first day."""
    return [
        spec
        for spec in CATALOGUE.values()
        if (strategy not in PLAIN_STRATEGIES or spec.source is Source.ORDER_BOOK)
        and (spec.is_known_at_entry or not at_entry)
    ]


def convert_rules(rules: list[Entry], before: str, after: str) -> list[Entry]:
    """Return rules for another strategy; a rule that has no counterpart there is left out."""
    if after == "fifo":
        return []
    readable = {spec.name for spec in readable_attributes(after)}
    kept = [rule for rule in rules if set(_read_by(rule)) <= readable]
    if is_ordered(before) == is_ordered(after):
        return kept
    if not is_ordered(after):
        return [_as_rule(criterion) for criterion in kept]
    heaviest_first = sorted(kept, key=lambda rule: -abs(weight(rule.get("points", {}))))
    found = [entry for rule in heaviest_first if (entry := _as_criterion(rule)) is not None]
    return found or [_oldest_first()]


def without_what_is_too_much(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without its last criteria, as many as one score cannot hold beside what the strategy adds."""
    while len(document["rules"]) > 1:
        try:
            parse_policy(document)
        except InvalidPolicyError as error:
            if [problem.place for problem in error.problems] != ["rules"]:
                return document
            document = {**document, "rules": document["rules"][:-1]}
        else:
            return document
    return document


def _oldest_first() -> Entry:
    return {"id": "age", "label": CATALOGUE["order.age_days"].label, **_in_steps(CATALOGUE["order.age_days"], "desc")}


def _in_steps(spec: AttributeSpec, order: str) -> Entry:
    """Return a criterion on a number, coarse enough that several of them fit into one score."""
    low, high, grain = _RANGES.get(spec.unit, spec.usual)
    low, high = max(low, spec.lowest or low), min(high, spec.highest or high)
    return {"attribute": spec.name, "order": order, "from": low, "to": high, "grain": grain}


def _read_by(value: Any) -> Iterator[str]:
    """Yield every attribute that an entry names."""
    if isinstance(value, dict):
        if isinstance(value.get("attribute"), str):
            yield value["attribute"]
        for member in value.values():
            yield from _read_by(member)
    elif isinstance(value, list):
        for member in value:
            yield from _read_by(member)


def _named(entry: Entry) -> Entry:
    return {name: entry[name] for name in ("id", "label", "when", "off") if name in entry}


def _as_criterion(rule: Entry) -> Entry | None:
    points, spec = rule.get("points", {}), CATALOGUE.get(rule.get("attribute", ""))
    if spec is not None and points.get("type") == "by_value":
        best_first = sorted(points["values"].items(), key=lambda item: -item[1])
        return {**_named(rule), "attribute": spec.name, "values": [name for name, _ in best_first]}
    if spec is None or spec.kind is not Kind.NUMBER:
        return _named(rule) if "when" in rule else None
    falls = points.get("steepness", 0) < 0 if points.get("type") == "logistic" else weight(points) < 0
    return {**_named(rule), **_in_steps(spec, "asc" if falls else "desc")}


def _as_rule(criterion: Entry) -> Entry:
    spec = CATALOGUE.get(criterion.get("attribute", ""))
    if spec is None:
        return {**_named(criterion), "points": new_points("fixed", None)}
    if "values" in criterion:
        count = len(criterion["values"])
        values = {name: (count - place) * 10 for place, name in enumerate(criterion["values"])}
        return {**_named(criterion), "attribute": spec.name, "points": {"type": "by_value", "values": values}}
    size = -10.0 if criterion.get("order") == "asc" else 10.0
    return {**_named(criterion), "attribute": spec.name, "points": new_points("linear", spec, size)}

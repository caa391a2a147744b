"""What a new condition or curve starts from: an attribute that nothing beside it reads, values of a usual size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from orders.planning.attributes import CATALOGUE, MONEY, AttributeSpec, Kind

Condition = dict[str, Any]

# What conditions read most; a new one takes the first that nothing beside it reads.
_MOST_READ = ("customer.tier", "order.expedited", "order.age_days", "order.open_value", "product.critical")


@dataclass(frozen=True, slots=True)
class Span:
    """Usual values of a number: a small one, a large one, and one beyond which more makes no difference."""

    small: float
    large: float
    reach: float


_SPANS = {
    "days": Span(1, 7, 10),
    "weeks": Span(1, 4, 5),
    MONEY: Span(100, 500, 1000),
    "units": Span(10, 50, 100),
    "%": Span(10, 50, 100),
    "of 5": Span(3, 4, 5),
    "times": Span(1, 2, 2),
}
_CHANCE = Span(0.2, 0.5, 1)
_COUNT = Span(1, 5, 10)


def span(spec: AttributeSpec | None) -> Span:
    """Return usual values of an attribute in its unit; days where there is none."""
    if spec is None:
        return _SPANS["days"]
    return _SPANS.get(spec.unit, _CHANCE if spec.usual[1] == 1 else _COUNT)


def has_usual(spec: AttributeSpec) -> bool:
    """Tell whether there is a value to start from; texts of the data have none."""
    return spec.kind is not Kind.TEXT or bool(spec.choices)


def usual_value(spec: AttributeSpec) -> Any:
    """Return the value that a comparison starts with."""
    if spec.kind is Kind.YES_NO:
        return True
    if spec.kind is Kind.NUMBER:
        return span(spec).large
    return spec.choices[0]


def new_compare(name: str = _MOST_READ[0]) -> Condition:
    """Return a comparison of an attribute to start from."""
    spec = CATALOGUE[name]
    if not has_usual(spec):
        return {"attribute": name, "op": "is_known"}
    return {"attribute": name, "op": "gte" if spec.kind is Kind.NUMBER else "eq", "value": usual_value(spec)}


def unlike(*beside: Condition | None) -> Condition:
    """Return a comparison to start from that reads what no condition of ``beside`` reads, if there is such."""
    read = {name for condition in beside for name in _attributes(condition)}
    return new_compare(next((name for name in _MOST_READ if name not in read), _MOST_READ[0]))


def next_value(*beside: Condition | None) -> Condition:
    """Return a comparison of customers' tiers with the best one that none of ``beside`` asks for, else ``unlike``."""
    tier = _MOST_READ[0]
    free = (value for value in CATALOGUE[tier].choices if all(value not in _values(one) for one in beside))
    value = next(free, None)
    return {"attribute": tier, "op": "eq", "value": value} if value else unlike(*beside)


def _attributes(node: Any) -> Iterator[str]:
    return (str(compare["attribute"]) for compare in _compares(node))


def _values(node: Any) -> list[Any]:
    return [one for compare in _compares(node) for one in _listed(compare.get("value"))]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _compares(node: Any) -> Iterator[Condition]:
    """Yield the comparisons of a condition."""
    if isinstance(node, list):
        for part in node:
            yield from _compares(part)
    elif isinstance(node, dict):
        if "attribute" in node:
            yield node
        for kind in ("all", "any", "not"):
            yield from _compares(node.get(kind))

"""Points of a rule: what a form says of them, what to start from, how many there are at most, and scaling."""

from __future__ import annotations

from typing import Any

from orders.drafting.fields import Fields, every, first, number
from orders.drafting.starts import span
from orders.planning.attributes import AttributeSpec, Kind

Points = dict[str, Any]

START = 10  # points at most of a new curve
_RISE = 3.5  # steepness × midpoint of a new S-curve: at 0 it gives 3 % of its most
CURVES = {
    Kind.NUMBER: ("linear", "step", "logistic", "fixed"),
    Kind.TEXT: ("by_value", "fixed"),
    Kind.YES_NO: ("by_value", "fixed"),
}
_NUMBERS = {
    "fixed": (("points",), ()),
    "linear": (("per_unit",), ("from", "cap")),
    "logistic": (("midpoint", "steepness", "max"), ()),
}


def read_points(fields: Fields, spec: AttributeSpec | None, old: Points) -> Points:
    """Return the points of a form. Where their type or the attribute has changed they start anew, as high as before."""
    kind = first(fields, "points.type")
    fitting = CURVES[spec.kind] if spec else ("fixed",)
    if kind not in fitting:
        kind = fitting[0]
    was = first(fields, "points.was", kind)
    attribute = spec.name if spec else ""
    attribute_was = first(fields, "attribute.was", attribute)
    if attribute and not attribute_was:
        kind = fitting[0]
    if kind != was or (kind != "fixed" and attribute_was != attribute):
        return new_points(kind, spec, top(old))
    if kind == "step":
        return _read_steps(fields)
    if kind == "by_value":
        return _read_values(fields)
    required, optional = _NUMBERS[kind]
    found: Points = {"type": kind}
    for name in (*required, *optional):
        text = first(fields, f"points.{name}")
        if text or name in required:
            found[name] = number(text)
    return found


def _read_steps(fields: Fields) -> Points:
    pairs = [
        [number(threshold), number(points)]
        for threshold, points in zip(every(fields, "points.threshold"), every(fields, "points.reached"), strict=False)
        if threshold or points
    ]
    if all(isinstance(low, int | float) for low, _ in pairs):
        pairs.sort(key=lambda pair: pair[0])
    return {"type": "step", "steps": pairs}


def _read_values(fields: Fields) -> Points:
    names, values = every(fields, "points.name"), every(fields, "points.value")
    found: Points = {
        "type": "by_value",
        "values": {name: number(value) for name, value in zip(names, values, strict=False) if name and value},
    }
    if default := first(fields, "points.default"):
        found["default"] = number(default)
    return found


def new_points(kind: str, spec: AttributeSpec | None, most: float | None = None) -> Points:
    """Return points of a type to start from; ``most`` is how many they shall give at most."""
    size, usual = most or START, span(spec)
    match kind:
        case "linear":
            return {"type": "linear", "per_unit": _round(size / usual.reach), "cap": abs(size)}
        case "step":
            return {"type": "step", "steps": [[usual.small, _round(size / 2)], [usual.large, size]]}
        case "logistic":
            return {"type": "logistic", "midpoint": usual.large, "steepness": _round(_RISE / usual.large), "max": size}
        case "by_value":
            names = ("yes", "no") if spec and spec.kind is Kind.YES_NO else spec.choices if spec else ()
            shares = {name: size * (1 - place / max(len(names) - 1, 1)) for place, name in enumerate(names)}
            values = {name: round(share) if abs(size) >= START else _round(share) for name, share in shares.items()}
            return {"type": "by_value", "values": values} if values else {"type": "fixed", "points": size}
    return {"type": "fixed", "points": size}


def top(points: Points) -> float | None:
    """Return the points of the largest size that can be reached, with their sign; None where nothing bounds them."""
    match points.get("type"):
        case "linear":
            cap, per_unit = points.get("cap"), points.get("per_unit")
            if cap is None or per_unit is None or not (_is_number(cap) and _is_number(per_unit)):
                return None
            return float(-cap if per_unit < 0 else cap)
        case "step":
            reached = [pair[1] for pair in points.get("steps", ()) if len(pair) == 2 and _is_number(pair[1])]
        case "logistic":
            reached = [points.get("max")]
        case "by_value":
            reached = [*points.get("values", {}).values(), points.get("default", 0)]
        case _:
            reached = [points.get("points")]
    return max((value for value in reached if _is_number(value)), key=abs, default=0.0)


def weight(points: Points) -> float:
    """Return the number that stands for a rule in a list: its most points, or per unit where nothing bounds them."""
    most = top(points)
    per_unit = points.get("per_unit", 0)
    return most if most is not None else per_unit if _is_number(per_unit) else 0.0


def scaled(points: Points, wanted: float) -> Points:
    """Return the same curve with ``weight`` turned to ``wanted``; a curve without points becomes flat there."""
    now = weight(points)
    if not now:
        return {**points, "points": wanted} if points.get("type") == "fixed" else points
    factor = wanted / now

    def times(value: Any) -> Any:
        return _round(value * factor) if _is_number(value) else value

    match points.get("type"):
        case "linear":
            cap = {"cap": abs(wanted)} if "cap" in points and wanted else {}
            rest = {name: value for name, value in points.items() if name != "cap"}
            return {**rest, "per_unit": times(points["per_unit"]), **cap}
        case "step":
            return {**points, "steps": [[low, times(reached)] for low, reached in points["steps"]]}
        case "logistic":
            return {**points, "max": wanted}
        case "by_value":
            values = {name: times(value) for name, value in points["values"].items()}
            default = {"default": times(points["default"])} if "default" in points else {}
            return {**points, "values": values, **default}
    return {**points, "points": wanted}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _round(value: float) -> float:
    """Return a number as people write it: four places at most, whole where it is."""
    rounded = round(value, 4)
    return int(rounded) if float(rounded).is_integer() else rounded

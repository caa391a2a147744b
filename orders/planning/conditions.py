"""Condition trees of the grammar: JSON → ``rules.Condition``."""

from __future__ import annotations

from orders.planning import schema
from orders.planning.attributes import CATALOGUE, AttributeSpec, Kind, Source
from orders.planning.reading import (
    Json,
    Report,
    join,
    read_choice,
    read_list,
    read_number,
    read_object,
    read_text,
)
from orders.planning.rules import AllOf, AnyOf, Compare, Condition, Not, Scalar

_ANY_KIND = ("eq", "ne", "in", "not_in", "is_known", "is_unknown")
OPERATORS = {
    Kind.NUMBER: schema.COMPARISONS,
    Kind.TEXT: _ANY_KIND,
    Kind.YES_NO: ("eq", "ne", "is_known", "is_unknown"),
}
_NOTHING = AllOf(())  # stands in for a part that was refused; never leaves the parser


def read_condition(value: Json, place: str, report: Report, depth: int = 1) -> Condition:
    """Return the condition tree, noting every problem in ``report``."""
    if depth > schema.MAX_DEPTH:
        report.add(place, f"conditions may be nested at most {schema.MAX_DEPTH} deep")
        return _NOTHING
    if isinstance(value, dict):
        for name, kind in (("all", AllOf), ("any", AnyOf)):
            if name in value:
                return _read_branches(value, name, kind, place, report, depth)
        if "not" in value:
            members = read_object(value, place, report, ("not",))
            return Not(read_condition(members["not"], join(place, "not"), report, depth + 1)) if members else _NOTHING
    return _read_compare(value, place, report)


def read_attribute(value: Json, place: str, report: Report) -> AttributeSpec | None:
    """Return the catalogue's entry of an attribute name that the policy's strategy may read."""
    spec = CATALOGUE.get(read_choice(value, place, report, CATALOGUE))
    if spec is not None and spec.source is not Source.ORDER_BOOK and report.strategy in schema.PLAIN_STRATEGIES:
        report.add(place, f"{spec.name} is an estimate, which {report.strategy} does not read; choose strategy hybrid")
        return None
    return spec


def read_known_text(value: Json, place: str, report: Report, spec: AttributeSpec) -> str:
    """Return a text that the attribute can have."""
    return read_choice(value, place, report, spec.choices) if spec.choices else read_text(value, place, report)


def _read_branches(
    value: Json, name: str, kind: type[AllOf] | type[AnyOf], place: str, report: Report, depth: int
) -> Condition:
    members = read_object(value, place, report, (name,))
    if members is None:
        return _NOTHING
    inside = join(place, name)
    parts = read_list(members[name], inside, report, schema.MAX_CHOICES)
    return kind(tuple(read_condition(part, f"{inside}[{i}]", report, depth + 1) for i, part in enumerate(parts)))


def _read_compare(value: Json, place: str, report: Report) -> Condition:
    report.terms += 1
    unary = isinstance(value, dict) and value.get("op") in ("is_known", "is_unknown")
    members = read_object(value, place, report, ("attribute", "op") if unary else ("attribute", "op", "value"))
    if members is None:
        return _NOTHING
    spec = read_attribute(members["attribute"], join(place, "attribute"), report)
    if spec is None:
        return _NOTHING
    op = read_choice(members["op"], join(place, "op"), report, OPERATORS[spec.kind])
    if not op or unary:
        return Compare(spec.name, op)
    return Compare(spec.name, op, _read_operands(members["value"], op, join(place, "value"), report, spec))


def _read_operands(value: Json, op: str, place: str, report: Report, spec: AttributeSpec) -> tuple[Scalar, ...]:
    if op == "between":
        ends = [
            read_number(end, f"{place}[{i}]", report)
            for i, end in enumerate(read_list(value, place, report, longest=2, shortest=2))
        ]
        if ends and ends[0] > ends[1]:
            report.add(place, "the first value must not be above the second")
        return tuple(ends)
    if op in ("in", "not_in"):
        entries = read_list(value, place, report, schema.MAX_CHOICES)
        return tuple(_read_scalar(entry, f"{place}[{i}]", report, spec) for i, entry in enumerate(entries))
    return (_read_scalar(value, place, report, spec),)


def _read_scalar(value: Json, place: str, report: Report, spec: AttributeSpec) -> Scalar:
    if spec.kind is Kind.NUMBER:
        return read_number(value, place, report)
    if spec.kind is Kind.TEXT:
        return read_known_text(value, place, report, spec)
    if not isinstance(value, bool):
        report.add(place, f"must be true or false: {spec.name} is a yes/no attribute")
        return 0.0
    return float(value)

"""Criteria of a lexicographic policy: JSON → rules whose points make one exact score.

Each criterion has a number of levels that the document alone fixes, not the lines of a run, so that the score of a line
is the same in a full run and in an event run. docs/planning.md, section Lexicographic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orders.planning import schema
from orders.planning.attributes import AttributeSpec, Kind
from orders.planning.conditions import read_attribute, read_condition, read_known_text
from orders.planning.points import Fixed, NumberLevels, Points, ValueLevels
from orders.planning.reading import (
    Json,
    Report,
    join,
    read_choice,
    read_id,
    read_list,
    read_number,
    read_object,
    read_switch,
    read_text,
)
from orders.planning.rules import Rule

_RANGE = ("grain", "from", "to")


def read_criterion(value: Json, place: str, report: Report) -> Rule:
    """Return one criterion as a rule whose points are levels; their weights are given by ``weigh_criteria``."""
    required, optional = _members_of(value)
    members = read_object(value, place, report, required, optional)
    if members is None:
        return Rule("", "", "", Fixed(0.0))
    spec = read_attribute(members["attribute"], join(place, "attribute"), report) if "attribute" in members else None
    when = read_condition(members["when"], join(place, "when"), report) if "when" in members else None
    rule = Rule(
        id=read_id(members["id"], join(place, "id"), report),
        label=read_text(members["label"], join(place, "label"), report),
        attribute=spec.name if spec else "",
        points=_read_levels(members, place, report, spec) if spec else Fixed(1.0),
        when=when,
    )
    return rule.switched_off() if read_switch(members, "off", place, report) else rule


def weigh_criteria(rules: tuple[Rule, ...], report: Report) -> tuple[Rule, ...]:
    """Return the criteria with weights by which one level of each outweighs all levels of those after it."""
    weight = 1
    weighed = []
    for rule in reversed(rules):
        weighed.append(rule if rule.is_off else replace(rule, points=_weighed(rule.points, weight)))
        weight *= 1 if rule.is_off else rule.points.levels if isinstance(rule.points, NumberLevels | ValueLevels) else 2
    if weight > schema.MAX_LEVELS:
        message = (
            f"the criteria tell {weight:,.0f} cases apart and one score holds {schema.MAX_LEVELS:,}: "
            "give numbers a coarser grain, or a narrower from and to"
        )
        report.add("rules", message)
    return tuple(reversed(weighed))


def _members_of(value: Json) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (required, optional) members by the form that the criterion has: order, values, or a condition alone."""
    named = ("id", "label")
    if isinstance(value, dict) and "order" in value:
        return (*named, "attribute", "order"), (*_RANGE, "when", "off")
    if isinstance(value, dict) and ("values" in value or "attribute" in value):
        return (*named, "attribute", "values"), ("when", "off")
    return (*named, "when"), ("off",)


def _read_levels(members: Mapping[str, Json], place: str, report: Report, spec: AttributeSpec) -> Points:
    if "values" in members:
        return _read_values(members["values"], join(place, "values"), report, spec)
    if spec.kind is not Kind.NUMBER:
        kind = spec.kind.replace("_", "/")
        report.add(join(place, "order"), f"does not fit {spec.name}, a {kind} attribute: list its values, best first")
        return Fixed(0.0)
    order = read_choice(members["order"], join(place, "order"), report, ("asc", "desc"))
    usual = dict(zip(("from", "to", "grain"), spec.usual, strict=True))
    low, high, grain = (
        read_number(members[name], join(place, name), report) if name in members else usual[name]
        for name in ("from", "to", "grain")
    )
    if grain <= 0:
        report.add(join(place, "grain"), "must be above 0")
        grain = 1.0
    if low >= high:
        report.add(join(place, "to"), f"must be above from, which is {low:,.10g}")
        low, high = 0.0, 1.0
    return NumberLevels(low, high, grain, is_ascending=order == "asc")


def _read_values(value: Json, place: str, report: Report, spec: AttributeSpec) -> ValueLevels:
    if spec.kind is Kind.NUMBER:
        report.add(place, f"do not fit {spec.name}, a number attribute: give its order, asc or desc")
        return ValueLevels(())
    entries = read_list(value, place, report, schema.MAX_CHOICES)
    texts: list[str] = []
    for i, entry in enumerate(entries):
        inside = f"{place}[{i}]"
        if spec.kind is Kind.YES_NO:
            text = read_choice(entry, inside, report, ("yes", "no"))
        else:
            text = read_known_text(entry, inside, report, spec)
        if text and text in texts:
            report.add(inside, f"{text} is listed twice")
        texts.append(text)
    return ValueLevels(tuple(texts))


def _weighed(points: Points, weight: int) -> Points:
    if isinstance(points, NumberLevels | ValueLevels):
        return replace(points, weight=weight)
    return Fixed(float(weight))

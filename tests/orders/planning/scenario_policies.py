"""The policy of a golden scenario as the JSON that a person would write, and the kinds of rule that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

from orders.planning import schema
from tests.orders.planning.cases import WHOSE

Document = dict[str, Any]
ALERTS = ("win", "gain", "skip")  # the guarantees that can go unmet
BY_URGENCY: Document = {
    "version": 1,
    "strategy": "priority",
    "rules": [
        {
            "id": "urgency",
            "label": "Urgency",
            "attribute": "order.age_days",
            "points": {"type": "linear", "per_unit": 1},
        }
    ],
}


def document_of(scenario: Mapping[str, Any]) -> Document:
    """Return the scenario's policy, its short forms of segments, quotas and the like written out."""
    document = dict(scenario.get("policy", BY_URGENCY))
    if "segments" in scenario:
        document["segments"] = [_segment(i, entry) for i, entry in enumerate(scenario["segments"])]
    if "quotas" in scenario:
        document["quotas"] = [_quota(i, entry) for i, entry in enumerate(scenario["quotas"])]
    if scenario.get("fair_share"):
        document["fair_share"] = "customer.tier"
    if "far_horizon" in scenario:
        whose = {"when": _of_tier({"tier": scenario["far_tier"]})} if "far_tier" in scenario else {}
        document["far_future"] = {"horizon_days": scenario["far_horizon"], **whose}
    if scenario.get("promises"):
        document["promises"] = scenario["promises"]
    return document


def _segment(place: int, entry: Mapping[str, Any]) -> Document:
    guarantee = entry["guarantee"]
    unmet = {"if_unmet": "fall_back" if entry.get("falls_back") else "alert"} if guarantee in ALERTS else {}
    return {"id": f"s{place}", "label": guarantee, "guarantee": guarantee, "when": _of_tier(entry), **unmet}


def _quota(place: int, entry: Mapping[str, Any]) -> Document:
    [name] = entry.keys() & WHOSE.keys()
    when = {"attribute": WHOSE[name], "op": "eq", "value": entry[name]}
    written: Document = {"id": f"q{place}", "label": entry[name], "when": when}
    written |= {name: _amount(entry[name]) for name in ("at_least", "at_most") if name in entry}
    if "keep_percent" in entry:
        written["keep"] = {"percent": entry["keep_percent"], "days": entry["keep_days"]}
    written |= {"window_days": entry["window_days"]} if "window_days" in entry else {}
    return written


def _of_tier(entry: Mapping[str, Any]) -> Document:
    return {"attribute": "customer.tier", "op": "eq", "value": entry["tier"]}


def _amount(text: str) -> Document:
    return {"percent": float(text[:-1])} if text.endswith("%") else {"units": int(text)}


def kinds_of_schema() -> set[str]:
    """Return every member and every named value that the grammar's schema knows, as ``entry.member=value``."""
    found: set[str] = set()
    visited: set[str] = set()

    def walk(name: str, part: Document) -> None:
        if "$ref" in part:
            name = part["$ref"].rsplit("/", 1)[1]
            if name in visited:
                return
            visited.add(name)
            part = schema.SCHEMA["$defs"][name]
        for branch in (*part.get("oneOf", ()), *part.get("anyOf", ())):
            walk(name, branch)
        for member, value in part.get("properties", {}).items():
            found.add(f"{name}.{member}")
            found.update(f"{name}.{member}={choice}" for choice in _choices(value))
            walk(f"{name}.{member}", value)
        if "items" in part:
            walk(name, part["items"])

    walk("policy", schema.SCHEMA)
    return found


def kinds_of(document: Document) -> set[str]:
    """Return the members and named values that a policy uses; raises ValidationError for one the schema refuses."""
    jsonschema.validate(document, schema.SCHEMA)
    return set(_used("policy", schema.SCHEMA, document))


def _used(name: str, part: Document, value: Any) -> Iterator[str]:
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[1]
        part = schema.SCHEMA["$defs"][name]
    for branch in (*part.get("oneOf", ()), *part.get("anyOf", ())):
        if _fits(branch, value):
            yield from _used(name, branch, value)
    for member, inner in part.get("properties", {}).items():
        if isinstance(value, dict) and member in value:
            yield f"{name}.{member}"
            if value[member] in _choices(inner):
                yield f"{name}.{member}={value[member]}"
            yield from _used(f"{name}.{member}", inner, value[member])
    if "items" in part and isinstance(value, list):
        for entry in value:
            yield from _used(name, part["items"], entry)


def _choices(part: Document) -> list[Any]:
    return [part["const"]] if "const" in part else [choice for choice in part.get("enum", ()) if choice is not None]


def _fits(branch: Document, value: Any) -> bool:
    found: bool = jsonschema.Draft202012Validator({**branch, "$defs": schema.SCHEMA["$defs"]}).is_valid(value)
    return found

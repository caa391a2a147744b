"""The entries of a policy's lists (rules, criteria, segments, quotas, promises, classes): new ones, and from forms.

Every function returns an entry that has the members which the grammar asks for; what people typed wrong stays in it as
text, for the grammar to refuse at its place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from orders.drafting.conditions import ROOT, means_the_same, read_tree
from orders.drafting.fields import Fields, every, first, number
from orders.drafting.points import new_points, read_points
from orders.drafting.starts import new_compare, next_value
from orders.planning.attributes import CATALOGUE, AttributeSpec, Kind
from orders.planning.schema import GUARANTEES, IF_UNMET, MAX_TEXT, PROMISE_DAYS, PROMISE_SWITCHES

Entry = dict[str, Any]

_KEEP_DAYS = "28"  # where a form says how much is kept and not for how long
KEEPS_NOTHING = ("redistribute", "fill", "lose")
NEW_LABELS = {
    "rules": "New rule",
    "segments": "New segment",
    "quotas": "New quota",
    "promises": "New promise rule",
    "classes": "New class",
}
_ON_SOME_DAYS = "order.open_value"  # what a new rule that asks about the day reads: alone it would move no line
RANGE = ("from", "to", "grain")
# What the form of an entry shows. Any other member stays as it is, so that what only programs set is not lost.
_SHOWN = {
    "rules": ("attribute", "points", "order", "values", *RANGE),
    "segments": ("guarantee", "if_unmet"),
    "quotas": ("at_least", "at_most", "window_days", "keep"),
    "promises": (*PROMISE_SWITCHES, *PROMISE_DAYS),
    "classes": ("worth",),
}


def name_anew(label: str, taken: Collection[str]) -> str:
    """Return an id for a label that no other entry of the list has."""
    base = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40]
    base = base if base[:1].isalpha() else f"rule_{base}".strip("_")
    found, count = base, 2
    while found in taken:
        found, count = f"{base}_{count}", count + 1
    return found


def new_entry(section: str, *, is_ordered: bool, attribute: str, beside: Sequence[Entry]) -> Entry:
    """Return an entry to start from, for the end of a list that has ``beside``.

    ``attribute`` is what a rule reads, "" for points by condition alone. Where the first entry that fits counts, the
    new one is for those who fit no other.
    """
    taken = {entry["id"] for entry in beside}
    spec = CATALOGUE.get(attribute)
    label = spec.label if spec and section == "rules" else NEW_LABELS[section]
    entry: Entry = {"id": name_anew(label, taken), "label": label}
    rest = next_value(*(other.get("when") for other in beside))
    match section:
        case "segments":
            return {**entry, "guarantee": "win", "if_unmet": "alert", "when": rest}
        case "quotas":
            return {**entry, "when": rest, "at_least": {"percent": 10}}
        case "promises":
            return {**entry, "min_earlier_days": 3, "min_later_days": 1, "cool_down_days": 3}
        case "classes":
            return {**entry, "when": rest}
    new = _new_criterion if is_ordered else _new_rule
    if spec is not None and spec.is_same_for_all:
        return entry | new(CATALOGUE[_ON_SOME_DAYS]) | {"when": new_compare(spec.name)}
    return entry | new(spec)


def _new_rule(spec: AttributeSpec | None) -> Entry:
    if spec is None or (spec.kind is Kind.TEXT and not spec.choices) or spec.kind is Kind.YES_NO:
        return {"when": new_compare(spec.name if spec else "customer.tier"), "points": new_points("fixed", spec)}
    kind = "linear" if spec.kind is Kind.NUMBER else "by_value"
    return {"attribute": spec.name, "points": new_points(kind, spec)}


def _new_criterion(spec: AttributeSpec | None) -> Entry:
    if spec is not None and spec.kind is Kind.NUMBER:
        return {"attribute": spec.name, "order": "desc"}
    if spec is not None and spec.choices:
        return {"attribute": spec.name, "values": list(spec.choices)}
    return {"when": new_compare(spec.name if spec else "customer.tier")}


def read_entry(section: str, fields: Fields, old: Entry, *, is_ordered: bool) -> Entry:
    """Return the entry that a form describes; what forms do not show (the id, whether it is off) stays as it was."""
    entry: Entry = {name: value for name, value in old.items() if name not in ("when", *_SHOWN[section])}
    entry["label"] = first(fields, "label")[:MAX_TEXT]
    if section == "rules":
        entry |= _read_criterion(fields, old) if is_ordered else _read_rule(fields, old)
    when = read_tree(fields)
    if when is not None:
        entry["when"] = old["when"] if means_the_same(when, old.get("when")) else when
    match section:
        case "segments":
            entry |= _read_segment(fields)
        case "quotas":
            entry |= _read_quota(fields)
        case "promises":
            entry |= _read_promise(fields)
        case "classes":
            if worth := first(fields, "worth"):
                entry["worth"] = number(worth)
    return entry


def _read_rule(fields: Fields, old: Entry) -> Entry:
    spec = CATALOGUE.get(first(fields, "attribute"))
    points = read_points(fields, spec, old.get("points", {}))
    return {"points": points} | ({"attribute": spec.name} if spec else {})


def _read_criterion(fields: Fields, old: Entry) -> Entry:
    spec = CATALOGUE.get(first(fields, "attribute"))
    if spec is None:
        return {} if read_tree(fields) else {"when": old.get("when", new_compare())}
    if first(fields, "attribute.was", spec.name) != spec.name:
        return {name: value for name, value in _new_criterion(spec).items() if name != ROOT or not read_tree(fields)}
    if spec.kind is not Kind.NUMBER:
        values = [value for value in every(fields, "values") if value]
        return {"attribute": spec.name, "values": list(dict.fromkeys(values))}
    order = first(fields, "order")
    found: Entry = {"attribute": spec.name, "order": order if order in ("asc", "desc") else "desc"}
    return found | {name: number(text) for name in RANGE if (text := first(fields, name))}


def _read_segment(fields: Fields) -> Entry:
    guarantee, if_unmet = first(fields, "guarantee"), first(fields, "if_unmet")
    guarantee = guarantee if guarantee in GUARANTEES else "redistribute"
    if guarantee in KEEPS_NOTHING:
        return {"guarantee": guarantee}
    return {"guarantee": guarantee, "if_unmet": if_unmet if if_unmet in IF_UNMET else "alert"}


def _read_quota(fields: Fields) -> Entry:
    found: Entry = {}
    for name in ("at_least", "at_most"):
        if text := first(fields, name):
            unit = "units" if first(fields, f"{name}.unit") == "units" else "percent"
            found[name] = {unit: number(text)}
    if window := first(fields, "window_days"):
        found["window_days"] = number(window)
    percent, days = first(fields, "keep.percent"), first(fields, "keep.days")
    if percent or days:
        found["keep"] = {"percent": number(percent), "days": number(days or _KEEP_DAYS)}
    return found


def _read_promise(fields: Fields) -> Entry:
    switches = {name: True for name in PROMISE_SWITCHES if first(fields, name)}
    days = {name: number(text) for name in PROMISE_DAYS if (text := first(fields, name)) not in ("", "0")}
    return switches | days

"""Scenarios of a simulation as form fields: what a form says, and the edits by which people build them.

Scenario ``i`` has ``s.i.name``; its change ``j`` has ``s.i.c.j.type`` and a field a member. The whole form is sent with
every press of a button, so nothing is kept anywhere until the simulation is asked for.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from orders.drafting.fields import Fields, first, number

Scenario = dict[str, Any]
Change = dict[str, Any]

MOST_SCENARIOS, MOST_CHANGES = 10, 50
KINDS = {
    "delay": "A supplier slips",
    "stock": "Stock is lost or found",
    "order": "A big order comes in",
    "purchase": "Units are ordered",
    "demand": "Demand changes",
    "capacity": "A warehouse picks more or less",
    "policy": "Other rules",
}
FIRST: dict[str, Change] = {
    "delay": {"supplier": "", "days": 10},
    "stock": {"sku": "", "warehouse": "", "add": -10},
    "order": {"lines": [], "tier": "standard"},
    "purchase": {"sku": "", "warehouse": "", "qty": 100, "expected_on": ""},
    "demand": {"percent": 20},
    "capacity": {"warehouse": "", "units": 500},
    "policy": {"policy": ""},
}
_NUMBERS = {"days", "qty", "percent", "policy", "units"}
_MEMBERS = {
    "delay": ("days",),
    "stock": ("sku", "warehouse"),
    "order": ("customer", "tier", "channel", "requested_on", "ship_policy"),
    "purchase": ("sku", "warehouse", "qty", "expected_on"),
    "demand": ("percent", "sku", "category"),
    "capacity": ("warehouse", "units"),
    "policy": ("policy",),
}


def read_scenarios(fields: Fields) -> list[Scenario]:
    """Return the scenarios of a form as they are asked for; what was left empty is left out."""
    found = []
    for i in range(MOST_SCENARIOS):
        if f"s.{i}.name" in fields:
            places = [f"s.{i}.c.{j}" for j in range(MOST_CHANGES)]
            changes = [_read_change(fields, place) for place in places if first(fields, f"{place}.type") in KINDS]
            found.append({"name": first(fields, f"s.{i}.name"), "changes": changes})
    return found


def first_scenarios() -> list[Scenario]:
    """Return what a new simulation starts with: a supplier's delay."""
    return [{"name": "Scenario 1", "changes": [_new("delay")]}]


def edit_scenarios(scenarios: list[Scenario], action: str, argument: str) -> list[Scenario]:
    """Return the scenarios after a press of a button; one that makes no sense changes nothing.

    ``add`` and ``copy:i`` make a scenario, ``remove:i`` takes one away; ``change:i.kind`` adds a change to scenario i,
    in place of a delay of nobody, ``drop:i.j`` takes one away.
    """
    at, _, rest = argument.partition(".")
    i = int(at) if at.isascii() and at.isdigit() and len(at) < 3 else -1
    changed = [{**scenario, "changes": list(scenario["changes"])} for scenario in scenarios]
    if action == "add" and len(changed) < MOST_SCENARIOS:
        return [*changed, {"name": _free_name(changed), "changes": []}]
    if not 0 <= i < len(changed):
        return changed
    match action:
        case "copy" if len(changed) < MOST_SCENARIOS:
            changed.insert(i + 1, {"name": _free_name(changed), "changes": list(changed[i]["changes"])})
        case "remove" if len(changed) > 1:
            del changed[i]
        case "change" if rest in KINDS and len(changed[i]["changes"]) < MOST_CHANGES:
            changed[i]["changes"] = [*filter(_is_begun, changed[i]["changes"]), _new(rest)]
        case "drop" if rest.isascii() and rest.isdigit() and int(rest) < len(changed[i]["changes"]):
            del changed[i]["changes"][int(rest)]
    return changed


def change_in_words(change: Change, policies: dict[int, str]) -> str:
    """Return a change as one line; ``policies`` are the names of versions by key."""
    match change.get("type"):
        case "delay":
            who = change.get("supplier") or change.get("purchase_order") or "?"
            return f"{who} {_days(change.get('days'))}"
        case "stock":
            where = " in ".join(name for name in (change.get("sku"), change.get("warehouse")) if name)
            if "set" in change:
                return f"{change['set']} units on hand of {where}"
            return f"{_signed(change.get('add'))} units on hand of {where}"
        case "order":
            lines = change.get("lines", [])
            units = sum(line.get("qty", 0) for line in lines if isinstance(line, dict))
            return f"A new order of {units:,} units in {len(lines)} line{'' if len(lines) == 1 else 's'}"
        case "purchase":
            return f"{_grouped(change.get('qty'))} × {change.get('sku')} ordered for {_day(change.get('expected_on'))}"
        case "demand":
            what = change.get("sku") or change.get("category") or "all products"
            return f"Demand of {what} {_signed(change.get('percent'))} %"
        case "capacity":
            return f"{change.get('warehouse') or '?'} picks {_grouped(change.get('units'))} units on each working day"
    return f"Rules of {policies.get(change.get('policy', 0), 'a document')}"


def _read_change(fields: Fields, place: str) -> Change:
    kind = first(fields, f"{place}.type")
    change: Change = {"type": kind}
    for name in _MEMBERS[kind]:
        if text := first(fields, f"{place}.{name}"):
            change[name] = number(text) if name in _NUMBERS else text
    if kind == "delay":
        whose = "purchase_order" if first(fields, f"{place}.whose") == "purchase_order" else "supplier"
        if (who := first(fields, f"{place}.who")) or whose == "purchase_order":
            change[whose] = who
    elif kind == "stock":
        how = "set" if first(fields, f"{place}.how") == "set" else "add"
        change[how] = number(first(fields, f"{place}.units"))
    elif kind == "order":
        change["lines"] = [
            _read_line(line) for text in fields.get(f"{place}.lines", ()) for line in text.splitlines() if line.strip()
        ]
        if first(fields, f"{place}.expedited"):
            change["expedited"] = True
    return change


def _read_line(text: str) -> dict[str, Any]:
    """Return a line of an order: a product and how many, the number last."""
    sku, _, qty = text.strip().replace("\t", " ").rpartition(" ")
    return {"sku": sku.strip(" ,;:×x") or qty, "qty": number(qty) if sku else 1}


def _new(kind: str) -> Change:
    return {"type": kind, **FIRST[kind]}


def _is_begun(change: Change) -> bool:
    """Tell whether somebody has said something of a change; a delay whose supplier nobody named is as it began."""
    return change["type"] != "delay" or bool(change.get("supplier") or change.get("purchase_order"))


def _free_name(scenarios: list[Scenario]) -> str:
    taken = {scenario["name"] for scenario in scenarios}
    return next(name for i in range(1, MOST_SCENARIOS + 2) if (name := f"Scenario {i}") not in taken)


def _days(days: object) -> str:
    if not isinstance(days, int):
        return "slips"
    return f"{abs(days)} days {'sooner' if days < 0 else 'later'}"


def _day(text: object) -> str:
    """Return a day as people write it; what is no day stays as it is."""
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return str(text)
    return f"{day.day} {day:%b %Y}"


def _grouped(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _signed(value: object) -> str:
    return f"{'−' if value < 0 else '+'}{abs(value):,}" if isinstance(value, int | float) else str(value)

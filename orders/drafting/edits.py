"""One edit of a policy document. ``apply`` never changes the document that it is given."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orders.drafting import conditions
from orders.drafting.conversion import convert_rules, is_ordered, without_what_is_too_much
from orders.drafting.entries import Entry, name_anew, new_entry, read_entry
from orders.drafting.fields import Fields, first, number
from orders.drafting.points import scaled
from orders.planning.schema import STRATEGIES

Document = dict[str, Any]

SECTIONS = ("classes", "rules", "segments", "quotas", "promises")
DIVIDERS = ("segments", "quotas", "fair_share")
FAIR_SHARE = "customer.code"
CHOOSING = ("priority", "hybrid", "automated")  # have points by which an optimiser can weigh whole orders
SAFEGUARDS = {"far_future": "horizon_days", "starvation": "after_days"}  # each with the days that it is about
FORECAST = {"horizon_days": 28}
_TREE: dict[str, Callable[[conditions.Condition, str], conditions.Condition | None]] = {
    "branch": conditions.add_branch,
    "group": conditions.add_group,
    "drop": conditions.remove,
    "negate": conditions.negate,
}


class EditError(ValueError):
    """The edit makes no sense for this document: what it names is not there, or the action is unknown."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What to do (``action``, with its ``argument``) to the document, or to one ``entry`` of a ``section``.

    ``fields`` are those of the form that the entry was shown in; they are taken over before the action.
    """

    action: str
    argument: str = ""
    section: str = ""
    entry: str = ""
    fields: Fields = field(default_factory=dict)


def apply(document: Document, edit: Edit, *, earlier: Mapping[str, Any] | None = None) -> Document:
    """Return the document after an edit. Raises EditError.

    ``earlier`` is what to take rules from where the strategy changes to that of ``earlier``, so that trying another
    strategy loses nothing.
    """
    changed = copy.deepcopy(document)
    if edit.section:
        if edit.section not in SECTIONS:
            raise EditError("There is no such part of the rules.")
        _edit_section(changed, edit)
        return changed
    match edit.action:
        case "strategy":
            return _with_strategy(changed, edit.argument, earlier)
        case "divide":
            return _divided_by(changed, edit.argument)
        case "whole_orders":
            rest = {name: value for name, value in changed.items() if name != "whole_orders"}
            return {**rest, "whole_orders": edit.argument} if edit.argument else rest
        case "fair_share":
            return {**changed, "fair_share": edit.argument}
        case "forecast":
            return _with_forecast(changed, edit.fields)
        case "safeguards":
            return _with_safeguards(changed, edit.fields)
    raise EditError("There is no such action.")


def entries_of(document: Mapping[str, Any], section: str) -> list[Entry]:
    """Return the entries of a section, [] where the document has none."""
    holder = document.get("forecast", {}) if section == "classes" else document
    return list(holder.get(section, []))


def _edit_section(document: Document, edit: Edit) -> None:
    entries = entries_of(document, edit.section)
    ordered = is_ordered(document["strategy"])
    if edit.action == "add":
        entries.append(new_entry(edit.section, is_ordered=ordered, attribute=edit.argument, beside=entries))
        return _put(document, edit.section, entries)
    place = next((i for i, entry in enumerate(entries) if entry["id"] == edit.entry), None)
    if place is None:
        raise EditError("Somebody has removed it in the meantime.")
    if edit.fields:
        entries[place] = read_entry(edit.section, edit.fields, entries[place], is_ordered=ordered)
    _act(entries, place, edit)
    return _put(document, edit.section, entries)


def _act(entries: list[Entry], place: int, edit: Edit) -> None:
    entry = entries[place]
    match edit.action:
        case "save":
            return
        case "remove":
            del entries[place]
        case "copy":
            taken = {other["id"] for other in entries}
            twin = copy.deepcopy(entry)
            entries.insert(place + 1, {**twin, "id": name_anew(entry["label"], taken), "label": entry["label"]})
        case "switch":
            entries[place] = {name: value for name, value in entry.items() if name != "off"} | (
                {} if entry.get("off") else {"off": True}
            )
        case "weight":
            entries[place] = {**entry, "points": _reweighed(entry.get("points", {}), edit.argument)}
        case "move":
            entries.insert(_target(edit.argument, place, len(entries)), entries.pop(place))
        case "value_up" | "value_down" | "value_drop" | "value_add":
            entry["values"] = _reordered(entry.get("values", []), edit)
        case "branch" | "group" | "drop" | "negate":
            _edit_tree(entry, edit)
        case _:
            raise EditError("There is no such action.")


def _reweighed(points: dict[str, Any], argument: str) -> dict[str, Any]:
    wanted = number(argument)
    if not isinstance(wanted, int | float):
        raise EditError("Give the points as a number.")
    return scaled(points, wanted)


def _edit_tree(entry: Entry, edit: Edit) -> None:
    tree = entry.pop("when", None)
    if tree is None and edit.action in ("drop", "negate"):
        raise EditError("Somebody has removed this condition in the meantime.")
    changed = _TREE[edit.action](tree, edit.argument)
    if changed is not None:
        entry["when"] = changed


def _target(argument: str, place: int, count: int) -> int:
    """Return the place to move to: up, down, or a place counted from 0."""
    step = {"up": place - 1, "down": place + 1}.get(argument)
    if step is None:
        if not (argument.isascii() and argument.isdigit() and len(argument) < 5):
            raise EditError("Say where to move it.")
        step = int(argument)
    return min(max(step, 0), count - 1)


def _reordered(values: list[str], edit: Edit) -> list[str]:
    if edit.action == "value_add":
        return [*values, edit.argument] if edit.argument and edit.argument not in values else values
    if edit.argument not in values:
        return values
    rest = [value for value in values if value != edit.argument]
    if edit.action == "value_drop":
        return rest
    place = values.index(edit.argument) + (-1 if edit.action == "value_up" else 1)
    rest.insert(min(max(place, 0), len(rest)), edit.argument)
    return rest


def _put(document: Document, section: str, entries: list[Entry]) -> None:
    """Put the entries back; an empty list goes, unless it must be there."""
    holder = document.setdefault("forecast", {}) if section == "classes" else document
    if entries or section == "rules":
        holder[section] = entries
    else:
        holder.pop(section, None)


def _with_strategy(document: Document, strategy: str, earlier: Mapping[str, Any] | None) -> Document:
    if strategy not in STRATEGIES:
        raise EditError("There is no such strategy.")
    if strategy == document["strategy"]:
        return document
    source = document if earlier is None or not _is_nearer(earlier, document, strategy) else earlier
    rules = convert_rules(copy.deepcopy(source["rules"]), source["strategy"], strategy)
    changed = {**document, "strategy": strategy, "rules": rules}
    changed.pop("forecast", None)
    if strategy not in CHOOSING:
        changed.pop("whole_orders", None)
    if strategy == "demand_forecast":
        kept = (earlier or {}).get("forecast") if (earlier or {}).get("strategy") == strategy else None
        changed = {name: value for name, value in changed.items() if name not in DIVIDERS}
        changed["forecast"] = copy.deepcopy(kept or FORECAST)
    if strategy == "fifo":
        changed.pop("starvation", None)
    return without_what_is_too_much(changed) if is_ordered(strategy) else changed


def _is_nearer(earlier: Mapping[str, Any], document: Document, strategy: str) -> bool:
    """Tell whether an earlier document's rules say more under a strategy than those of the document as it is."""
    if earlier["strategy"] == strategy or not document["rules"]:
        return True
    is_kin = is_ordered(document["strategy"]) == is_ordered(strategy) and document["strategy"] != "fifo"
    return not is_kin and is_ordered(earlier["strategy"]) == is_ordered(strategy)


def _divided_by(document: Document, divider: str) -> Document:
    changed = {name: value for name, value in document.items() if name not in DIVIDERS}
    if divider != "rank":
        changed.pop("whole_orders", None)
    if divider == "fair_share":
        return {**changed, "fair_share": FAIR_SHARE}
    if divider in ("segments", "quotas"):
        return {**changed, divider: [new_entry(divider, is_ordered=False, attribute="", beside=())]}
    if divider == "rank":
        return changed
    raise EditError("Stock cannot be divided like that.")


def _with_forecast(document: Document, fields: Fields) -> Document:
    forecast = dict(document.get("forecast", {}))
    for name in ("horizon_days", "history_weeks"):
        text = first(fields, name)
        if text:
            forecast[name] = number(text)
        elif name == "history_weeks":
            forecast.pop(name, None)
    return {**document, "forecast": forecast}


def _with_safeguards(document: Document, fields: Fields) -> Document:
    """Set the days of each safeguard; without days it goes. What else a safeguard says stays."""
    changed = dict(document)
    for name, days in SAFEGUARDS.items():
        if text := first(fields, name):
            changed[name] = {**document.get(name, {}), days: number(text)}
        else:
            changed.pop(name, None)
    return changed

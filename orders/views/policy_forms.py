"""An entry of a policy as the fields of its form: what is in them, what may be chosen, what is wrong at which place.

The counterpart, form to entry, is ``orders.drafting.entries``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from orders.drafting.conversion import readable_attributes
from orders.drafting.entries import RANGE
from orders.drafting.fields import shown
from orders.drafting.points import CURVES
from orders.drafting.words import GUARANTEES, IF_UNMET, unit_sign
from orders.planning.attributes import CATALOGUE, AttributeSpec
from orders.planning.schema import PROMISE_DAYS, PROMISE_SWITCHES
from orders.views.policy_conditions import (
    Choice,
    Entry,
    Node,
    Notes,
    Remarks,
    closed_values,
    condition_node,
    said_at,
)

CURVE_WORDS = {
    "fixed": "the same points for all",
    "linear": "points per unit",
    "step": "points in steps",
    "logistic": "points along an S-curve",
    "by_value": "points by value",
}
SWITCH_WORDS = {
    "no_better": "Tell no earlier dates",
    "no_worse": "Tell no later dates",
    "only_when_sure": "Good news only when the safe date is earlier too",
}
DAY_WORDS = {
    "min_earlier_days": ("Tell earlier dates from", "days"),
    "min_later_days": ("Tell later dates from", "days"),
    "cool_down_days": ("Stay quiet after a change for", "days"),
    "freeze_days": ("Freeze the date this long before it", "days"),
    "urgent_days": ("Tell at once from a delay of", "days"),
}
NUMBERS = {
    "fixed": (("points", "Points"),),
    "linear": (("per_unit", "Points per unit"), ("from", "Above"), ("cap", "Up to")),
    "logistic": (("max", "Up to"), ("midpoint", "Half of it at"), ("steepness", "Steepness")),
}
_SPARE_ROWS = 1  # empty rows at the end of a table, to type into


@dataclass(frozen=True, slots=True)
class Value:
    """One text to show in a field, with its name; ``problem`` is what the grammar says of it."""

    name: str
    label: str
    text: str
    unit: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What may be read here, grouped for a select."""

    groups: tuple[tuple[str, tuple[Choice, ...]], ...]


@dataclass(frozen=True, slots=True)
class EntryForm:
    """Everything that the form of one entry shows; parts that its section does not have are empty."""

    label: Value
    attributes: Attributes
    node: Node | None
    attribute: str = ""
    points_type: str = ""
    points_types: tuple[Choice, ...] = ()
    numbers: tuple[Value, ...] = ()
    pairs: tuple[tuple[str, str, str], ...] = ()
    by_value: tuple[tuple[str, str, bool, str], ...] = ()
    by_value_problem: str = ""
    default: Value | None = None
    order: str = ""
    ordered_values: tuple[str, ...] = ()
    addable_values: tuple[str, ...] = ()
    free_values: bool = False
    amounts: tuple[tuple[Value, str], ...] = ()
    guarantee: str = ""
    guarantees: tuple[Choice, ...] = ()
    if_unmet: str = ""
    unmets: tuple[Choice, ...] = ()
    switches: tuple[tuple[str, str, bool], ...] = ()
    problems: tuple[str, ...] = field(default=())


def entry_form(
    section: str, entry: Entry, place: str, *, strategy: str, is_ordered: bool, remarks: Remarks
) -> EntryForm:
    """Return the form of an entry at ``place`` of the document."""
    problems = remarks.problems
    form: dict[str, Any] = {
        "label": Value("label", "Name", shown(entry.get("label")), problem=problems.get(f"{place}.label", "")),
        "attributes": attribute_groups(strategy, at_entry=section == "classes"),
        "node": condition_node(entry["when"], "when", f"{place}.when", remarks) if "when" in entry else None,
        "problems": _own(problems, place),
    }
    match section:
        case "segments":
            form |= _segment(entry)
        case "quotas":
            form |= {"amounts": tuple(_amount(entry, name, place, problems) for name in ("at_least", "at_most"))}
            kept = _keep(entry.get("keep", {}), f"{place}.keep", problems)
            form |= {"numbers": (_window(entry, place, problems), *kept)}
        case "promises":
            form |= _promise(entry, place, problems)
        case "classes":
            said = problems.get(f"{place}.worth", "")
            form |= {"numbers": (Value("worth", "Worth", shown(entry.get("worth")), "times the rest", said),)}
        case _:
            form |= (_criterion if is_ordered else _rule)(entry, place, remarks)
    return EntryForm(**form)


def attribute_groups(strategy: str, *, at_entry: bool = False) -> Attributes:
    """Return the attributes that rules of a strategy may read, grouped by what they belong to."""
    groups: dict[str, list[Choice]] = {}
    for spec in readable_attributes(strategy, at_entry=at_entry):
        groups.setdefault(spec.name.partition(".")[0].capitalize(), []).append((spec.name, spec.label))
    return Attributes(tuple((name, tuple(choices)) for name, choices in groups.items()))


def _rule(entry: Entry, place: str, remarks: Remarks) -> Entry:
    spec = CATALOGUE.get(entry.get("attribute", ""))
    points = entry.get("points", {})
    kind = points.get("type", "fixed")
    fitting = CURVES[spec.kind] if spec else ("fixed",)
    inside = f"{place}.points"
    unit = unit_sign(spec.unit) if spec else ""
    units = {
        "from": unit,
        "midpoint": unit,
        "per_unit": f"per {unit.removesuffix('s')}" if unit else "",
        "steepness": "",
    }
    numbers = tuple(
        Value(
            name, label, shown(points.get(key)), units.get(key, "points"), said_at(remarks.problems, f"{inside}.{key}")
        )
        for key, label in NUMBERS.get(kind, ())
        for name in (f"points.{key}",)
    )
    form: Entry = {
        "attribute": spec.name if spec else "",
        "points_type": kind,
        "points_types": tuple((name, CURVE_WORDS[name]) for name in fitting),
        "numbers": numbers,
    }
    if kind == "step":
        steps = [(shown(low), shown(reached)) for low, reached in points.get("steps", ())] + [("", "")] * _SPARE_ROWS
        form["pairs"] = tuple(
            (*pair, said_at(remarks.problems, f"{inside}.steps[{i}]")) for i, pair in enumerate(steps)
        )
    if kind == "by_value":
        form["by_value"] = _value_rows(points, spec, remarks, f"{inside}.values")
        form["by_value_problem"] = "Give one value points at least." if f"{inside}.values" in remarks.problems else ""
        said = remarks.problems.get(f"{inside}.default", "")
        form["default"] = Value("points.default", "All others", shown(points.get("default")), "points", said)
    return form


def _value_rows(
    points: Entry, spec: AttributeSpec | None, remarks: Remarks, place: str
) -> tuple[tuple[str, str, bool, str], ...]:
    """Return (value, points, is the value fixed, problem) for each row; what the data has is offered without points."""
    values = points.get("values", {})
    closed = closed_values(spec)
    names = dict.fromkeys((*closed, *values, *remarks.known.get(spec.name if spec else "", ())))
    spare = [] if closed else [("", "", False, "")] * _SPARE_ROWS
    rows = ((name, shown(values.get(name)), True, remarks.problems.get(f"{place}.{name}", "")) for name in names)
    return (*rows, *spare)


def _criterion(entry: Entry, place: str, remarks: Remarks) -> Entry:
    spec = CATALOGUE.get(entry.get("attribute", ""))
    if spec is None:
        return {}
    if "values" in entry:
        listed = [str(value) for value in entry["values"]]
        offered = (*closed_values(spec), *remarks.known.get(spec.name, ()))
        return {
            "attribute": spec.name,
            "ordered_values": tuple(listed),
            "addable_values": tuple(value for value in offered if value not in listed),
            "free_values": not closed_values(spec),
        }
    low, high, grain = spec.usual
    usual = {"grain": grain, "from": low, "to": high}
    labels = {"grain": "In steps of", "from": "From", "to": "To"}
    numbers = tuple(
        Value(
            name,
            f"{label} ({shown(usual[name])} if empty)",
            shown(entry.get(name)),
            unit_sign(spec.unit),
            said_at(remarks.problems, f"{place}.{name}"),
        )
        for name, label in labels.items()
    )
    return {"attribute": spec.name, "order": entry.get("order", "desc"), "numbers": numbers}


def _segment(entry: Entry) -> Entry:
    return {
        "guarantee": entry.get("guarantee", ""),
        "guarantees": tuple((name, f"{name.capitalize()}: {words}") for name, words in GUARANTEES.items()),
        "if_unmet": entry.get("if_unmet", "alert") if entry.get("guarantee") in ("win", "gain", "skip") else "",
        "unmets": tuple((name, words.capitalize()) for name, words in IF_UNMET.items()),
    }


def _amount(entry: Entry, name: str, place: str, notes: Notes) -> tuple[Value, str]:
    amount = entry.get(name) or {}
    unit = "units" if "units" in amount else "percent"
    label = "Keep at least" if name == "at_least" else "Allow at most"
    return Value(name, label, shown(amount.get(unit)), problem=said_at(notes, f"{place}.{name}")), unit


def _window(entry: Entry, place: str, notes: Notes) -> Value:
    said = said_at(notes, f"{place}.window_days")
    return Value("window_days", "Counted over days", shown(entry.get("window_days")), "empty: this plan alone", said)


def _keep(keep: Entry, place: str, notes: Notes) -> tuple[Value, Value]:
    percent, days = (shown(keep.get(name)) for name in ("percent", "days"))
    return (
        Value("keep.percent", "Keep of what nobody asks for", percent, "%", said_at(notes, f"{place}.percent")),
        Value("keep.days", "for supply of the next", days, "days", said_at(notes, f"{place}.days")),
    )


def _promise(entry: Entry, place: str, notes: Notes) -> Entry:
    return {
        "switches": tuple((name, SWITCH_WORDS[name], bool(entry.get(name))) for name in PROMISE_SWITCHES),
        "numbers": tuple(
            Value(
                name, DAY_WORDS[name][0], shown(entry.get(name)), DAY_WORDS[name][1], said_at(notes, f"{place}.{name}")
            )
            for name in PROMISE_DAYS
        ),
    }


def _own(notes: Notes, place: str) -> tuple[str, ...]:
    """Return what is said of an entry as a whole, and of parts that have no field to say it beside."""
    fields = ("when", "points.", "label", "at_least", "at_most", "window_days", "keep.", "worth", *PROMISE_DAYS, *RANGE)
    shown_elsewhere = tuple(f"{place}.{name}" for name in fields)
    inside = [
        (at, text)
        for at, text in notes.items()
        if (at == place or at.startswith(f"{place}.")) and not at.startswith(shown_elsewhere)
    ]
    return tuple(text if at == place else f"{at.removeprefix(place).lstrip('.')}: {text}" for at, text in inside)

"""The parts of a policy in words, for lists, histories and screens; also of documents that the grammar refuses."""

from __future__ import annotations

from typing import Any

from orders.drafting.fields import shown
from orders.drafting.money import sign, with_sign
from orders.planning.attributes import CATALOGUE, MONEY, Kind
from orders.planning.conditions import read_condition
from orders.planning.reading import Report
from orders.planning.wording import choice_in_words, describe

Entry = dict[str, Any]

STRATEGIES = {
    "fifo": "First in, first out",
    "priority": "Weighted priority",
    "lexicographic": "One after another",
    "demand_forecast": "Demand forecast",
    "automated": "Automated",
    "hybrid": "Hybrid",
}
GUARANTEES = {
    "win": "gets everything it asks for, before any score",
    "gain": "never gets less or later than it had, perhaps more",
    "redistribute": "gets what its rank gives",
    "fill": "gets at most what it had",
    "lose": "gets only what nobody else needs",
    "skip": "stays exactly as it was",
}
IF_UNMET = {"alert": "keep its turn and raise an alert", "fall_back": "plan it by rank instead"}
PROMISES = {
    "no_better": "no earlier date is told",
    "no_worse": "no later date is told",
    "only_when_sure": "good news only when it is safe",
    "min_earlier_days": "earlier by at least {} d",
    "min_later_days": "later by at least {} d",
    "cool_down_days": "{} d of quiet after each change",
    "freeze_days": "frozen {} d before the day",
    "urgent_days": "delays of {} d at once",
}
WHOLE_ORDERS = {"": "As the strategy does", "chosen": "Chosen by an optimiser", "by_rank": "By rank"}
SAFEGUARDS = {"far_future": "Far-future orders", "starvation": "Long waits"}
DIVIDERS = {
    "rank": "By rank alone",
    "segments": "By segments with guarantees",
    "quotas": "By quotas",
    "fair_share": "By fair share",
}
_PER = {"days": "day", "units": "unit", "weeks": "week", "%": "percent", "times": "time"}
_MOST_VALUES = 6


def condition_in_words(when: Any) -> str:
    """Return a condition as one line of English, or that it cannot be read."""
    report = Report()
    condition = read_condition(when, "when", report)
    return "a condition with errors" if report.problems else describe(condition)


def per_what(rule: Entry) -> str:
    """Return what the points of a straight rule are given for: ``per day``."""
    spec = CATALOGUE.get(rule.get("attribute", ""))
    if spec and spec.unit == MONEY:
        return f"per {with_sign('1')}"
    return f"per {_PER.get(spec.unit, 'unit') if spec else 'unit'}"


def points_in_words(rule: Entry) -> str:
    """Return what a rule gives: ``5 points per day, up to 150``."""
    points = rule.get("points", {})
    attribute = rule.get("attribute", "")
    spec = CATALOGUE.get(attribute)
    unit = spec.unit if spec and spec.kind is Kind.NUMBER else ""
    match points.get("type"):
        case "linear":
            start = f" above {measured(points['from'], unit)}" if points.get("from") else ""
            cap = f", up to {amount(points['cap'])}" if "cap" in points else ", without end"
            return f"{_counted(points.get('per_unit'))} {per_what(rule)}{start}{cap}"
        case "step":
            steps = [f"{amount(reached)} from {measured(low, unit)}" for low, reached in points.get("steps", ())]
            return ", ".join(_cut(steps)) or "No steps"
        case "logistic":
            steepness = points.get("steepness")
            rises = "as it rises past" if isinstance(steepness, int | float) and steepness > 0 else "as it falls below"
            return f"Up to {amount(points.get('max'))}, half of it {rises} {measured(points.get('midpoint'), unit)}"
        case "by_value":
            values = [
                f"{value_in_words(attribute, name)} {amount(value)}"
                for name, value in _best_first(points.get("values", {}))
            ]
            default = [f"others {amount(points['default'])}"] if points.get("default") else []
            return ", ".join([*_cut(values), *default])
    return _counted(points.get("points"))


def criterion_in_words(criterion: Entry) -> str:
    """Return how a criterion compares: ``Highest first, in steps of 10``."""
    if "values" in criterion:
        attribute = criterion.get("attribute", "")
        return " before ".join(_cut([value_in_words(attribute, str(value)) for value in criterion["values"]]))
    if "order" in criterion:
        steps = f", in steps of {shown(criterion['grain'])}" if "grain" in criterion else ""
        ends = "".join(
            f", {word} {amount(criterion[name])}"
            for name, word in (("from", "from"), ("to", "to"))
            if name in criterion
        )
        return ("Lowest first" if criterion["order"] == "asc" else "Highest first") + steps + ends
    return "Who meets it comes first"


def quota_in_words(quota: Entry) -> str:
    """Return the units that a quota keeps and allows."""
    parts = [
        f"{word} {_share(quota[name])}"
        for name, word in (("at_least", "at least"), ("at_most", "at most"))
        if isinstance(quota.get(name), dict)
    ]
    if not parts:
        return "No amount"
    keep = quota.get("keep")
    kept = f"; {shown(keep.get('percent'))} % of what nobody asks for kept {shown(keep.get('days'))} d" if keep else ""
    window = f", counted over {shown(quota['window_days'])} d" if "window_days" in quota else ""
    return ", ".join(parts).capitalize() + " of each product" + window + kept


def segment_in_words(segment: Entry) -> str:
    """Return a segment's guarantee and what happens when it cannot be kept."""
    words = GUARANTEES.get(segment.get("guarantee", ""), "").capitalize()
    unmet = IF_UNMET.get(segment.get("if_unmet", ""))
    return f"{words}; else {unmet}" if unmet else words


def promise_in_words(promise: Entry) -> str:
    """Return when a date once told may change."""
    parts = [
        words.format(shown(promise[name])) if "{}" in words else words
        for name, words in PROMISES.items()
        if promise.get(name)
    ]
    return "; ".join(parts).capitalize() or "Every change is told"


def class_in_words(entry: Entry) -> str:
    """Return what a demand class is worth."""
    return f"Worth {shown(entry['worth'])} times the rest" if "worth" in entry else "Better than all after it"


def entry_in_words(section: str, entry: Entry, *, is_ordered: bool) -> str:
    """Return the second line of an entry in its list, its condition included."""
    match section:
        case "segments":
            words = segment_in_words(entry)
        case "quotas":
            words = quota_in_words(entry)
        case "promises":
            words = promise_in_words(entry)
        case "classes":
            words = class_in_words(entry)
        case _:
            words = criterion_in_words(entry) if is_ordered else points_in_words(entry)
    return f"{words}. Where {condition_in_words(entry['when'])}" if "when" in entry else words


def amount(value: object) -> str:
    """Return points as lists show them: thousands grouped, a true minus."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return shown(value) or "?"
    return f"{value:,.10g}".replace("-", "−")


def measured(value: object, unit: str) -> str:
    """Return a value of an attribute with its unit: ``7 days``, ``£1,200``."""
    text = amount(value)
    if unit == MONEY:
        return with_sign(text)
    return f"{text} {unit.removesuffix('s') if value == 1 else unit}".rstrip()


def unit_sign(unit: str) -> str:
    """Return a unit as it stands beside a field."""
    return sign() if unit == MONEY else unit


def value_in_words(attribute: str, value: str) -> str:
    """Return a value of an attribute as it stands alone; those of the data are written as they are."""
    words = choice_in_words(attribute, value) if attribute in CATALOGUE else value
    return f"{words[:1].upper()}{words[1:]}"


def _counted(value: object) -> str:
    return f"{amount(value)} {'point' if value == 1 else 'points'}"


def _share(value: Entry) -> str:
    return f"{shown(value['percent'])} %" if "percent" in value else f"{shown(value.get('units'))} units"


def _best_first(values: Entry) -> list[tuple[str, Any]]:
    """Return values by falling points; the document's own order is not kept where it is stored."""
    numbers = {name: value if isinstance(value, int | float) else 0 for name, value in values.items()}
    return sorted(values.items(), key=lambda item: (-numbers[item[0]], item[0]))


def _cut(parts: list[str]) -> list[str]:
    return parts if len(parts) <= _MOST_VALUES else [*parts[:_MOST_VALUES], f"{len(parts) - _MOST_VALUES} more"]

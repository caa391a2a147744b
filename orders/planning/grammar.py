"""The closed rule grammar, version 1: JSON → ``rules.Policy``, or a refusal that names every place.

Nothing in a policy is ever executed or looked up by name outside the catalogue. docs/planning.md, section Grammar.
"""

from __future__ import annotations

from collections.abc import Mapping

from orders.planning import schema
from orders.planning.attributes import AttributeSpec, Kind
from orders.planning.choice_reading import read_lateness_costs, read_whole_orders
from orders.planning.conditions import read_attribute, read_condition, read_known_text
from orders.planning.criteria import read_criterion
from orders.planning.forecast_reading import read_forecast
from orders.planning.points import (
    ByValue,
    Fixed,
    Linear,
    Logistic,
    Points,
    Step,
)
from orders.planning.promise_reading import read_promises
from orders.planning.quota_reading import read_fair_share, read_quotas
from orders.planning.reading import (
    InvalidPolicyError,
    Json,
    Problem,
    Report,
    join,
    read_choice,
    read_id,
    read_list,
    read_number,
    read_object,
    read_switch,
    read_text,
    refuse_repeated_ids,
)
from orders.planning.rules import Policy, Rule
from orders.planning.segment_reading import read_segments
from orders.planning.strategies import WITH_CRITERIA, complete
from orders.planning.waiting_reading import read_far_future, read_starvation

__all__ = ["InvalidPolicyError", "Problem", "parse_policy", "read_written", "rule_labels"]

_MEMBERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "fixed": (("points",), ()),
    "linear": (("per_unit",), ("cap", "from")),
    "step": (("steps",), ()),
    "logistic": (("midpoint", "steepness", "max"), ()),
    "by_value": (("values",), ("default",)),
}
_DIVIDERS = ("segments", "quotas", "fair_share", "forecast")
_REFUSED = Fixed(0.0)  # stands in for points that were refused; never leaves the parser


def parse_policy(document: Json) -> Policy:
    """Return the policy of a parsed JSON document, the strategy's own rules included.

    Raises InvalidPolicyError with every problem found.
    """
    return _parse(document)[1]


def read_written(document: Json) -> Policy:
    """Return the policy with the rules that its author wrote and no others; raises InvalidPolicyError."""
    return _parse(document)[0]


def rule_labels(document: Json) -> tuple[str, ...]:
    """Return what the columns of a plan's points are called, in their order; raises InvalidPolicyError."""
    return tuple(rule.label for rule in parse_policy(document).rules)


def _parse(document: Json) -> tuple[Policy, Policy]:
    report = Report()
    written = _read_policy(document, report)
    policy = complete(written, report)
    if report.terms > schema.MAX_TERMS:
        report.add("rules", f"at most {schema.MAX_TERMS} comparisons in one policy, not {report.terms}")
    if report.problems:
        raise InvalidPolicyError(tuple(report.problems))
    return written, policy


def _read_policy(document: Json, report: Report) -> Policy:
    optional = (*_DIVIDERS, "promises", "far_future", "starvation", "whole_orders", "lateness_costs")
    members = read_object(document, "", report, ("version", "strategy", "rules"), optional)
    if members is None:
        return Policy("")
    version = members["version"]
    if isinstance(version, bool) or version != schema.VERSION:
        report.add("version", f"must be {schema.VERSION}")
    report.strategy = strategy = read_choice(members["strategy"], "strategy", report, schema.STRATEGIES)
    entries = read_list(members["rules"], "rules", report, schema.MAX_RULES, shortest=0)
    if strategy == "fifo" and entries:
        report.add("rules", "must be empty: fifo ranks by the day of the order alone")
    read = read_criterion if strategy in WITH_CRITERIA else _read_rule
    rules = tuple(read(entry, f"rules[{i}]", report) for i, entry in enumerate(entries))
    refuse_repeated_ids([rule.id for rule in rules], "rules", report)
    segments = read_segments(members["segments"], "segments", report) if "segments" in members else ()
    promises = read_promises(members["promises"], "promises", report) if "promises" in members else ()
    quotas = read_quotas(members["quotas"], "quotas", report) if "quotas" in members else ()
    fair_share = read_fair_share(members["fair_share"], "fair_share", report) if "fair_share" in members else ""
    forecast = read_forecast(members["forecast"], "forecast", report) if "forecast" in members else None
    far = read_far_future(members["far_future"], "far_future", report) if "far_future" in members else None
    starved = read_starvation(members["starvation"], "starvation", report) if "starvation" in members else None
    whole = read_whole_orders(members, _DIVIDERS, report)
    costs: tuple[tuple[str, float], ...] = ()
    if "lateness_costs" in members:
        costs = read_lateness_costs(members["lateness_costs"], "lateness_costs", report)
    if strategy and (strategy == "demand_forecast") != ("forecast" in members):
        report.add("forecast", "is missing" if strategy == "demand_forecast" else "needs strategy demand_forecast")
    for name in [name for name in _DIVIDERS if name in members][1:]:
        report.add(name, f"stock is divided by one of {', '.join(_DIVIDERS)}, not by several")
    return Policy(strategy, rules, segments, promises, quotas, fair_share, forecast, far, starved, whole, costs)


def _read_rule(value: Json, place: str, report: Report) -> Rule:
    members = read_object(value, place, report, ("id", "label", "points"), ("attribute", "when", "off"))
    if members is None:
        return Rule("", "", "", _REFUSED)
    spec = None
    if "attribute" in members:
        spec = read_attribute(members["attribute"], join(place, "attribute"), report)
    when = read_condition(members["when"], join(place, "when"), report) if "when" in members else None
    rule = Rule(
        id=read_id(members["id"], join(place, "id"), report),
        label=read_text(members["label"], join(place, "label"), report),
        attribute=spec.name if spec else "",
        points=_read_points(members["points"], join(place, "points"), report, spec, "attribute" in members),
        when=when,
    )
    return rule.switched_off() if read_switch(members, "off", place, report) else rule


def _read_points(value: Json, place: str, report: Report, spec: AttributeSpec | None, named: bool) -> Points:
    if not isinstance(value, dict) or "type" not in value:
        report.add(place, f"must be an object with a type: {', '.join(_MEMBERS)}")
        return _REFUSED
    kind = read_choice(value["type"], join(place, "type"), report, _MEMBERS)
    if not kind:
        return _REFUSED
    required, optional = _MEMBERS[kind]
    members = read_object(value, place, report, ("type", *required), optional)
    if members is None:
        return _REFUSED
    if kind == "fixed":
        return Fixed(read_number(members["points"], join(place, "points"), report))
    if spec is None:
        if not named:
            report.add(place, f"{kind} points need the rule's attribute")
        return _REFUSED
    if (kind == "by_value") == (spec.kind is Kind.NUMBER):
        report.add(join(place, "type"), f"{kind} does not fit {spec.name}, a {spec.kind.replace('_', '/')} attribute")
        return _REFUSED
    return _read_curve(kind, members, place, report, spec)


def _read_curve(kind: str, members: Mapping[str, Json], place: str, report: Report, spec: AttributeSpec) -> Points:
    def number(name: str, default: float = 0.0) -> float:
        return read_number(members[name], join(place, name), report) if name in members else default

    match kind:
        case "linear":
            cap = number("cap") if "cap" in members else None
            if cap is not None and cap <= 0:
                report.add(join(place, "cap"), "must be above 0")
            return Linear(number("per_unit"), number("from"), cap)
        case "logistic":
            return Logistic(number("midpoint"), number("steepness"), number("max"))
        case "step":
            return _read_steps(members["steps"], join(place, "steps"), report)
    return ByValue(_read_values(members["values"], join(place, "values"), report, spec), number("default"))


def _read_steps(value: Json, place: str, report: Report) -> Step:
    pairs = []
    for i, entry in enumerate(read_list(value, place, report, schema.MAX_CHOICES)):
        pair = read_list(entry, f"{place}[{i}]", report, longest=2, shortest=2)
        pairs.append([read_number(part, f"{place}[{i}][{j}]", report) for j, part in enumerate(pair)] or [0.0, 0.0])
    for i in range(1, len(pairs)):
        if pairs[i][0] <= pairs[i - 1][0]:
            report.add(f"{place}[{i}][0]", "thresholds must ascend")
    return Step(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))


def _read_values(value: Json, place: str, report: Report, spec: AttributeSpec) -> tuple[tuple[str, float], ...]:
    if not isinstance(value, dict) or not 1 <= len(value) <= schema.MAX_CHOICES:
        report.add(place, f"must be an object with 1 to {schema.MAX_CHOICES} values")
        return ()
    choices = ("yes", "no") if spec.kind is Kind.YES_NO else spec.choices
    for name in value:
        if choices:
            read_choice(name, place, report, choices)
        else:
            read_known_text(name, place, report, spec)
    return tuple((str(name), read_number(points, join(place, str(name)), report)) for name, points in value.items())

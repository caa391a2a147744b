"""The published JSON Schema of a policy. ``grammar`` enforces the same limits and more, with places and words."""

from __future__ import annotations

from typing import Any

VERSION = 1
PLAIN_STRATEGIES = ("fifo", "priority", "lexicographic")  # read the order book alone
STRATEGIES = (*PLAIN_STRATEGIES, "demand_forecast", "automated", "hybrid")
TIERS = ("platinum", "gold", "silver", "standard")
WHOLE_ORDERS = ("chosen", "by_rank")
GUARANTEES = ("win", "gain", "redistribute", "fill", "lose", "skip")
IF_UNMET = ("alert", "fall_back")
PROMISE_SWITCHES = ("no_better", "no_worse", "only_when_sure")
PROMISE_DAYS = ("min_earlier_days", "min_later_days", "cool_down_days", "freeze_days", "urgent_days")
COMPARISONS = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "not_in", "between", "is_known", "is_unknown")
MAX_RULES = 50
MAX_SEGMENTS = 20
MAX_CLASSES = 8
MAX_HORIZON_DAYS = 84  # as far as forecasts reach
MAX_HISTORY_WEEKS = 104
MAX_WORTH = 1000
MAX_KEPT_DAYS = 365
MAX_WINDOW_DAYS = 366
MAX_DAYS = 3650
MAX_TERMS = 200  # comparisons in one policy
MAX_DEPTH = 6  # nesting of one condition
MAX_CHOICES = 200  # values of in, not_in, by_value; thresholds of step
MAX_TEXT = 100
MAX_NUMBER = 1e9
MAX_LEVELS = 2**53  # of all criteria of a lexicographic policy multiplied: what a double counts exactly

_NUMBER = {"type": "number", "minimum": -MAX_NUMBER, "maximum": MAX_NUMBER}
_PERCENT = {"type": "number", "minimum": 0, "maximum": 100}
_TEXT = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
_VALUE = {"anyOf": [_NUMBER, _TEXT, {"type": "boolean"}]}


def _closed(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def _branches(name: str) -> dict[str, Any]:
    parts = {"type": "array", "items": {"$ref": "#/$defs/condition"}, "minItems": 1, "maxItems": MAX_CHOICES}
    return _closed({name: parts})


_NAMED = {"id": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,49}$"}, "label": _TEXT}
_WHEN = {"when": {"$ref": "#/$defs/condition"}}
_OFF = {"off": {"type": "boolean"}}
_KEEP = _closed(
    {
        "percent": {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
        "days": {"type": "integer", "minimum": 0, "maximum": MAX_KEPT_DAYS},
    }
)
_VALUES = {"type": "array", "items": _VALUE, "minItems": 1, "maxItems": MAX_CHOICES}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Backlog ranking policy",
    **_closed(
        {
            "version": {"const": VERSION},
            "strategy": {"enum": list(STRATEGIES)},
            "rules": {
                "type": "array",
                "items": {"anyOf": [{"$ref": "#/$defs/rule"}, {"$ref": "#/$defs/criterion"}]},
                "maxItems": MAX_RULES,
            },
        },
        {
            name: {"type": "array", "items": {"$ref": f"#/$defs/{entry}"}, "minItems": 1, "maxItems": MAX_SEGMENTS}
            for name, entry in (("segments", "segment"), ("quotas", "quota"), ("promises", "promise"))
        }
        | {"whole_orders": {"enum": list(WHOLE_ORDERS)}}
        | {"lateness_costs": {"$ref": "#/$defs/lateness_costs"}}
        | {name: {"$ref": f"#/$defs/{name}"} for name in ("forecast", "far_future", "starvation")}
        | {"fair_share": _TEXT},
    ),
    "$defs": {
        "rule": _closed(
            _NAMED | {"points": {"$ref": "#/$defs/points"}},
            {"attribute": _TEXT} | _WHEN | _OFF,
        ),
        "segment": _closed(
            _NAMED | {"guarantee": {"enum": list(GUARANTEES)}}, _WHEN | {"if_unmet": {"enum": list(IF_UNMET)}}
        ),
        "lateness_costs": _closed({}, dict.fromkeys(TIERS, _PERCENT)),
        "far_future": _closed({"horizon_days": {"type": "integer", "minimum": 0, "maximum": MAX_DAYS}}, _WHEN),
        "starvation": _closed({"after_days": {"type": "integer", "minimum": 1, "maximum": MAX_DAYS}}),
        "forecast": _closed(
            {"horizon_days": {"type": "integer", "minimum": 1, "maximum": MAX_HORIZON_DAYS}},
            {
                "history_weeks": {"type": "integer", "minimum": 1, "maximum": MAX_HISTORY_WEEKS},
                "classes": {
                    "type": "array",
                    "items": {"$ref": "#/$defs/class"},
                    "minItems": 1,
                    "maxItems": MAX_CLASSES,
                },
            },
        ),
        "class": _closed(_NAMED | _WHEN, {"worth": {"type": "number", "exclusiveMinimum": 1, "maximum": MAX_WORTH}}),
        "promise": _closed(
            _NAMED,
            _WHEN
            | {name: {"type": "boolean"} for name in PROMISE_SWITCHES}
            | {name: {"type": "integer", "minimum": 0, "maximum": MAX_DAYS} for name in PROMISE_DAYS},
        ),
        "quota": _closed(
            _NAMED,
            _WHEN
            | {name: {"$ref": "#/$defs/amount"} for name in ("at_least", "at_most")}
            | {"keep": _KEEP, "window_days": {"type": "integer", "minimum": 1, "maximum": MAX_WINDOW_DAYS}},
        ),
        "amount": {
            "oneOf": [
                _closed({"units": {"type": "integer", "minimum": 0, "maximum": MAX_NUMBER}}),
                _closed({"percent": {"type": "number", "minimum": 0, "maximum": 100}}),
            ]
        },
        "criterion": {
            "oneOf": [
                _closed(
                    _NAMED | {"attribute": _TEXT, "order": {"enum": ["asc", "desc"]}},
                    {"grain": {**_NUMBER, "exclusiveMinimum": 0}, "from": _NUMBER, "to": _NUMBER} | _WHEN | _OFF,
                ),
                _closed(
                    _NAMED
                    | {
                        "attribute": _TEXT,
                        "values": {
                            "type": "array",
                            "items": _TEXT,
                            "minItems": 1,
                            "maxItems": MAX_CHOICES,
                            "uniqueItems": True,
                        },
                    },
                    _WHEN | _OFF,
                ),
                _closed(_NAMED | _WHEN, _OFF),
            ]
        },
        "points": {
            "oneOf": [
                _closed({"type": {"const": "fixed"}, "points": _NUMBER}),
                _closed(
                    {"type": {"const": "linear"}, "per_unit": _NUMBER},
                    {"cap": {**_NUMBER, "exclusiveMinimum": 0}, "from": _NUMBER},
                ),
                _closed(
                    {
                        "type": {"const": "step"},
                        "steps": {
                            "type": "array",
                            "items": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
                            "minItems": 1,
                            "maxItems": MAX_CHOICES,
                        },
                    }
                ),
                _closed({"type": {"const": "logistic"}, "midpoint": _NUMBER, "steepness": _NUMBER, "max": _NUMBER}),
                _closed(
                    {
                        "type": {"const": "by_value"},
                        "values": {
                            "type": "object",
                            "additionalProperties": _NUMBER,
                            "minProperties": 1,
                            "maxProperties": MAX_CHOICES,
                        },
                    },
                    {"default": _NUMBER},
                ),
            ]
        },
        "condition": {
            "oneOf": [
                _branches("all"),
                _branches("any"),
                _closed({"not": {"$ref": "#/$defs/condition"}}),
                _closed({"attribute": _TEXT, "op": {"enum": ["is_known", "is_unknown"]}}),
                _closed(
                    {
                        "attribute": _TEXT,
                        "op": {"enum": ["eq", "ne", "lt", "lte", "gt", "gte"]},
                        "value": _VALUE,
                    }
                ),
                _closed({"attribute": _TEXT, "op": {"enum": ["in", "not_in"]}, "value": _VALUES}),
                _closed(
                    {
                        "attribute": _TEXT,
                        "op": {"const": "between"},
                        "value": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
                    }
                ),
            ]
        },
    },
}

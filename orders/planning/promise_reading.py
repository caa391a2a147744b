"""Promise rules of a policy: JSON → ``rules.PromiseRule``."""

from __future__ import annotations

from collections.abc import Mapping

from orders.planning import schema
from orders.planning.conditions import read_condition
from orders.planning.reading import (
    Json,
    Report,
    join,
    read_id,
    read_list,
    read_object,
    read_switch,
    read_text,
    refuse_repeated_ids,
)
from orders.planning.rules import FREE_PROMISE, PromiseRule


def read_promises(value: Json, place: str, report: Report) -> tuple[PromiseRule, ...]:
    """Return the promise rules in their order, noting every problem in ``report``."""
    entries = read_list(value, place, report, schema.MAX_SEGMENTS)
    promises = tuple(_read_promise(entry, f"{place}[{i}]", report) for i, entry in enumerate(entries))
    refuse_repeated_ids([promise.id for promise in promises], place, report)
    return promises


def _read_promise(value: Json, place: str, report: Report) -> PromiseRule:
    optional = ("when", *schema.PROMISE_SWITCHES, *schema.PROMISE_DAYS)
    members = read_object(value, place, report, ("id", "label"), optional)
    if members is None:
        return FREE_PROMISE
    return PromiseRule(
        id=read_id(members["id"], join(place, "id"), report),
        label=read_text(members["label"], join(place, "label"), report),
        when=read_condition(members["when"], join(place, "when"), report) if "when" in members else None,
        no_better=read_switch(members, "no_better", place, report),
        no_worse=read_switch(members, "no_worse", place, report),
        only_when_sure=read_switch(members, "only_when_sure", place, report),
        min_earlier_days=_read_days(members, "min_earlier_days", place, report),
        min_later_days=_read_days(members, "min_later_days", place, report),
        cool_down_days=_read_days(members, "cool_down_days", place, report),
        freeze_days=_read_days(members, "freeze_days", place, report),
        urgent_days=_read_days(members, "urgent_days", place, report),
    )


def _read_days(members: Mapping[str, Json], name: str, place: str, report: Report) -> int:
    value = members.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= schema.MAX_DAYS:
        report.add(join(place, name), f"must be whole days from 0 to {schema.MAX_DAYS}")
        return 0
    return value

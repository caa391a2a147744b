"""Quotas of a policy: JSON → ``rules.Quota``, and the attribute that shares fairly."""

from __future__ import annotations

from orders.planning import schema
from orders.planning.attributes import Kind
from orders.planning.conditions import read_attribute, read_condition
from orders.planning.reading import (
    Json,
    Report,
    join,
    read_id,
    read_list,
    read_number,
    read_object,
    read_text,
    refuse_repeated_ids,
)
from orders.planning.rules import Amount, Keep, Quota


def read_quotas(value: Json, place: str, report: Report) -> tuple[Quota, ...]:
    """Return the quotas in their order, noting every problem in ``report``."""
    entries = read_list(value, place, report, schema.MAX_SEGMENTS)
    quotas = tuple(_read_quota(entry, f"{place}[{i}]", report) for i, entry in enumerate(entries))
    refuse_repeated_ids([quota.id for quota in quotas], place, report)
    return quotas


def read_fair_share(value: Json, place: str, report: Report) -> str:
    """Return the text attribute whose values share alike, or an empty text."""
    spec = read_attribute(value, place, report)
    if spec is not None and spec.kind is not Kind.TEXT:
        report.add(place, f"must be a text attribute; {spec.name} is none")
        return ""
    return spec.name if spec else ""


def _read_quota(value: Json, place: str, report: Report) -> Quota:
    members = read_object(value, place, report, ("id", "label"), ("when", "at_least", "at_most", "keep"))
    if members is None:
        return Quota("", "")
    at_least, at_most = (
        _read_amount(members[name], join(place, name), report) if name in members else None
        for name in ("at_least", "at_most")
    )
    if at_least is None and at_most is None and not {"at_least", "at_most"} & members.keys():
        report.add(place, "must have at_least, at_most or both")
    if at_least and at_most and at_least.is_units == at_most.is_units and at_least.value > at_most.value:
        report.add(join(place, "at_most"), "must not be below at_least")
    if "keep" in members and at_least is None:
        report.add(join(place, "keep"), "needs at_least: it keeps a share of that minimum")
    return Quota(
        id=read_id(members["id"], join(place, "id"), report),
        label=read_text(members["label"], join(place, "label"), report),
        when=read_condition(members["when"], join(place, "when"), report) if "when" in members else None,
        at_least=at_least,
        at_most=at_most,
        keep=_read_keep(members["keep"], join(place, "keep"), report) if "keep" in members else None,
    )


def _read_keep(value: Json, place: str, report: Report) -> Keep | None:
    members = read_object(value, place, report, ("percent", "days"))
    if members is None:
        return None
    percent, days = (read_number(members[name], join(place, name), report) for name in ("percent", "days"))
    if not 0 < percent <= 100:
        report.add(join(place, "percent"), "must be above 0 and at most 100")
    if days != int(days) or not 0 <= days <= schema.MAX_KEPT_DAYS:
        report.add(join(place, "days"), f"must be a whole number from 0 to {schema.MAX_KEPT_DAYS}")
        return None
    return Keep(percent, int(days))


def _read_amount(value: Json, place: str, report: Report) -> Amount | None:
    members = read_object(value, place, report, (), ("units", "percent"))
    if members is None:
        return None
    if len(members) != 1:
        report.add(place, "must have units or percent, one of the two")
        return None
    [name] = members
    amount = read_number(members[name], join(place, name), report)
    if name == "percent" and not 0 <= amount <= 100:
        report.add(join(place, name), "must be between 0 and 100")
    if name == "units" and (amount < 0 or amount != int(amount)):
        report.add(join(place, name), "must be a whole number, at least 0")
    return Amount(amount, is_units=name == "units")

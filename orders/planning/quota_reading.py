"""Quotas of a policy: JSON → ``rules.Quota``, and the attribute that shares fairly."""

from __future__ import annotations

from orders.planning import schema
from orders.planning.attributes import CATALOGUE, Kind
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
from orders.planning.rules import Amount, Keep, Quota, comparisons
from orders.planning.windows import up_to_windows


def read_quotas(value: Json, place: str, report: Report) -> tuple[Quota, ...]:
    """Return the quotas in their order, noting every problem in ``report``."""
    entries = read_list(value, place, report, schema.MAX_SEGMENTS)
    quotas = tuple(_read_quota(entry, f"{place}[{i}]", report) for i, entry in enumerate(entries))
    refuse_repeated_ids([quota.id for quota in quotas], place, report)
    _refuse_what_shipped_orders_do_not_have(quotas, place, report)
    return quotas


def _refuse_what_shipped_orders_do_not_have(quotas: tuple[Quota, ...], place: str, report: Report) -> None:
    for i, quota in enumerate(up_to_windows(quotas)):
        names = {compare.attribute for compare in comparisons(quota.when)} if quota.when else set()
        for name in sorted(name for name in names if not CATALOGUE[name].is_known_at_entry):
            known = ", ".join(spec.name for spec in CATALOGUE.values() if spec.is_known_at_entry)
            message = f"{name} does not tell what shipped orders were; up to a window_days quotas may read {known}"
            report.add(f"{place}[{i}].when", message)


def read_fair_share(value: Json, place: str, report: Report) -> str:
    """Return the text attribute whose values share alike, or an empty text."""
    spec = read_attribute(value, place, report)
    if spec is not None and spec.kind is not Kind.TEXT:
        report.add(place, f"must be a text attribute; {spec.name} is none")
        return ""
    return spec.name if spec else ""


def _read_quota(value: Json, place: str, report: Report) -> Quota:
    members = read_object(value, place, report, ("id", "label"), ("when", "at_least", "at_most", "keep", "window_days"))
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
        window_days=_read_window(members["window_days"], join(place, "window_days"), report)
        if "window_days" in members
        else 0,
    )


def _read_window(value: Json, place: str, report: Report) -> int:
    days = read_number(value, place, report)
    if days != int(days) or not 1 <= days <= schema.MAX_WINDOW_DAYS:
        report.add(place, f"must be a whole number from 1 to {schema.MAX_WINDOW_DAYS}")
        return 0
    return int(days)


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

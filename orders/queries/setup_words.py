"""Changes of how we work, in words: what each was and what it became."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from inventory.models import SetupChange
from kernel.people import Actor
from orders.models import FillMeasure, Tier
from orders.setup import CONTACT, needed_permission

KINDS = {
    "capacity": "Picking capacity",
    "calendar": "Working days",
    "sources": "Where from first",
    "substitutes": "Substitutes",
    "protected": "Protected stock",
    "supplier": "Supplier",
    "warehouse": "Warehouse",
    "purchase_order": "Days",
    "terms": "Terms",
    "customer": "Customer",
    "hold_source": "Orders held",
    "hold_rights": "Who releases",
}
HIDDEN = "not shown to you"
NOTHING = "nothing"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LABELS = {
    "days": "days of their own",
    "closed": "closed days",
    "is_company": "company calendar",
    "is_active": "in use",
    "delay_p50_days": "usual delay",
    "delay_p90_days": "nine in ten within",
    "order_fills": "of an order at least",
    "line_fills": "of a line at least",
    "fill_by": "counted in",
    "max_sources": "warehouses at a time",
    "wants_email": "told by e-mail",
    "contact_name": "contact",
    "zone": "time zone",
    "handling_days": "days to hand over",
    "preference": "place",
    "last_on": "last day",
    "in_force": "in force",
}
_WORDS = {**dict(Tier.choices), **dict(FillMeasure.choices)}


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """A change with its words; ``can_undo`` where it is the newest of its thing and whoever looks may undo it."""

    change: SetupChange
    kind: str
    subject: str
    differences: tuple[Difference, ...]
    can_undo: bool


def in_words(changes: Iterable[SetupChange], *, viewer: Actor) -> list[Told]:
    """Return changes, the newest first as they are given, in words; contact data only to those who may see it."""
    shows_contact = viewer.has_perm("orders.see_contact")
    seen: set[tuple[str, str]] = set()
    told = []
    for change in changes:
        thing = (change.kind, change.name)
        told.append(
            Told(
                change,
                KINDS.get(change.kind, change.kind),
                change.name.partition(":")[2] or change.name,
                tuple(_differences(change.before or {}, change.after, shows_contact=shows_contact)),
                can_undo=thing not in seen and viewer.has_perm(needed_permission(change)),
            )
        )
        seen.add(thing)
    return told


def _differences(before: Mapping[str, Any], after: Mapping[str, Any], *, shows_contact: bool) -> Iterable[Difference]:
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        if old == new or name in {"company_before", "lines"}:
            continue
        label = _LABELS.get(name, name.replace("_", " "))
        if name in CONTACT and not shows_contact:
            yield Difference(label, HIDDEN, HIDDEN)
        elif name == "weekdays" and isinstance(new, list):
            yield from _weekdays(old or [None] * 7, new)
        else:
            yield Difference(label, _said(name, old), _said(name, new))


def _weekdays(before: list[int | None], after: list[int | None]) -> Iterable[Difference]:
    """Yield what changed, days that changed alike together: "Mon to Thu"."""
    start = 0
    moves = list(zip(before, after, strict=True))
    for end in range(1, len(moves) + 1):
        if end < len(moves) and moves[end] == moves[start]:
            continue
        old, new = moves[start]
        if old != new:
            days = DAYS[start] if end - start == 1 else f"{DAYS[start]} to {DAYS[end - 1]}"
            yield Difference(days, _limit(old), _limit(new))
        start = end


def _limit(units: int | None) -> str:
    return "no limit" if units is None else f"{units:,}"


def _said(name: str, value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{_day(day)} {what}".strip() for day, what in value.items())
    if isinstance(value, list):
        return ", ".join(_substitute(each) if isinstance(each, dict) else _percent(name, each) for each in value)
    if name in {"expected_on", "last_on"}:
        return _day(value)
    if name == "weekdays":
        return " ".join(day for day, works in zip(DAYS, str(value), strict=True) if works == "1")
    return _WORDS.get(value, value) if isinstance(value, str) else f"{value:,}"


def _percent(name: str, value: Any) -> str:
    return f"{value} %" if name.endswith("_fills") else str(value)


def _substitute(row: Mapping[str, Any]) -> str:
    ratio = "" if row["units"] == row["per"] else f" {row['units']} for {row['per']}"
    return f"{row['sku']}{ratio}{', asked' if row['needs_consent'] else ''}"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%b %Y}"

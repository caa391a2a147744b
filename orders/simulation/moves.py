"""Orders that a comparison names, in words: who wins, who loses, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import F

from orders.models import Order, Reason
from orders.planning.types import NO_DAY, Ints
from orders.simulation.comparing import Comparison
from orders.simulation.outlook import LATEST

_PENCE = 100.0


@dataclass(frozen=True, slots=True)
class Move:
    """One order's place, date and reason in either plan. ``days_later`` is None where one plan names no day."""

    ref: str
    customer: str
    value: float
    rank_before: int
    rank_after: int
    eta_before: date | None
    eta_after: date | None
    days_later: int | None
    reason_before: str
    reason_after: str
    why: str


def tell_moves(found: Comparison, *positions: Ints) -> list[tuple[Move, ...]]:
    """Return the orders at each list of positions, in their order; one query for all."""
    chosen = found.order_id[np.concatenate(positions)] if positions else np.array([], dtype=np.int64)
    names = {
        pk: (ref, customer)
        for pk, ref, customer in Order.objects.filter(pk__in=chosen.tolist())
        .annotate(customer_name=F("customer__name"))
        .values_list("pk", "ref", "customer_name")
    }
    return [
        tuple(_move(found, int(at), names) for at in some if int(found.order_id[at]) in names) for some in positions
    ]


def why(climb: int, delay: int, before: Reason, after: Reason) -> str:
    """Say in a sentence what moved an order: its place in line, or the supply that reaches it."""
    places = f"{abs(climb):,} place{'s' if abs(climb) != 1 else ''}"
    now = f"now: {after.label.lower()}" if after != before else f"still: {after.label.lower()}"
    if delay < 0:
        return f"Moves up {places} and gets units sooner; {now}." if climb > 0 else f"More or sooner units; {now}."
    if delay > 0:
        return f"Falls back {places}: others take its units; {now}." if climb < 0 else f"Fewer or later units; {now}."
    if climb:
        return f"Moves {'up' if climb > 0 else 'back'} {places}, and keeps its date."
    return "Keeps its place and its date."


def _move(found: Comparison, at: int, names: dict[int, tuple[str, str]]) -> Move:
    before, after = found.before, found.after
    ref, customer = names[int(found.order_id[at])]
    was, is_ = Reason(int(before.reason[at])), Reason(int(after.reason[at]))
    climb, delay = int(found.climb[at]), int(found.delay[at])
    return Move(
        ref=ref,
        customer=customer,
        value=float(after.value_minor[at] / _PENCE),
        rank_before=int(before.rank[at]),
        rank_after=int(after.rank[at]),
        eta_before=day_of(before.eta[at]),
        eta_after=day_of(after.eta[at]),
        days_later=delay if abs(delay) < LATEST // 10 else None,
        reason_before=was.label,
        reason_after=is_.label,
        why=why(climb, delay, was, is_),
    )


def day_of(eta: int) -> date | None:
    """Return a day as people read it; None for NO_DAY."""
    return None if eta == NO_DAY else date.fromordinal(int(eta))

"""Urgency and holds of many orders: expedite, hold, release, and each one's way back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.people import key_of
from notifications.texts.placeholders import QUESTIONS
from orders.bulk.change import Applied, Chunk, count_change, products_of, tell_all
from orders.dialogue.questions import HOLD_SUBJECT, ask_customers
from orders.handling.claims import drop, lock_claims_of, take_all
from orders.handling.hold_rights import kept_from, who_releases
from orders.models import AllocationState, Hold, Order

Said = dict[str, str | None]  # a reason, and the day on which it ends, as text
Kinds = dict[int, dict[str, Said]]  # by order id: the kind of each hold, and what is said of it


@dataclass(frozen=True, slots=True)
class SetExpedited:
    """Mark orders as urgent, or take that back; of an undone taking back, for the reason and as long as before."""

    is_expedited: bool
    reason: str = ""
    ends_on: str | None = None
    cause: str = "expedited"
    takes_closed: bool = False

    @property
    def verb(self) -> str:
        return "expedite" if self.is_expedited else "un_expedite"

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        why = "Expedited already." if self.is_expedited else "Not expedited."
        return {order.pk: why for order in chunk.orders if order.is_expedited == self.is_expedited}

    def apply(self, chunk: Chunk) -> Applied:
        before = {order.pk: _expedite_of(order) for order in chunk.orders}
        count_change(chunk.orders, is_expedited=self.is_expedited, **_columns(self._wanted(None)))
        if chunk.kept and self.is_expedited:
            for order in chunk.orders:
                for name, value in _columns(self._wanted(chunk.kept.get(order.pk))).items():
                    setattr(order, name, value)
            Order.objects.bulk_update(chunk.orders, ["expedite_reason", "expedite_ends_on"])
        kind = "orders.expedited" if self.is_expedited else "orders.expedite_taken_back"
        tell_all(chunk, kind, lambda order: self._wanted(chunk.kept.get(order.pk)) if self.is_expedited else {})
        return Applied(before=before)

    def _wanted(self, kept: Said | None) -> Said:
        return kept or {"reason": self.reason, "ends_on": self.ends_on}


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Hold orders; of an undone release, by the holds that each had. Planned units go back, picked and pinned stay."""

    kind: str = ""
    reason: str = ""
    ends_on: str | None = None
    verb: str = "hold"
    cause: str = "held"
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        wanted = self._wanted(chunk)
        return {
            order.pk: f"On hold ({self.kind}) already." if self.kind else "On hold again already."
            for order in chunk.orders
            if not wanted.get(order.pk)
        }

    def apply(self, chunk: Chunk) -> Applied:
        wanted = self._wanted(chunk)
        Hold.objects.bulk_create(
            Hold(order_id=pk, kind=kind, **_held(said), placed_at=chunk.now, placed_by_id=key_of(chunk.actor))
            for pk in chunk.ids
            for kind, said in wanted[pk].items()
        )
        claims = lock_claims_of(chunk.ids, products_of(chunk.ids))
        drop(take_all(claim for claim in claims if claim.state == AllocationState.PLANNED))
        count_change(chunk.orders)
        tell_all(chunk, "orders.held", lambda order: _said(wanted[order.pk]))
        for kind in QUESTIONS:
            asked = [order for order in chunk.orders if kind in wanted[order.pk]]
            ask_customers(asked, kind, actor=chunk.actor, now=chunk.now)
        return Applied()

    def _wanted(self, chunk: Chunk) -> Kinds:
        """Return the holds to place on each order: those that are not active already."""
        active = active_holds(chunk.ids)
        alike: dict[str, Said] = {self.kind: {"reason": self.reason, "ends_on": self.ends_on}}
        wanted = {pk: chunk.kept.get(pk) or alike for pk in chunk.ids}
        return {
            pk: {kind: said for kind, said in kinds.items() if kind and kind not in active[pk]}
            for pk, kinds in wanted.items()
        }


@dataclass(frozen=True, slots=True)
class ReleaseHolds:
    """Release every hold of the orders, or those of one kind."""

    kind: str = ""
    verb: str = "release"
    cause: str = "released"
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        active = self._active(chunk)
        words = who_releases(kept_from(chunk.actor, {kind for kinds in active.values() for kind in kinds}))
        return {
            order.pk: " ".join(words[kind] for kind in sorted(active[order.pk]) if kind in words) or "Not on hold."
            for order in chunk.orders
            if not active[order.pk] or words.keys() & active[order.pk].keys()
        }

    def apply(self, chunk: Chunk) -> Applied:
        active = self._active(chunk)
        holds = Hold.objects.filter(order_id__in=chunk.ids, released_at=None)
        if self.kind:
            holds = holds.filter(kind=self.kind)
        holds.update(released_at=chunk.now, released_by_id=key_of(chunk.actor))
        count_change(chunk.orders)
        tell_all(chunk, "orders.released", lambda order: {"kinds": sorted(active[order.pk])}, subject=HOLD_SUBJECT)
        return Applied(before=dict(active))

    def _active(self, chunk: Chunk) -> Kinds:
        active = active_holds(chunk.ids)
        if self.kind:
            active.update({pk: {k: r for k, r in kinds.items() if k == self.kind} for pk, kinds in active.items()})
        return active


def active_holds(order_ids: list[int]) -> Kinds:
    """Return the active holds of each order."""
    found: Kinds = defaultdict(dict)
    holds = Hold.objects.filter(order_id__in=order_ids, released_at=None)
    for order_id, kind, reason, ends_on in holds.values_list("order_id", "kind", "reason", "ends_on"):
        found[order_id][kind] = {"reason": reason, "ends_on": ends_on.isoformat() if ends_on else None}
    return found


def _said(holds: Mapping[str, Said]) -> dict[str, Any]:
    ends = [said["ends_on"] for said in holds.values()]
    return {
        "kind": ", ".join(sorted(holds)),
        "reason": "; ".join(holds[kind]["reason"] or "" for kind in sorted(holds)),
        "ends_on": max(day or "" for day in ends) if all(ends) else None,
    }


def _held(said: Said) -> dict[str, Any]:
    return {"reason": said["reason"], "ends_on": _day(said["ends_on"])}


def _expedite_of(order: Order) -> Said:
    ends_on = order.expedite_ends_on
    return {"reason": order.expedite_reason, "ends_on": ends_on.isoformat() if ends_on else None}


def _columns(said: Said) -> dict[str, Any]:
    return {"expedite_reason": said["reason"], "expedite_ends_on": _day(said["ends_on"])}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

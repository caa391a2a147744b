"""Tell the customers of many orders their new date: a message each, merged by customer, one way back until sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from notifications.models import Delivery, DeliveryState
from orders.bulk.change import Applied, Chunk, count_change, tell_all
from orders.bulk.dates import current_etas, write_etas
from orders.dialogue.reaching import ASKED, in_a_sentence, routes_by_code
from orders.dialogue.snapshots import customer_payloads
from orders.dialogue.telling import SUBJECT, reason_sentence
from orders.handling.eta import refuse_eta
from orders.models import Customer, Order, OrderPlan, OrderPromise
from orders.replanning.facts import ETA_IMPROVED, ETA_RESTORED, ETA_SLIPPED

EXPECTED, SAFE = "expected", "safe"
LEFT = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class TellDates:
    """Tell each customer the day that the plan expects, or the one that nine in ten keep (which is set by hand then).

    ``reason`` is one of the languages' reasons, or "" for each order's own. Messages of one job are due together,
    ``settings.BULK_HOLD_SECONDS`` after it began, so that one customer gets one.
    """

    choice: str
    reason: str = ""
    note: str = ""
    verb: str = "tell_date"
    takes_closed: bool = False

    @property
    def cause(self) -> str:
        return "eta_by_hand" if self.choice == SAFE else ""

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        days, current, promises = self._days(chunk), current_etas(chunk.orders), _promises(chunk.ids)
        routes = routes_by_code(Customer.objects.filter(orders__in=chunk.ids).values(*ASKED))
        codes = dict(Order.objects.filter(pk__in=chunk.ids).values_list("pk", "customer__code"))
        refused = {}
        for order in chunk.orders:
            day, promise = days.get(order.pk), promises.get(order.pk)
            if day is None:
                refused[order.pk] = "It has no ETA to tell."
            elif promise is None:
                refused[order.pk] = "It was never promised a day: the first one is told by itself."
            elif not routes[codes[order.pk]].ways:
                why_not = in_a_sentence(routes[codes[order.pk]].why_not)
                refused[order.pk] = f"Its customer cannot be written to ({why_not}): call."
            elif promise.told_on == day:
                refused[order.pk] = "Its customer has this date already."
        by_hand = {pk: day for pk, day in days.items() if pk not in refused and day != current[pk]}
        return refused | refuse_eta(
            [order for order in chunk.orders if order.pk in by_hand],
            by_hand,
            current,
            actor=chunk.actor,
            today=timezone.localdate(chunk.now),
        )

    def apply(self, chunk: Chunk) -> Applied:
        days, current = self._days(chunk), current_etas(chunk.orders)
        why = reason_sentence(self.reason) if self.reason else "Told as the safe date."
        before: dict[int, dict[str, Any]] = {
            order.pk: {"on": _iso(order.eta_by_hand_on), "reason": order.eta_by_hand_reason, "set": None}
            for order in chunk.orders
        }
        moved = [order for order in chunk.orders if days[order.pk] != current[order.pk]]
        if moved:
            part = Chunk(moved, chunk.actor, chunk.now)
            write_etas(part, {order.pk: (days[order.pk], why) for order in moved})
            for order in moved:
                before[order.pk]["set"] = _iso(days[order.pk])
        count_change([order for order in chunk.orders if order not in moved])
        promises = _promises(chunk.ids, locked=True)
        kinds = {pk: ETA_IMPROVED if _known(days[pk]) < promises[pk].told_on else ETA_SLIPPED for pk in chunk.ids}
        self._tell(chunk, days, kinds)
        _announce(chunk, promises.values(), days, kinds)
        for order in chunk.orders:
            before[order.pk]["version"] = order.version
        return Applied(before=before)

    def _days(self, chunk: Chunk) -> dict[int, date | None]:
        if self.choice == EXPECTED:
            return current_etas(chunk.orders)
        plans = OrderPlan.objects.filter(order_id__in=chunk.ids).values_list("order_id", "eta_p50", "eta_p90")
        safe = {order_id: p90 or p50 for order_id, p50, p90 in plans}
        return {pk: safe.get(pk) for pk in chunk.ids}

    def _tell(self, chunk: Chunk, days: Mapping[int, date | None], kinds: Mapping[int, str]) -> None:
        payloads = customer_payloads(chunk.ids)
        send_after = (chunk.started_at or chunk.now) + timedelta(seconds=settings.BULK_HOLD_SECONDS)

        def said(order: Order) -> Mapping[str, Any]:
            own = {"reason": self.reason} if self.reason else {}
            words = {"eta_on": _iso(days[order.pk]), "note": self.note, "by_colleague": True, **own}
            return {**payloads[order.pk], **words, "send_after": send_after.isoformat()}

        for kind in sorted(set(kinds.values())):
            some = Chunk([order for order in chunk.orders if kinds[order.pk] == kind], chunk.actor, chunk.now)
            tell_all(some, kind, said, subject=SUBJECT)


@dataclass(frozen=True, slots=True)
class TakeDatesBack:
    """Take back messages that have not left: customers keep the date they have, orders the one they had by hand."""

    verb: str = "take_back"
    cause: str = "eta_by_hand"
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        refused = {order.pk: "It was changed again since." for order in chunk.orders if _is_changed(chunk, order)}
        kinds = (ETA_SLIPPED, ETA_IMPROVED)
        told = {
            f"{kind}:{order.pk}:v{chunk.kept[order.pk]['version']}": order.pk
            for order in chunk.orders
            for kind in kinds
        }
        left = Delivery.objects.filter(fact__dedupe_key__in=told, state__in=LEFT)
        for key in left.values_list("fact__dedupe_key", flat=True):
            refused[told[key]] = "Its message has left. Tell the customer anew."
        return refused

    def apply(self, chunk: Chunk) -> Applied:
        back = [order for order in chunk.orders if chunk.kept[order.pk]["set"]]
        kept = chunk.kept
        if back:
            part = Chunk(back, chunk.actor, chunk.now)
            write_etas(part, {o.pk: (_day(kept[o.pk]["on"]), kept[o.pk]["reason"] or "Taken back.") for o in back})
        count_change([order for order in chunk.orders if order not in back])
        promises = _promises(chunk.ids, locked=True)
        days: dict[int, date | None] = {pk: promise.told_on for pk, promise in promises.items()}
        payloads = customer_payloads(chunk.ids)
        tell_all(
            chunk, ETA_RESTORED, lambda order: {**payloads[order.pk], "eta_on": _iso(days[order.pk])}, subject=SUBJECT
        )
        _announce(chunk, promises.values(), days, dict.fromkeys(chunk.ids, ETA_RESTORED))
        return Applied()


def _is_changed(chunk: Chunk, order: Order) -> bool:
    return order.version != chunk.kept[order.pk]["version"]


def _promises(order_ids: list[int], *, locked: bool = False) -> dict[int, OrderPromise]:
    rows = OrderPromise.objects.filter(order_id__in=order_ids).order_by("pk")
    return {promise.order_id: promise for promise in (rows.select_for_update(no_key=True) if locked else rows)}


def _announce(
    chunk: Chunk, promises: Iterable[OrderPromise], days: Mapping[int, date | None], kinds: Mapping[int, str]
) -> None:
    """Let the told days stand; promises are locked, last in the order of locks."""
    changed = list(promises)
    for promise in changed:
        promise.announced_on = _known(days[promise.order_id])
        promise.announced_kind, promise.announced_at = kinds[promise.order_id], chunk.now
        promise.kept_on = promise.kept_because = None
    fields = ["announced_on", "announced_kind", "announced_at", "kept_on", "kept_because"]
    OrderPromise.objects.bulk_update(changed, fields)


def _known(day: date | None) -> date:
    assert day is not None, "refused before"
    return day


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)

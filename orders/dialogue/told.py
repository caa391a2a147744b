"""What customers were told, written into the promise ledger when the message has gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from kernel.transactions import require_transaction
from notifications.models import Fact
from orders.models import EtaRevision, EtaRevisionKind, OrderPromise


def record_told(facts: Iterable[Fact]) -> None:
    """Listen to ``notifications.sent``: remember the date each customer last got, and when.

    Takes part in the dispatcher's transaction. Promises are locked by order id, last in the global order. A message
    without a date, or older than what is known, changes nothing but adds to the ledger what it said.
    """
    require_transaction()
    messages = [fact.payload for fact in facts if fact.payload.get("order_id") and fact.payload.get("eta_on")]
    ids = {message["order_id"] for message in messages}
    locked = OrderPromise.objects.filter(order_id__in=ids).order_by("pk").select_for_update(no_key=True)
    promises = {promise.order_id: promise for promise in locked}
    for message in sorted(messages, key=lambda message: (message["order_id"], message["sent_at"])):
        promise = promises.get(message["order_id"])
        if promise is not None:
            _tell(promise, message["fact_kind"], date.fromisoformat(message["eta_on"]), message["sent_at"])


def _tell(promise: OrderPromise, fact_kind: str, eta_on: date, sent_at: str) -> None:
    at = datetime.fromisoformat(sent_at)
    EtaRevision.objects.create(
        order_id=promise.order_id,
        kind=EtaRevisionKind.TOLD,
        old_on=promise.told_on,
        new_on=eta_on,
        note=fact_kind,
        at=at,
    )
    if promise.told_at is None or promise.told_at <= at:
        promise.told_on, promise.told_kind, promise.told_at = eta_on, fact_kind, at
        promise.save(update_fields=["told_on", "told_kind", "told_at"])

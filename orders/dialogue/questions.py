"""Asking customers what only they can answer: an order that is held for it waits until somebody releases it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kernel.people import Actor
from notifications.outbox import record_facts
from orders.dialogue.snapshots import customer_payloads
from orders.handling.editing import fact_of
from orders.models import Order

HOLD_QUESTION = "orders.hold_question"
HOLD_SUBJECT = "order:{id}:hold"  # what a question is about, and the release that settles it


def ask_customers(orders: Sequence[Order], kind: str, *, actor: Actor | None, now: datetime) -> None:
    """Record, for each order that was just held for ``kind``, that its customer is to be asked; two queries in all.

    Takes part in the caller's transaction. A release overtakes the question by its subject.
    """
    if not orders:
        return
    payloads = customer_payloads([order.pk for order in orders])
    record_facts(
        [
            fact_of(
                order,
                HOLD_QUESTION,
                actor=actor,
                payload={**payloads[order.pk], "hold": kind},
                subject=HOLD_SUBJECT.format(id=order.pk),
            )
            for order in orders
        ],
        now=now,
    )

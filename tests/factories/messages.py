from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from notifications.models import Fact, Reply
from orders.models import Order
from tests.factories import NOW, number


def make_payload(order_id: int | None = None, *, email: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return the snapshot of a customer fact: one line, expected a week later than the customer was told."""
    order_id = order_id or number()
    order = {"id": order_id, "ref": f"SO-{100000 + order_id}", "channel": "web", "placed_on": "2026-11-02"}
    customer = {
        "code": f"C{order_id}",
        "name": "Brook & Daughters",
        "contact_name": "Ann Brook",
        "email": f"ann{order_id}@example.com" if email is None else email,
        "language": "en",
        "zone": "Europe/London",
        "wants_email": fields.pop("wants_email", True),
        "tier": fields.pop("tier", "standard"),
    }
    line = {"sku": "85123A", "name": "Heart holder", "open_qty": 6, "allocated_qty": 0, "eta_on": "2026-11-28"}
    return {
        "order": order,
        "customer": customer,
        "lines": [line],
        "more_lines": 0,
        "promised_on": "2026-11-21",
        "told_on": "2026-11-21",
        "eta_on": "2026-11-28",
        "eta_p90_on": "2026-12-01",
        "reason": "supplier_late",
        "supplier": "Litware",
        "is_firm": True,
        **fields,
    }


def make_fact(
    kind: str = "orders.eta_slipped", *, now: datetime = NOW, subject: str | None = None, **fields: Any
) -> Fact:
    """Record a fact as a verb of ``now`` would have, due at once; keywords go to ``make_payload``."""
    payload = make_payload(**fields)
    return Fact.objects.create(
        kind=kind,
        subject=f"order:{payload['order']['id']}:promise" if subject is None else subject,
        dedupe_key=f"test:{number()}",
        payload=payload,
        occurred_at=now,
        not_before=now - timedelta(seconds=1),
    )


def make_reply(order: Order | None = None, **fields: Any) -> Reply:
    number = Reply.objects.count()
    known = {"order_ref": order.ref, "customer_name": order.customer.name} if order else {}
    return Reply.objects.create(
        **{
            "key": f"key{number}",
            "sender": "Jo@example.com",
            "sender_name": "Jo Park",
            "message_id": "<one@mail.example>",
            "subject_line": "Re: New date",
            "own_words": "When?",
            **known,
            **fields,
        }
    )

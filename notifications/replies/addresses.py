"""The address that answers to a message come back to: it names the message and is signed, so nobody can make one up.

``replies+1742.k3f…@company.example``: digits and lower-case letters only, because mail servers may fold case.
"""

from __future__ import annotations

import base64
import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SIGNATURE_BYTES = 10
_TAG = re.compile(r"\+(\d{1,18})\.([a-z2-7]{16})@", re.IGNORECASE)


def reply_address(delivery_id: int) -> str:
    """Return where answers to a delivery shall go; empty while settings.REPLIES_EMAIL names no mailbox."""
    name, at, domain = settings.REPLIES_EMAIL.rpartition("@")
    return f"{name}+{delivery_id}.{_signature(delivery_id)}@{domain}" if at else ""


def delivery_named(address: str) -> int | None:
    """Return the delivery that an address of ours names; None for any other address and for a wrong signature."""
    tag = _TAG.search(address)
    if tag is None:
        return None
    delivery_id = int(tag[1])
    return delivery_id if constant_time_compare(_signature(delivery_id), tag[2].lower()) else None


def _signature(delivery_id: int) -> str:
    digest = salted_hmac("notifications.replies", str(delivery_id), algorithm="sha256").digest()
    return base64.b32encode(digest[:SIGNATURE_BYTES]).decode().lower()

"""What a person may decide about a single message: stop one that waits, send one again that did not arrive."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from kernel.errors import Conflict, NotFound
from kernel.kick import kick
from kernel.transactions import entry_verb
from notifications.models import Delivery, DeliveryState

SEND_TASK = "notifications.tasks.send_due_deliveries"
AGAIN = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)


@entry_verb
def stop(delivery_id: int, *, actor: AbstractBaseUser, now: datetime) -> Delivery:
    """Keep a waiting message from being sent. Raises Conflict once it is being sent, NotFound for an unknown one."""
    delivery = _locked(delivery_id)
    if delivery.state != DeliveryState.PENDING:
        raise Conflict(f"This message cannot be stopped: {delivery.get_state_display().lower()}.")
    delivery.state = DeliveryState.SUPPRESSED
    delivery.state_reason = f"Stopped by {actor.get_username()} at {now:%Y-%m-%d %H:%M} UTC"[:200]
    delivery.save(update_fields=["state", "state_reason"])
    return delivery


@entry_verb
def send_again(delivery_id: int, *, actor: AbstractBaseUser, now: datetime) -> Delivery:
    """Put a failed or uncertain message back to be sent; its customer may get it twice if it was uncertain.

    It is judged like any other when its turn comes: overtaken news and closed addresses are still not sent. Raises
    Conflict for a message in any other state.
    """
    delivery = _locked(delivery_id)
    if delivery.state not in AGAIN:
        words = delivery.get_state_display().lower()
        raise Conflict(f"Only a message that failed or perhaps arrived can be sent again: {words}.")
    delivery.state, delivery.attempts, delivery.not_before = DeliveryState.PENDING, 0, now
    delivery.state_reason = f"Sent again by {actor.get_username()}"[:200]
    delivery.lease_token = delivery.lease_until = delivery.sent_with = None
    changed = ["state", "attempts", "not_before", "state_reason", "lease_token", "lease_until", "sent_with"]
    delivery.save(update_fields=changed)
    kick(SEND_TASK)
    return delivery


def _locked(delivery_id: int) -> Delivery:
    delivery = Delivery.objects.select_for_update(of=("self",), no_key=True).filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFound("There is no such message.")
    return delivery

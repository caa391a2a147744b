"""What agents decide about proposed messages: approve, with other words within limits, reject, or think again.

Locks: the deliveries, by ascending key. Approved messages are held like others, and judged once more when they go.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from kernel.errors import Conflict, Invalid
from kernel.kick import kick
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.models import Delivery, DeliveryState, Fact
from notifications.rules.proposing import OVERTAKEN
from notifications.texts.languages import DEFAULT, language_of

SEND_TASK = "notifications.tasks.send_due_deliveries"
MAX_NOTE = 500
MOST = 1000


@entry_verb
def approve(
    delivery_ids: Sequence[int], *, reason: str = "", note: str = "", actor: Actor | None, now: datetime
) -> list[Delivery]:
    """Let proposed messages go; return those that were still proposed and not overtaken.

    ``reason`` (one of the languages' reasons) and ``note``, a paragraph, replace the plan's; dates and lines are facts
    and stay. Raises Conflict when none of them can be approved any more, Invalid for words that cannot be sent.
    """
    words = _wording(reason, note)
    found = _proposed(delivery_ids)
    overtaken = _overtaken(found)
    for delivery in found:
        if delivery.pk in overtaken:
            delivery.state, delivery.state_reason = DeliveryState.SUPERSEDED, OVERTAKEN
        else:
            delivery.state, delivery.wording = DeliveryState.PENDING, {**words, "by_colleague": True}
            delivery.not_before = now + timedelta(seconds=settings.MESSAGE_HOLD_SECONDS)
            delivery.decided_by_id, delivery.decided_at = key_of(actor), now
    _save(found)
    approved = [delivery for delivery in found if delivery.pk not in overtaken]
    kick(SEND_TASK)
    return approved


@entry_verb
def reject(delivery_ids: Sequence[int], *, reason: str, actor: Actor | None, now: datetime) -> list[Delivery]:
    """Keep proposed messages from being sent; ``reason`` is for colleagues. Raises Conflict when none is proposed."""
    reason = clean_text(reason, field="why", max_length=150)
    if not reason:
        raise Invalid("Say why the customer is not told.", fields={"why": "Say why the customer is not told."})
    found = _proposed(delivery_ids)
    for delivery in found:
        delivery.state, delivery.state_reason = DeliveryState.SUPPRESSED, f"Rejected: {reason}"
        delivery.decided_by_id, delivery.decided_at = key_of(actor), now
    _save(found)
    return found


@entry_verb
def think_again(delivery_ids: Sequence[int], *, actor: Actor | None, now: datetime) -> list[Delivery]:
    """Make decided messages proposals again, as long as they have not left.

    Raises Conflict when none of them was decided by ``actor`` or all have left.
    """
    waiting = (DeliveryState.PENDING, DeliveryState.SUPPRESSED)
    decided = Delivery.objects.filter(state__in=waiting, decided_by_id=key_of(actor), lease_until__isnull=True)
    found = list(_locked(decided, delivery_ids))
    if not found:
        raise Conflict("These messages have left, or somebody else decided since.", code="sent")
    for delivery in found:
        delivery.state, delivery.state_reason = DeliveryState.PROPOSED, ""
        delivery.decided_by_id = delivery.decided_at = None
        delivery.created_at = max(delivery.created_at, now - timedelta(hours=1))  # it does not lapse at once
    _save(found)
    return found


def _proposed(delivery_ids: Sequence[int]) -> list[Delivery]:
    if len(delivery_ids) > MOST:
        raise Invalid(f"At most {MOST:,} messages at once.", code="too_many")
    found = list(_locked(Delivery.objects.filter(state=DeliveryState.PROPOSED), delivery_ids))
    if not found:
        raise Conflict("Somebody has decided about this already, or there is newer news.", code="decided")
    return found


def _locked(rows: QuerySet[Delivery], delivery_ids: Sequence[int]) -> QuerySet[Delivery]:
    chosen = rows.filter(pk__in=delivery_ids).select_related("fact")
    return chosen.select_for_update(of=("self",), no_key=True).order_by("pk")


def _overtaken(deliveries: Sequence[Delivery]) -> set[int]:
    """Return the keys of deliveries whose subject has a newer fact."""
    newest: dict[str, int] = {}
    subjects = {delivery.fact.subject for delivery in deliveries} - {""}
    for subject, pk in Fact.objects.filter(subject__in=subjects).values_list("subject", "pk"):
        newest[subject] = max(pk, newest.get(subject, 0))
    return {each.pk for each in deliveries if newest.get(each.fact.subject, 0) > each.fact_id}


def _wording(reason: str, note: str) -> dict[str, str]:
    if reason and reason not in language_of(DEFAULT).reasons:
        raise Invalid("Choose a reason from the list.", fields={"reason": "Choose a reason from the list."})
    note = clean_text(note, field="note", max_length=MAX_NOTE, multiline=True)
    return {name: text for name, text in (("reason", reason), ("note", note)) if text}


def _save(deliveries: Sequence[Delivery]) -> None:
    fields = ["state", "state_reason", "wording", "not_before", "decided_by", "decided_at", "created_at"]
    Delivery.objects.bulk_update(deliveries, fields, batch_size=500)
    announce("message", {"orders": sorted({delivery.order_ref for delivery in deliveries})})

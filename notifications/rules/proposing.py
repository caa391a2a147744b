"""Which messages wait for an agent's approval, by the admins' rules, and what becomes of a proposal that is too old."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from notifications.models import Delivery, DeliveryState, Fact, SendMode, SendRule
from notifications.rules.valve import message_rules
from notifications.texts.placeholders import parsed_date

OVERTAKEN = "Newer news of this order"
ANSWERED = "orders.answered"  # a colleague's answer to what a customer wrote


def apply_send_rules(deliveries: Iterable[Delivery]) -> None:
    """Turn new pending deliveries into proposals, or suppress them, as the rules say; nothing is saved here.

    What a colleague has written needs nobody's approval. One query, whatever their number.
    """
    rules = rules_in_force()
    if not rules:
        return
    for delivery in deliveries:
        payload = delivery.fact.payload
        by_colleague = payload.get("by_colleague") or delivery.kind == ANSWERED
        if delivery.state != DeliveryState.PENDING or by_colleague:
            continue
        mode = mode_of(delivery.kind, delivery.channel, payload, rules)
        if mode == SendMode.PROPOSED:
            delivery.state = DeliveryState.PROPOSED
        elif mode == SendMode.NEVER:
            delivery.state, delivery.state_reason = DeliveryState.SUPPRESSED, "The rules say so"


def rules_in_force() -> Sequence[SendRule]:
    """Return the rules, the first to be asked first."""
    return list(SendRule.objects.filter(removed_at__isnull=True).order_by("position", "pk"))


def mode_of(kind: str, channel: str, payload: Mapping[str, Any], rules: Sequence[SendRule]) -> SendMode:
    """Return what the first rule that fits says; without one a message leaves by itself."""
    tier, days = payload["customer"].get("tier", ""), _days_moved(payload)
    for rule in rules:
        fits = rule.kind in ("", kind) and rule.tier in ("", tier) and rule.channel in ("", channel)
        if fits and days >= rule.from_days:
            return SendMode(rule.mode)
    return SendMode.AUTOMATIC


def overtake_proposals(subjects: Collection[str]) -> int:
    """Supersede proposals that a newer fact of one of the ``subjects`` has overtaken; return how many."""
    newer = Fact.objects.filter(subject=OuterRef("fact__subject"), pk__gt=OuterRef("fact_id"))
    old = Delivery.objects.filter(Exists(newer), state=DeliveryState.PROPOSED, fact__subject__in=subjects)
    return old.update(state=DeliveryState.SUPERSEDED, state_reason=OVERTAKEN)


def let_proposals_lapse(*, now: datetime) -> int:
    """Settle proposals that were overtaken by facts nobody is told of, or that waited too long; return how many."""
    newer = Fact.objects.filter(subject=OuterRef("fact__subject"), pk__gt=OuterRef("fact_id"))
    proposed = Delivery.objects.filter(state=DeliveryState.PROPOSED)
    overtaken = proposed.filter(Exists(newer)).exclude(fact__subject="")
    count = overtaken.update(state=DeliveryState.SUPERSEDED, state_reason=OVERTAKEN)
    hours = message_rules().proposal_hours
    old = proposed.filter(created_at__lt=now - timedelta(hours=hours))
    return count + old.update(
        state=DeliveryState.SUPPRESSED, state_reason=f"Nobody approved it within {hours} hours", decided_at=now
    )


def _days_moved(payload: Mapping[str, Any]) -> int:
    eta_on, told_on = parsed_date(payload.get("eta_on")), parsed_date(payload.get("told_on"))
    return abs((eta_on - told_on).days) if eta_on and told_on else 0

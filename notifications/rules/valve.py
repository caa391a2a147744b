"""Rules of writing to customers, and the valve that stops a storm until an admin has looked at it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from kernel.errors import Conflict, Invalid
from kernel.kick import kick
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.transactions import entry_verb
from notifications.models import Delivery, DeliveryState, MessageRules
from notifications.rules.news_rules import weigh_anew

SEND_TASK = "notifications.tasks.send_due_deliveries"
STORM_WINDOW = timedelta(hours=1)
NOT_SENT = (DeliveryState.SUPPRESSED, DeliveryState.SUPERSEDED, DeliveryState.PROPOSED)
LIMITS = {
    "daily_messages": (1, 1000),
    "storm_messages": (1, 10_000_000),
    "proposal_hours": (1, 720),
    "follow_up_days": (1, 365),
    "feedback_days": (0, 90),
    "delay_hours": (0, 720),
}
SWITCHES = ("firm_only", "merges")


def message_rules() -> MessageRules:
    """Return the rules in force; those that nobody has changed are the defaults."""
    return MessageRules.objects.filter(pk=1).first() or MessageRules()


@entry_verb
def change_rules(
    *, changes: Mapping[str, Any], version: int | None, actor: Actor | None, now: datetime
) -> MessageRules:
    """Change when and how often customers are written to: quiet_from, quiet_to (``time`` or None), daily_messages,
    storm_messages, proposal_hours, follow_up_days, feedback_days, delay_hours, firm_only, merges.

    Raises Invalid naming the field, Conflict when somebody else changed them since. Another ``firm_only`` has the days
    that plans name now weighed anew.
    """
    rules = locked_rules()
    if version is not None and version != rules.version:
        raise Conflict("Somebody else changed the rules meanwhile. Look at them again.", code="stale")
    if changes.get("firm_only", rules.firm_only) != rules.firm_only:
        weigh_anew(now=now)
    for name, value in changes.items():
        _check(name, value)
        setattr(rules, name, value)
    if (rules.quiet_from is None) != (rules.quiet_to is None):
        raise Invalid("Give both ends of the quiet hours.", fields={"quiet_to": "Give both ends, or neither."})
    _keep(rules, actor)
    return rules


@entry_verb
def pause(*, reason: str, actor: Actor | None, now: datetime) -> MessageRules:
    """Close the valve: nothing leaves until somebody opens it. What is being handed over now still goes."""
    rules = locked_rules()
    if rules.is_paused:
        raise Conflict("Messages are paused already.", code="no_change")
    rules.is_paused, rules.paused_at, rules.paused_reason = True, now, reason[:200]
    _keep(rules, actor)
    return rules


@entry_verb
def resume(*, actor: Actor | None, now: datetime) -> MessageRules:
    """Open the valve: what waited goes out, each message judged anew; a storm is counted from now on."""
    rules = locked_rules()
    if not rules.is_paused:
        raise Conflict("Messages are not paused.", code="no_change")
    rules.is_paused, rules.paused_reason, rules.opened_at = False, "", now
    _keep(rules, actor)
    kick(SEND_TASK)
    return rules


def is_open(*, now: datetime) -> bool:
    """Tell whether messages may leave; close the valve when more were announced in an hour than the rules allow."""
    rules = message_rules()
    if rules.is_paused:
        return False
    since = max(now - STORM_WINDOW, rules.opened_at or now - STORM_WINDOW)
    announced = Delivery.objects.filter(created_at__gt=since).exclude(state__in=NOT_SENT).count()
    if announced <= rules.storm_messages:
        return True
    try:
        words = f"{announced:,} messages within an hour; the limit is {rules.storm_messages:,}."
        pause(reason=words, actor=None, now=now)
    except Conflict:
        pass  # another sender has closed it
    return False


def locked_rules() -> MessageRules:
    """Lock the one row of rules, made where nobody has changed any; participant of the caller's transaction."""
    MessageRules.objects.bulk_create([MessageRules()], ignore_conflicts=True)
    return MessageRules.objects.select_for_update(of=("self",), no_key=True).get(pk=1)


def _check(name: str, value: Any) -> None:
    if name in LIMITS:
        low, high = LIMITS[name]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            wrong = f"Give a whole number from {low:,} to {high:,}."
            raise Invalid(wrong, fields={name: wrong})
    elif name in ("quiet_from", "quiet_to"):
        if value is not None and not isinstance(value, time):
            raise Invalid("Give a time such as 21:00.", fields={name: "Give a time such as 21:00."})
    elif name not in SWITCHES or not isinstance(value, bool):
        raise Invalid("There is no such rule.", fields={name: "There is no such rule."})


def _keep(rules: MessageRules, actor: Actor | None) -> None:
    rules.version += 1
    rules.changed_by_id = key_of(actor)
    rules.save()
    announce("message", {"all": True})

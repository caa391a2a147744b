"""Admins say which messages leave by themselves. Rules are few; every change locks the one row of message rules."""

from __future__ import annotations

from datetime import datetime

from kernel.errors import Conflict, Invalid, NotFound
from kernel.people import Actor, key_of
from kernel.tiers import Tier
from kernel.transactions import entry_verb
from notifications.models import Channel, SendMode, SendRule
from notifications.models.delivery import KIND_LABELS
from notifications.rules.proposing import ANSWERED, rules_in_force
from notifications.rules.valve import locked_rules

MOST_DAYS = 365
MOST_RULES = 100
# News that has no words of its own, and what a colleague writes, needs no rule.
KINDS = {kind: label for kind, label in KIND_LABELS.items() if kind not in ("orders.eta_restored", ANSWERED)}


@entry_verb
def add_send_rule(*, kind: str, tier: str, channel: str, from_days: int, mode: str, actor: Actor | None) -> SendRule:
    """Add a rule before all that fit more messages than it, so that the narrower one is asked first.

    Raises Invalid naming the field, Conflict when there is a rule for just this already.
    """
    _check("kind", kind, {"", *KINDS})
    _check("tier", tier, {"", *Tier.values})
    _check("channel", channel, {"", *Channel.values})
    _check("mode", mode, set(SendMode.values))
    if isinstance(from_days, bool) or not isinstance(from_days, int) or not 0 <= from_days <= MOST_DAYS:
        wrong = f"Give a whole number of days from 0 to {MOST_DAYS}."
        raise Invalid(wrong, fields={"from_days": wrong})
    locked_rules()
    rule = SendRule(kind=kind, tier=tier, channel=channel, from_days=from_days, mode=mode, changed_by_id=key_of(actor))
    _refuse_double(rule)
    rules = list(rules_in_force())
    if len(rules) >= MOST_RULES:
        raise Conflict(f"There are {MOST_RULES} rules already. Remove one first.")
    place = next((at for at, other in enumerate(rules) if _narrowness(other) < _narrowness(rule)), len(rules))
    rule.position = 0
    rule.save()
    _number([*rules[:place], rule, *rules[place:]])
    return rule


@entry_verb
def change_send_rule(rule_id: int, *, mode: str, actor: Actor | None) -> SendRule:
    """Let a rule say something else."""
    _check("mode", mode, set(SendMode.values))
    rule = _rule(rule_id)
    rule.mode, rule.changed_by_id = mode, key_of(actor)
    rule.save(update_fields=["mode", "changed_by"])
    return rule


@entry_verb
def move_send_rule(rule_id: int, *, up: bool, actor: Actor | None) -> SendRule:
    """Ask a rule one place earlier or later."""
    rule = _rule(rule_id)
    rules = list(rules_in_force())
    at = next(place for place, other in enumerate(rules) if other.pk == rule.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(rules):
        raise Conflict(f"It is the {'first' if up else 'last'} rule already.", code="no_change")
    rules[at], rules[to] = rules[to], rules[at]
    rules[to].changed_by_id = key_of(actor)
    _number(rules)
    return rules[to]


@entry_verb
def remove_send_rule(rule_id: int, *, actor: Actor | None, now: datetime) -> SendRule:
    """Remove a rule; proposals that it made still wait for their answer."""
    rule = _rule(rule_id)
    rule.removed_at, rule.changed_by_id = now, key_of(actor)
    rule.save(update_fields=["removed_at", "changed_by"])
    return rule


@entry_verb
def restore_send_rule(rule_id: int, *, actor: Actor | None) -> SendRule:
    """Bring a removed rule back where it was."""
    locked_rules()
    rule = SendRule.objects.filter(pk=rule_id, removed_at__isnull=False).first()
    if rule is None:
        raise NotFound("There is no such rule to bring back.")
    _refuse_double(rule)
    rule.removed_at, rule.changed_by_id = None, key_of(actor)
    rule.save(update_fields=["removed_at", "changed_by"])
    return rule


def _rule(rule_id: int) -> SendRule:
    locked_rules()
    rule = SendRule.objects.filter(pk=rule_id, removed_at__isnull=True).first()
    if rule is None:
        raise NotFound("There is no such rule any more.")
    return rule


def _refuse_double(rule: SendRule) -> None:
    same = SendRule.objects.filter(
        kind=rule.kind, tier=rule.tier, channel=rule.channel, from_days=rule.from_days, removed_at__isnull=True
    )
    if same.exists():
        raise Conflict("There is a rule for just these messages. Change that one.", code="double")


def _narrowness(rule: SendRule) -> tuple[int, int]:
    return sum(map(bool, (rule.kind, rule.tier, rule.channel))), rule.from_days


def _number(rules: list[SendRule]) -> None:
    for position, rule in enumerate(rules):
        rule.position = position
    SendRule.objects.bulk_update(rules, ["position", "changed_by"])


def _check(field: str, value: str, known: set[str]) -> None:
    if value not in known:
        raise Invalid("Choose one from the list.", fields={field: "Choose one from the list."})

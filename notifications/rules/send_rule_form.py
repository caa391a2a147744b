"""The rules of what leaves by itself, as the page shows them and takes a new one."""

from __future__ import annotations

from typing import Any

from django import forms

from kernel.forms import VerbForm
from kernel.tiers import Tier
from notifications.models import Channel, SendMode
from notifications.models.delivery import KIND_LABELS
from notifications.rules import send_rules
from notifications.rules.proposing import rules_in_force

ANY = ("", "Any")


class SendRuleForm(VerbForm):
    kind = forms.ChoiceField(label="Message", required=False, choices=[ANY, *send_rules.KINDS.items()])
    tier = forms.ChoiceField(label="Customers", required=False, choices=[ANY, *Tier.choices])
    channel = forms.ChoiceField(label="Channel", required=False, choices=[ANY, *Channel.choices])
    from_days = forms.IntegerField(label="Moves by at least, days", initial=0)
    mode = forms.ChoiceField(label="Then", choices=SendMode.choices)


def send_rule_rows() -> list[dict[str, Any]]:
    """Return the rules in the words of the page."""
    rules = rules_in_force()
    return [
        {
            "rule": rule,
            "kind": KIND_LABELS.get(rule.kind, "Any message"),
            "tier": rule.get_tier_display() or "all customers",
            "channel": rule.get_channel_display() or "any channel",
            "is_first": at == 0,
            "is_last": at == len(rules) - 1,
        }
        for at, rule in enumerate(rules)
    ]

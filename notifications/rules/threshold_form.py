"""From how many days on a moved date is told, as the page shows it and takes a new threshold."""

from __future__ import annotations

from typing import Any

from django import forms

from kernel.forms import VerbForm
from kernel.tiers import Tier
from notifications.models import Channel, Move
from notifications.rules.thresholds import thresholds_in_force

ANY = ("", "Any")


class ThresholdForm(VerbForm):
    kind = forms.ChoiceField(label="Message", required=False, choices=[("", "Later or earlier date"), *Move.choices])
    tier = forms.ChoiceField(label="Customers", required=False, choices=[ANY, *Tier.choices])
    channel = forms.ChoiceField(label="Channel", required=False, choices=[ANY, *Channel.choices])
    days = forms.IntegerField(label="Told from, days")


class DaysForm(VerbForm):
    """The days alone, of a threshold that there is."""

    days = forms.IntegerField(label="Told from, days")


def threshold_rows() -> list[dict[str, Any]]:
    """Return the thresholds in the words of the page, the first to be asked first."""
    return [
        {
            "threshold": each,
            "kind": each.get_kind_display() or "Later or earlier date",
            "tier": each.get_tier_display() or "all customers",
            "channel": each.get_channel_display() or "any channel",
        }
        for each in thresholds_in_force()
    ]

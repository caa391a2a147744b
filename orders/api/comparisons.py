"""Two plans compared, over REST: what previews, simulations and held runs share."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from orders.rules.guarding import LIMITS


class PlannedOrderOut(serializers.Serializer[Any]):
    rank = serializers.IntegerField()
    eta_p50 = serializers.DateField(allow_null=True)
    eta_p90 = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    units = serializers.IntegerField(help_text="That are open")
    units_ready = serializers.IntegerField(help_text="Of these, on hand for it now")


class FindingOut(serializers.Serializer[Any]):
    place = serializers.CharField(help_text="Where in the rules: rules[2].when")
    kind = serializers.CharField(help_text="never_matches, shadowed, contradictory or dead")
    message = serializers.CharField(help_text="What is wrong")
    advice = serializers.CharField(help_text="What to do about it")


class MessagesOut(serializers.Serializer[Any]):
    backordered = serializers.IntegerField()
    line_allocated = serializers.IntegerField()
    eta_slipped = serializers.IntegerField()
    eta_improved = serializers.IntegerField()
    eta_restored = serializers.IntegerField()


class FiguresOut(serializers.Serializer[Any]):
    """A plan in figures. Money in the currency; an order is due on its promised day, else on the requested one."""

    orders = serializers.IntegerField()
    value = serializers.FloatField(help_text="Of all open units")
    value_on_time = serializers.FloatField()
    value_late = serializers.FloatField()
    value_at_risk = serializers.FloatField(help_text="Of orders whose p90 lies behind their due day")
    orders_late = serializers.IntegerField()
    orders_undated = serializers.IntegerField(help_text="Nobody can say when")
    promises_broken = serializers.IntegerField()
    ready_orders = serializers.IntegerField()
    units_ready = serializers.IntegerField()
    units_short = serializers.IntegerField(help_text="Open units without stock on hand")
    longest_wait_days = serializers.IntegerField()
    mean_wait_days = serializers.FloatField()
    gini = serializers.FloatField(help_text="0: all wait alike; near 1: few wait for all")
    overtaken_share = serializers.FloatField(help_text="Lines whose product a later order gets sooner")
    messages = MessagesOut(help_text="What customers would be told")
    messages_total = serializers.IntegerField()


class MoveOut(serializers.Serializer[Any]):
    ref = serializers.CharField()
    customer = serializers.CharField()
    value = serializers.FloatField()
    rank_before = serializers.IntegerField()
    rank_after = serializers.IntegerField()
    eta_before = serializers.DateField(allow_null=True)
    eta_after = serializers.DateField(allow_null=True)
    days_later = serializers.IntegerField(allow_null=True, help_text="None where either has no date")
    reason_before = serializers.CharField()
    reason_after = serializers.CharField()
    why = serializers.CharField()


class BucketOut(serializers.Serializer[Any]):
    low = serializers.IntegerField(allow_null=True)
    high = serializers.IntegerField(allow_null=True)
    orders = serializers.IntegerField()


class WaitsOut(serializers.Serializer[Any]):
    low = serializers.IntegerField(allow_null=True, help_text="Days from today; both null: without a date")
    high = serializers.IntegerField(allow_null=True)
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class BreachOut(serializers.Serializer[Any]):
    limit = serializers.ChoiceField(choices=LIMITS)
    allowed = serializers.FloatField()
    found = serializers.FloatField()
    words = serializers.CharField()


class VerdictOut(serializers.Serializer[Any]):
    is_held = serializers.BooleanField(help_text="A full run with this outcome would wait for a person")
    figures = serializers.DictField(child=serializers.FloatField(), help_text="By limit")
    breaches = BreachOut(many=True)


class RunVerdictOut(VerdictOut):
    """As a run keeps it."""

    words = serializers.CharField()
    messages = MessagesOut(help_text="What customers would be told, or were")
    losers = MoveOut(many=True, help_text="Of a held plan, the orders that it would delay most; without values")


class ComparisonOut(serializers.Serializer[Any]):
    """Orders of both plans, by what happens to them. No date counts as later than any."""

    orders = serializers.IntegerField(help_text="Orders that were compared")
    up = serializers.IntegerField(help_text="Orders that would move forward in line")
    down = serializers.IntegerField()
    same = serializers.IntegerField()
    sooner = serializers.IntegerField(help_text="Orders that would get an earlier date")
    later = serializers.IntegerField()
    newly_late = serializers.IntegerField()
    no_longer_late = serializers.IntegerField()
    newly_broken = serializers.IntegerField(help_text="Promised days that would be missed, and are not yet")
    mended = serializers.IntegerField()
    rank_churn = serializers.FloatField(help_text="Share of orders that move by over a twentieth of the line")
    rank_distribution = BucketOut(many=True, help_text="Places gained")
    date_distribution = BucketOut(many=True, help_text="Days later")
    wait_distribution = WaitsOut(many=True)
    winners = MoveOut(many=True)
    losers = MoveOut(many=True)
    biggest = MoveOut(many=True, help_text="Most places, either way")
    guard = VerdictOut()


class SampleOut(serializers.Serializer[Any]):
    lines = serializers.IntegerField()
    of = serializers.IntegerField()


class PreviewOut(ComparisonOut):
    before = FiguresOut()
    after = FiguresOut()
    findings = FindingOut(many=True)
    sample = SampleOut(allow_null=True, help_text="Of a very large backlog a sample is planned; figures are of it")
    seconds = serializers.FloatField()

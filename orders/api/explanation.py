"""An order explained, as the API shows it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from orders.api.outgoing import GuaranteeOut, reason_key
from orders.queries.explanation import LineExplanation


class AheadOut(serializers.Serializer[Any]):
    order = serializers.CharField()
    customer = serializers.CharField()
    rule = serializers.CharField(help_text="What puts it ahead most")
    gap = serializers.FloatField(help_text="By how many points its order or line ranks higher")
    allocated_qty = serializers.IntegerField()
    pegged_qty = serializers.IntegerField()


class FreeingOut(serializers.Serializer[Any]):
    short_qty = serializers.IntegerField(help_text="Units that would free it if they were pinned to it")
    queue_qty = serializers.IntegerField(
        allow_null=True,
        help_text="Units that would free it if they were received and shared by rank; null where a limit keeps it "
        "from what is there",
    )
    lacking_qty = serializers.IntegerField(help_text="Units that nobody has ordered yet")
    next_peg_on = serializers.DateField(allow_null=True)
    last_peg_on = serializers.DateField(allow_null=True)


class LineExplanationOut(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    sku = serializers.CharField()
    reason = serializers.SerializerMethodField()
    eta_p50 = serializers.DateField(allow_null=True)
    waits_for = serializers.IntegerField(allow_null=True, help_text="The position of the line that holds it back")
    guarantee = GuaranteeOut(allow_null=True)
    kept_qty = serializers.IntegerField(help_text="Units on hand that the rules kept for others when it had its turn")
    frees = FreeingOut()
    ahead = AheadOut(many=True)

    def get_reason(self, line: LineExplanation) -> str | None:
        return reason_key(line.reason)


class GatingOut(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    sku = serializers.CharField()
    without_on = serializers.DateField(allow_null=True, help_text="The day all lines would leave if it were here")
    days_won = serializers.IntegerField(allow_null=True)
    others = serializers.IntegerField(help_text="Further lines that are as late")


class ExplanationOut(serializers.Serializer[Any]):
    all_lines_on = serializers.DateField(allow_null=True, help_text="The day the last line leaves")
    is_held = serializers.BooleanField()
    gating = GatingOut(allow_null=True)
    lines = LineExplanationOut(many=True)

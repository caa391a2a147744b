"""Rules of writing to customers over REST, and the valve."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.rest import MAX_VERSION, Flag, In, Integer, Text, validated
from notifications.integrity import fact_counts
from notifications.models import MessageRules
from notifications.rules import valve


class MessageRulesOut(serializers.ModelSerializer[MessageRules]):
    counts = serializers.SerializerMethodField(help_text="How every fact that customers are told of stands")

    class Meta:
        model = MessageRules
        fields = [
            "quiet_from", "quiet_to", "daily_messages", "storm_messages", "proposal_hours", "follow_up_days",
            "feedback_days", "delay_hours", "firm_only", "merges", "is_paused", "paused_at",
            "paused_reason", "version", "counts",
        ]  # fmt: skip

    def get_counts(self, _rules: MessageRules) -> dict[str, int]:
        return fact_counts()


class MessageRulesIn(In):
    quiet_from = serializers.TimeField(required=False, allow_null=True)
    quiet_to = serializers.TimeField(required=False, allow_null=True)
    daily_messages = Integer(max_value=1000, required=False)
    storm_messages = Integer(max_value=10_000_000, required=False)
    proposal_hours = Integer(max_value=720, required=False, help_text="Until a proposal lapses")
    follow_up_days = Integer(max_value=365, required=False, help_text="Of silence, until customers who wait are told")
    feedback_days = Integer(min_value=0, max_value=90, required=False, help_text="After delivery; 0 asks nobody")
    delay_hours = Integer(min_value=0, max_value=720, required=False, help_text="Between two delays of an order")
    firm_only = Flag(required=False, help_text="Tell an earlier day only when the units are there")
    merges = Flag(required=False)
    version = Integer(max_value=MAX_VERSION, required=False)


class PauseIn(In):
    reason = Text(max_length=200)


class MessageRulesViewSet(GenericViewSet[MessageRules]):
    """When and how often customers are written to: one set of rules for all."""

    queryset = MessageRules.objects.all()
    serializer_class = MessageRulesOut
    pagination_class = None
    action_permissions = {
        "list": ("orders.view_backlog",),
        "create": ("notifications.run_valve",),
        "pause": ("notifications.run_valve",),
        "resume": ("notifications.run_valve",),
    }

    @extend_schema(responses=MessageRulesOut)
    def list(self, _request: Request) -> Response:
        """Show the rules, the valve, and how the facts add up."""
        return _answer(valve.message_rules())

    @extend_schema(request=MessageRulesIn, responses=MessageRulesOut)
    def create(self, request: Request) -> Response:
        """Change the rules named."""
        changes: dict[str, Any] = validated(MessageRulesIn, request)
        version = changes.pop("version", None)
        return _answer(valve.change_rules(changes=changes, version=version, actor=request.user, now=timezone.now()))

    @extend_schema(request=PauseIn, responses=MessageRulesOut)
    @action(detail=False, methods=["post"])
    def pause(self, request: Request) -> Response:
        """Let nothing leave until somebody resumes."""
        return _answer(valve.pause(**validated(PauseIn, request), actor=request.user, now=timezone.now()))

    @extend_schema(request=None, responses=MessageRulesOut)
    @action(detail=False, methods=["post"])
    def resume(self, request: Request) -> Response:
        """Let messages leave again."""
        return _answer(valve.resume(actor=request.user, now=timezone.now()))


def _answer(rules: MessageRules) -> Response:
    return Response(MessageRulesOut(rules).data)

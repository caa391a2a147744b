"""Which messages leave by themselves, over REST: of all rules that fit a message, the first decides."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.rest import Flag, In, Integer, example, validated
from kernel.tiers import Tier
from notifications.models import Channel, SendMode, SendRule
from notifications.rules import send_rules

SEE, CHANGE = ("orders.view_backlog",), ("notifications.run_valve",)


@example(kind="orders.eta_slipped", tier="gold", from_days=7, mode="proposed")
class SendRuleIn(In):
    """What is left out fits all. A rule begins before all that fit more messages than it."""

    kind = serializers.ChoiceField(choices=list(send_rules.KINDS.items()), required=False, default="")
    tier = serializers.ChoiceField(choices=Tier.choices, required=False, default="")
    channel = serializers.ChoiceField(choices=Channel.choices, required=False, default="")
    from_days = Integer(min_value=0, max_value=send_rules.MOST_DAYS, required=False, default=0)
    mode = serializers.ChoiceField(choices=SendMode.choices)


@example(mode="automatic")
class SendModeIn(In):
    mode = serializers.ChoiceField(choices=SendMode.choices)


@example(up=True)
class MoveIn(In):
    up = Flag(help_text="One place earlier; false: one later")


class SendRuleOut(serializers.ModelSerializer[SendRule]):
    class Meta:
        model = SendRule
        fields = ["id", "position", "kind", "tier", "channel", "from_days", "mode", "removed_at"]


class SendRuleViewSet(ReadOnlyModelViewSet[SendRule]):
    """Rules in the order in which they are asked. Those that were removed are shown one by one only."""

    queryset = SendRule.objects.all()
    serializer_class = SendRuleOut
    lookup_value_regex = "[0-9]{1,18}"
    orderings = {"position": ("position", "id")}
    action_permissions = {
        "list": SEE,
        "retrieve": SEE,
        **dict.fromkeys(("create", "partial_update", "move", "remove", "restore"), CHANGE),
    }

    def get_queryset(self) -> QuerySet[SendRule]:
        rules = SendRule.objects.all()
        return rules.filter(removed_at=None) if self.action == "list" else rules

    @extend_schema(request=SendRuleIn, responses={201: SendRuleOut})
    def create(self, request: Request) -> Response:
        """Add a rule."""
        rule = send_rules.add_send_rule(**validated(SendRuleIn, request), actor=request.user)
        return Response(SendRuleOut(rule).data, status=201)

    @extend_schema(request=SendModeIn, responses=SendRuleOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Let a rule say something else."""
        rule = send_rules.change_send_rule(int(pk), **validated(SendModeIn, request), actor=request.user)
        return Response(SendRuleOut(rule).data)

    @extend_schema(request=MoveIn, responses=SendRuleOut)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Ask a rule one place earlier or later."""
        rule = send_rules.move_send_rule(int(pk), **validated(MoveIn, request), actor=request.user)
        return Response(SendRuleOut(rule).data)

    @extend_schema(request=None, responses=SendRuleOut)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """Remove a rule; what it proposed still waits for its answer."""
        validated(In, request)
        return Response(SendRuleOut(send_rules.remove_send_rule(int(pk), actor=request.user, now=timezone.now())).data)

    @extend_schema(request=None, responses=SendRuleOut)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring a removed rule back where it was."""
        validated(In, request)
        return Response(SendRuleOut(send_rules.restore_send_rule(int(pk), actor=request.user)).data)

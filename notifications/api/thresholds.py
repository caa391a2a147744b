"""From how many days on a moved date is told, over REST: of all thresholds that fit, the narrowest decides."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.rest import In, Integer, example, validated
from kernel.tiers import Tier
from notifications.models import Channel, Move, Threshold
from notifications.models.threshold import MOST_DAYS
from notifications.rules import thresholds

SEE, CHANGE = ("orders.view_backlog",), ("notifications.run_valve",)


@example(kind="orders.eta_slipped", tier="gold", days=3)
class ThresholdIn(In):
    """What is left out fits all."""

    kind = serializers.ChoiceField(choices=Move.choices, required=False, default="")
    tier = serializers.ChoiceField(choices=Tier.choices, required=False, default="")
    channel = serializers.ChoiceField(choices=Channel.choices, required=False, default="")
    days = Integer(max_value=MOST_DAYS)


@example(days=5)
class DaysIn(In):
    days = Integer(max_value=MOST_DAYS)


class ThresholdOut(serializers.ModelSerializer[Threshold]):
    class Meta:
        model = Threshold
        fields = ["id", "kind", "tier", "channel", "days", "removed_at"]


class ThresholdViewSet(ReadOnlyModelViewSet[Threshold]):
    """Thresholds in the order in which they are asked; where none fits, SLIP_THRESHOLD_DAYS holds. Those that were
    removed are shown one by one only."""

    queryset = Threshold.objects.all()
    serializer_class = ThresholdOut
    lookup_value_regex = "[0-9]{1,18}"
    orderings = {"narrowness": ("-narrowness", "kind", "tier", "channel", "id")}
    action_permissions = {
        "list": SEE,
        "retrieve": SEE,
        **dict.fromkeys(("create", "partial_update", "remove", "restore"), CHANGE),
    }

    def get_queryset(self) -> QuerySet[Threshold]:
        rows = Threshold.objects.all()
        return rows.filter(removed_at=None) if self.action == "list" else rows

    @extend_schema(request=ThresholdIn, responses={201: ThresholdOut})
    def create(self, request: Request) -> Response:
        """Tell some news from more, or fewer, days on."""
        made = thresholds.add_threshold(**validated(ThresholdIn, request), actor=request.user, now=timezone.now())
        return Response(ThresholdOut(made).data, status=201)

    @extend_schema(request=DaysIn, responses=ThresholdOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the days of a threshold."""
        days = validated(DaysIn, request)["days"]
        changed = thresholds.change_threshold(int(pk), days=days, actor=request.user, now=timezone.now())
        return Response(ThresholdOut(changed).data)

    @extend_schema(request=None, responses=ThresholdOut)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """Remove a threshold."""
        validated(In, request)
        return Response(ThresholdOut(thresholds.remove_threshold(int(pk), actor=request.user, now=timezone.now())).data)

    @extend_schema(request=None, responses=ThresholdOut)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring a removed threshold back."""
        validated(In, request)
        back = thresholds.restore_threshold(int(pk), actor=request.user, now=timezone.now())
        return Response(ThresholdOut(back).data)

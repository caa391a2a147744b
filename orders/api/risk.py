"""The model of lateness over REST: its versions, how good each was, and which one planning uses."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from orders.learning.features import FEATURES
from orders.models import RiskVersion
from orders.studying.late_risk import in_use


class BinOut(serializers.Serializer[Any]):
    low = serializers.FloatField()
    high = serializers.FloatField()
    cases = serializers.IntegerField()
    said = serializers.FloatField(help_text="Mean risk that was named")
    was = serializers.FloatField(help_text="Share that became late")


class JudgementOut(serializers.Serializer[Any]):
    """On cases that the model had not seen."""

    cases = serializers.IntegerField()
    late_share = serializers.FloatField()
    brier = serializers.FloatField(help_text="Mean squared error of the risk")
    brier_base_rate = serializers.FloatField(help_text="The same for the share of late cases, said every time")
    skill = serializers.FloatField(help_text="1 − brier ÷ brier_base_rate")
    auc = serializers.FloatField(allow_null=True)
    calibration_error = serializers.FloatField()
    bins = BinOut(many=True)


class CostOut(serializers.Serializer[Any]):
    per_pound = serializers.FloatField(help_text="What a late pound costs: goodwill and what was cancelled more")
    cancelled_late = serializers.FloatField(help_text="Share of the value that was cancelled of late orders")
    cancelled_punctual = serializers.FloatField(help_text="The same of punctual ones")


class RiskVersionOut(serializers.ModelSerializer[RiskVersion]):
    judgement = serializers.SerializerMethodField()
    costs = serializers.DictField(child=CostOut(), help_text="By customer tier")

    class Meta:
        model = RiskVersion
        fields = [
            "id", "trained_at", "until_on", "is_usable", "refusal", "cases", "late_cases", "judgement", "costs",
            "seconds",
        ]  # fmt: skip

    @extend_schema(responses=JudgementOut)
    def get_judgement(self, version: RiskVersion) -> dict[str, Any] | None:
        return version.judgement or None


class PartOut(serializers.Serializer[Any]):
    """What one figure of a line adds to the log-odds of becoming late: linear between the knots."""

    feature = serializers.CharField()
    words = serializers.CharField()
    knots = serializers.ListField(child=serializers.FloatField())
    values = serializers.ListField(child=serializers.FloatField())
    unknown = serializers.FloatField()


class RiskVersionDetailOut(RiskVersionOut):
    parts = serializers.SerializerMethodField()

    class Meta(RiskVersionOut.Meta):
        fields = [*RiskVersionOut.Meta.fields, "parts"]

    @extend_schema(responses=PartOut(many=True))
    def get_parts(self, version: RiskVersion) -> list[dict[str, Any]]:
        parts = version.model.get("parts", {})
        return [{"feature": name, "words": FEATURES.get(name, name), **part} for name, part in parts.items()]


class InUseOut(serializers.Serializer[Any]):
    decides = serializers.ChoiceField(
        choices=["model", "rules"], help_text="What strategy automated ranks by: the model, or the policy's own rules"
    )
    version = serializers.IntegerField(allow_null=True, help_text="The newest version")
    why = serializers.CharField(help_text="Why the model is not used; empty where it is", allow_blank=True)
    is_asked = serializers.BooleanField(help_text="Whether the policy in force reads what the model says")


class RiskModelViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[RiskVersion]):
    queryset = RiskVersion.objects.defer("product_ids", "late_shares", "supplier_late_shares", "weekly_units")
    serializer_class = RiskVersionOut
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {
        "list": ("orders.view_backlog",),
        "retrieve": ("orders.view_backlog",),
        "in_use": ("orders.view_backlog",),
    }

    def get_serializer_class(self) -> type[RiskVersionOut]:
        return RiskVersionDetailOut if self.action == "retrieve" else RiskVersionOut

    @extend_schema(responses=InUseOut)
    @action(detail=False, methods=["get"], url_path="in-use", pagination_class=None, filter_backends=[])
    def in_use(self, request: Request) -> Response:
        """Say what strategy automated ranks by now, and why."""
        return Response(InUseOut(in_use()).data)

"""The backlog's figures over REST."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from orders.models import Order
from orders.queries.backlog_totals import backlog_totals
from orders.queries.flow import flow
from orders.queries.promises import promise_figures


class BacklogTotalsOut(serializers.Serializer[Any]):
    open_orders = serializers.IntegerField()
    open_lines = serializers.IntegerField()
    open_value = serializers.DecimalField(max_digits=18, decimal_places=2)
    late_orders = serializers.IntegerField()
    allocated_units = serializers.IntegerField()
    backordered_units = serializers.IntegerField()
    revenue_at_risk = serializers.DecimalField(
        max_digits=18, decimal_places=2, help_text="Sum of open value × (1 − chance that the promise is kept)"
    )
    unplanned_changes = serializers.IntegerField(help_text="0 when planning has caught up")
    as_of = serializers.DateTimeField()


class PromiseFiguresIn(serializers.Serializer[Any]):
    days = serializers.IntegerField(min_value=1, max_value=366, default=30)


class PromiseFiguresOut(serializers.Serializer[Any]):
    since = serializers.DateField()
    promises = serializers.IntegerField(help_text="Orders promised a day for the first time")
    changes = serializers.IntegerField(help_text="Changes of an order's date by the plan")
    orders_changed = serializers.IntegerField()
    changes_per_order = serializers.FloatField(allow_null=True, help_text="Of orders whose date changed at all")
    slips = serializers.IntegerField(help_text="Changes to a later day")
    mean_slip_days = serializers.FloatField(allow_null=True)
    slips_by_origin = serializers.DictField(child=serializers.IntegerField(), help_text="ours, supplier, customer")
    told = serializers.IntegerField(help_text="Messages sent that named a date")
    kept_back = serializers.DictField(
        child=serializers.IntegerField(), help_text="Changes that promise rules kept back, by why"
    )
    shipped_orders = serializers.IntegerField()
    kept_on_time = serializers.IntegerField(help_text="Of those, by the day promised first")
    kept_share = serializers.FloatField(allow_null=True)


class FlowStepOut(serializers.Serializer[Any]):
    step = serializers.CharField(source="step.key")
    orders = serializers.IntegerField()
    by_age = serializers.ListField(child=serializers.IntegerField(), help_text="0–2, 3–7, 8–14, 15–30, over 30 days")
    value_minor = serializers.IntegerField(help_text="Open value, in pence")
    oldest_days = serializers.IntegerField()
    share = serializers.FloatField(help_text="Of all open value × days since the order was placed")


class FlowDayOut(serializers.Serializer[Any]):
    day = serializers.DateField()
    came = serializers.IntegerField()
    went = serializers.IntegerField(help_text="Shipped")


class FlowOut(serializers.Serializer[Any]):
    steps = FlowStepOut(many=True, source="standing")
    bottleneck = serializers.CharField(source="bottleneck.step.key", default=None, allow_null=True)
    days = FlowDayOut(many=True)
    median_days = serializers.FloatField(allow_null=True, help_text="From receipt to shipment, of those shipped lately")
    slow_days = serializers.FloatField(allow_null=True, help_text="Nine in ten were faster")


class MetricsViewSet(GenericViewSet[Order]):
    serializer_class = BacklogTotalsOut
    action_permissions = dict.fromkeys(("backlog", "promises", "flow"), ("orders.view_backlog",))
    query_parameters = {"promises": ("days",)}

    @extend_schema(responses=BacklogTotalsOut)
    @action(detail=False, methods=["get"])
    def backlog(self, request: Request) -> Response:
        """Count the backlog."""
        return Response(BacklogTotalsOut(backlog_totals(timezone.now())).data)

    @extend_schema(parameters=[PromiseFiguresIn], responses=PromiseFiguresOut)
    @action(detail=False, methods=["get"])
    def promises(self, request: Request) -> Response:
        """Say how steady dates were lately, whose doing the slips were, and how many promises were kept."""
        asked = PromiseFiguresIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(PromiseFiguresOut(promise_figures(timezone.now(), **asked.validated_data)).data)

    @extend_schema(responses=FlowOut)
    @action(detail=False, methods=["get"])
    def flow(self, request: Request) -> Response:
        """Say at which step orders stand, how old they are, and how many came and were shipped in four weeks."""
        return Response(FlowOut(flow(timezone.now())).data)

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


class BacklogTotalsOut(serializers.Serializer[Any]):
    open_orders = serializers.IntegerField()
    open_lines = serializers.IntegerField()
    open_value = serializers.DecimalField(max_digits=18, decimal_places=2)
    late_orders = serializers.IntegerField()
    allocated_units = serializers.IntegerField()
    backordered_units = serializers.IntegerField()
    unplanned_changes = serializers.IntegerField(help_text="0 when planning has caught up")
    as_of = serializers.DateTimeField()


class MetricsViewSet(GenericViewSet[Order]):
    serializer_class = BacklogTotalsOut
    action_permissions = {"backlog": ("orders.view_backlog",)}

    @extend_schema(responses=BacklogTotalsOut)
    @action(detail=False, methods=["get"])
    def backlog(self, request: Request) -> Response:
        """Count the backlog."""
        return Response(BacklogTotalsOut(backlog_totals(timezone.now())).data)

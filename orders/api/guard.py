"""The guard on full runs over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.rest import Flag, In, Integer, validated
from orders.models import Guard
from orders.rules.guarding import change_guard, guard

_MOST = 10_000_000


class GuardOut(serializers.ModelSerializer[Guard]):
    class Meta:
        model = Guard
        fields = ["slipped_orders", "broken_promises", "rank_churn_percent", "messages", "four_eyes", "edits"]


class GuardIn(In):
    slipped_orders = Integer(min_value=0, max_value=_MOST, required=False, allow_null=True)
    broken_promises = Integer(min_value=0, max_value=_MOST, required=False, allow_null=True)
    rank_churn_percent = Integer(min_value=0, max_value=100, required=False, allow_null=True)
    messages = Integer(min_value=0, max_value=_MOST, required=False, allow_null=True)
    four_eyes = Flag(required=False)
    edits = Integer(min_value=0, required=False, help_text="As seen; refused if somebody changed the guard since")


class GuardViewSet(GenericViewSet[Any]):
    """How much a full run may change before a person has to look, and whether rules need a second person."""

    queryset = Guard.objects.none()
    serializer_class = GuardOut
    pagination_class = None
    action_permissions = {"list": ("orders.view_backlog",), "create": ("orders.change_guard",)}

    @extend_schema(responses=GuardOut, operation_id="guard_retrieve")
    def list(self, request: Request) -> Response:
        """Return the limits in force; null: no limit."""
        return Response(GuardOut(guard()).data)

    @extend_schema(request=GuardIn, responses=GuardOut, operation_id="guard_change")
    def create(self, request: Request) -> Response:
        """Set the limits given; the others stay as they are. Null takes a limit away."""
        changes = validated(GuardIn, request)
        edits = changes.pop("edits", None)
        return Response(GuardOut(change_guard(changes=changes, edits=edits, actor=request.user)).data)

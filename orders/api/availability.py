"""When could somebody have these? Over REST."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.rest import validated
from orders.api.incoming import AvailabilityIn
from orders.models import Order
from orders.queries.availability import Item, find_availability


class PartOut(serializers.Serializer[Any]):
    on = serializers.DateField(allow_null=True, help_text="The day these units could leave; null: nobody can say")
    qty = serializers.IntegerField()


class ItemOut(serializers.Serializer[Any]):
    sku = serializers.CharField()
    qty = serializers.IntegerField()
    available_now = serializers.IntegerField(help_text="Units on hand that nobody has a claim on, up to qty")
    eta_p50 = serializers.DateField(allow_null=True, help_text="The day all of the item could leave")
    eta_p90 = serializers.DateField(allow_null=True, help_text="The safe day")
    parts = PartOut(many=True)


class AvailabilityOut(serializers.Serializer[Any]):
    items = ItemOut(many=True)
    all_eta_p50 = serializers.DateField(allow_null=True, help_text="The day all items could leave together")
    all_eta_p90 = serializers.DateField(allow_null=True)
    unplanned_changes = serializers.IntegerField(help_text="Changes to these products not planned yet; 0: firm")


class AvailabilityViewSet(GenericViewSet[Order]):
    serializer_class = AvailabilityOut
    repeatable_actions = {"create"}
    # A question too long for a query string. It writes nothing, so a key that only reads may ask it.
    reading_actions = {"create"}
    action_permissions = {"create": ("orders.view_backlog",)}

    @extend_schema(request=AvailabilityIn, responses=AvailabilityOut)
    def create(self, request: Request) -> Response:
        """Say when these could leave if they were ordered now, behind everybody who waits already; changes nothing."""
        items = [Item(item["sku"], item["qty"]) for item in validated(AvailabilityIn, request)["items"]]
        return Response(AvailabilityOut(find_availability(items, today=timezone.localdate())).data)

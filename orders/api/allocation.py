"""How units are divided over REST: where from first, how many a day, what could stand in."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from inventory.models import PickCapacity, Warehouse
from kernel.rest import Day, In, Integer, Text, several, validated
from orders.hands import MAX_DAYS, change_capacity
from orders.models import SourceRule
from orders.sources import change_country_sources, change_product_sources

SEE, MANAGE = ("orders.view_backlog",), ("inventory.manage_catalogue",)
MAX_WAREHOUSES = 100


class ProposalOut(serializers.Serializer[Any]):
    """``substitute_qty`` units of ``substitute`` could stand in for ``covers_qty`` of the ``short_qty`` that lack."""

    position = serializers.IntegerField()
    sku = serializers.CharField()
    short_qty = serializers.IntegerField()
    substitute = serializers.CharField()
    name = serializers.CharField()
    free_qty = serializers.IntegerField()
    covers_qty = serializers.IntegerField()
    substitute_qty = serializers.IntegerField()
    needs_consent = serializers.BooleanField()


class SourcesIn(In):
    """For one product or one country: the warehouses to ask first; none takes the rule away."""

    sku = Text(max_length=40, required=False)
    country = Text(max_length=60, required=False)
    warehouses = serializers.ListField(child=Text(max_length=20), max_length=MAX_WAREHOUSES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("sku" in attrs) == ("country" in attrs):
            raise serializers.ValidationError({"sku": ["Name a product or a country, and only one of them."]})
        return attrs


class SourcesOut(serializers.Serializer[Any]):
    sku = serializers.CharField(allow_null=True)
    country = serializers.CharField(allow_null=True)
    warehouses = serializers.ListField(child=serializers.CharField())


class SourceViewSet(GenericViewSet[Any]):
    """From which warehouses a product, or whatever goes to a country, is sent first."""

    queryset = SourceRule.objects.none()
    serializer_class = SourcesOut
    pagination_class = None
    action_permissions = {"list": SEE, "create": MANAGE}

    @extend_schema(responses=SourcesOut(many=True))
    def list(self, request: Request) -> Response:
        rules: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
        for rule in SourceRule.objects.select_related("product", "warehouse").order_by("country", "product", "place"):
            rules[rule.product.sku if rule.product else None, rule.country or None].append(rule.warehouse.code)
        found = [{"sku": sku, "country": country, "warehouses": codes} for (sku, country), codes in rules.items()]
        return Response(SourcesOut(found, many=True).data)

    @extend_schema(request=SourcesIn, responses=SourcesOut)
    def create(self, request: Request) -> Response:
        """Replace the warehouses of one product or country; what waits for them is planned anew."""
        data = validated(SourcesIn, request)
        who: dict[str, Any] = {"actor": request.user, "now": timezone.now()}
        if "sku" in data:
            change_product_sources(data["sku"], warehouses=data["warehouses"], **who)
        else:
            change_country_sources(data["country"], warehouses=data["warehouses"], **who)
        return Response(SourcesOut({"sku": None, "country": None, **data}).data)


class DayCapacityIn(In):
    day = Day()
    units = Integer(min_value=0)


class CapacityIn(In):
    """``weekdays`` are seven figures, Monday first, null for no limit; ``days`` count before their weekday."""

    warehouse = Text(max_length=20)
    weekdays = serializers.ListField(child=Integer(min_value=0, allow_null=True), min_length=7, max_length=7)
    days = several(DayCapacityIn, at_most=MAX_DAYS, required=False)


class DayCapacityOut(serializers.Serializer[Any]):
    day = serializers.DateField()
    units = serializers.IntegerField()


class CapacityOut(serializers.Serializer[Any]):
    warehouse = serializers.CharField()
    weekdays = serializers.ListField(child=serializers.IntegerField(allow_null=True))
    days = DayCapacityOut(many=True)


class CapacityViewSet(GenericViewSet[Any]):
    """How many units warehouses pick in a day."""

    queryset = PickCapacity.objects.none()
    serializer_class = CapacityOut
    pagination_class = None
    action_permissions = {"list": SEE, "create": MANAGE}

    @extend_schema(responses=CapacityOut(many=True))
    def list(self, request: Request) -> Response:
        return Response(CapacityOut(_capacities(), many=True).data)

    @extend_schema(request=CapacityIn, responses=CapacityOut)
    def create(self, request: Request) -> Response:
        """Replace the figures of one warehouse; the dates of what waits there follow."""
        data = validated(CapacityIn, request)
        days: dict[date, int] = {entry["day"]: entry["units"] for entry in data.get("days", ())}
        warehouse = change_capacity(
            data["warehouse"], weekdays=data["weekdays"], days=days, actor=request.user, now=timezone.now()
        )
        return Response(CapacityOut(next(row for row in _capacities() if row["warehouse"] == warehouse.code)).data)


def _capacities() -> list[dict[str, Any]]:
    """Return every active warehouse with its figures; two queries."""
    rows: dict[int, dict[str, Any]] = {
        warehouse.pk: {"warehouse": warehouse.code, "weekdays": [None] * 7, "days": []}
        for warehouse in Warehouse.objects.filter(is_active=True)
    }
    for figure in PickCapacity.objects.filter(warehouse__in=rows).order_by("day"):
        if figure.weekday is None:
            rows[figure.warehouse_id]["days"].append({"day": figure.day, "units": figure.units})
        else:
            rows[figure.warehouse_id]["weekdays"][figure.weekday] = figure.units
    return list(rows.values())

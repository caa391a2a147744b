"""Stock over REST: what is there, who waits for it, and every way it changes."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from inventory.models import Product, StockMovement
from inventory.protecting import protect_stock
from inventory.receiving import receive_stock
from kernel.bounds import MAX_QTY
from kernel.filters import FlagFilter, TextFilter
from kernel.rest import In, Integer, Text, example, validated
from orders.queries.stock_levels import stock_by_warehouse
from orders.stock_corrections import adjust_stock, count_stock, transfer_stock

MOVE, MANAGE = ("inventory.move_stock",), ("inventory.manage_catalogue",)


@example(sku="22197", warehouse="LDS", qty=48, reference="note 4711")
class ReceiptIn(In):
    sku = Text(max_length=40)
    warehouse = Text(max_length=20)
    qty = Integer()
    reference = Text(max_length=80, required=False, allow_blank=True, default="")


@example(sku="22197", warehouse="LDS", qty_delta=-2, reason="Broken")
class AdjustmentIn(In):
    """``qty_delta`` is signed: what was found is positive."""

    sku = Text(max_length=40)
    warehouse = Text(max_length=20)
    qty_delta = Integer(min_value=-MAX_QTY)
    reason = Text(max_length=200)


@example(sku="22197", warehouse="LDS", counted=46)
class CountIn(In):
    sku = Text(max_length=40)
    warehouse = Text(max_length=20)
    counted = Integer(min_value=0)
    reason = Text(max_length=200, required=False, allow_blank=True, default="")


class ProtectionIn(In):
    sku = Text(max_length=40)
    warehouse = Text(max_length=20)
    units = Integer(min_value=0)


class TransferIn(In):
    """``from`` and ``to`` are warehouses."""

    sku = Text(max_length=40)
    qty = Integer()
    reference = Text(max_length=80, required=False, allow_blank=True, default="")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # ``from`` is a word of Python's own and cannot be an attribute.
        return {**super().get_fields(), "from": Text(max_length=20), "to": Text(max_length=20)}


class StockOut(serializers.Serializer[Any]):
    """``warehouse`` is null for a product that orders wait for and no warehouse has ever had."""

    sku = serializers.CharField()
    name = serializers.CharField()
    warehouse = serializers.SerializerMethodField()
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    protected = serializers.IntegerField()
    available = serializers.IntegerField()
    inbound = serializers.IntegerField()
    waiting_qty = serializers.IntegerField(help_text="The product's open units without stock, in all warehouses")

    def get_warehouse(self, row: Any) -> str | None:
        return row.warehouse_code or None


class MovementOut(serializers.ModelSerializer[StockMovement]):
    sku = serializers.CharField(source="product.sku")
    warehouse = serializers.CharField(source="warehouse.code")

    class Meta:
        model = StockMovement
        fields = ["id", "sku", "warehouse", "qty", "kind", "reference", "reason", "at"]


class StockFilter(django_filters.FilterSet):
    sku = TextFilter(lookup_expr="iexact")
    warehouse = TextFilter(field_name="warehouse_code")
    short = FlagFilter(method="filter_short", label="Whether orders wait for the product")

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()

    def filter_short(self, rows: QuerySet[Product], _name: str, value: bool) -> QuerySet[Product]:
        is_waited_for = Q(("waiting_qty__gt", 0))
        return rows.filter(is_waited_for if value else ~is_waited_for)


class StockViewSet(ListModelMixin, GenericViewSet[Product]):
    serializer_class = StockOut
    filterset_class = StockFilter
    orderings = {"sku": ("sku", "warehouse_code", "id")}
    action_permissions = {
        "list": ("orders.view_backlog",),
        "receipts": MOVE,
        "adjustments": MOVE,
        "counts": MOVE,
        "transfers": MOVE,
        "protected": MANAGE,
    }

    def get_queryset(self) -> QuerySet[Product]:
        return stock_by_warehouse()

    @extend_schema(request=ReceiptIn, responses={201: MovementOut})
    @action(detail=False, methods=["post"])
    def receipts(self, request: Request) -> Response:
        """Put units on hand that no purchase order announced."""
        data = _places(validated(ReceiptIn, request))
        return _moved(receive_stock(**data, actor=request.user, now=timezone.now()))

    @extend_schema(request=AdjustmentIn, responses={201: MovementOut})
    @action(detail=False, methods=["post"])
    def adjustments(self, request: Request) -> Response:
        """Correct stock by a signed number of units, with a reason."""
        data = _places(validated(AdjustmentIn, request))
        return _moved(adjust_stock(**data, actor=request.user, now=timezone.now()))

    @extend_schema(request=CountIn, responses={201: MovementOut, 200: OpenApiResponse(description="As counted")})
    @action(detail=False, methods=["post"])
    def counts(self, request: Request) -> Response:
        """Set stock to what was counted. A count that agrees with the books moves nothing."""
        data = validated(CountIn, request)
        movement = count_stock(**_places(dict(data)), actor=request.user, now=timezone.now())
        if movement is None:
            return Response({"sku": data["sku"], "warehouse": data["warehouse"], "qty": 0})
        return _moved(movement)

    @extend_schema(request=TransferIn, responses={201: MovementOut(many=True)})
    @action(detail=False, methods=["post"])
    def transfers(self, request: Request) -> Response:
        """Move units from one warehouse to another."""
        data = validated(TransferIn, request)
        data["from_code"], data["to_code"] = data.pop("from"), data.pop("to")
        movements = transfer_stock(**data, actor=request.user, now=timezone.now())
        return Response(MovementOut(movements, many=True).data, status=201)

    @extend_schema(request=ProtectionIn, responses=ProtectionIn)
    @action(detail=False, methods=["post"])
    def protected(self, request: Request) -> Response:
        """Keep back units of what is on hand, now or later, from every order; 0 keeps none back."""
        data = validated(ProtectionIn, request)
        level = protect_stock(**_places(dict(data)), actor=request.user, now=timezone.now())
        return Response({"sku": level.product.sku, "warehouse": level.warehouse.code, "units": level.protected})


def _places(data: dict[str, Any]) -> dict[str, Any]:
    data["warehouse_code"] = data.pop("warehouse")
    return data


def _moved(movement: StockMovement) -> Response:
    return Response(MovementOut(movement).data, status=201)

"""Purchase orders over REST."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from inventory.models import GivenUpBy, PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from inventory.purchasing import (
    MAX_LINES,
    PurchaseLine,
    cancel_purchase_order,
    create_purchase_order,
    redate_purchase_order,
)
from inventory.receiving import ReceivedLine, receive_purchase_order
from kernel.filters import ChoiceFilter, DayFilter, TextFilter
from kernel.rest import MAX_VERSION, Day, In, Integer, Text, example, several, validated

MANAGE = ("inventory.manage_purchase_orders",)


class PurchaseLineIn(In):
    """``ordered_qty``, or ``qty`` for short."""

    sku = Text(max_length=40)
    warehouse = Text(max_length=20)
    ordered_qty = Integer(required=False)
    qty = Integer(required=False)
    expected_on = Day(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [attrs.pop(name) for name in ("ordered_qty", "qty") if name in attrs]
        if len(given) != 1:
            raise serializers.ValidationError({"ordered_qty": ["Say how many units, once."]})
        return {**attrs, "qty": given[0]}


@example(supplier="MILL", expected_on="2026-03-02", lines=[{"sku": "22197", "warehouse": "LDS", "ordered_qty": 480}])
class PurchaseOrderIn(In):
    """Without ``ref`` it gets the next number."""

    ref = Text(max_length=40, required=False, allow_blank=True, default="")
    supplier = Text(max_length=40)
    expected_on = Day()
    lines = several(PurchaseLineIn, at_most=MAX_LINES)


@example(expected_on="2026-03-09", version=3)
class RedateIn(In):
    """``version`` is the purchase order's as last read: when it has changed since, this is refused (409)."""

    expected_on = Day()
    version = Integer(required=False, max_value=MAX_VERSION)


@example(by="supplier", version=3)
class GiveUpIn(In):
    """``by`` says whose doing it is that nothing more comes; the dates that move for it are theirs too. ``version`` as
    in a new day."""

    by = serializers.ChoiceField(choices=GivenUpBy.choices, required=False, default=GivenUpBy.SUPPLIER)
    version = Integer(required=False, max_value=MAX_VERSION)


class ReceivedLineIn(In):
    """Units of the line at ``position``, or of the lines for ``sku``."""

    position = Integer(required=False)
    sku = Text(max_length=40, required=False)
    qty = Integer()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("position" in attrs) == ("sku" in attrs):
            raise serializers.ValidationError({"position": ["Name the line by position or by sku."]})
        return attrs


@example(lines=[{"position": 1, "qty": 240}])
class ReceiveIn(In):
    """Without ``lines``, everything outstanding; without ``received_on``, today."""

    lines = several(ReceivedLineIn, at_most=MAX_LINES, required=False, allow_null=True)
    received_on = Day(required=False, allow_null=True, default=None)


class PurchaseOrderLineOut(serializers.ModelSerializer[PurchaseOrderLine]):
    sku = serializers.CharField(source="product.sku")
    warehouse = serializers.CharField(source="warehouse.code")

    class Meta:
        model = PurchaseOrderLine
        fields = [
            "position", "sku", "warehouse", "ordered_qty", "received_qty", "cancelled_qty", "outstanding_qty",
            "expected_on", "first_expected_on",
        ]  # fmt: skip


class PurchaseOrderOut(serializers.ModelSerializer[PurchaseOrder]):
    supplier = serializers.CharField(source="supplier.code")
    lines = PurchaseOrderLineOut(many=True)

    class Meta:
        model = PurchaseOrder
        fields = ["ref", "supplier", "ordered_on", "expected_on", "status", "version", "lines"]


class PurchaseOrderFilter(django_filters.FilterSet):
    status = ChoiceFilter(choices=PurchaseOrderStatus.choices)
    supplier = TextFilter(field_name="supplier__code")
    sku = TextFilter(method="filter_sku", label="SKU of any line")
    expected_before = DayFilter(field_name="expected_on", lookup_expr="lt")
    expected_after = DayFilter(field_name="expected_on", lookup_expr="gte")

    class Meta:
        model = PurchaseOrder
        fields: tuple[str, ...] = ()

    def filter_sku(self, rows: QuerySet[PurchaseOrder], _name: str, value: str) -> QuerySet[PurchaseOrder]:
        lines = PurchaseOrderLine.objects.filter(purchase_order=OuterRef("pk"), product__sku__iexact=value)
        return rows.filter(Exists(lines))


class PurchaseOrderViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[PurchaseOrder]):
    serializer_class = PurchaseOrderOut
    filterset_class = PurchaseOrderFilter
    lookup_field = "ref"
    lookup_value_regex = "[^/]+"
    orderings = {"-id": ("-id",), "expected_on": ("expected_on", "id"), "-expected_on": ("-expected_on", "-id")}
    action_permissions = {
        "list": ("orders.view_backlog",),
        "retrieve": ("orders.view_backlog",),
        "create": MANAGE,
        "partial_update": MANAGE,
        "receive": MANAGE,
        "cancel": MANAGE,
    }

    def get_queryset(self) -> QuerySet[PurchaseOrder]:
        lines = PurchaseOrderLine.objects.select_related("product", "warehouse").order_by("position")
        return PurchaseOrder.objects.select_related("supplier").prefetch_related(Prefetch("lines", lines))

    @extend_schema(request=PurchaseOrderIn, responses={201: PurchaseOrderOut})
    def create(self, request: Request) -> Response:
        """Order goods from a supplier."""
        data = validated(PurchaseOrderIn, request)
        order = create_purchase_order(
            ref=data["ref"],
            supplier_code=data["supplier"],
            expected_on=data["expected_on"],
            lines=[PurchaseLine(**line) for line in data["lines"]],
            actor=request.user,
            now=timezone.now(),
        )
        return self._shown(order.ref, status=201)

    @extend_schema(request=RedateIn, responses=PurchaseOrderOut)
    def partial_update(self, request: Request, ref: str) -> Response:
        """Move the expected day of every line that is still outstanding."""
        redate_purchase_order(ref, **validated(RedateIn, request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=ReceiveIn, responses=PurchaseOrderOut)
    @action(detail=True, methods=["post"])
    def receive(self, request: Request, ref: str) -> Response:
        """Book what arrived."""
        data = validated(ReceiveIn, request)
        lines = data.get("lines")
        receive_purchase_order(
            ref,
            lines=None if lines is None else [ReceivedLine(**line) for line in lines],
            received_on=data["received_on"],
            actor=request.user,
            now=timezone.now(),
        )
        return self._shown(ref)

    @extend_schema(request=GiveUpIn, responses=PurchaseOrderOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, ref: str) -> Response:
        """Give up what is outstanding; what has arrived stays. It cannot be taken back: order anew instead."""
        cancel_purchase_order(ref, **validated(GiveUpIn, request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    def _shown(self, ref: str, status: int = 200) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(ref=ref)).data, status=status)

"""Orders over REST."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import NotFound
from kernel.rest import validated
from orders.api import attending, choices, compensation, dividing, incoming, telling
from orders.api.explanation import ExplanationOut
from orders.api.filters import OrderFilter
from orders.api.outgoing import OrderOut
from orders.entry import intake
from orders.handling import lifecycle
from orders.handling.shipping import ShipLine, ship
from orders.models import Order
from orders.queries.api_orders import detailed_orders
from orders.queries.explanation import explain_order
from orders.rules import policies

SEE = ("orders.view_backlog",)


class OrderViewSet(
    dividing.DividesOrders,
    attending.AttendsToOrders,
    telling.TellsCustomers,
    compensation.CompensatesOrders,
    choices.ChoosesForCustomers,
):
    """Orders with their plan. ``ordering=rank`` lists the planned backlog, the first in line first."""

    filterset_class = OrderFilter
    orderings = {
        "-placed_at": ("-placed_at", "-id"),
        "placed_at": ("placed_at", "id"),
        "rank": ("plan__stage", "-plan__score", "plan__placed_at", "plan__order_id"),
    }
    action_permissions = {
        "list": SEE,
        "retrieve": SEE,
        "explain": SEE,
        "create": ("orders.intake_order",),
        "hold": ("orders.hold_order",),
        "release": ("orders.hold_order",),
        "cancel": ("orders.cancel_order",),
        "expedite": ("orders.expedite_order",),
        "ship": ("orders.ship_order",),
        **dividing.PERMISSIONS,
        **attending.PERMISSIONS,
        **telling.PERMISSIONS,
        **compensation.PERMISSIONS,
        **choices.PERMISSIONS,
    }

    def get_queryset(self) -> QuerySet[Order]:
        orders = detailed_orders()
        is_ranked = self.action == "list" and self.request.query_params.get("ordering") == "rank"
        return orders.filter(plan__isnull=False) if is_ranked else orders

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self._out(page or []))

    def retrieve(self, request: Request, ref: str) -> Response:
        return Response(self._out([self.get_object()])[0])

    @extend_schema(responses=ExplanationOut)
    @action(detail=True, methods=["get"])
    def explain(self, request: Request, ref: str) -> Response:
        """Say why the order waits: its gating item, who is ahead by which rule, what would free each line soonest."""
        found = explain_order(self.get_object(), policies.published(), today=timezone.localdate())
        if found is None:
            raise NotFound(f"{ref} has nothing open, so there is nothing to explain.")
        return Response(ExplanationOut(found).data)

    @extend_schema(request=incoming.OrderIn, responses={201: OrderOut, 200: OrderOut})
    def create(self, request: Request) -> Response:
        """Take in an order. The same channel and external id again answer 200 with the order that exists."""
        data = validated(incoming.OrderIn, request)
        order, is_new = intake.take_in(_order_in(data), actor=request.user, now=timezone.now())
        return self._shown(order.ref, status=201 if is_new else 200)

    @extend_schema(request=incoming.HoldIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, ref: str) -> Response:
        """Keep the order from taking stock and shipping, for a reason of a kind."""
        lifecycle.hold(ref, **validated(incoming.HoldIn, request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=incoming.ReleaseIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, ref: str) -> Response:
        """Release a hold, or all."""
        lifecycle.release(ref, **validated(incoming.ReleaseIn, request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=incoming.CancelIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, ref: str) -> Response:
        """Cancel the order's open units, or those of one line."""
        data = validated(incoming.CancelIn, request)
        cancel = lifecycle.cancel_line if "position" in data else lifecycle.cancel_order
        cancel(ref, **data, actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=incoming.ExpediteIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def expedite(self, request: Request, ref: str) -> Response:
        """Put the order before others, as far as the policy's rules reward it; or take that back."""
        data = validated(incoming.ExpediteIn, request)
        change = lifecycle.expedite if data.pop("expedite") else lifecycle.un_expedite
        change(ref, **data, actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=incoming.ShipIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def ship(self, request: Request, ref: str) -> Response:
        """Ship allocated units: those named, or all."""
        data = validated(incoming.ShipIn, request)
        lines = data.pop("lines", None)
        shipped = None if lines is None else [ShipLine(**line) for line in lines]
        ship(ref, lines=shipped, **data, actor=request.user, now=timezone.now())
        return self._shown(ref)


def _order_in(data: dict[str, Any]) -> intake.OrderIn:
    customer = intake.CustomerIn(**data.pop("customer"))
    lines = tuple(intake.LineIn(**line) for line in data.pop("lines"))
    return intake.OrderIn(customer=customer, lines=lines, **data)

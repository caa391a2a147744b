"""What every endpoint of an order shares: how it is found, and how it is shown once something was done to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from orders.api.contact import contact_level
from orders.api.outgoing import OrderOut
from orders.models import Order
from orders.queries.api_orders import detailed_orders, planning_context


class ShowsOrders(GenericViewSet[Order]):
    """Mixed into the orders' viewset by each subject that has actions on an order."""

    serializer_class = OrderOut
    lookup_field = "ref"
    lookup_value_regex = "[^/]+"

    def _shown(self, ref: str, status: int = 200) -> Response:
        return Response(self._out([detailed_orders().get(ref=ref)])[0], status=status)

    def _out(self, orders: Sequence[Order]) -> Any:
        context = {"contact": contact_level(self.request), **planning_context(orders)}
        return OrderOut(orders, many=True, context=context).data

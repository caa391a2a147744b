"""Customers over REST, to read."""

from __future__ import annotations

from typing import Any

from rest_framework.viewsets import ReadOnlyModelViewSet

from orders.api.contact import contact_level
from orders.api.filters import CustomerFilter
from orders.api.outgoing import CustomerOut
from orders.models import Customer


class CustomerViewSet(ReadOnlyModelViewSet[Customer]):
    """Who orders. Contact data only for those who may see it."""

    queryset = Customer.objects.all()
    serializer_class = CustomerOut
    filterset_class = CustomerFilter
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    orderings = {"code": ("code",)}
    action_permissions = {"list": ("orders.view_backlog",), "retrieve": ("orders.view_backlog",)}

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "contact": contact_level(self.request)}

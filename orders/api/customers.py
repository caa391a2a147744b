"""Customers over REST."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.rest import validated
from orders.api import incoming
from orders.api.contact import contact_level
from orders.api.filters import CustomerFilter
from orders.api.outgoing import CustomerOut
from orders.customers import change_customer, create_customer
from orders.handling.terms import change_customer_terms
from orders.models import Customer

SEE, TAKE_IN = ("orders.view_backlog",), ("orders.intake_order",)


class CustomerViewSet(ReadOnlyModelViewSet[Customer]):
    """Who orders. Contact data only for those who may see it."""

    queryset = Customer.objects.select_related("terms")
    serializer_class = CustomerOut
    filterset_class = CustomerFilter
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    orderings = {"code": ("code",)}
    action_permissions = {"list": SEE, "retrieve": SEE, "create": TAKE_IN, "partial_update": TAKE_IN, "terms": TAKE_IN}

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "contact": contact_level(self.request)}

    @extend_schema(request=incoming.NewCustomerIn, responses={201: CustomerOut})
    def create(self, request: Request) -> Response:
        """Add a customer before their first order."""
        data = validated(incoming.NewCustomerIn, request)
        customer = create_customer(**data, actor=request.user, now=timezone.now())
        return Response(self.get_serializer(customer).data, status=201)

    @extend_schema(request=incoming.CustomerChangeIn, responses=CustomerOut)
    def partial_update(self, request: Request, code: str) -> Response:
        """Change a customer; the code stays. A new tier has everything that they wait for planned anew."""
        data = validated(incoming.CustomerChangeIn, request)
        customer = change_customer(code, **data, actor=request.user, now=timezone.now())
        return Response(self.get_serializer(customer).data)

    @extend_schema(request=incoming.TermsIn, responses=CustomerOut)
    @action(detail=True, methods=["post"])
    def terms(self, request: Request, code: str) -> Response:
        """Say what orders of the customer ask from now on; orders that are in keep theirs."""
        data = validated(incoming.TermsIn, request)
        customer = change_customer_terms(code, **data, actor=request.user, now=timezone.now())
        return Response(self.get_serializer(customer).data)

"""What customers decide, over REST: for shops whose customers choose on pages of the shop's own."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.filters import ChoiceFilter, TextFilter
from kernel.rest import MAX_VERSION, In, Integer, Text, example, validated
from orders.api.incoming import MAX_LINES
from orders.api.outgoing import OrderOut
from orders.api.shown import ShowsOrders
from orders.dialogue import customer_choices
from orders.models import ChoiceKind, CustomerChoice

PERMISSIONS = {"choose": ("orders.cancel_order",)}
NEEDED: dict[str, tuple[str, ...]] = {
    ChoiceKind.SUBSTITUTE: ("position", "sku", "qty"),
    ChoiceKind.CANCEL: ("positions",),
    ChoiceKind.CANCEL_REST: ("ready",),
    ChoiceKind.ADDRESS: ("ship_to",),
    ChoiceKind.CONTACT: (),
}


@example(kind="cancel_rest", ready=3, version=7)
class ChoiceIn(In):
    """``version`` is the order's as the customer saw it. What else a choice needs:

    wait, send_ready, together: ``notice`` if a notice of delay asked. substitute: ``position``, ``sku``, ``qty``.
    cancel: ``positions``. cancel_rest: ``ready``, the units on hand that the customer saw. address: ``ship_to``.
    contact: ``contact_name``, ``phone`` or both.
    """

    kind = serializers.ChoiceField(choices=ChoiceKind.choices)
    version = Integer(max_value=MAX_VERSION)
    notice = Integer(required=False, max_value=10**18)
    position = Integer(required=False)
    sku = Text(max_length=40, required=False)
    qty = Integer(required=False)
    positions = serializers.ListField(child=Integer(), required=False, allow_empty=False, max_length=MAX_LINES)
    ready = Integer(required=False)
    ship_to = Text(max_length=1000, multiline=True, required=False)
    contact_name = Text(max_length=200, required=False, allow_blank=True)
    phone = Text(max_length=40, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in NEEDED.get(attrs["kind"], ()) if name not in attrs]
        if missing:
            raise serializers.ValidationError({name: [f"A {attrs['kind']} needs this."] for name in missing})
        return attrs


class ChoiceOut(serializers.ModelSerializer[CustomerChoice]):
    order = serializers.CharField(source="order.ref")

    class Meta:
        model = CustomerChoice
        fields = ["id", "order", "order_version", "kind", "made_at"]


class ChoosesForCustomers(ShowsOrders):
    @extend_schema(request=ChoiceIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def choose(self, request: Request, ref: str) -> Response:
        """Do what the customer chose. The same choice again changes nothing; one that was overtaken is a 409."""
        _choose(ref, validated(ChoiceIn, request))
        return self._shown(ref)


class CustomerChoiceFilter(django_filters.FilterSet):
    order = TextFilter(field_name="order__ref")
    kind = ChoiceFilter(choices=ChoiceKind.choices)

    class Meta:
        model = CustomerChoice
        fields: tuple[str, ...] = ()


class ChoiceViewSet(ReadOnlyModelViewSet[CustomerChoice]):
    """What customers chose, newest first, on their page or through ``orders/{ref}/choose/``."""

    queryset = CustomerChoice.objects.select_related("order")
    serializer_class = ChoiceOut
    filterset_class = CustomerChoiceFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": ("orders.view_backlog",), "retrieve": ("orders.view_backlog",)}


def _choose(ref: str, data: dict[str, Any]) -> None:
    sent = customer_choices.Sent(data.pop("version"), _digest(data))
    by: dict[str, Any] = {"sent": sent, "now": timezone.now()}
    match data["kind"]:
        case ChoiceKind.CANCEL:
            customer_choices.cancel_items(ref, positions=data["positions"], **by)
        case ChoiceKind.CANCEL_REST:
            customer_choices.cancel_rest(ref, ready=data["ready"], **by)
        case ChoiceKind.SUBSTITUTE:
            wanted = {name: data[name] for name in NEEDED[ChoiceKind.SUBSTITUTE]}
            customer_choices.take_substitute(ref, **wanted, **by)
        case ChoiceKind.ADDRESS:
            customer_choices.change_address(ref, ship_to=data["ship_to"], **by)
        case ChoiceKind.CONTACT:
            given = {name: data.get(name, "") for name in ("contact_name", "phone")}
            customer_choices.change_contact(ref, **given, **by)
        case kind:
            customer_choices.choose_shipping(ref, kind=kind, notice_id=data.get("notice"), **by)


def _digest(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()

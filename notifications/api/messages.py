"""Messages over REST: who was told what, as sent."""

from __future__ import annotations

import django_filters
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.filters import ChoiceFilter, TextFilter
from notifications.models import Channel, Delivery, DeliveryState


class MessageOut(serializers.ModelSerializer[Delivery]):
    order = serializers.CharField(source="order_ref")
    customer = serializers.CharField(source="customer_code")
    subject = serializers.CharField(source="subject_line")

    class Meta:
        model = Delivery
        fields = [
            "id", "order", "customer", "kind", "channel", "recipient", "state", "state_reason",
            "subject", "body_text", "created_at", "sent_at", "arrived_at",
        ]  # fmt: skip


class MessageFilter(django_filters.FilterSet):
    order = TextFilter(field_name="order_ref")
    customer = TextFilter(field_name="customer_code")
    state = ChoiceFilter(choices=DeliveryState.choices)
    kind = TextFilter()
    channel = ChoiceFilter(choices=Channel.choices)

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ()


class MessageViewSet(ReadOnlyModelViewSet[Delivery]):
    """The record of what customers were told, newest first; the recipient is part of that record."""

    queryset = Delivery.objects.all()
    serializer_class = MessageOut
    filterset_class = MessageFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": ("orders.view_backlog",), "retrieve": ("orders.view_backlog",)}

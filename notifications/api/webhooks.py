"""Webhooks over REST: who hears what, and what became of it."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.rest import Flag, In, Text, validated
from notifications.models import Webhook, WebhookDelivery
from notifications.webhooks.addresses import MAX_URL
from notifications.webhooks.events import NAMES
from notifications.webhooks.registering import change_webhook, make_webhook

DELIVERIES_SHOWN = 50
MANAGE = ("notifications.manage_webhooks",)


class WebhookOut(serializers.ModelSerializer[Webhook]):
    events = serializers.ListField(source="hears", child=serializers.CharField())

    class Meta:
        model = Webhook
        fields = ["id", "url", "description", "events", "is_active", "stopped_because", "created_at"]


class NewWebhookOut(WebhookOut):
    class Meta(WebhookOut.Meta):
        fields = [*WebhookOut.Meta.fields, "secret"]


class WebhookDeliveryOut(serializers.ModelSerializer[WebhookDelivery]):
    class Meta:
        model = WebhookDelivery
        fields = ["id", "event", "state", "attempts", "answer", "created_at", "sent_at", "not_before"]


def _events(*, required: bool = False) -> serializers.ListField:
    words = f"Leave out or empty for all: {', '.join(NAMES)}"
    return serializers.ListField(child=Text(max_length=40), max_length=len(NAMES), required=required, help_text=words)


class WebhookIn(In):
    url = Text(max_length=MAX_URL)
    events = _events()
    description = Text(max_length=200, required=False, allow_blank=True)


class WebhookPatchIn(In):
    url = Text(max_length=MAX_URL, required=False)
    events = _events()
    is_active = Flag(required=False)


class WebhookViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Webhook]):
    """Addresses that hear what happens, signed by Standard Webhooks (standardwebhooks.com)."""

    queryset = Webhook.objects.all()
    serializer_class = WebhookOut
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {
        "list": MANAGE,
        "retrieve": MANAGE,
        "create": MANAGE,
        "partial_update": MANAGE,
        "deliveries": MANAGE,
    }

    @extend_schema(request=WebhookIn, responses={201: NewWebhookOut})
    def create(self, request: Request) -> Response:
        """Make a webhook. Its secret is in this answer and never again."""
        webhook = make_webhook(**validated(WebhookIn, request), actor=request.user, now=timezone.now())
        return Response(NewWebhookOut(webhook).data, status=201)

    @extend_schema(request=WebhookPatchIn, responses=WebhookOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change, stop or start it."""
        webhook = change_webhook(int(pk), **validated(WebhookPatchIn, request), actor=request.user)
        return Response(WebhookOut(webhook).data)

    @extend_schema(responses=WebhookDeliveryOut(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def deliveries(self, _request: Request, pk: str) -> Response:
        """Show the newest fifty deliveries."""
        rows = WebhookDelivery.objects.filter(webhook=self.get_object()).order_by("-pk")[:DELIVERIES_SHOWN]
        return Response(WebhookDeliveryOut(rows, many=True).data)

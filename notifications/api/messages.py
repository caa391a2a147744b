"""Messages over REST: who was told what, as sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.filters import ChoiceFilter, TextFilter
from kernel.rest import In, Integer, Text, example, validated
from notifications.delivering import resending
from notifications.models import Channel, Delivery, DeliveryState
from notifications.rules import approving

SEE, SEND = ("orders.view_backlog",), ("notifications.send_message",)


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


@example(messages=[4711, 4712])
class MessagesIn(In):
    messages = serializers.ListField(
        child=Integer(max_value=10**18), allow_empty=False, max_length=approving.MOST, help_text="Their ids"
    )


@example(messages=[4711, 4712], reason="supplier_late", note="Thank you for waiting.")
class ApproveIn(MessagesIn):
    """``reason``, one that customers may read, and ``note``, a paragraph, replace the plan's words."""

    reason = Text(max_length=40, required=False, allow_blank=True)
    note = Text(max_length=approving.MAX_NOTE, multiline=True, required=False, allow_blank=True)


@example(messages=[4711], why="They were told on the telephone")
class RejectIn(MessagesIn):
    """``why`` is for colleagues."""

    why = Text(max_length=150)


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
    """The record of what customers were told, newest first; the recipient is part of that record.

    ``?state=proposed`` is what waits for approval. Decisions about several answer with those that were decided.
    """

    queryset = Delivery.objects.all()
    serializer_class = MessageOut
    filterset_class = MessageFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {
        "list": SEE,
        "retrieve": SEE,
        **dict.fromkeys(("stop", "send_again", "approve", "reject", "think_again"), SEND),
    }

    @extend_schema(request=None, responses=MessageOut)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Keep a waiting message from being sent; 409 once it is."""
        return self._do(request, resending.stop, pk)

    @extend_schema(request=None, responses=MessageOut)
    @action(detail=True, methods=["post"], url_path="send-again", url_name="send-again")
    def send_again(self, request: Request, pk: str) -> Response:
        """Send a message again that failed or perhaps arrived."""
        return self._do(request, resending.send_again, pk)

    @extend_schema(request=ApproveIn, responses=MessageOut(many=True), filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def approve(self, request: Request) -> Response:
        """Let proposed messages go. Those that newer news has overtaken do not, and are not in the answer."""
        data = validated(ApproveIn, request)
        return _decided(approving.approve(data.pop("messages"), **data, actor=request.user, now=timezone.now()))

    @extend_schema(request=RejectIn, responses=MessageOut(many=True), filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def reject(self, request: Request) -> Response:
        """Keep proposed messages from being sent."""
        data = validated(RejectIn, request)
        decided = approving.reject(data["messages"], reason=data["why"], actor=request.user, now=timezone.now())
        return _decided(decided)

    @extend_schema(request=MessagesIn, responses=MessageOut(many=True), filters=False)
    @action(detail=False, methods=["post"], pagination_class=None, url_path="think-again", url_name="think-again")
    def think_again(self, request: Request) -> Response:
        """Make messages that you decided about proposals again, as long as they have not left."""
        ids = validated(MessagesIn, request)["messages"]
        return _decided(approving.think_again(ids, actor=request.user, now=timezone.now()))

    def _do(self, request: Request, verb: Callable[..., Delivery], pk: str) -> Response:
        validated(In, request)
        return Response(MessageOut(verb(int(pk), actor=request.user, now=timezone.now())).data)


def _decided(messages: Sequence[Delivery]) -> Response:
    return Response(MessageOut(messages, many=True).data)

"""Replies over REST: what customers wrote back to our messages, and our answers."""

from __future__ import annotations

from collections.abc import Callable
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
from kernel.rest import In, Text, example, validated
from notifications.models import Reply, ReplyState
from orders.dialogue import conversation


class ReplyOut(serializers.ModelSerializer[Reply]):
    order = serializers.CharField(source="order_ref")
    message = serializers.IntegerField(source="delivery_id", allow_null=True)
    subject = serializers.CharField(source="subject_line")
    handled_by = serializers.StringRelatedField[Any]()

    class Meta:
        model = Reply
        fields = [
            "id", "order", "message", "sender", "sender_name", "is_from_recipient", "subject", "own_words",
            "attachments", "is_automatic", "received_at", "state", "answer", "handled_at", "handled_by",
        ]  # fmt: skip


@example(answer="It leaves on Monday.")
class ReplyAnswerIn(In):
    answer = Text(max_length=conversation.MAX_ANSWER, multiline=True)


@example(ref="SO-4711")
class ReplyOrderIn(In):
    ref = Text(max_length=40)


class ReplyFilter(django_filters.FilterSet):
    order = TextFilter(field_name="order_ref")
    state = ChoiceFilter(choices=ReplyState.choices)

    class Meta:
        model = Reply
        fields: tuple[str, ...] = ()


class ReplyViewSet(ReadOnlyModelViewSet[Reply]):
    """What customers wrote back, newest first; the sender is part of that record."""

    queryset = Reply.objects.select_related("handled_by")
    serializer_class = ReplyOut
    filterset_class = ReplyFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {
        "list": ("orders.view_backlog",),
        "retrieve": ("orders.view_backlog",),
        **dict.fromkeys(("answer", "withdraw", "attach", "lay_aside", "take_up"), ("notifications.send_message",)),
    }

    @extend_schema(request=ReplyAnswerIn, responses=ReplyOut)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Write back by mail."""
        return self._do(request, conversation.answer_reply, **validated(ReplyAnswerIn, request), now=timezone.now())

    @extend_schema(request=None, responses=ReplyOut)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the answer back; 409 once it has left."""
        return self._do(request, conversation.withdraw_answer, now=timezone.now())

    @extend_schema(request=ReplyOrderIn, responses=ReplyOut)
    @action(detail=True, methods=["post"])
    def attach(self, request: Request, pk: str) -> Response:
        """Say which order it is about."""
        return self._do(request, conversation.attach_reply, **validated(ReplyOrderIn, request))

    @extend_schema(request=None, responses=ReplyOut)
    @action(detail=True, methods=["post"], url_path="lay-aside")
    def lay_aside(self, request: Request, pk: str) -> Response:
        """Take it off the list without an answer."""
        return self._do(request, conversation.lay_aside, now=timezone.now())

    @extend_schema(request=None, responses=ReplyOut)
    @action(detail=True, methods=["post"], url_path="take-up")
    def take_up(self, request: Request, pk: str) -> Response:
        """Put it back on the list."""
        return self._do(request, conversation.take_up)

    def _do(self, request: Request, verb: Callable[..., Reply], **said: Any) -> Response:
        verb(self.get_object().pk, **said, actor=request.user)
        return Response(ReplyOut(self.get_object()).data)

"""Feedback over REST: what customers said of how their orders were handled, and our answers."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.filters import ChoiceFilter, TextFilter
from kernel.rest import In, Integer, Text, example, validated
from orders.dialogue.feedback import MAX_COMMENT, answer_feedback, give_feedback
from orders.models import Feedback, FeedbackOccasion, FeedbackReason

ANSWERED = (("true", "Answered"), ("false", "Waiting for an answer"))


class FeedbackOut(serializers.ModelSerializer[Feedback]):
    order = serializers.CharField(source="order.ref")
    customer = serializers.CharField(source="order.customer.code")
    answered_by = serializers.StringRelatedField[Any]()

    class Meta:
        model = Feedback
        fields = [
            "id", "order", "customer", "occasion", "rating", "reasons", "comment", "given_at", "answer",
            "answered_at", "answered_by",
        ]  # fmt: skip


class AnswerIn(In):
    answer = Text(max_length=MAX_COMMENT, multiline=True)


@example(order="SO-4711", rating=4, reasons=["late"], comment="Slow, but friendly.")
class FeedbackIn(In):
    order = Text(max_length=40)
    rating = Integer(max_value=5)
    reasons = serializers.ListField(
        child=serializers.ChoiceField(FeedbackReason.choices), required=False, default=list, max_length=20
    )
    comment = Text(max_length=MAX_COMMENT, multiline=True, required=False, allow_blank=True, default="")


class FeedbackFilter(django_filters.FilterSet):
    order = TextFilter(field_name="order__ref")
    customer = TextFilter(field_name="order__customer__code")
    occasion = ChoiceFilter(choices=FeedbackOccasion.choices)
    rating = ChoiceFilter(choices=[(str(rating), str(rating)) for rating in range(1, 6)])
    answered = ChoiceFilter(choices=ANSWERED, method="by_answer")

    class Meta:
        model = Feedback
        fields: tuple[str, ...] = ()

    def by_answer(self, rows: QuerySet[Feedback], _name: str, value: str) -> QuerySet[Feedback]:
        """Keep what is answered, or what is not."""
        return rows.filter(Q(answered_at__isnull=value == "false"))


class FeedbackViewSet(ReadOnlyModelViewSet[Feedback]):
    """What customers think of us, newest first."""

    queryset = Feedback.objects.select_related("order__customer", "answered_by")
    serializer_class = FeedbackOut
    filterset_class = FeedbackFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {
        "list": ("orders.view_backlog",),
        "retrieve": ("orders.view_backlog",),
        "create": ("orders.intake_order",),
        "answer": ("orders.answer_feedback",),
    }

    @extend_schema(request=FeedbackIn, responses={201: FeedbackOut})
    def create(self, request: Request) -> Response:
        """Pass on what a customer said elsewhere. On the same occasion it replaces the first, until we answer."""
        data = validated(FeedbackIn, request)
        given = give_feedback(data.pop("order"), **data, now=timezone.now())
        return Response(FeedbackOut(given).data, status=201)

    @extend_schema(request=AnswerIn, responses=FeedbackOut)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Answer on the order's page, where the customer reads it."""
        data = validated(AnswerIn, request)
        answer_feedback(self.get_object().pk, **data, actor=request.user, now=timezone.now())
        return Response(FeedbackOut(self.get_object()).data)

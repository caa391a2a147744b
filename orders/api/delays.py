"""The law of delayed orders over REST: its rules, the notices that were given, and answers to them."""

from __future__ import annotations

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from kernel.filters import ChoiceFilter, TextFilter
from kernel.rest import MAX_VERSION, Flag, In, Integer, Text, validated
from orders.dialogue import delays
from orders.models import DelayNotice, DelayOutcome, DelayRules


class DelayRulesOut(serializers.ModelSerializer[DelayRules]):
    countries = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = DelayRules
        fields = ["is_on", "countries", "long_delay_days", "answer_days", "version"]


class DelayRulesIn(In):
    is_on = Flag()
    countries = serializers.ListField(child=Text(max_length=60), max_length=delays.MOST_COUNTRIES, default=list)
    long_delay_days = Integer(min_value=0, max_value=365, default=30)
    answer_days = Integer(max_value=90, default=7)
    version = Integer(max_value=MAX_VERSION, required=False)


class DelayNoticeOut(serializers.ModelSerializer[DelayNotice]):
    order = serializers.CharField(source="order.ref")

    class Meta:
        model = DelayNotice
        fields = [
            "id", "order", "number", "from_on", "to_on", "needs_consent", "answer_by_on", "given_at", "outcome",
            "ended_at",
        ]  # fmt: skip


class DelayNoticeFilter(django_filters.FilterSet):
    order = TextFilter(field_name="order__ref")
    outcome = ChoiceFilter(choices=DelayOutcome.choices)

    class Meta:
        model = DelayNotice
        fields: tuple[str, ...] = ()


class DelayRulesViewSet(GenericViewSet[DelayRules]):
    """Whether and how customers are asked to agree to delays: one set of rules for all."""

    queryset = DelayRules.objects.all()
    serializer_class = DelayRulesOut
    pagination_class = None
    action_permissions = {"list": ("orders.view_backlog",), "create": ("orders.change_delay_rules",)}

    @extend_schema(responses=DelayRulesOut)
    def list(self, _request: Request) -> Response:
        """Show the rules."""
        return Response(DelayRulesOut(delays.delay_rules()).data)

    @extend_schema(request=DelayRulesIn, responses=DelayRulesOut)
    def create(self, request: Request) -> Response:
        """Replace the rules."""
        said = validated(DelayRulesIn, request)
        rules = delays.change_delay_rules(**{"version": None, **said}, actor=request.user)
        return Response(DelayRulesOut(rules).data)


class DelayNoticeViewSet(ReadOnlyModelViewSet[DelayNotice]):
    """Notices of delay that were sent, newest first."""

    queryset = DelayNotice.objects.select_related("order")
    serializer_class = DelayNoticeOut
    filterset_class = DelayNoticeFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {
        "list": ("orders.view_backlog",),
        "retrieve": ("orders.view_backlog",),
        "agree": ("notifications.send_message",),
    }

    @extend_schema(request=None, responses=DelayNoticeOut)
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, pk: str) -> Response:
        """Keep that the customer agrees to wait."""
        notice = self.get_object()
        delays.agree_in_person(notice.order.ref, notice_id=notice.pk, actor=request.user, now=timezone.now())
        return Response(DelayNoticeOut(self.get_object()).data)

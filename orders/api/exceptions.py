"""Orders that cannot complete as things stand, over REST."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import django_filters
from django.db.models import DateField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.filters import ChoiceFilter, FlagFilter
from orders.models import ExceptionKind, Order
from orders.models.plan import FAR
from orders.queries.exceptions import Entry, exception_queue

_flag = extend_schema_field(OpenApiTypes.BOOL)  # the queue answers, not a field of the order


class ExceptionOut(serializers.Serializer[Any]):
    order = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(ExceptionKind.choices), help_text="The worst first")
    due_on = serializers.DateField(allow_null=True, help_text="The day that its customer was last told")
    level = serializers.CharField(help_text="critical, high, medium or low: how near that day is")
    owner = serializers.CharField(allow_null=True)


class ExceptionFilter(django_filters.FilterSet):
    kind = ChoiceFilter(choices=ExceptionKind.choices)
    mine = _flag(FlagFilter(label="Whose owner you are"))
    snoozed = _flag(FlagFilter(label="What is snoozed instead"))

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()


class ExceptionViewSet(GenericViewSet[Order]):
    """What keeps orders, the nearest day first. ``orders/{ref}/snooze/`` keeps one out of sight."""

    queryset = Order.objects.none()
    serializer_class = ExceptionOut
    filterset_class = ExceptionFilter
    orderings = {"due_on": ("due_on", "id")}
    action_permissions = {"list": ("orders.view_backlog",)}

    @extend_schema(responses=ExceptionOut(many=True))
    def list(self, request: Request) -> Response:
        """List them; ``due_on`` null is last."""
        asked = ExceptionFilter(request.query_params, queryset=self.get_queryset()).form
        if not asked.is_valid():
            raise ValidationError(asked.errors)
        wanted, today = asked.cleaned_data, timezone.localdate()
        owner_id = request.user.pk if wanted["mine"] else None
        queue = exception_queue(today, kind=wanted["kind"], owner_id=owner_id, is_snoozed=wanted["snoozed"] or False)
        entries = {entry.order_id: entry for entry in queue.entries}
        page = self.paginate_queryset(_orders(entries)) or []
        return self.get_paginated_response([_shown(order, entries[order.pk], today) for order in page])


def _orders(order_ids: Collection[int]) -> QuerySet[Order]:
    """Return the orders with the day that their customers were last told, as their entries have it."""
    due_on = Coalesce("promise__told_on", "plan__promised_on", Value(FAR), output_field=DateField())
    return Order.objects.filter(pk__in=order_ids).select_related("owner").annotate(due_on=due_on)


def _shown(order: Order, entry: Entry, today: date) -> dict[str, Any]:
    return {
        "order": order.ref,
        "kinds": [kind.value for kind in entry.kinds],
        "due_on": None if entry.due_on == FAR else entry.due_on,
        "level": entry.jeopardy(today),
        "owner": str(order.owner) if order.owner else None,
    }

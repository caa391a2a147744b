"""How the way we work was changed, over REST, and taking a change back."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from inventory.models import SetupChange
from kernel.errors import Forbidden
from kernel.filters import ChoiceFilter, TextFilter
from kernel.rest import In, validated
from orders.queries.setup_words import KINDS
from orders.setup import needed_permission, undo_change

SEE = ("orders.view_backlog",)


class SetupChangeOut(serializers.ModelSerializer[SetupChange]):
    """Which thing changed; what it says now is where that thing is shown."""

    actor = serializers.StringRelatedField[Any]()

    class Meta:
        model = SetupChange
        fields = ["id", "kind", "name", "actor", "at"]


class SetupChangeFilter(django_filters.FilterSet):
    kind = ChoiceFilter(choices=[(kind, kind) for kind in KINDS])
    name = TextFilter()

    class Meta:
        model = SetupChange
        fields: tuple[str, ...] = ()


class SetupChangeViewSet(ReadOnlyModelViewSet[SetupChange]):
    """Changes of customers, suppliers, warehouses, calendars, sources, substitutes, dates and more, newest first."""

    queryset = SetupChange.objects.select_related("actor")
    serializer_class = SetupChangeOut
    filterset_class = SetupChangeFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": SEE, "retrieve": SEE, "undo": SEE}

    @extend_schema(request=None, responses=SetupChangeOut)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Make what was before, for whoever may make such a change; 409 where the same thing changed since."""
        validated(In, request)
        change = self.get_object()
        if not request.user.has_perm(needed_permission(change)):
            raise Forbidden("You may not make such a change, nor undo it.")
        undo_change(change.pk, actor=request.user, now=timezone.now())
        return Response(SetupChangeOut(change).data)

"""Saved views of the board over REST: filters, sort and columns under a name."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.rest import Flag, In, Text, example, validated
from orders.board.saved_views import delete_view, save_view
from orders.models import SavedView

SEE = ("orders.view_backlog",)


@example(name="Late gold", query="view=late&tier=gold", is_shared=True)
class SavedViewIn(In):
    """The same name again replaces the view. ``query`` is as in the board's address, and in ``bulk-actions/``."""

    name = Text(max_length=40)
    query = Text(max_length=1000, required=False, allow_blank=True, default="")
    is_shared = Flag(required=False, default=False)


class SavedViewOut(serializers.ModelSerializer[SavedView]):
    owner = serializers.StringRelatedField[Any]()

    class Meta:
        model = SavedView
        fields = ["id", "name", "query", "is_shared", "owner", "created_at"]


class SavedViewViewSet(ReadOnlyModelViewSet[SavedView]):
    """Your own views and those that are shared, newest first."""

    queryset = SavedView.objects.select_related("owner")
    serializer_class = SavedViewOut
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": SEE, "retrieve": SEE, "create": SEE, "remove": SEE}

    def get_queryset(self) -> QuerySet[SavedView]:
        return super().get_queryset().filter(Q(owner=self.request.user.pk) | Q(is_shared=True))

    @extend_schema(request=SavedViewIn, responses=SavedViewOut)
    def create(self, request: Request) -> Response:
        """Keep a view."""
        kept = save_view(**validated(SavedViewIn, request), actor=request.user, now=timezone.now())
        return Response(SavedViewOut(kept).data)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """Drop a view of your own."""
        validated(In, request)
        delete_view(int(pk), actor=request.user)
        return Response(status=204)

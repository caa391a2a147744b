"""Policies over REST: drafts, publishing, going back."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.rest import In, validated
from orders import policies
from orders.api.filters import PolicyFilter
from orders.api.incoming import PolicyIn, PublishIn
from orders.api.outgoing import PolicyOut
from orders.models import Policy
from orders.policy_preview import preview

SEE = ("orders.view_backlog",)


class MoveOut(serializers.Serializer[Any]):
    ref = serializers.CharField()
    rank_before = serializers.IntegerField()
    rank_after = serializers.IntegerField()
    eta_before = serializers.DateField(allow_null=True)
    eta_after = serializers.DateField(allow_null=True)


class PreviewOut(serializers.Serializer[Any]):
    orders = serializers.IntegerField(help_text="Planned orders that were compared")
    up = serializers.IntegerField(help_text="Orders that would move forward in line")
    down = serializers.IntegerField()
    sooner = serializers.IntegerField(help_text="Orders that would get an earlier date")
    later = serializers.IntegerField()
    biggest = MoveOut(many=True)


class PolicyViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Policy]):
    """Versions of the rules that rank the backlog. Exactly one is published."""

    queryset = Policy.objects.select_related("created_by", "published_by")
    serializer_class = PolicyOut
    filterset_class = PolicyFilter
    lookup_value_regex = "[0-9]{1,18}"
    repeatable_actions = {"preview"}
    action_permissions = {
        "list": SEE,
        "retrieve": SEE,
        "create": ("orders.edit_policy",),
        "preview": ("orders.edit_policy",),
        "publish": ("orders.publish_policy",),
        "rollback": ("orders.publish_policy",),
    }

    @extend_schema(request=PolicyIn, responses={201: PolicyOut})
    def create(self, request: Request) -> Response:
        """Write a draft. Its rules are checked against the grammar."""
        draft = policies.create_draft(**validated(PolicyIn, request), actor=request.user, now=timezone.now())
        return self._shown(draft.pk, status=201)

    @extend_schema(request=None, responses=PreviewOut)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: str) -> Response:
        """Say what these rules would do to the backlog; changes nothing."""
        validated(In, request)
        return Response(PreviewOut(preview(int(pk), now=timezone.now())).data)

    @extend_schema(request=PublishIn, responses=PolicyOut)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Make these rules the ones that rank the backlog, and replan it."""
        published = policies.publish(
            self.get_object().pk, **validated(PublishIn, request), actor=request.user, now=timezone.now()
        )
        return self._shown(published.pk)

    @extend_schema(request=PublishIn, responses=PolicyOut)
    @action(detail=True, methods=["post"])
    def rollback(self, request: Request, pk: str) -> Response:
        """Publish an earlier version again."""
        published = policies.rollback(
            self.get_object().pk, **validated(PublishIn, request), actor=request.user, now=timezone.now()
        )
        return self._shown(published.pk)

    def _shown(self, pk: int, status: int = 200) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=pk)).data, status=status)

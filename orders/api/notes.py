"""Notes of colleagues and whom they name, over REST."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.filters import FlagFilter, TextFilter
from kernel.rest import In, validated
from orders.handling.mentions import read_mentions, unread_mention
from orders.models import Mention, OrderNote
from orders.queries.mentions import mentions_of

SEE = ("orders.view_backlog",)


class NoteOut(serializers.ModelSerializer[OrderNote]):
    order = serializers.CharField(source="order.ref")
    author = serializers.StringRelatedField[Any]()
    mentions = serializers.SerializerMethodField(help_text="Whom it names")

    class Meta:
        model = OrderNote
        fields = ["id", "order", "body", "author", "written_at", "mentions"]

    def get_mentions(self, note: OrderNote) -> list[str]:
        return [str(mention.person) for mention in note.mentions.all()]


class NoteFilter(django_filters.FilterSet):
    order = TextFilter(field_name="order__ref")

    class Meta:
        model = OrderNote
        fields: tuple[str, ...] = ()


class NoteViewSet(ReadOnlyModelViewSet[OrderNote]):
    """What colleagues wrote about orders, newest first. ``orders/{ref}/note/`` writes one."""

    queryset = OrderNote.objects.select_related("order", "author").prefetch_related("mentions__person")
    serializer_class = NoteOut
    filterset_class = NoteFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": SEE, "retrieve": SEE}


class MentionOut(serializers.ModelSerializer[Mention]):
    order = serializers.CharField(source="note.order.ref")
    note = NoteOut()

    class Meta:
        model = Mention
        fields = ["id", "order", "note", "read_at"]


class MentionsReadOut(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were unread")


class MentionFilter(django_filters.FilterSet):
    order = TextFilter(field_name="note__order__ref")
    unread = FlagFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Mention
        fields: tuple[str, ...] = ()


class MentionViewSet(ReadOnlyModelViewSet[Mention]):
    """Notes that name you, newest first; a key is named as its user is."""

    queryset = Mention.objects.all()
    serializer_class = MentionOut
    filterset_class = MentionFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": SEE, "retrieve": SEE, "read": SEE, "unread": SEE, "read_all": SEE}

    def get_queryset(self) -> QuerySet[Mention]:
        return mentions_of(self.request.user)

    @extend_schema(request=None, responses=MentionOut)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark it as read."""
        validated(In, request)
        read_mentions(reader=request.user, now=timezone.now(), mention_id=int(pk))
        return Response(MentionOut(self.get_object()).data)

    @extend_schema(request=None, responses=MentionOut)
    @action(detail=True, methods=["post"])
    def unread(self, request: Request, pk: str) -> Response:
        """Mark it as unread again."""
        validated(In, request)
        unread_mention(int(pk), reader=request.user)
        return Response(MentionOut(self.get_object()).data)

    @extend_schema(request=None, responses=MentionsReadOut, operation_id="mentions_read_all")
    @action(detail=False, methods=["post"], url_path="read", url_name="read-all")
    def read_all(self, request: Request) -> Response:
        """Mark all as read."""
        validated(In, request)
        read = read_mentions(reader=request.user, now=timezone.now())
        return Response(MentionsReadOut({"read": read}).data)


class PersonOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    email = serializers.EmailField()


class PeopleViewSet(ReadOnlyModelViewSet[AbstractBaseUser]):
    """Colleagues who may own orders and be named in notes."""

    queryset = get_user_model().objects.filter(is_active=True)
    serializer_class = PersonOut
    orderings = {"email": ("email",)}
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": ("orders.note_order", "orders.assign_order"), "retrieve": ("orders.note_order",)}

"""Message templates over REST: every version of the words that replace the standard ones."""

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

from kernel.filters import ChoiceFilter, TextFilter
from kernel.rest import In, Text, validated
from notifications.models import Template, TemplateStatus
from notifications.texts import wording
from notifications.texts.words import Slot

EDIT, ACTIVATE = ("notifications.edit_template",), ("notifications.activate_template",)


class TemplateOut(serializers.ModelSerializer[Template]):
    subject = serializers.CharField(source="subject_line")
    text = serializers.CharField(source="body_text")

    class Meta:
        model = Template
        fields = [
            "id", "kind", "channel", "language", "version", "status", "subject", "text", "created_at", "edited_at",
            "activated_at",
        ]  # fmt: skip


class SlotIn(In):
    kind = Text(max_length=60)
    channel = Text(max_length=20, default="email")
    language = Text(max_length=10)


class TemplateIn(SlotIn):
    subject = Text(max_length=wording.MAX_SUBJECT, default="", allow_blank=True)
    text = Text(max_length=wording.MAX_BODY, multiline=True)


class TemplateFilter(django_filters.FilterSet):
    kind = TextFilter()
    channel = TextFilter()
    language = TextFilter()
    status = ChoiceFilter(choices=TemplateStatus.choices)

    class Meta:
        model = Template
        fields: tuple[str, ...] = ()


class TemplateViewSet(ReadOnlyModelViewSet[Template]):
    """Versions of words, the newest first. Placeholders in braces only; without a version in force the standard ones
    are sent."""

    queryset = Template.objects.all()
    serializer_class = TemplateOut
    filterset_class = TemplateFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {
        "list": ("orders.view_backlog",),
        "retrieve": ("orders.view_backlog",),
        "create": EDIT,
        "discard": EDIT,
        "activate": ACTIVATE,
        "use_standard": ACTIVATE,
    }

    @extend_schema(request=TemplateIn, responses={201: TemplateOut})
    def create(self, request: Request) -> Response:
        """Write the draft of a kind, channel and language, in place of what it said before."""
        said = validated(TemplateIn, request)
        draft = wording.write(
            _slot(said), subject_line=said["subject"], body_text=said["text"], actor=request.user, now=timezone.now()
        )
        return Response(TemplateOut(draft).data, status=201)

    @extend_schema(request=None, responses=TemplateOut)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Put a draft, or an earlier version, in force."""
        row = self.get_object()
        wording.activate(_slot_of(row), version=row.version, actor=request.user, now=timezone.now())
        return Response(TemplateOut(self.get_object()).data)

    @extend_schema(request=None, responses=TemplateOut)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Put the draft aside."""
        draft = wording.discard(_slot_of(self.get_object()), actor=request.user, now=timezone.now())
        return Response(TemplateOut(draft).data)

    @extend_schema(request=SlotIn, responses=TemplateOut)
    @action(detail=False, methods=["post"], url_path="use-standard")
    def use_standard(self, request: Request) -> Response:
        """Go back to the standard words; the answer is the version that was in force."""
        replaced = wording.use_shipped(_slot(validated(SlotIn, request)), actor=request.user, now=timezone.now())
        return Response(TemplateOut(replaced).data)


def _slot(said: dict[str, Any]) -> Slot:
    return Slot(said["kind"], said["channel"], said["language"])


def _slot_of(row: Template) -> Slot:
    return Slot(row.kind, row.channel, row.language)

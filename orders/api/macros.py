"""Macros over REST: prepared answers that the workspace fills in and ``orders/{ref}/tell/`` names."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.rest import MAX_VERSION, Flag, In, Integer, Text, example, validated
from orders.dialogue import macros
from orders.dialogue.telling import MAX_NOTE
from orders.models import HoldKind, Macro
from orders.models.telling import DateChoice

SEE, CHANGE = ("orders.view_backlog",), ("orders.change_macros",)
SAID = (
    *("key", "name", "guidance", "choice", "reason", "note", "notes"),
    *("hold_kind", "compensates", "expedites", "takes_over"),
)


class MacroWordsIn(In):
    """Empty texts leave an order's form as it is."""

    guidance = Text(max_length=macros.MAX_GUIDANCE, multiline=True, required=False, allow_blank=True)
    choice = serializers.ChoiceField(choices=DateChoice.choices, required=False, allow_blank=True)
    reason = Text(max_length=40, required=False, allow_blank=True)
    note = Text(max_length=MAX_NOTE, multiline=True, required=False, allow_blank=True)
    notes = serializers.DictField(
        child=Text(max_length=MAX_NOTE, multiline=True, allow_blank=True),
        required=False,
        help_text='The words in other languages, by code: `{"de": "…"}`.',
    )
    hold_kind = serializers.ChoiceField(choices=HoldKind.choices, required=False, allow_blank=True)
    compensates = Flag(required=False)
    expedites = Flag(required=False)
    takes_over = Flag(required=False)


@example(key="s", name="Supplier late", choice="safe", reason="supplier_late", expedites=True)
class MacroIn(MacroWordsIn):
    """``key`` is a letter, which nothing else in the workspace uses."""

    key = Text(max_length=1)
    name = Text(max_length=80)


@example(name="Supplier late", choice="safe", reason="supplier_late", expedites=True, version=2)
class MacroChangeIn(MacroWordsIn):
    """What is left out stays as it is."""

    key = Text(max_length=1, required=False)
    name = Text(max_length=80, required=False)
    version = Integer(required=False, max_value=MAX_VERSION)


class MacroOut(serializers.ModelSerializer[Macro]):
    class Meta:
        model = Macro
        fields = ["id", *SAID, "version", "removed_at"]


class MacroViewSet(ReadOnlyModelViewSet[Macro]):
    """Prepared answers by key. Those that were removed are shown one by one only."""

    queryset = Macro.objects.all()
    serializer_class = MacroOut
    lookup_value_regex = "[0-9]{1,18}"
    orderings = {"key": ("key", "id")}
    action_permissions = {
        "list": SEE,
        "retrieve": SEE,
        "create": CHANGE,
        "partial_update": CHANGE,
        "remove": CHANGE,
        "restore": CHANGE,
    }

    def get_queryset(self) -> QuerySet[Macro]:
        found = Macro.objects.all()
        return found.filter(removed_at=None) if self.action == "list" else found

    @extend_schema(request=MacroIn, responses={201: MacroOut})
    def create(self, request: Request) -> Response:
        """Prepare an answer."""
        kept = macros.keep_macro(None, said=validated(MacroIn, request), version=None, actor=request.user)
        return Response(MacroOut(kept).data, status=201)

    @extend_schema(request=MacroChangeIn, responses=MacroOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change an answer; 409 where somebody else changed it meanwhile."""
        data, found = validated(MacroChangeIn, request), self.get_object()
        version: int = data.pop("version", found.version)
        said: dict[str, Any] = {name: getattr(found, name) for name in SAID} | data
        return Response(MacroOut(macros.keep_macro(found.pk, said=said, version=version, actor=request.user)).data)

    @extend_schema(request=None, responses=MacroOut)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """Put it away; what was told with it stays."""
        validated(In, request)
        return Response(MacroOut(macros.remove_macro(int(pk), actor=request.user, now=timezone.now())).data)

    @extend_schema(request=None, responses=MacroOut)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring it back, unless another one has its key by now."""
        validated(In, request)
        return Response(MacroOut(macros.restore_macro(int(pk), actor=request.user)).data)

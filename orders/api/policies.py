"""Policies over REST: drafts and what is doubtful about them, publishing, going back, and how to write one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.rest import In, validated
from orders.api.comparisons import FindingOut, PreviewOut
from orders.api.filters import PolicyFilter
from orders.api.incoming import DraftIn, GoBackIn, PolicyIn, PublishIn, RulesIn, SeenIn
from orders.api.outgoing import PolicyOut
from orders.drafting.differences import differences
from orders.models import Policy
from orders.planning.attributes import CATALOGUE, MONEY, AttributeSpec, Kind, Source
from orders.planning.linter import lint
from orders.planning.presets import PRESETS
from orders.planning.schema import SCHEMA
from orders.rules import approvals, policies, policy_drafts
from orders.rules.policy_preview import preview, preview_rules

SEE = ("orders.view_backlog",)


class DraftOut(PolicyOut):
    findings = FindingOut(many=True, help_text="Rules that cannot do what they were meant to; advice, no refusal")

    class Meta(PolicyOut.Meta):
        fields = [*PolicyOut.Meta.fields, "findings"]


class AttributeOut(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="What rules call it")
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    unit = serializers.SerializerMethodField(help_text="Amounts name their currency")
    choices = serializers.ListField(child=serializers.CharField(), help_text="All its values, where they are ours")
    is_always_known = serializers.BooleanField(help_text="False: some lines have none, which no comparison meets")
    lowest = serializers.FloatField(allow_null=True, help_text="The least that a number can be")
    highest = serializers.FloatField(allow_null=True, help_text="The most that a number can be")
    is_same_for_all = serializers.BooleanField(help_text="True: tells of the day; alone it moves no line past another")
    is_known_at_entry = serializers.BooleanField(help_text="True: demand classes and quotas over days may read it")

    def get_unit(self, spec: AttributeSpec) -> str:
        return settings.CURRENCY if spec.unit == MONEY else spec.unit

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields with those two whose names a serializer has for itself."""
        source = serializers.ChoiceField(
            choices=[source.value for source in Source],
            help_text="What is not from the order book is read by the strategies that look ahead",
        )
        return {**super().get_fields(), "label": serializers.CharField(), "source": source}


class PresetOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    strategy = serializers.CharField(source="rules.strategy")
    rules = serializers.DictField(help_text="The whole document, to start a draft from")


class DifferenceOut(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="added, removed, moved, on, off or changed")
    section = serializers.CharField(help_text="rules, segments, …; empty for the document as a whole")
    entry = serializers.CharField(help_text="The id of the entry; empty for the document as a whole")
    name = serializers.CharField(source="label", help_text="What people call the entry")
    what = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class StateOut(serializers.Serializer[Any]):
    revision = serializers.IntegerField(source="number")
    at = serializers.DateTimeField()
    by = serializers.CharField(source="who")


class ChangesOut(serializers.Serializer[Any]):
    against = serializers.IntegerField(help_text="The version it is compared with: the one in force")
    differences = DifferenceOut(many=True, help_text="In words, one entry a change")
    states = StateOut(many=True, help_text="What it went through, the newest first")


class PolicyViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Policy]):
    """Versions of the rules that rank the backlog. Exactly one is published."""

    queryset = Policy.objects.select_related("created_by", "edited_by", "submitted_by", "published_by")
    serializer_class = PolicyOut
    filterset_class = PolicyFilter
    lookup_value_regex = "[0-9]{1,18}"
    repeatable_actions = {"preview", "preview_rules"}
    action_permissions = {
        "list": SEE,
        "retrieve": SEE,
        "grammar": SEE,
        "presets": SEE,
        "attributes": SEE,
        "changes": SEE,
        "create": ("orders.edit_policy",),
        "undo": ("orders.edit_policy",),
        "go_back": ("orders.edit_policy",),
        "discard": ("orders.edit_policy",),
        "restore": ("orders.edit_policy",),
        "preview": ("orders.edit_policy",),
        "preview_rules": ("orders.edit_policy",),
        "partial_update": ("orders.edit_policy",),
        "submit": ("orders.edit_policy",),
        "send_back": ("orders.publish_policy",),
        "approve": ("orders.publish_policy",),
        "publish": ("orders.publish_policy",),
        "rollback": ("orders.publish_policy",),
    }

    @extend_schema(request=PolicyIn, responses={201: DraftOut})
    def create(self, request: Request) -> Response:
        """Write a draft. What the grammar refuses is a 422 that names the place; what is only doubtful is a finding."""
        draft = policies.create_draft(**validated(PolicyIn, request), actor=request.user, now=timezone.now())
        shown = self._shown(draft.pk, status=201)
        shown.data["findings"] = FindingOut(lint(draft.rules), many=True).data
        return shown

    @extend_schema(request=DraftIn, responses=DraftOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a draft; with ``revision``, only if nobody else has changed it since."""
        data = {"revision": None, **validated(DraftIn, request)}
        draft = policy_drafts.change(self.get_object().pk, **data, actor=request.user, now=timezone.now())
        shown = self._shown(draft.pk)
        shown.data["findings"] = FindingOut(lint(draft.rules), many=True).data
        return shown

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=False, methods=["get"], url_path="schema", url_name="schema")
    def grammar(self, request: Request) -> Response:
        """Return the JSON Schema of rules."""
        return Response(SCHEMA)

    @extend_schema(responses=PresetOut(many=True))
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def presets(self, request: Request) -> Response:
        """Return rules to start from, one set a trade."""
        return Response(PresetOut([{"name": name, "rules": rules} for name, rules in PRESETS.items()], many=True).data)

    @extend_schema(responses=AttributeOut(many=True))
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def attributes(self, request: Request) -> Response:
        """Return what rules may read."""
        return Response(AttributeOut(CATALOGUE.values(), many=True).data)

    @extend_schema(request=None, responses=PreviewOut)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: str) -> Response:
        """Say what these rules would do to the backlog; changes nothing."""
        validated(In, request)
        return Response(PreviewOut(preview(int(pk), now=timezone.now())).data)

    @extend_schema(request=RulesIn, responses=PreviewOut, operation_id="policies_preview_rules")
    @action(detail=False, methods=["post"], url_path="preview", url_name="preview-rules")
    def preview_rules(self, request: Request) -> Response:
        """Say what rules that nobody has saved would do to the backlog; changes nothing."""
        return Response(PreviewOut(preview_rules(validated(RulesIn, request)["rules"], now=timezone.now())).data)

    @extend_schema(request=PublishIn, responses=PolicyOut)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Make these rules the ones that rank the backlog, and replan it.

        Where the guard has limits they are ``releasing`` until their plan run passes. Where rules need a second person,
        submit them instead.
        """
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

    @extend_schema(request=PublishIn, responses=PolicyOut)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Ask for a draft to be approved."""
        data = validated(PublishIn, request)
        policy = approvals.submit(self.get_object().pk, **data, actor=request.user, now=timezone.now())
        return self._shown(policy.pk)

    @extend_schema(request=PublishIn, responses=PolicyOut)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Put submitted rules in force; who wrote or submitted them may not."""
        data = validated(PublishIn, request)
        policy = approvals.approve(self.get_object().pk, **data, actor=request.user, now=timezone.now())
        return self._shown(policy.pk)

    @extend_schema(request=PublishIn, responses=PolicyOut)
    @action(detail=True, methods=["post"], url_path="send-back", url_name="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Make submitted rules a draft again, and say what to change."""
        data = validated(PublishIn, request)
        policy = approvals.send_back(self.get_object().pk, **data, actor=request.user)
        return self._shown(policy.pk)

    @extend_schema(request=SeenIn, responses=PolicyOut)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take the last change of a draft back that still stands; again, the one before it."""
        data = {"revision": None, **validated(SeenIn, request)}
        policy = policy_drafts.undo(self.get_object().pk, **data, actor=request.user, now=timezone.now())
        return self._shown(policy.pk)

    @extend_schema(request=GoBackIn, responses=PolicyOut)
    @action(detail=True, methods=["post"], url_path="go-back", url_name="go-back")
    def go_back(self, request: Request, pk: str) -> Response:
        """Put a draft back to a state that ``changes`` shows; that is a change too, and can be undone."""
        data = {"revision": None, **validated(GoBackIn, request)}
        policy = policy_drafts.go_back(self.get_object().pk, **data, actor=request.user, now=timezone.now())
        return self._shown(policy.pk)

    @extend_schema(request=None, responses=PolicyOut)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Put a draft away; ``restore`` takes it out again."""
        validated(In, request)
        return self._shown(policy_drafts.discard(self.get_object().pk, actor=request.user, now=timezone.now()).pk)

    @extend_schema(request=None, responses=PolicyOut)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Take a draft out again that was put away."""
        validated(In, request)
        return self._shown(policy_drafts.restore(self.get_object().pk, actor=request.user, now=timezone.now()).pk)

    @extend_schema(responses=ChangesOut)
    @action(detail=True, methods=["get"])
    def changes(self, request: Request, pk: str) -> Response:
        """Say what a version changes against the one in force, and who made it what it is."""
        policy, live = self.get_object(), policies.published()
        found = {
            "against": live.version,
            "differences": differences(live.rules, policy.rules),
            "states": policy_drafts.revisions(policy),
        }
        return Response(ChangesOut(found).data)

    def _shown(self, pk: int, status: int = 200) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=pk)).data, status=status)

"""Plan runs over REST."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from inventory.queries import products_by_sku
from kernel.bounds import whole_number
from kernel.errors import Invalid
from kernel.rest import validated
from orders.api.comparisons import ComparisonOut, PlannedOrderOut, RunVerdictOut
from orders.api.filters import PlanRunFilter
from orders.api.incoming import PlanRunIn, PublishIn
from orders.models import PlanRun
from orders.replan import replan, request_full_run
from orders.replanning.run_comparison import compare_order, compare_runs
from orders.rules import releases

CAUSE = "Asked for through the API"
WITH = OpenApiParameter("with", int, required=True, description="The other run")
ORDER = OpenApiParameter("order", str, required=True, description="The order's reference")


class PlanRunOut(serializers.ModelSerializer[PlanRun]):
    policy = serializers.CharField(source="policy.name", default=None)
    policy_version = serializers.IntegerField(source="policy.version", default=None)
    released_by = serializers.StringRelatedField[Any]()
    verdict = serializers.SerializerMethodField(help_text="What the guard said, where it was asked")

    class Meta:
        model = PlanRun
        fields = [
            "id", "kind", "status", "policy", "policy_version", "cause", "started_at", "finished_at",
            "inputs_hash", "plan_hash", "counts", "timings", "error", "verdict", "released_at", "released_by",
            "release_note",
        ]  # fmt: skip

    @extend_schema_field(RunVerdictOut(allow_null=True))
    def get_verdict(self, run: PlanRun) -> dict[str, Any] | None:
        return run.verdict or None


class DateMoveOut(serializers.Serializer[Any]):
    ref = serializers.CharField()
    old_on = serializers.DateField(allow_null=True)
    new_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()


class RunComparisonOut(serializers.Serializer[Any]):
    before = serializers.IntegerField(help_text="The earlier run")
    after = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="Orders with another date after the later run than after the earlier")
    sooner = serializers.IntegerField()
    later = serializers.IntegerField()
    got_date = serializers.IntegerField()
    lost_date = serializers.IntegerField()
    on_time_before = serializers.IntegerField(help_text="Of the changed ones, those within their promised day")
    on_time_after = serializers.IntegerField()
    moves = DateMoveOut(many=True)
    replayed = ComparisonOut(allow_null=True, help_text="The plans themselves; null where one is not kept any more")


class DateChangeOut(serializers.Serializer[Any]):
    run = serializers.IntegerField(source="run_id")
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    old_on = serializers.DateField(allow_null=True)
    new_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField(source="get_reason_display", allow_null=True)


class OrderComparisonOut(serializers.Serializer[Any]):
    ref = serializers.CharField()
    before_run = serializers.IntegerField(help_text="The earlier run")
    after_run = serializers.IntegerField()
    before = PlannedOrderOut(allow_null=True, help_text="Null where the run is not kept any more")
    after = PlannedOrderOut(allow_null=True)
    changes = DateChangeOut(many=True, help_text="Every change of its date by runs between, the later one included")


class PlanRunViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[PlanRun]):
    """Executions of planning. One that the guard holds has written nothing and waits for a person."""

    queryset = PlanRun.objects.select_related("policy", "released_by")
    serializer_class = PlanRunOut
    filterset_class = PlanRunFilter
    lookup_value_regex = "[0-9]{1,18}"
    repeatable_actions = {"create"}
    query_parameters = {"compare": ("with",), "compare_order": ("with", "order")}
    action_permissions = {
        "compare": ("orders.view_backlog",),
        "compare_order": ("orders.view_backlog",),
        "list": ("orders.view_backlog",),
        "retrieve": ("orders.view_backlog",),
        "create": ("orders.replan",),
        "release": ("orders.release_plan",),
        "withdraw": ("orders.release_plan",),
    }

    @extend_schema(request=PlanRunIn, responses={201: PlanRunOut})
    def create(self, request: Request) -> Response:
        """Plan anew.

        The whole backlog is left to the workers: the answer is the run as it starts. The products named, with what
        hangs on them, are planned before the answer; so is a dry run, which writes nothing and has no id.
        """
        data, now = validated(PlanRunIn, request), timezone.now()
        products = _product_ids(data["skus"]) if "skus" in data else None
        if products is None and not data["dry_run"]:
            run = request_full_run(cause=CAUSE, now=now)
        else:
            run = replan(product_ids=products, cause=CAUSE, now=now, dry_run=data["dry_run"])
        return Response(PlanRunOut(run).data, status=200 if data["dry_run"] else 201)

    @extend_schema(parameters=[WITH], responses=RunComparisonOut)
    @action(detail=True)
    def compare(self, request: Request, pk: str) -> Response:
        """Say what came between two runs: dates by the ledger and, where both are kept, the plans themselves."""
        return Response(RunComparisonOut(compare_runs(int(pk), _other_run(request))).data)

    @extend_schema(parameters=[WITH, ORDER], responses=OrderComparisonOut)
    @action(detail=True, url_path="compare-order", url_name="compare-order")
    def compare_order(self, request: Request, pk: str) -> Response:
        """Say how two runs planned one order, and every change of its date between them."""
        ref = request.query_params.get("order", "")
        return Response(OrderComparisonOut(compare_order(ref, int(pk), _other_run(request))).data)

    @extend_schema(request=PublishIn, responses=PlanRunOut)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Let a held run go on: it is planned anew, and may break a tenth more than its verdict says. Say why."""
        data = validated(PublishIn, request)
        run = releases.release(self.get_object().pk, **data, actor=request.user, now=timezone.now())
        return Response(PlanRunOut(run).data)

    @extend_schema(request=PublishIn, responses=PlanRunOut)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Drop a held run. The policy that it was to release is a draft again, or archived."""
        data = validated(PublishIn, request)
        run = releases.withdraw(self.get_object().pk, **data, actor=request.user, now=timezone.now())
        return Response(PlanRunOut(run).data)


def _other_run(request: Request) -> int:
    other = whole_number(request.query_params.get("with", ""), digits=18)
    if other is None:
        raise Invalid("Say which run to compare with.", fields={"with": "Give the number of a plan run."})
    return other


def _product_ids(skus: list[str]) -> list[int]:
    known = products_by_sku(skus)
    wrong = {f"skus.{i}": "There is no such product." for i, sku in enumerate(skus) if sku.upper() not in known}
    if wrong:
        raise Invalid("Name products that exist.", fields=wrong)
    return [product.pk for product in known.values()]

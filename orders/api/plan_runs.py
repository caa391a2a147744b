"""Plan runs over REST."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from inventory.queries import products_by_sku
from kernel.errors import Invalid
from kernel.rest import validated
from orders.api.filters import PlanRunFilter
from orders.api.incoming import PlanRunIn
from orders.models import PlanRun
from orders.replan import replan, request_full_run

CAUSE = "Asked for through the API"


class PlanRunOut(serializers.ModelSerializer[PlanRun]):
    policy = serializers.CharField(source="policy.name", default=None)
    policy_version = serializers.IntegerField(source="policy.version", default=None)

    class Meta:
        model = PlanRun
        fields = [
            "id", "kind", "status", "policy", "policy_version", "cause", "started_at", "finished_at",
            "inputs_hash", "counts", "timings", "error",
        ]  # fmt: skip


class PlanRunViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[PlanRun]):
    queryset = PlanRun.objects.select_related("policy")
    serializer_class = PlanRunOut
    filterset_class = PlanRunFilter
    lookup_value_regex = "[0-9]{1,18}"
    repeatable_actions = {"create"}
    action_permissions = {
        "list": ("orders.view_backlog",),
        "retrieve": ("orders.view_backlog",),
        "create": ("orders.replan",),
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


def _product_ids(skus: list[str]) -> list[int]:
    known = products_by_sku(skus)
    wrong = {f"skus.{i}": "There is no such product." for i, sku in enumerate(skus) if sku.upper() not in known}
    if wrong:
        raise Invalid("Name products that exist.", fields=wrong)
    return [product.pk for product in known.values()]

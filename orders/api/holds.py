"""Holds as they are set up, over REST: which orders are held as they come in, and who releases which kind."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from inventory.setup_history import version_of, versions_of
from kernel.errors import Conflict
from kernel.rest import Day, In, Integer, Text, example, validated
from orders.api.bulk import BulkJobOut
from orders.bulk.jobs import start_job
from orders.handling import hold_rights, hold_sources
from orders.models import BulkAction, HoldKind, HoldSource
from orders.queries.hold_sources import MOST_COUNTED, count_matches

SEE, HOLD = ("orders.view_backlog",), ("orders.hold_order",)
MAX_ROLES = 100
_VERSION = {"max_value": 9_223_372_036_854_775_807, "min_value": 0, "required": False}


@example(customer="ACME", sku="22197", kind="credit", reason="Over their limit", last_on="2030-01-15")
class HoldSourceIn(In):
    """Orders of ``customer``, with product ``sku``, or both together; at least one of them."""

    customer = Text(max_length=40, required=False, allow_blank=True, default="")
    sku = Text(max_length=40, required=False, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=HoldKind.choices)
    reason = Text(max_length=200, required=False, allow_blank=True, default="")
    last_on = Day(required=False, allow_null=True, default=None, help_text="The last day on which it catches orders")


@example(reason="Over their limit", last_on="2030-02-15", version=17)
class HoldSourceChangeIn(In):
    """What is left out stays as it is; ``version`` as last read."""

    reason = Text(max_length=200, required=False, allow_blank=True)
    last_on = Day(required=False, allow_null=True)
    version = Integer(**_VERSION)


class EndIn(In):
    version = Integer(**_VERSION)


class HoldSourceOut(serializers.ModelSerializer[HoldSource]):
    customer = serializers.CharField(source="customer.code", allow_null=True, default=None)
    sku = serializers.CharField(source="product.sku", allow_null=True, default=None)
    created_by = serializers.StringRelatedField[Any]()
    version = serializers.SerializerMethodField()
    matching_orders = serializers.SerializerMethodField(help_text=f"Open ones that match, up to {MOST_COUNTED + 1:,}")
    not_held = serializers.SerializerMethodField(help_text="Those of them without such a hold")

    class Meta:
        model = HoldSource
        fields = [
            "id", "customer", "sku", "kind", "reason", "last_on", "created_at", "created_by", "ended_at", "version",
            "matching_orders", "not_held",
        ]  # fmt: skip

    @extend_schema_field(int)
    def get_version(self, source: HoldSource) -> int:
        return self.context["versions"].get(hold_sources.name_of(source), 0)

    @extend_schema_field(int)
    def get_matching_orders(self, source: HoldSource) -> int:
        return self.context["matches"][source.pk].orders

    @extend_schema_field(int)
    def get_not_held(self, source: HoldSource) -> int:
        return self.context["matches"][source.pk].not_held


class HoldSourceViewSet(ReadOnlyModelViewSet[HoldSource]):
    """What holds orders as they come in. Those that were ended are shown one by one only."""

    queryset = HoldSource.objects.select_related("customer", "product", "created_by")
    serializer_class = HoldSourceOut
    lookup_value_regex = "[0-9]{1,18}"
    orderings = {"-id": ("-id",), "id": ("id",)}
    action_permissions = {
        "list": SEE,
        "retrieve": SEE,
        "create": HOLD,
        "partial_update": HOLD,
        "end": HOLD,
        "hold_open": HOLD,
    }

    def get_queryset(self) -> QuerySet[HoldSource]:
        found = super().get_queryset()
        return found.filter(ended_at=None) if self.action == "list" else found

    def list(self, request: Request) -> Response:
        return self.get_paginated_response(_shown(self.paginate_queryset(self.filter_queryset(self.get_queryset()))))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(_shown([self.get_object()])[0])

    @extend_schema(request=HoldSourceIn, responses={201: HoldSourceOut})
    def create(self, request: Request) -> Response:
        """Hold such orders from now on; 409 where they are held for that already. Open orders stay as they are."""
        source = hold_sources.add_hold_source(**validated(HoldSourceIn, request), **_who(request))
        return Response(_shown([source])[0], status=201)

    @extend_schema(request=HoldSourceChangeIn, responses=HoldSourceOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change why, and until when; 409 where somebody changed it since ``version``."""
        found, data = self.get_object(), validated(HoldSourceChangeIn, request)
        said = {"reason": found.reason, "last_on": found.last_on} | data
        return Response(_shown([hold_sources.change_hold_source(found.pk, **said, **_who(request))])[0])

    @extend_schema(request=EndIn, responses=HoldSourceOut)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Let such orders in again. Those on hold stay so."""
        data = validated(EndIn, request)
        return Response(_shown([hold_sources.end_hold_source(self.get_object().pk, **data, **_who(request))])[0])

    @extend_schema(request=None, responses={202: BulkJobOut})
    @action(detail=True, methods=["post"], url_path="hold-open")
    def hold_open(self, request: Request, pk: str) -> Response:
        """Hold the open orders that match, too: a job of ``bulk-actions/``, with one way back."""
        validated(In, request)
        source = self.get_object()
        if source.ended_at is not None:
            raise Conflict("This has ended. Add it anew.", code="ended")
        job = start_job(
            action=BulkAction.HOLD,
            orders=hold_sources.orders_caught(source).values_list("pk"),
            params={"kind": source.kind, "reason": source.reason},
            **_who(request),
        )
        return Response(BulkJobOut(job).data, status=202)


class KindRightsIn(In):
    kind = serializers.ChoiceField(choices=HoldKind.choices)
    roles = serializers.ListField(child=Text(max_length=40), max_length=MAX_ROLES)


@example(rights=[{"kind": "credit", "roles": ["admin"]}], version=0)
class HoldRightsIn(In):
    """Kinds that are left out stay as they are."""

    rights = serializers.ListField(child=KindRightsIn(), max_length=len(HoldKind))
    version = Integer(**_VERSION)


class KindRightsOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=HoldKind.choices)
    roles = serializers.ListField(child=serializers.CharField())


class HoldRightsOut(serializers.Serializer[Any]):
    rights = KindRightsOut(many=True)
    version = serializers.IntegerField()


class HoldRightsViewSet(GenericViewSet[Any]):
    """Which roles release which kind of hold."""

    queryset = HoldSource.objects.none()
    serializer_class = HoldRightsOut
    pagination_class = None
    action_permissions = {"list": SEE, "create": ("orders.change_hold_rights",)}

    @extend_schema(responses=HoldRightsOut, operation_id="hold_rights_retrieve")
    def list(self, request: Request) -> Response:
        """Return who releases what."""
        return Response(_rights(hold_rights.rights()))

    @extend_schema(request=HoldRightsIn, responses=HoldRightsOut, operation_id="hold_rights_change")
    def create(self, request: Request) -> Response:
        """Set who releases the kinds that are given; 409 where somebody changed the rights since ``version``."""
        data = validated(HoldRightsIn, request)
        given = {each["kind"]: each["roles"] for each in data.pop("rights")}
        return Response(_rights(hold_rights.change_hold_rights(given, **data, **_who(request))))


def _who(request: Request) -> dict[str, Any]:
    return {"actor": request.user, "now": timezone.now()}


def _shown(sources: list[HoldSource] | None) -> Any:
    context = {"matches": count_matches(sources or []), "versions": versions_of(hold_sources.SETUP_KIND)}
    return HoldSourceOut(sources or [], many=True, context=context).data


def _rights(by_kind: hold_rights.Rights) -> Any:
    version = version_of(hold_rights.SETUP_KIND, hold_rights.SETUP_NAME)
    rights = [{"kind": kind, "roles": roles} for kind, roles in by_kind.items()]
    return HoldRightsOut({"rights": rights, "version": version}).data

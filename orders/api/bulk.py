"""Actions on many orders over REST: start one, watch it, take it back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.errors import Forbidden, Invalid
from kernel.rest import Day, In, Integer, Text, example, validated
from orders.board.filters import BoardFilter
from orders.bulk.actions import ACTIONS
from orders.bulk.jobs import MAX_ORDERS, start_job, undo_job
from orders.bulk.telling import EXPECTED, SAFE
from orders.dialogue.telling import MAX_NOTE
from orders.models import BulkAction, BulkJob, BulkRowState, HoldKind, Order
from orders.queries.board import open_plans

SEE = ("orders.view_backlog",)
MOST_FAILURES = 100


class BulkParamsIn(In):
    """What the action needs: a hold its ``kind``, an ETA ``eta_on`` or ``days`` and ``reason``, a note its ``body``.

    A hold and an expedite may have a ``reason`` and end by themselves (``ends_on``).
    Telling a date takes ``choice`` (expected or safe), ``reason`` (one of the languages' reasons; each order's own
    without) and ``note``, a paragraph to the customers.
    """

    kind = serializers.ChoiceField(choices=HoldKind.choices, required=False)
    reason = Text(max_length=200, required=False, allow_blank=True)
    ends_on = Day(required=False, help_text="Of a hold or an expedite: the morning on which it ends by itself")
    eta_on = Day(required=False)
    days = Integer(min_value=-365, max_value=365, required=False)
    owner = Integer(required=False, allow_null=True, help_text="The key of a colleague; null for nobody")
    body = Text(max_length=4000, multiline=True, required=False)
    choice = serializers.ChoiceField(choices=(EXPECTED, SAFE), required=False)
    note = Text(max_length=MAX_NOTE, multiline=True, required=False)


@example(action="hold", filter="view=late&tier=gold", params={"kind": "credit"})
class BulkActionIn(In):
    action = serializers.ChoiceField(choices=BulkAction.choices)
    orders = serializers.ListField(child=Text(max_length=40), required=False, max_length=MAX_ORDERS)
    filter = Text(
        max_length=1000, required=False, help_text="As in the board's address: `view=late&tier=gold`. All that match."
    )
    params = BulkParamsIn(required=False)


class FailureOut(serializers.Serializer[Any]):
    order = serializers.CharField()
    why = serializers.CharField()


class BulkJobOut(serializers.ModelSerializer[BulkJob]):
    failures = serializers.SerializerMethodField(help_text=f"The first {MOST_FAILURES}; only of a single job")

    class Meta:
        model = BulkJob
        fields = [
            "id", "action", "params", "status", "total", "done", "failed", "undoes", "started_at", "finished_at",
            "failures",
        ]  # fmt: skip

    @extend_schema_field(FailureOut(many=True))
    def get_failures(self, job: BulkJob) -> list[dict[str, str]]:
        if not self.context.get("has_failures"):
            return []
        failed = job.rows.filter(state=BulkRowState.FAILED).select_related("order").order_by("order_id")
        return [{"order": row.order.ref, "why": row.why} for row in failed[:MOST_FAILURES]]


class BulkActionViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[BulkJob]):
    """Actions on many orders. A job goes on in workers; ask for it again to see how far it is."""

    serializer_class = BulkJobOut
    queryset = BulkJob.objects.all()
    orderings = {"-id": ("-id",), "id": ("id",)}
    action_permissions = {"list": SEE, "retrieve": SEE, "create": SEE, "undo": SEE}

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._shown(self.get_object(), status=200)

    @extend_schema(request=BulkActionIn, responses={202: BulkJobOut})
    def create(self, request: Request) -> Response:
        """Start an action on the named orders, or on all open ones that a filter of the board chooses."""
        data = validated(BulkActionIn, request)
        _check_permission(request, data["action"])
        params = {name: "" if value is None else str(value) for name, value in data.get("params", {}).items()}
        orders = _chosen(data, request)
        job = start_job(action=data["action"], orders=orders, params=params, actor=request.user, now=timezone.now())
        return self._shown(job, status=202)

    @extend_schema(request=None, responses={202: BulkJobOut})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take back what a job has done; one that is still running stops first."""
        job = self.get_object()
        _check_permission(request, job.action)
        return self._shown(undo_job(job.pk, actor=request.user, now=timezone.now()), status=202)

    def _shown(self, job: BulkJob, *, status: int) -> Response:
        return Response(BulkJobOut(job, context={"has_failures": True}).data, status=status)


def _check_permission(request: Request, name: str) -> None:
    if not request.user.has_perm(ACTIONS[BulkAction(name)].permission):
        raise Forbidden("Your role does not allow this action.")


def _chosen(data: dict[str, Any], request: Request) -> QuerySet[Any, Any]:
    if ("orders" in data) == ("filter" in data):
        wrong = "Name the orders, or give a filter."
        raise Invalid(wrong, fields={"orders": wrong})
    if "orders" in data:
        return Order.objects.filter(ref__in=data["orders"]).values_list("pk")
    shown = BoardFilter(QueryDict(data["filter"]), queryset=open_plans(timezone.localdate()), request=request)
    if not shown.is_valid():
        raise Invalid("This filter cannot be read.", fields={"filter": "This filter cannot be read."})
    return shown.qs.values_list("order_id")

"""Making up for broken promises, over REST: the ladder, its budget, what an order may be given, what was given."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from kernel.filters import FlagFilter, TextFilter
from kernel.rest import MAX_VERSION, In, Integer, Money, Text, example, validated
from kernel.tiers import Tier
from orders.api import incoming
from orders.api.shown import ShowsOrders
from orders.dialogue import compensating, ladder, redeeming
from orders.models import Compensation, CompensationBudget, CompensationKind, CompensationStep

SEE, GIVE, CHANGE = ("orders.view_backlog",), ("orders.compensate",), ("orders.change_ladder",)
PERMISSIONS = {"offers": SEE, "compensate": GIVE}


@example(kind="credit", amount="10.00", from_days_late=3, from_value="50.00", tier="gold")
class StepIn(In):
    """A voucher needs ``percent``, credit and shipping ``amount``: of the credit, or what the delivery costs us."""

    kind = serializers.ChoiceField(choices=CompensationKind.choices)
    percent = Integer(required=False, max_value=100)
    amount = Money(required=False)
    from_days_late = Integer(min_value=0, max_value=365)
    from_value = Money(required=False)
    tier = serializers.ChoiceField(choices=Tier.choices, required=False, help_text="Left out: all customers")


@example(monthly="1000.00", agent_limit="50.00", version=1)
class BudgetIn(In):
    monthly = Money()
    agent_limit = Money(help_text="At a time; more is left to operations")
    version = Integer(max_value=MAX_VERSION, required=False)


@example(step=4, note="Sorry that you had to wait.", version=7)
class CompensateIn(incoming.VersionedIn):
    step = Integer(max_value=10**9)
    note = Text(max_length=compensating.MAX_NOTE, multiline=True, required=False, allow_blank=True, default="")


@example(code="ACDEF-HJKLM", used_for="SO-4712", amount="10.00")
class UseIn(In):
    """A code in any case, with spaces or dashes; without ``amount`` it took off the most that it may."""

    code = Text(max_length=redeeming.MAX_CODE)
    used_for = Text(max_length=40, help_text="The order that it made cheaper")
    amount = Money(required=False)


@example(code="ACDEF-HJKLM")
class CodeIn(In):
    code = Text(max_length=redeeming.MAX_CODE)


class StepOut(serializers.ModelSerializer[CompensationStep]):
    name = serializers.CharField(source="__str__")

    class Meta:
        model = CompensationStep
        fields = ["id", "name", "kind", "percent", "amount", "from_days_late", "from_value", "tier", "removed_at"]


class BudgetOut(serializers.ModelSerializer[CompensationBudget]):
    spent = serializers.SerializerMethodField(help_text="Given since the first of the month and not taken back")

    class Meta:
        model = CompensationBudget
        fields = ["monthly", "agent_limit", "spent", "version"]

    @extend_schema_field(serializers.DecimalField(max_digits=12, decimal_places=2))
    def get_spent(self, _budget: CompensationBudget) -> str:
        return f"{compensating.spent_in_month(timezone.now()):.2f}"


class OfferOut(serializers.Serializer[Any]):
    step = StepOut()
    cost = serializers.DecimalField(max_digits=12, decimal_places=2, help_text="At most, counted against the budget")
    refusal = serializers.CharField(help_text="Why you may not give it; empty: you may")


class CompensationOut(serializers.ModelSerializer[Compensation]):
    order = serializers.CharField(source="order.ref")
    customer = serializers.CharField(source="order.customer.code")
    step = StepOut()
    given_by = serializers.StringRelatedField[Any]()

    class Meta:
        model = Compensation
        fields = [
            "id", "order", "customer", "step", "days_late", "cost", "code", "given_at", "given_by", "taken_back_at",
            "used_at", "used_for", "used_amount",
        ]  # fmt: skip


class CompensatesOrders(ShowsOrders):
    @extend_schema(responses=OfferOut(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def offers(self, request: Request, ref: str) -> Response:
        """What the ladder allows for this order as it stands, the dearest that you may give first."""
        order = self.get_object()
        eta_on = compensating.eta_of(order)
        found = compensating.offers(order, eta_on=eta_on, actor=request.user, now=timezone.now())
        return Response(OfferOut(found, many=True).data)

    @extend_schema(request=CompensateIn, responses={201: CompensationOut})
    @action(detail=True, methods=["post"])
    def compensate(self, request: Request, ref: str) -> Response:
        """Give a step of the ladder and write to the customer; it can be taken back until the message leaves."""
        data = validated(CompensateIn, request)
        data["step_id"] = data.pop("step")
        given = compensating.compensate(ref, **data, actor=request.user, now=timezone.now())
        return Response(CompensationOut(given).data, status=201)


class CompensationFilter(django_filters.FilterSet):
    order = TextFilter(field_name="order__ref")
    customer = TextFilter(field_name="order__customer__code")
    code = TextFilter()
    taken_back = FlagFilter(method="by_end")

    class Meta:
        model = Compensation
        fields: tuple[str, ...] = ()

    def by_end(self, rows: QuerySet[Compensation], _name: str, value: bool) -> QuerySet[Compensation]:
        """Keep what was taken back, or what stands."""
        return rows.filter(taken_back_at__isnull=not value)


class CompensationViewSet(ReadOnlyModelViewSet[Compensation]):
    """What was given, newest first."""

    queryset = Compensation.objects.select_related("order__customer", "step", "given_by")
    serializer_class = CompensationOut
    filterset_class = CompensationFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": SEE, "retrieve": SEE, "take_back": GIVE, "use": GIVE, "take_use_back": GIVE}

    @extend_schema(request=None, responses=CompensationOut)
    @action(detail=True, methods=["post"], url_path="take-back", url_name="take-back")
    def take_back(self, request: Request, pk: str) -> Response:
        """Take it back while its customer has not heard of it; 409 afterwards."""
        validated(In, request)
        compensating.take_compensation_back(self.get_object().pk, actor=request.user, now=timezone.now())
        return Response(CompensationOut(self.get_object()).data)

    @extend_schema(request=UseIn, responses=CompensationOut)
    @action(detail=False, methods=["post"])
    def use(self, request: Request) -> Response:
        """Mark a code as used, once: 404 for one that nobody was given, 409 for one that is used or taken back."""
        data = validated(UseIn, request)
        used = redeeming.use_code(data.pop("code"), **data, actor=request.user, now=timezone.now())
        return Response(CompensationOut(used).data)

    @extend_schema(request=CodeIn, responses=CompensationOut)
    @action(detail=False, methods=["post"], url_path="take-use-back", url_name="take-use-back")
    def take_use_back(self, request: Request) -> Response:
        """Take back that a code was used: the customer may name it again."""
        given = redeeming.take_use_back(**validated(CodeIn, request), actor=request.user, now=timezone.now())
        return Response(CompensationOut(given).data)


class StepViewSet(ReadOnlyModelViewSet[CompensationStep]):
    """The ladder: what an order may be given that is late enough. Steps that were removed are shown one by one only."""

    queryset = CompensationStep.objects.all()
    serializer_class = StepOut
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": SEE, "retrieve": SEE, "create": CHANGE, "remove": CHANGE, "restore": CHANGE}

    def get_queryset(self) -> QuerySet[CompensationStep]:
        steps = CompensationStep.objects.all()
        return steps.filter(removed_at=None) if self.action == "list" else steps

    @extend_schema(request=StepIn, responses={201: StepOut})
    def create(self, request: Request) -> Response:
        """Add a step."""
        step = ladder.add_step(**validated(StepIn, request), actor=request.user)
        return Response(StepOut(step).data, status=201)

    @extend_schema(request=None, responses=StepOut)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """Take a step off the ladder; what was given by it stays given."""
        validated(In, request)
        return Response(StepOut(ladder.remove_step(int(pk), actor=request.user, now=timezone.now())).data)

    @extend_schema(request=None, responses=StepOut)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring a step back."""
        validated(In, request)
        return Response(StepOut(ladder.restore_step(int(pk), actor=request.user)).data)


class BudgetViewSet(GenericViewSet[CompensationBudget]):
    """What may be given a month, and by an agent at a time: one budget for all."""

    queryset = CompensationBudget.objects.all()
    serializer_class = BudgetOut
    pagination_class = None
    action_permissions = {"list": SEE, "create": CHANGE}

    @extend_schema(responses=BudgetOut, operation_id="compensation_budget_retrieve")
    def list(self, _request: Request) -> Response:
        """Show the budget and what was spent of it this month."""
        return Response(BudgetOut(compensating.budget_in_force()).data)

    @extend_schema(request=BudgetIn, responses=BudgetOut, operation_id="compensation_budget_change")
    def create(self, request: Request) -> Response:
        """Replace the budget; with ``version``, only if nobody changed it since."""
        data = {"version": None, **validated(BudgetIn, request)}
        return Response(BudgetOut(ladder.change_budget(**data, actor=request.user)).data)

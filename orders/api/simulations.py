"""Simulations over REST: scenarios planned beside the live plan by a worker."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.rest import In, Integer, Text, validated
from orders.api.comparisons import ComparisonOut, FiguresOut, PlannedOrderOut
from orders.api.filters import SimulationFilter
from orders.api.outgoing import PolicyOut
from orders.models import Simulation, SimulationScenario
from orders.simulation import simulations
from orders.simulation.scenarios import MEMBERS

SEE = ("orders.view_backlog",)
_CHANGES = "Types and their members (those in brackets may be left out): " + "; ".join(
    f"{kind}: {', '.join([*required, *(f'[{name}]' for name in optional)])}"
    for kind, (required, optional) in MEMBERS.items()
)


class ScenarioIn(In):
    name = serializers.CharField()
    changes = serializers.ListField(child=serializers.DictField(), help_text=_CHANGES)


class SimulationIn(In):
    """Scenarios as a list; a wrong one is named by its place, such as ``scenarios.0.changes.1.days``."""

    name = Text(max_length=100)
    scenarios = serializers.JSONField()


class PublishScenarioIn(In):
    position = Integer(min_value=0, help_text="Of the scenario, from 0")
    note = Text(max_length=2000, multiline=True, required=False, allow_blank=True, default="")


class ResultOut(serializers.Serializer[Any]):
    figures = FiguresOut()
    differences = ComparisonOut(help_text="Against the baseline")
    added = PlannedOrderOut(many=True, help_text="Orders that the scenario adds")


class ScenarioOut(serializers.ModelSerializer[SimulationScenario]):
    changes = serializers.ListField(child=serializers.DictField())
    result = serializers.SerializerMethodField()
    is_publishable = serializers.BooleanField(help_text="It changes rules, which can be put in force")

    class Meta:
        model = SimulationScenario
        fields = ["position", "name", "changes", "policy", "is_publishable", "result"]

    @extend_schema_field(ResultOut(allow_null=True))
    def get_result(self, scenario: SimulationScenario) -> dict[str, Any] | None:
        return scenario.result or None


class SimulationOut(serializers.ModelSerializer[Simulation]):
    created_by = serializers.StringRelatedField[Any]()
    error = serializers.CharField(source="last_error")

    class Meta:
        model = Simulation
        fields = [
            "id", "name", "status", "step", "steps_done", "steps_total", "created_at", "created_by", "finished_at",
            "expires_at", "error",
        ]  # fmt: skip


class SimulationDetailOut(SimulationOut):
    baseline = serializers.SerializerMethodField(help_text="The live inputs planned by the rules in force")
    scenarios = ScenarioOut(many=True)

    class Meta(SimulationOut.Meta):
        fields = [*SimulationOut.Meta.fields, "baseline", "scenarios"]

    @extend_schema_field(FiguresOut(allow_null=True))
    def get_baseline(self, simulation: Simulation) -> dict[str, Any] | None:
        return simulation.baseline or None


class SimulationAskedIn(In):
    """As the document shows it; the scenarios themselves are read by ``orders.simulation.scenarios``."""

    name = Text(max_length=100)
    scenarios = ScenarioIn(many=True)


class SimulationViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Simulation]):
    """What-if questions: changed inputs planned beside the live plan and compared with it. Kept for thirty days."""

    queryset = Simulation.objects.select_related("created_by")
    serializer_class = SimulationOut
    filterset_class = SimulationFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {
        "list": SEE,
        "retrieve": SEE,
        "create": ("orders.simulate",),
        "publish": ("orders.publish_policy",),
    }

    @extend_schema(request=SimulationAskedIn, responses={201: SimulationDetailOut})
    def create(self, request: Request) -> Response:
        """Leave scenarios to a worker. Read the simulation again for its progress and, when it is done, its results."""
        asked = simulations.ask(**validated(SimulationIn, request), actor=request.user, now=timezone.now())
        return Response(SimulationDetailOut(asked).data, status=201)

    @extend_schema(responses=SimulationDetailOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a simulation with its scenarios and, when it is done, their results."""
        return Response(SimulationDetailOut(self.get_object()).data)

    @extend_schema(request=PublishScenarioIn, responses=PolicyOut)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Put a scenario's rules in force; where rules need a second person, submit them for approval."""
        data = validated(PublishScenarioIn, request)
        policy = simulations.publish_scenario(self.get_object().pk, **data, actor=request.user, now=timezone.now())
        return Response(PolicyOut(policy).data)

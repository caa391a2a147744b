"""Questions to our own records over REST, answered by a worker."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.rest import In, Integer, validated
from orders.api.filters import ChoiceFilter
from orders.models import SimulationStatus, Study, StudyKind
from orders.studying.studies import ask_study

SEE = ("orders.view_backlog",)
MOST_POLICIES = 10


class StudyIn(In):
    """Members beside ``kind`` are for the kinds named."""

    kind = serializers.ChoiceField(choices=StudyKind.choices)
    weeks = Integer(max_value=52, required=False, help_text="backtest_policies (13), backtest_forecast (8)")
    supply = serializers.FloatField(
        min_value=0.1, max_value=1, required=False, help_text="backtest_policies: share of real receipts that comes"
    )
    together = serializers.FloatField(
        min_value=0, max_value=1, required=False, help_text="backtest_policies: share of orders that ship complete"
    )
    policies = serializers.ListField(
        child=Integer(),
        max_length=MOST_POLICIES,
        required=False,
        help_text="backtest_policies: versions that take part beside the five strategies",
    )
    run = Integer(max_value=10**18, required=False, help_text="replay_run: the number of a full run")


class StudyOut(serializers.ModelSerializer[Study]):
    asked = serializers.DictField()
    created_by = serializers.StringRelatedField[Any]()
    error = serializers.CharField(source="last_error")

    class Meta:
        model = Study
        fields = [
            "id", "kind", "asked", "status", "step", "created_at", "created_by", "finished_at", "expires_at", "error",
        ]  # fmt: skip


class StudyDetailOut(StudyOut):
    result = serializers.DictField(help_text="What the command of the same name prints as JSON; empty until done")

    class Meta(StudyOut.Meta):
        fields = [*StudyOut.Meta.fields, "result"]


class StudyFilter(django_filters.FilterSet):
    status = ChoiceFilter(choices=SimulationStatus.choices)
    kind = ChoiceFilter(choices=StudyKind.choices)

    class Meta:
        model = Study
        fields: tuple[str, ...] = ()


class StudyViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Study]):
    """Back-tests, trainings and other questions to our own records. Kept for ninety days."""

    queryset = Study.objects.select_related("created_by")
    serializer_class = StudyOut
    filterset_class = StudyFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": SEE, "retrieve": SEE, "create": ("orders.simulate",)}

    @extend_schema(request=StudyIn, responses={201: StudyDetailOut})
    def create(self, request: Request) -> Response:
        """Leave a question to a worker. Read the study again for its step and, when it is done, its result."""
        data = validated(StudyIn, request)
        kind = StudyKind(data.pop("kind"))
        study = ask_study(kind, members=data, actor=request.user, now=timezone.now())
        return Response(StudyDetailOut(study).data, status=201)

    @extend_schema(responses=StudyDetailOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a study and, when it is done, its result."""
        return Response(StudyDetailOut(self.get_object()).data)

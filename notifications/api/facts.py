"""Facts that were quarantined because no listener could take them in, over REST."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.rest import In, Integer, Text, example, validated
from notifications.models import Fact, FactState
from notifications.releasing import release_facts


@example(kind="orders.eta_slipped")
class ReleaseFactsIn(In):
    """Of one ``kind``, or these ``facts``; without either all of them."""

    kind = Text(max_length=60, required=False, allow_blank=True, default="")
    facts = serializers.ListField(child=Integer(max_value=10**18), required=False, default=list, max_length=1000)


class ReleasedOut(serializers.Serializer[Any]):
    released = serializers.IntegerField()


class QuarantinedFactOut(serializers.ModelSerializer[Fact]):
    class Meta:
        model = Fact
        fields = ["id", "kind", "subject", "occurred_at", "last_error"]


class QuarantinedFactViewSet(ReadOnlyModelViewSet[Fact]):
    """What could not be handed on after five tries, the newest first. Mend the cause, then release it."""

    queryset = Fact.objects.filter(state=FactState.QUARANTINED)
    serializer_class = QuarantinedFactOut
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {
        **dict.fromkeys(("list", "retrieve", "release"), ("notifications.run_valve",)),
    }

    @extend_schema(request=ReleaseFactsIn, responses=ReleasedOut, filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def release(self, request: Request) -> Response:
        """Hand them on anew; 409 where there is none."""
        data = validated(ReleaseFactsIn, request)
        count = release_facts(kind=data["kind"], ids=data["facts"], actor=request.user, now=timezone.now())
        return Response({"released": count})

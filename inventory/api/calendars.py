"""Working calendars over REST."""

from __future__ import annotations

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from inventory import calendars
from inventory.api import incoming
from inventory.api.catalogue import ANY_CODE, MANAGE, PERMISSIONS
from inventory.models import Calendar, ClosedDay
from kernel.rest import validated


class ClosedDayOut(serializers.ModelSerializer[ClosedDay]):
    class Meta:
        model = ClosedDay
        fields = ["day", "note"]


class CalendarOut(serializers.ModelSerializer[Calendar]):
    closed_days = ClosedDayOut(many=True)

    class Meta:
        model = Calendar
        fields = ["code", "name", "country", "subdivision", "weekdays", "is_company", "closed_days"]


class CalendarViewSet(ReadOnlyModelViewSet[Calendar]):
    """Who works when: weekdays, less public holidays, less days closed by hand. A change plans everything anew."""

    queryset = Calendar.objects.prefetch_related(Prefetch("closed_days", ClosedDay.objects.order_by("day")))
    serializer_class = CalendarOut
    lookup_field = "code"
    lookup_value_regex = ANY_CODE
    orderings = {"code": ("code",)}
    action_permissions = {**PERMISSIONS, "close": MANAGE, "open": MANAGE}

    @extend_schema(request=incoming.CalendarIn, responses={201: CalendarOut})
    def create(self, request: Request) -> Response:
        """Add a calendar; the company's is everybody's who has none of their own."""
        data = validated(incoming.CalendarIn, request)
        calendar = calendars.create_calendar(**data, actor=request.user, now=timezone.now())
        return self._shown(calendar, status=201)

    @extend_schema(request=incoming.CalendarChangeIn, responses=CalendarOut)
    def partial_update(self, request: Request, code: str) -> Response:
        """Change a calendar; the code stays."""
        data = validated(incoming.CalendarChangeIn, request)
        return self._shown(calendars.change_calendar(code, **data, actor=request.user, now=timezone.now()))

    @extend_schema(request=incoming.ClosedDayIn, responses=CalendarOut)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, code: str) -> Response:
        """Close a day: a stock-take, a bridging day."""
        data = validated(incoming.ClosedDayIn, request)
        return self._shown(calendars.close_day(code, **data, actor=request.user, now=timezone.now()).calendar)

    @extend_schema(request=incoming.OpenDayIn, responses=CalendarOut)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, code: str) -> Response:
        """Take back that a day is closed by hand."""
        data = validated(incoming.OpenDayIn, request)
        calendars.open_day(code, **data, actor=request.user, now=timezone.now())
        return self._shown(self.get_object())

    def _shown(self, calendar: Calendar, status: int = 200) -> Response:
        return Response(CalendarOut(self.get_queryset().get(pk=calendar.pk)).data, status=status)

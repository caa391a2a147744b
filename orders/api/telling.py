"""Telling customers a date, over REST: by message or by telephone, with what is given besides; and taking it back."""

from __future__ import annotations

from typing import Any

import django_filters
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from kernel.errors import Invalid
from kernel.filters import ChoiceFilter, TextFilter
from kernel.rest import Day, Flag, In, Integer, Text, example, validated
from notifications.links import make_links, revoke_links
from notifications.models import LinkPurpose
from orders.api import incoming
from orders.api.outgoing import OrderOut
from orders.api.shown import ShowsOrders
from orders.dialogue import telling
from orders.handling.eta import change_eta, take_back_eta
from orders.handling.line_etas import change_line_eta
from orders.models import Telling, Way

SEND = ("notifications.send_message",)
PERMISSIONS = {
    "eta": ("orders.change_eta", "orders.postpone_eta"),
    "eta_back": ("orders.change_eta", "orders.postpone_eta"),
    "line_eta": ("orders.postpone_eta",),
    "tell": SEND,
    "customer_link": SEND,
    "stop_links": SEND,
}


@example(by="mail", eta_on="2026-03-02", reason="supplier_late", note="Thank you for waiting.", splits=False)
class TellIn(incoming.VersionedIn):
    """``by`` mail needs ``eta_on`` and ``reason``, reached (by telephone) ``eta_on``, kept ``eta_on`` and ``why`` the
    customer is not told; voicemail and no_answer no more.

    ``splits`` sends what is ready, ``step`` gives a step of the ladder, ``macro`` does what it says besides, ``asks``
    has the customer choose how to go on.
    """

    by = serializers.ChoiceField(choices=Way.choices, required=False, default=Way.MAIL)
    eta_on = Day(required=False)
    reason = Text(max_length=40, required=False, default="", help_text="A reason that customers may read")
    note = Text(max_length=telling.MAX_NOTE, multiline=True, required=False, allow_blank=True, default="")
    why = Text(max_length=telling.MAX_WHY, required=False, allow_blank=True, default="", help_text="For colleagues")
    splits = Flag(required=False, default=False)
    asks = Flag(required=False, default=False)
    step = Integer(required=False)
    macro = Integer(required=False)


@example(position=1, eta_on="2026-03-02", reason="The mill closed", version=7)
class LineEtaIn(incoming.EtaIn):
    """``eta_on: null`` gives the line back to the plan."""

    position = Integer()


class TellingOut(serializers.ModelSerializer[Telling]):
    order = serializers.CharField(source="order.ref")
    by = serializers.CharField(source="way")
    told_by = serializers.StringRelatedField[Any](source="actor")

    class Meta:
        model = Telling
        fields = [
            "id", "order", "by", "eta_on", "note", "asks", "macro", "compensation", "told_by", "at", "taken_back_at",
        ]  # fmt: skip


class CustomerLinkOut(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Opens the customer's page of this order; for the customer only")


class StoppedLinksOut(serializers.Serializer[Any]):
    stopped = serializers.IntegerField(help_text="Links that no longer open the page")


class TellsCustomers(ShowsOrders):
    @extend_schema(request=incoming.EtaIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def eta(self, request: Request, ref: str) -> Response:
        """Set the date by hand, with a reason; null gives it back to the plan."""
        change_eta(ref, **validated(incoming.EtaIn, request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=incoming.VersionedIn, responses=OrderOut)
    @action(detail=True, methods=["post"], url_path="eta-back", url_name="eta-back")
    def eta_back(self, request: Request, ref: str) -> Response:
        """Take one's own last change of the date back."""
        take_back_eta(ref, **validated(incoming.VersionedIn, request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=LineEtaIn, responses=OrderOut)
    @action(detail=True, methods=["post"], url_path="line-eta", url_name="line-eta")
    def line_eta(self, request: Request, ref: str) -> Response:
        """Set the date of one line by hand; the order's follows from its lines."""
        change_line_eta(ref, **validated(LineEtaIn, request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=TellIn, responses={201: TellingOut})
    @action(detail=True, methods=["post"])
    def tell(self, request: Request, ref: str) -> Response:
        """Tell the customer a date, or keep how a call ended. A message can be taken back until it leaves."""
        return Response(TellingOut(_tell(ref, validated(TellIn, request), request.user)).data, status=201)

    @extend_schema(request=None, responses={201: CustomerLinkOut})
    @action(detail=True, methods=["post"], url_path="customer-link", url_name="customer-link")
    def customer_link(self, request: Request, ref: str) -> Response:
        """Make a link to the customer's page of the order, to send by a way of your own."""
        validated(In, request)
        [key] = make_links([(LinkPurpose.ORDER, self.get_object().ref)], now=timezone.now())
        url = settings.BASE_URL + reverse("orders:open_order", args=[key])
        return Response(CustomerLinkOut({"url": url}).data, status=201)

    @extend_schema(request=None, responses=StoppedLinksOut)
    @action(detail=True, methods=["post"], url_path="stop-links", url_name="stop-links")
    def stop_links(self, request: Request, ref: str) -> Response:
        """Make every link to the customer's page worthless, those in mails too."""
        validated(In, request)
        stopped = revoke_links(LinkPurpose.ORDER, self.get_object().ref, now=timezone.now())
        return Response(StoppedLinksOut({"stopped": stopped}).data)


class TellingFilter(django_filters.FilterSet):
    order = TextFilter(field_name="order__ref")
    by = ChoiceFilter(choices=Way.choices, field_name="way")

    class Meta:
        model = Telling
        fields: tuple[str, ...] = ()


class TellingViewSet(ReadOnlyModelViewSet[Telling]):
    """Each time that a colleague told a customer a date, or tried to, newest first."""

    queryset = Telling.objects.select_related("order", "actor")
    serializer_class = TellingOut
    filterset_class = TellingFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": ("orders.view_backlog",), "retrieve": ("orders.view_backlog",), "take_back": SEND}

    @extend_schema(request=None, responses=TellingOut)
    @action(detail=True, methods=["post"], url_path="take-back", url_name="take-back")
    def take_back(self, request: Request, pk: str) -> Response:
        """Take a message back that has not left, with what was done besides; 409 once it has."""
        validated(In, request)
        telling.take_back(self.get_object().pk, actor=request.user, now=timezone.now())
        return Response(TellingOut(self.get_object()).data)


def _tell(ref: str, data: dict[str, Any], actor: Any) -> Telling:
    by, note, who = data["by"], data["note"], {"actor": actor, "now": timezone.now()}
    if by in telling.CALLS_WITHOUT_ANSWER:
        return telling.called_in_vain(ref, way=by, note=note, **who)
    if "eta_on" not in data:
        raise Invalid("Say which day.", fields={"eta_on": "Say which day."})
    said = {"eta_on": data["eta_on"], "version": data.get("version"), **who}
    if by == Way.KEPT:
        return telling.save_untold(ref, why=data["why"], **said)
    besides = telling.Besides(
        splits=data["splits"], step_id=data.get("step"), macro_id=data.get("macro"), asks=data["asks"]
    )
    if by == Way.REACHED:
        return telling.told_by_phone(ref, note=note, besides=besides, **said)
    return telling.tell_date(ref, reason=data["reason"], note=note, besides=besides, **said)

"""Which units an order gets, over REST: picked, pinned, split, swapped, and on what terms they leave."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.rest import Flag, Integer, Text, example, several, validated
from orders.api import incoming
from orders.api.allocation import ProposalOut
from orders.api.outgoing import OrderOut
from orders.api.shown import ShowsOrders
from orders.handling import picking, pinning, splitting
from orders.handling.requesting import change_requested
from orders.handling.substituting import substitute_line, swap_back
from orders.handling.terms import change_order_terms
from orders.models import ShipPolicy
from orders.queries.substitutes import proposals

SHIP, CANCEL = ("orders.ship_order",), ("orders.cancel_order",)
PERMISSIONS = {
    "pick": SHIP,
    "unpick": SHIP,
    "pin": SHIP,
    "unpin": SHIP,
    "split": SHIP,
    "rejoin": SHIP,
    "substitutes": ("orders.view_backlog",),
    "substitute": CANCEL,
    "swap_back": CANCEL,
    "terms": ("orders.intake_order",),
    "requested": ("orders.intake_order",),
}


@example(lines=[{"position": 1, "qty": 2}], is_agreed=True, version=7)
class SplitIn(incoming.VersionedIn):
    """What leaves now, units pinned or picked already among it; ``is_agreed``: the customer takes two deliveries."""

    lines = several(incoming.ShipLineIn, at_most=incoming.MAX_LINES)
    is_agreed = Flag(required=False, default=False)


@example(lines=[{"position": 1, "qty": 2}], ship_policy="complete", version=8)
class RejoinIn(incoming.VersionedIn):
    """Without ``lines``, all that is pinned. ``ship_policy`` is the one that the split took away."""

    lines = several(incoming.ShipLineIn, at_most=incoming.MAX_LINES, required=False, allow_null=True)
    ship_policy = serializers.ChoiceField(choices=ShipPolicy.choices, required=False)


@example(position=1, warehouse="LDS", qty=2)
class PinIn(incoming.VersionedIn):
    position = Integer()
    warehouse = Text(max_length=40)
    qty = Integer()


@example(position=2)
class SwapBackIn(incoming.VersionedIn):
    """``position`` is that of the line that stands in."""

    position = Integer()


class DividesOrders(ShowsOrders):
    @extend_schema(request=incoming.PickIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def pick(self, request: Request, ref: str) -> Response:
        """Mark allocated units as picked: those named, or all. Planning does not move them any more."""
        picking.pick(ref, **_picked(request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=incoming.PickIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def unpick(self, request: Request, ref: str) -> Response:
        """Put picked units back: those named, or all."""
        picking.unpick(ref, **_picked(request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=PinIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def pin(self, request: Request, ref: str) -> Response:
        """Fix units in a warehouse for a line, so that planning does not move them."""
        pinning.pin(ref, **_pinned(request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=PinIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def unpin(self, request: Request, ref: str) -> Response:
        """Give pinned units back to the plan."""
        pinning.unpin(ref, **_pinned(request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=SplitIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def split(self, request: Request, ref: str) -> Response:
        """Send part of the order now and let the rest wait for its own date. ``rejoin`` takes it back."""
        data = validated(SplitIn, request)
        lines = _split_lines(data.pop("lines"))
        splitting.split(ref, lines=lines, **data, actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=RejoinIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def rejoin(self, request: Request, ref: str) -> Response:
        """Give the units of the first half back to the plan, as far as they were not picked or shipped."""
        data = validated(RejoinIn, request)
        given = data.pop("lines", None)
        lines = None if given is None else _split_lines(given)
        splitting.rejoin(ref, lines=lines, **data, actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(responses=ProposalOut(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def substitutes(self, request: Request, ref: str) -> Response:
        """What could stand in for units that the order lacks, as far as it is there now."""
        return Response(ProposalOut(proposals(self.get_object()), many=True).data)

    @extend_schema(request=incoming.SwapIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def substitute(self, request: Request, ref: str) -> Response:
        """Send another product instead of units that a line lacks, on a line of its own and at no higher price."""
        data = validated(incoming.SwapIn, request)
        substitute_line(ref, **data, actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=SwapBackIn, responses=OrderOut)
    @action(detail=True, methods=["post"], url_path="swap-back", url_name="swap-back")
    def swap_back(self, request: Request, ref: str) -> Response:
        """Take a substitution back while nothing of it is picked, shipped or cancelled."""
        swap_back(ref, **validated(SwapBackIn, request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=incoming.OrderTermsIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def terms(self, request: Request, ref: str) -> Response:
        """Say what must leave together at least, and from how many warehouses; an empty body asks nothing any more."""
        data = validated(incoming.OrderTermsIn, request)
        change_order_terms(ref, **data, actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=incoming.RequestedIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def requested(self, request: Request, ref: str) -> Response:
        """Say by when the customer wants the order; ``null`` for no day. What was promised stays."""
        data = validated(incoming.RequestedIn, request)
        change_requested(ref, **data, actor=request.user, now=timezone.now())
        return self._shown(ref)


def _picked(request: Request) -> dict[str, Any]:
    data = validated(incoming.PickIn, request)
    lines = data.pop("lines", None)
    return {**data, "lines": None if lines is None else [picking.PickLine(**line) for line in lines]}


def _pinned(request: Request) -> dict[str, Any]:
    data = validated(PinIn, request)
    return {"warehouse_code": data.pop("warehouse"), **data}


def _split_lines(lines: list[dict[str, int]]) -> list[splitting.SplitLine]:
    return [splitting.SplitLine(**line) for line in lines]

"""Who looks after an order and what colleagues say of it, over REST; and where it goes."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import Invalid
from kernel.rest import Email, In, Moment, Text, example, validated
from orders.api import incoming
from orders.api.outgoing import OrderOut
from orders.api.shown import ShowsOrders
from orders.handling import addressing, attention, lifecycle
from orders.models import UNTOLD, ExceptionKind

NOTE, CONTACT = ("orders.note_order",), ("orders.see_contact",)
KINDS = [*ExceptionKind.choices, (UNTOLD, "Customer not told")]
PERMISSIONS = {
    "note": NOTE,
    "assign": ("orders.assign_order",),
    "snooze": NOTE,
    "wake": NOTE,
    "address": CONTACT,
    "restore_address": CONTACT,
}


@example(owner="agent@example.com")
class AssignIn(In):
    """``owner`` is a colleague's e-mail address; null for nobody."""

    owner = Email(allow_null=True)


@example(kind="supplier", until_at="2026-03-02T08:00:00+00:00", note="The mill answers on Monday")
class SnoozeIn(In):
    """``untold`` puts off telling the customer of a slip."""

    kind = serializers.ChoiceField(choices=KINDS)
    until_at = Moment(help_text="Three months off at most")
    note = Text(max_length=150, required=False, allow_blank=True, default="")


@example(kind="supplier")
class WakeIn(In):
    kind = serializers.ChoiceField(choices=KINDS)


@example(ship_to="Ann Lee\n1 High Street\nLeeds LS1 4AP", version=7)
class AddressIn(incoming.VersionedIn):
    ship_to = Text(max_length=addressing.LONGEST, multiline=True)


class AttendsToOrders(ShowsOrders):
    @extend_schema(request=incoming.NoteIn, responses={201: OpenApiResponse(OrderOut)})
    @action(detail=True, methods=["post"])
    def note(self, request: Request, ref: str) -> Response:
        """Write a note for colleagues; an @ and a name tells one of them. ``notes/?order=`` lists them."""
        lifecycle.add_note(ref, **validated(incoming.NoteIn, request), actor=request.user, now=timezone.now())
        return self._shown(ref, status=201)

    @extend_schema(request=AssignIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, ref: str) -> Response:
        """Give the order an owner, or none."""
        owner = validated(AssignIn, request)["owner"]
        attention.assign(ref, owner_id=None if owner is None else _colleague(owner), actor=request.user)
        return self._shown(ref)

    @extend_schema(request=SnoozeIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, ref: str) -> Response:
        """Keep one reason why the order cannot complete out of sight until a time."""
        attention.snooze(ref, **validated(SnoozeIn, request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=WakeIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def wake(self, request: Request, ref: str) -> Response:
        """Show an exception again at once."""
        attention.wake(ref, **validated(WakeIn, request), actor=request.user)
        return self._shown(ref)

    @extend_schema(request=AddressIn, responses=OrderOut)
    @action(detail=True, methods=["post"])
    def address(self, request: Request, ref: str) -> Response:
        """Send the order elsewhere; holds for its address are released."""
        addressing.correct_address(ref, **validated(AddressIn, request), actor=request.user, now=timezone.now())
        return self._shown(ref)

    @extend_schema(request=incoming.VersionedIn, responses=OrderOut)
    @action(detail=True, methods=["post"], url_path="restore-address", url_name="restore-address")
    def restore_address(self, request: Request, ref: str) -> Response:
        """Send the order where it went before its address was last changed."""
        data = validated(incoming.VersionedIn, request)
        addressing.restore_address(ref, **data, actor=request.user, now=timezone.now())
        return self._shown(ref)


def _colleague(email: str) -> int:
    found = get_user_model().objects.filter(is_active=True, email__iexact=email).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid("Choose a colleague.", fields={"owner": "No active colleague has this address."})
    return int(found)

"""What the API takes in about orders. Shapes and bounds are checked here, rules of the business in the verbs."""

from __future__ import annotations

from rest_framework import serializers

from kernel.rest import MAX_VERSION, Day, Email, Flag, In, Integer, Moment, Money, Text, example, several
from orders.models import FillMeasure, HoldKind, ShipPolicy, SubstituteConsent, Tier
from orders.queries.availability import MAX_ITEMS

MAX_LINES = 2000


class CustomerIn(In):
    code = Text(max_length=40)
    name = Text(max_length=200)
    email = Email(required=False, allow_blank=True, default="")
    tier = serializers.ChoiceField(choices=Tier.choices, required=False)


class CustomerChangeIn(In):
    name = Text(max_length=200, required=False)
    contact_name = Text(max_length=200, required=False, allow_blank=True)
    email = Email(required=False, allow_blank=True)
    phone = Text(max_length=40, required=False, allow_blank=True)
    tier = serializers.ChoiceField(choices=Tier.choices, required=False)
    country = Text(max_length=60, required=False, allow_blank=True)
    zone = Text(max_length=60, required=False)
    language = Text(max_length=10, required=False)
    wants_email = Flag(required=False)


@example(code="ACME", name="Acme Ltd", email="orders@acme.example", tier="gold")
class NewCustomerIn(CustomerChangeIn):
    code = Text(max_length=40)
    name = Text(max_length=200)


class OrderLineIn(In):
    sku = Text(max_length=40)
    qty = Integer()
    unit_price = Money()


@example(
    channel="shop",
    external_id="4711",
    customer={"code": "ACME", "name": "Acme Ltd", "email": "orders@acme.example"},
    requested_on="2026-03-02",
    ship_policy="partial",
    lines=[{"sku": "22197", "qty": 12, "unit_price": "0.85"}],
)
class OrderIn(In):
    channel = Text(max_length=40)
    external_id = Text(max_length=120)
    customer = CustomerIn()
    placed_at = Moment(required=False)
    requested_on = Day(required=False, allow_null=True)
    ship_policy = serializers.ChoiceField(choices=ShipPolicy.choices, required=False)
    substitutes = serializers.ChoiceField(
        choices=SubstituteConsent.choices, required=False, help_text="What the customer said about substitutes"
    )
    lines = several(OrderLineIn, at_most=MAX_LINES)


class VersionedIn(In):
    """``version`` is the order's as last read: when it has changed since, the action is refused (409)."""

    version = Integer(required=False, max_value=MAX_VERSION)


@example(kind="credit", reason="Over their limit", ends_on="2030-01-15", version=7)
class HoldIn(VersionedIn):
    """On the morning of ``ends_on``, where given, the order is released by itself."""

    kind = serializers.ChoiceField(choices=HoldKind.choices)
    reason = Text(max_length=200, required=False, allow_blank=True, default="")
    ends_on = Day(required=False, allow_null=True, default=None)


@example(kind="credit")
class ReleaseIn(VersionedIn):
    """Without ``kind``, every hold is released."""

    kind = serializers.ChoiceField(choices=HoldKind.choices, required=False, allow_null=True, default=None)


@example(position=1, qty=2, reason="Ordered twice", version=7)
class CancelIn(VersionedIn):
    """The whole order; or ``qty`` units (default: all that is open) of the line at ``position``."""

    reason = Text(max_length=200, required=False, allow_blank=True, default="")
    position = Integer(required=False)
    qty = Integer(required=False)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if "qty" in attrs and "position" not in attrs:
            raise serializers.ValidationError({"position": ["Say which line to cancel."]})
        return attrs


@example(expedite=True, reason="Promised on the phone", ends_on="2030-01-15")
class ExpediteIn(VersionedIn):
    """``expedite: false`` takes it back. From the morning of ``ends_on``, where given, the order is urgent no more."""

    expedite = Flag(required=False, default=True)
    reason = Text(max_length=200, required=False, allow_blank=True, default="")
    ends_on = Day(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if not attrs["expedite"]:
            for name in ("reason", "ends_on"):
                if attrs.pop(name):
                    raise serializers.ValidationError({name: ["Only an expedite has one."]})
        return attrs


class ShipLineIn(In):
    position = Integer()
    qty = Integer()


@example(lines=[{"position": 1, "qty": 2}], version=7)
class ShipIn(VersionedIn):
    """Without ``lines``, every allocated unit leaves."""

    lines = several(ShipLineIn, at_most=MAX_LINES, required=False, allow_null=True)


@example(lines=[{"position": 1, "qty": 2}], version=7)
class PickIn(VersionedIn):
    """Without ``lines``, all that is allocated (to pick) or picked (to put back)."""

    lines = several(ShipLineIn, at_most=MAX_LINES, required=False, allow_null=True)


@example(position=1, sku="22198", qty=2, is_agreed=True)
class SwapIn(VersionedIn):
    """Send ``sku`` instead of ``qty`` units of the line, or all it lacks; ``is_agreed``: the customer consents."""

    position = Integer()
    sku = Text(max_length=40)
    qty = Integer(required=False)
    is_agreed = Flag(required=False, default=False)


class TermsIn(In):
    """Percent that must leave together at least, one figure a release, the last for all later ones.

    What is left out is not asked for.
    """

    line_fills = serializers.ListField(child=Integer(min_value=0, max_value=100), required=False, max_length=20)
    order_fills = serializers.ListField(child=Integer(min_value=0, max_value=100), required=False, max_length=20)
    fill_by = serializers.ChoiceField(choices=FillMeasure.choices, required=False)
    max_sources = Integer(min_value=0, max_value=100, required=False)


@example(order_fills=[80, 0], fill_by="value", max_sources=1, ship_policy="one_backorder")
class OrderTermsIn(TermsIn, VersionedIn):
    """The terms of one order, how it ships and whether it takes substitutes; without the last two they stay."""

    ship_policy = serializers.ChoiceField(choices=ShipPolicy.choices, required=False)
    substitutes = serializers.ChoiceField(choices=SubstituteConsent.choices, required=False)


@example(eta_on="2026-03-02", reason="Told by the supplier", version=7)
class EtaIn(VersionedIn):
    """``eta_on: null`` gives the date back to the plan."""

    eta_on = Day(allow_null=True)
    reason = Text(max_length=200, required=False, allow_blank=True, default="")


@example(requested_on="2026-03-02", version=7)
class RequestedIn(VersionedIn):
    """``requested_on: null`` for no day."""

    requested_on = Day(allow_null=True)


@example(body="@olivia the customer calls back on Monday")
class NoteIn(In):
    body = Text(max_length=4000, multiline=True)


class PolicyIn(In):
    name = Text(max_length=100)
    rules = serializers.DictField()
    note = Text(max_length=2000, multiline=True, required=False, allow_blank=True, default="")


class DraftIn(In):
    name = Text(max_length=100, required=False)
    rules = serializers.DictField(required=False)
    note = Text(max_length=2000, multiline=True, required=False, allow_blank=True)
    revision = Integer(required=False, help_text="As seen; refused if somebody changed the draft since")


class SeenIn(In):
    revision = Integer(required=False, help_text="As seen; refused if somebody changed the draft since")


class GoBackIn(SeenIn):
    to = Integer(help_text="The number of a state")


class RulesIn(In):
    rules = serializers.DictField()


class PublishIn(In):
    note = Text(max_length=2000, multiline=True, required=False, allow_blank=True, default="")


class ItemIn(In):
    sku = Text(max_length=40)
    qty = Integer()


@example(items=[{"sku": "22197", "qty": 12}])
class AvailabilityIn(In):
    """Items that are wanted together."""

    items = several(ItemIn, at_most=MAX_ITEMS)


@example(skus=["22197"], dry_run=True)
class PlanRunIn(In):
    """Without ``skus``, the whole backlog."""

    skus = serializers.ListField(child=Text(max_length=40), required=False, allow_empty=False, max_length=1000)
    dry_run = Flag(required=False, default=False)

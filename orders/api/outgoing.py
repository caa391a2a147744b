"""What the API shows of orders: plain shapes, fed by orders.queries.api_orders with sets already loaded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orders.models import Customer, Decision, Hold, LinePlan, Order, OrderLine, OrderPromise, Policy
from orders.planning import types
from orders.queries.api_orders import claimed_qty, lines_of


def reason_key(reason: int | None) -> str | None:
    """Return the reason's stable name: ``supplier_late``."""
    return None if reason is None else types.Reason(reason).name.lower()


class TermsOut(serializers.Serializer[Any]):
    """Percent that must leave together at least, one a release; 0 warehouses means any number of them."""

    line_fills = serializers.ListField(child=serializers.IntegerField())
    order_fills = serializers.ListField(child=serializers.IntegerField())
    fill_by = serializers.CharField()
    max_sources = serializers.IntegerField()


class CustomerOut(serializers.ModelSerializer[Customer]):
    """Contact data is for those who may see it (context ``contact``: full, masked or hidden)."""

    email = serializers.SerializerMethodField()
    terms = serializers.SerializerMethodField(help_text="What their orders come in with")

    class Meta:
        model = Customer
        fields = ["code", "name", "tier", "country", "zone", "language", "wants_email", "email", "terms"]

    @extend_schema_field(TermsOut(allow_null=True))
    def get_terms(self, customer: Customer) -> Any:
        return TermsOut(customer.terms).data if hasattr(customer, "terms") else None

    def get_email(self, customer: Customer) -> str | None:
        level = self.context.get("contact", "hidden")
        if level == "full":
            return customer.email
        return masked(customer.email) if level == "masked" else None


def masked(email: str) -> str:
    """Return an address that a colleague recognises and a stranger cannot use: ``a•••@example.com``."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}•••{at}{domain}" if at else ""


class ScorePartOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    points = serializers.FloatField()


class AllocationOut(serializers.Serializer[Any]):
    warehouse = serializers.CharField(source="warehouse.code")
    qty = serializers.IntegerField()
    state = serializers.SerializerMethodField()

    def get_state(self, allocation: Any) -> str:
        return str(allocation.get_state_display()).lower()


class PegOut(serializers.Serializer[Any]):
    purchase_order = serializers.CharField(source="purchase_order_line.purchase_order.ref")
    expected_on = serializers.DateField(source="purchase_order_line.expected_on")
    qty = serializers.IntegerField()


class GuaranteeOut(serializers.Serializer[Any]):
    segment = serializers.CharField()
    guarantee = serializers.CharField(help_text="win, gain, redistribute, fill, lose or skip")
    kept = serializers.CharField(help_text="kept, broken or fell_back")
    why = serializers.CharField(help_text="Why it is not kept; empty where it is")


class KeptBackOut(serializers.Serializer[Any]):
    """The plan's date while a promise rule keeps the one that stands."""

    on = serializers.DateField(source="kept_on")
    because = serializers.SerializerMethodField()

    def get_because(self, promise: OrderPromise) -> str | None:
        return None if promise.kept_because is None else Decision(promise.kept_because).name.lower()


class LineOut(serializers.ModelSerializer[OrderLine]):
    """A line and its plan.

    In the context ``rules`` maps a policy to the names of its rules, ``guarantees`` and ``chances`` map lines.
    """

    sku = serializers.CharField(source="product.sku")
    name = serializers.CharField(source="product.name")
    allocated_qty = serializers.SerializerMethodField()
    pegged_qty = serializers.SerializerMethodField()
    eta_p50 = serializers.SerializerMethodField()
    eta_p90 = serializers.SerializerMethodField()
    chance = serializers.SerializerMethodField(help_text="That it leaves by the promised day")
    guarantee = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    score = serializers.SerializerMethodField()
    score_parts = serializers.SerializerMethodField()
    allocations = AllocationOut(many=True, source="shown_allocations")
    pegs = PegOut(many=True, source="shown_pegs")

    class Meta:
        model = OrderLine
        fields = [
            "position", "sku", "name", "ordered_qty", "shipped_qty", "cancelled_qty", "open_qty", "unit_price",
            "allocated_qty", "pegged_qty", "eta_p50", "eta_p90", "chance", "reason", "guarantee", "score",
            "score_parts", "allocations", "pegs",
        ]  # fmt: skip

    def get_allocated_qty(self, line: OrderLine) -> int:
        return claimed_qty(line)[0]

    def get_pegged_qty(self, line: OrderLine) -> int:
        return claimed_qty(line)[1]

    def get_eta_p50(self, line: OrderLine) -> date | None:
        return plan.eta_p50 if (plan := _plan(line)) else None

    def get_eta_p90(self, line: OrderLine) -> date | None:
        return plan.eta_p90 if (plan := _plan(line)) else None

    def get_chance(self, line: OrderLine) -> float | None:
        chance: float | None = self.context["chances"].get(line.pk) if _plan(line) else None
        return chance

    @extend_schema_field(GuaranteeOut(allow_null=True))
    def get_guarantee(self, line: OrderLine) -> Any:
        found = self.context["guarantees"].get(line.pk) if _plan(line) else None
        return GuaranteeOut(found).data if found else None

    def get_reason(self, line: OrderLine) -> str | None:
        return reason_key(plan.reason) if (plan := _plan(line)) else None

    def get_score(self, line: OrderLine) -> float | None:
        return plan.score if (plan := _plan(line)) else None

    @extend_schema_field(ScorePartOut(many=True))
    def get_score_parts(self, line: OrderLine) -> list[dict[str, Any]]:
        plan = _plan(line)
        if plan is None:
            return []
        names = self.context["rules"].get(plan.policy_id, ())
        return [{"rule": rule, "points": points} for rule, points in zip(names, plan.points, strict=False)]


def _plan(line: OrderLine) -> LinePlan | None:
    """Return the line's plan while it is open; planning removes it soon after the line closes."""
    return getattr(line, "plan", None) if line.open_qty else None


class HoldOut(serializers.ModelSerializer[Hold]):
    class Meta:
        model = Hold
        fields = ["kind", "reason", "placed_at", "ends_on"]


class OrderOut(serializers.ModelSerializer[Order]):
    """An order with its plan. ``ranks`` in the context maps an order to its place in the backlog."""

    customer = CustomerOut()
    promised_on = serializers.SerializerMethodField()
    told_on = serializers.SerializerMethodField()
    standing_on = serializers.SerializerMethodField(help_text="The date announced last, sent or about to be")
    kept_back = serializers.SerializerMethodField()
    chance = serializers.SerializerMethodField(help_text="That all of it leaves by the promised day")
    eta_p50 = serializers.SerializerMethodField()
    eta_p90 = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    score = serializers.SerializerMethodField()
    rank = serializers.SerializerMethodField()
    open_value = serializers.SerializerMethodField()
    terms = serializers.SerializerMethodField()
    owner = serializers.StringRelatedField[Any](help_text="The colleague who looks after it")
    holds = HoldOut(many=True, source="active_holds")
    lines = LineOut(many=True, source="shown_lines")

    class Meta:
        model = Order
        fields = [
            "ref", "channel", "external_id", "status", "customer", "placed_at", "requested_on", "promised_on",
            "told_on", "standing_on", "kept_back", "eta_p50", "eta_p90", "chance", "eta_by_hand_on", "reason", "score",
            "rank", "ship_policy", "substitutes", "is_expedited", "expedite_reason", "expedite_ends_on", "open_value",
            "terms", "owner", "version", "holds", "lines",
        ]  # fmt: skip

    def get_promised_on(self, order: Order) -> date | None:
        return order.promise.promised_on if hasattr(order, "promise") else None

    @extend_schema_field(TermsOut(allow_null=True))
    def get_terms(self, order: Order) -> Any:
        return TermsOut(order.terms).data if hasattr(order, "terms") else None

    def get_told_on(self, order: Order) -> date | None:
        return order.promise.told_on if hasattr(order, "promise") else None

    def get_standing_on(self, order: Order) -> date | None:
        return order.promise.announced_on if hasattr(order, "promise") else None

    @extend_schema_field(KeptBackOut(allow_null=True))
    def get_kept_back(self, order: Order) -> Any:
        if not hasattr(order, "promise") or order.promise.kept_because is None:
            return None
        return KeptBackOut(order.promise).data

    def get_chance(self, order: Order) -> float | None:
        return order.plan.chance if hasattr(order, "plan") else None

    def get_eta_p50(self, order: Order) -> date | None:
        return order.plan.eta_p50 if hasattr(order, "plan") else None

    def get_eta_p90(self, order: Order) -> date | None:
        return order.plan.eta_p90 if hasattr(order, "plan") else None

    def get_reason(self, order: Order) -> str | None:
        return reason_key(order.plan.reason) if hasattr(order, "plan") else None

    def get_score(self, order: Order) -> float | None:
        return order.plan.score if hasattr(order, "plan") else None

    def get_rank(self, order: Order) -> int | None:
        rank: int | None = self.context["ranks"].get(order.pk)
        return rank

    @extend_schema_field(serializers.DecimalField(max_digits=16, decimal_places=2))
    def get_open_value(self, order: Order) -> str:
        value = sum((line.open_qty * line.unit_price for line in lines_of(order)), Decimal(0))
        return f"{value:.2f}"


class PolicyOut(serializers.ModelSerializer[Policy]):
    created_by = serializers.StringRelatedField[Any]()
    edited_by = serializers.StringRelatedField[Any]()
    submitted_by = serializers.StringRelatedField[Any]()
    published_by = serializers.StringRelatedField[Any]()

    class Meta:
        model = Policy
        fields = [
            "id", "name", "version", "status", "strategy", "rules", "note",
            "created_at", "created_by", "revision", "edited_at", "edited_by", "submitted_at", "submitted_by",
            "published_at", "published_by",
        ]  # fmt: skip

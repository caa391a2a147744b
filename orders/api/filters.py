"""Filters of the API's lists."""

from __future__ import annotations

from collections.abc import Iterable

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from kernel.filters import ChoiceFilter, DayFilter, FlagFilter, TextFilter
from orders.models import (
    Customer,
    HoldKind,
    Order,
    OrderLine,
    OrderStatus,
    Policy,
    PolicyStatus,
    ShipPolicy,
    Simulation,
    SimulationStatus,
    Tier,
)
from orders.models.plan import PlanRun, PlanRunKind, PlanRunStatus
from orders.planning import types
from orders.queries.board import open_plans
from orders.queries.guarantees import KEPT_KEYS, with_guarantee
from orders.queries.status import conditions
from orders.queries.untold import put_off, silent, untold

REASONS: Iterable[tuple[str, str]] = [(reason.name.lower(), reason.name.lower()) for reason in types.Reason]

GUARANTEES: Iterable[tuple[str, str]] = [(key, key) for key in KEPT_KEYS.values() if key != "kept"]

TO_TELL = (
    ("slipped", "Behind the told day"),
    ("put_off", "Behind it, and put off"),
    ("undated", "No ETA"),
    ("silent", "Heard nothing for long"),
)


class OrderFilter(django_filters.FilterSet):
    """``late`` means what the board's tab means (orders.queries.status)."""

    status = ChoiceFilter(choices=OrderStatus.choices)
    channel = TextFilter()
    external_id = TextFilter()
    customer = TextFilter(field_name="customer__code")
    tier = ChoiceFilter(choices=Tier.choices, field_name="customer__tier")
    ship_policy = ChoiceFilter(choices=ShipPolicy.choices)
    reason = ChoiceFilter(choices=REASONS, method="filter_reason")
    hold = ChoiceFilter(choices=HoldKind.choices, method="filter_hold")
    sku = TextFilter(method="filter_sku", label="SKU of any line")
    late = FlagFilter(method="filter_late")
    guarantee = ChoiceFilter(choices=GUARANTEES, method="filter_guarantee", label="What became of a line's guarantee")
    placed_after = DayFilter(field_name="placed_at", lookup_expr="date__gte")
    placed_before = DayFilter(field_name="placed_at", lookup_expr="date__lt")
    promised_before = DayFilter(field_name="plan__promised_on", lookup_expr="lt")
    to_tell = ChoiceFilter(choices=TO_TELL, method="filter_to_tell", label="Whose customers have to be told, and why")
    q = TextFilter(method="filter_text", label="Part of a reference, or of the customer's name")

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()

    def filter_to_tell(self, orders: QuerySet[Order], _name: str, value: str) -> QuerySet[Order]:
        match value:
            case "silent":
                plans = silent(now=timezone.now())
            case "put_off":
                plans = put_off()
            case _:
                plans = untold(is_dated=value == "slipped")
        return orders.filter(pk__in=plans.values("pk"))

    def filter_reason(self, orders: QuerySet[Order], _name: str, value: str) -> QuerySet[Order]:
        return orders.filter(plan__reason=types.Reason[value.upper()])

    def filter_hold(self, orders: QuerySet[Order], _name: str, value: str) -> QuerySet[Order]:
        return orders.filter(holds__kind=value, holds__released_at__isnull=True)

    def filter_sku(self, orders: QuerySet[Order], _name: str, value: str) -> QuerySet[Order]:
        return orders.filter(Exists(OrderLine.objects.filter(order=OuterRef("pk"), product__sku__iexact=value)))

    def filter_late(self, orders: QuerySet[Order], _name: str, value: bool) -> QuerySet[Order]:
        today = timezone.localdate()
        late = Exists(open_plans(today).filter(conditions(today)["late"], order_id=OuterRef("pk")))
        return orders.filter(late if value else ~late)

    def filter_guarantee(self, orders: QuerySet[Order], _name: str, value: str) -> QuerySet[Order]:
        return with_guarantee(orders, next(kept for kept, key in KEPT_KEYS.items() if key == value))

    def filter_text(self, orders: QuerySet[Order], _name: str, value: str) -> QuerySet[Order]:
        return orders.filter(
            Q(ref__icontains=value) | Q(external_id__icontains=value) | Q(customer__name__icontains=value)
        )


class CustomerFilter(django_filters.FilterSet):
    tier = ChoiceFilter(choices=Tier.choices)
    q = TextFilter(method="filter_text", label="The code, or part of the name")

    class Meta:
        model = Customer
        fields: tuple[str, ...] = ()

    def filter_text(self, customers: QuerySet[Customer], _name: str, value: str) -> QuerySet[Customer]:
        return customers.filter(Q(code__iexact=value) | Q(name__icontains=value))


class PolicyFilter(django_filters.FilterSet):
    status = ChoiceFilter(choices=PolicyStatus.choices)

    class Meta:
        model = Policy
        fields: tuple[str, ...] = ()


class PlanRunFilter(django_filters.FilterSet):
    kind = ChoiceFilter(choices=PlanRunKind.choices)
    status = ChoiceFilter(choices=PlanRunStatus.choices)

    class Meta:
        model = PlanRun
        fields: tuple[str, ...] = ()


class SimulationFilter(django_filters.FilterSet):
    status = ChoiceFilter(choices=SimulationStatus.choices)

    class Meta:
        model = Simulation
        fields: tuple[str, ...] = ()

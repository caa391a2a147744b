"""Filters of the board, in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from kernel.money import labelled
from kernel.remembered import remembered
from orders.board_conditions import Condition, ConditionsField
from orders.models import Customer, Order, OrderLine, OrderPlan, OrderStatus, Reason, Tier
from orders.queries.board import known_count, open_plans
from orders.queries.status import BEHIND, VIEWS, conditions
from orders.queries.tiers import is_gathered, is_of

MAX_VALUE = 10**9
CONDITIONS = "has"
FEW = 5_000
MANY = 50_000  # orders, from which on gathering those of a tier costs more than all the rest of a page's queries


class ConditionsFilter(django_filters.Filter):
    """All conditions that were added one by one (``orders.board_conditions``)."""

    field_class = ConditionsField

    def filter(self, rows: QuerySet[OrderPlan], value: list[Condition] | None) -> QuerySet[OrderPlan]:
        for condition in value or ():
            tiers = condition.tiers
            rows = rows.filter(condition.q()) if tiers is None else of_tiers(rows, tiers)
        return rows


class BoardFilter(django_filters.FilterSet):
    """Chooses OrderPlan rows, annotated with ``held``."""

    view = django_filters.ChoiceFilter(
        choices=[(view.key, view.label) for view in (*VIEWS, BEHIND)], method="filter_view"
    )
    q = django_filters.CharFilter(method="filter_text", label="Search", max_length=100)
    tier = django_filters.MultipleChoiceFilter(choices=Tier.choices, label="Tier", method="filter_tier")
    channel = django_filters.CharFilter(field_name="order__channel", label="Channel", max_length=40)
    reason = django_filters.TypedMultipleChoiceFilter(
        choices=Reason.choices, coerce=int, label="Reason", distinct=False
    )
    sku = django_filters.CharFilter(method="filter_sku", label="SKU", max_length=40)
    customer = django_filters.CharFilter(field_name="order__customer__code", label="Customer code", max_length=40)
    promised_before = django_filters.DateFilter(field_name="promised_on", lookup_expr="lt", label="Promised before")
    min_value = django_filters.NumberFilter(
        method="filter_value", label=labelled("Value from"), min_value=0, max_value=MAX_VALUE
    )

    has = ConditionsFilter(label="Conditions")

    class Meta:
        model = OrderPlan
        fields: tuple[str, ...] = ()

    @property
    def added(self) -> list[Condition]:
        """Return the conditions that were added one by one."""
        return self.form.cleaned_data.get(CONDITIONS) or [] if self.form.is_valid() else []

    @property
    def chips(self) -> list[dict[str, str]]:
        """Return the filters that are on, besides view and search: name, label and the words of the value."""
        data = self.form.cleaned_data if self.form.is_valid() else {}
        return [
            {"name": name, "label": str(self.filters[name].label), "value": _words(value, self.filters[name])}
            for name, value in data.items()
            if name not in {"view", "q", CONDITIONS} and value not in (None, "", [])
        ]

    def filter_view(self, rows: QuerySet[OrderPlan], name: str, value: str) -> QuerySet[OrderPlan]:
        user, today = getattr(self.request, "user", None), timezone.localdate()
        found = rows.filter(conditions(today, mine=user.pk if user else None)[value])
        if value != "untold":
            return found
        if (known_count(value, today) or 0) > 2 * FEW:  # what is that common is soon met, and stays common for a while
            return found
        few = remembered(("orders:untold", today), partial(_untold_keys, today))
        return found if few is None else found.filter(pk__in=few)

    def filter_text(self, rows: QuerySet[OrderPlan], name: str, value: str) -> QuerySet[OrderPlan]:
        named = Q(ref__icontains=value) | Q(external_id__icontains=value)
        customers = Customer.objects.filter(Q(name__icontains=value) | Q(code__iexact=value))
        open_orders = Order.objects.filter(status=OrderStatus.OPEN)
        few = few_keys(open_orders.filter(named), open_orders.filter(customer__in=customers.values("pk")))
        if few is not None:
            return rows.filter(pk__in=few)
        found = Q(order__ref__icontains=value) | Q(order__external_id__icontains=value)
        return rows.filter(found | Q(order__customer__in=customers.values("pk")))

    def filter_tier(self, rows: QuerySet[OrderPlan], name: str, value: list[str]) -> QuerySet[OrderPlan]:
        return of_tiers(rows, value)

    def filter_sku(self, rows: QuerySet[OrderPlan], name: str, value: str) -> QuerySet[OrderPlan]:
        lines = OrderLine.objects.filter(order_id=OuterRef("order_id"), product__sku__iexact=value, open_qty__gt=0)
        return rows.filter(Exists(lines))

    def filter_value(self, rows: QuerySet[OrderPlan], name: str, value: Decimal) -> QuerySet[OrderPlan]:
        return rows.filter(open_value_minor__gte=int(value * 100))


def of_tiers(rows: QuerySet[OrderPlan], tiers: Sequence[str]) -> QuerySet[OrderPlan]:
    """Keep orders of customers of these tiers.

    Scores follow tiers, so that the first of a tier may stand behind 80,000 others. As a plain condition PostgreSQL
    looks up order and customer of each one before.
    """
    is_large = (known_count("all", timezone.localdate()) or 0) > MANY
    by_bits = is_of(tiers) if is_large else None
    return rows.filter(by_bits or is_gathered(tiers))


def few_keys(*sets: QuerySet[Any]) -> set[int] | None:
    """Return the keys in any of the sets, or None when one has more than ``FEW``.

    What is rare is found by its own index and then sorted; what is common is soon met on a walk along the list's order.
    A condition over several tables that PostgreSQL cannot foresee takes the wrong way: 1.4 s for a name nobody has.
    """
    keys: set[int] = set()
    for rows in sets:
        found = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
        if len(found) > FEW:
            return None
        keys.update(found)
    return keys


def _untold_keys(today: date) -> set[int] | None:
    return few_keys(open_plans(today).filter(conditions(today)["untold"]))


def _words(value: Any, chosen: django_filters.Filter) -> str:
    if isinstance(value, (list, tuple)):
        labels = {str(key): str(label) for key, label in chosen.extra.get("choices", ())}
        return ", ".join(labels.get(str(item), str(item)) for item in value)
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return f"{value:,}" if isinstance(value, Decimal) else str(value)

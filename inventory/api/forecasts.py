"""What products are expected to sell, and the runs that said so, over REST."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import F
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from inventory.forecast_words import in_words
from inventory.models import DemandForecast, ForecastRun, ForecastRunStatus
from kernel.filters import ChoiceFilter, TextFilter

SEE = ("orders.view_backlog",)


class WeekOut(serializers.Serializer[Any]):
    week_on = serializers.DateField(help_text="Its Monday")
    mean = serializers.FloatField(help_text="Adds up over weeks")
    p50 = serializers.FloatField(help_text="As often more as less")
    low = serializers.FloatField(help_text="Lower end of the interval that holds 80 %")
    high = serializers.FloatField()


class ForecastOut(serializers.ModelSerializer[DemandForecast]):
    sku = serializers.CharField()
    name = serializers.CharField(source="product.name")
    words = serializers.SerializerMethodField(help_text="How much, how sure, and what it rests on")
    weeks = serializers.SerializerMethodField()

    class Meta:
        model = DemandForecast
        fields = ["sku", "name", "run", "method", "pattern", "sales_weeks", "words", "weeks"]

    def get_words(self, forecast: DemandForecast) -> str:
        return in_words(forecast)

    @extend_schema_field(WeekOut(many=True))
    def get_weeks(self, forecast: DemandForecast) -> list[dict[str, date | float]]:
        figures = zip(forecast.means, forecast.p50s, forecast.lows, forecast.highs, strict=True)
        first = forecast.first_week_on
        return [
            {"week_on": first + timedelta(weeks=week), "mean": mean, "p50": p50, "low": low, "high": high}
            for week, (mean, p50, low, high) in enumerate(figures)
        ]


class ForecastFilter(django_filters.FilterSet):
    sku = TextFilter(field_name="product__sku", lookup_expr="iexact")
    category = TextFilter(field_name="product__category")
    pattern = TextFilter(label="steady, gappy, intermittent, rare, few or new")

    class Meta:
        model = DemandForecast
        fields: tuple[str, ...] = ()


class ForecastViewSet(ReadOnlyModelViewSet[DemandForecast]):
    """The latest forecast of each active product: weekly units, with an interval that holds 80 % of what happens."""

    queryset = DemandForecast.objects.select_related("product").annotate(sku=F("product__sku"))
    serializer_class = ForecastOut
    filterset_class = ForecastFilter
    orderings = {"sku": ("sku", "id")}
    lookup_field = "product__sku__iexact"
    lookup_url_kwarg = "sku"
    lookup_value_regex = "[^/]+"
    action_permissions = {"list": SEE, "retrieve": SEE}


class ForecastRunOut(serializers.ModelSerializer[ForecastRun]):
    class Meta:
        model = ForecastRun
        fields = [
            "id", "status", "started_at", "finished_at", "first_week_on", "step", "steps_done", "steps_total",
            "progress_at", "products", "weeks_of_history", "is_calibrated", "error",
        ]  # fmt: skip


class ForecastRunFilter(django_filters.FilterSet):
    status = ChoiceFilter(choices=ForecastRunStatus.choices)

    class Meta:
        model = ForecastRun
        fields: tuple[str, ...] = ()


class ForecastRunViewSet(ReadOnlyModelViewSet[ForecastRun]):
    """Forecasts of all products, the newest first: how far one is, and what came of it. One is made every night."""

    queryset = ForecastRun.objects.all()
    serializer_class = ForecastRunOut
    filterset_class = ForecastRunFilter
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions = {"list": SEE, "retrieve": SEE}

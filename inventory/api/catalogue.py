"""Products, suppliers and warehouses over REST, to read."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from inventory.models import Product, Supplier, Warehouse
from kernel.filters import FlagFilter, TextFilter

SEE = {"list": ("orders.view_backlog",), "retrieve": ("orders.view_backlog",)}
ANY_CODE = "[^/]+"


class ProductOut(serializers.ModelSerializer[Product]):
    class Meta:
        model = Product
        fields = ["sku", "name", "category", "unit_price", "is_critical", "is_active"]


class ProductFilter(django_filters.FilterSet):
    category = TextFilter()
    critical = FlagFilter(field_name="is_critical")
    active = FlagFilter(field_name="is_active")
    q = TextFilter(method="filter_text", label="The SKU, or part of the name")

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()

    def filter_text(self, products: QuerySet[Product], _name: str, value: str) -> QuerySet[Product]:
        return products.filter(Q(sku__iexact=value) | Q(name__icontains=value))


class ProductViewSet(ReadOnlyModelViewSet[Product]):
    queryset = Product.objects.all()
    serializer_class = ProductOut
    filterset_class = ProductFilter
    lookup_field = "sku"
    lookup_value_regex = ANY_CODE
    orderings = {"sku": ("sku", "id")}
    action_permissions = SEE

    def get_object(self) -> Product:
        self.lookup_url_kwarg, self.lookup_field = "sku", "sku__iexact"
        return super().get_object()


class SupplierOut(serializers.ModelSerializer[Supplier]):
    class Meta:
        model = Supplier
        fields = ["code", "name", "is_active", "delay_p50_days", "delay_p90_days"]


class SupplierViewSet(ReadOnlyModelViewSet[Supplier]):
    """Suppliers, with the working days that they are usually (p50) and at worst (p90) late."""

    queryset = Supplier.objects.all()
    serializer_class = SupplierOut
    lookup_field = "code"
    lookup_value_regex = ANY_CODE
    orderings = {"code": ("code",)}
    action_permissions = SEE


class WarehouseOut(serializers.ModelSerializer[Warehouse]):
    class Meta:
        model = Warehouse
        fields = ["code", "name", "preference", "is_active"]


class WarehouseViewSet(ReadOnlyModelViewSet[Warehouse]):
    queryset = Warehouse.objects.all()
    serializer_class = WarehouseOut
    lookup_field = "code"
    lookup_value_regex = ANY_CODE
    orderings = {"code": ("code",)}
    action_permissions = SEE

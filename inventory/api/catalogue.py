"""Products, suppliers and warehouses over REST."""

from __future__ import annotations

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from inventory import suppliers
from inventory.api import incoming
from inventory.catalogue import change_product, change_warehouse, create_product, create_warehouse
from inventory.models import Calendar, Product, Substitute, Supplier, SupplierProduct, Warehouse
from inventory.substitutes import SubstituteIn, change_substitutes
from kernel.filters import FlagFilter, TextFilter
from kernel.rest import validated

MANAGE = ("inventory.manage_catalogue",)
PERMISSIONS = {
    "list": ("orders.view_backlog",),
    "retrieve": ("orders.view_backlog",),
    "create": MANAGE,
    "partial_update": MANAGE,
}
ANY_CODE = "[^/]+"


class SupplierProductOut(serializers.ModelSerializer[SupplierProduct]):
    supplier = serializers.CharField(source="supplier.code")
    sku = serializers.CharField(source="product.sku")

    class Meta:
        model = SupplierProduct
        fields = ["supplier", "sku", "lead_time_days", "min_order_qty", "unit_cost", "is_preferred"]


class SubstituteOut(serializers.ModelSerializer[Substitute]):
    sku = serializers.CharField(source="substitute.sku")

    class Meta:
        model = Substitute
        fields = ["sku", "units", "per", "when", "needs_consent"]


class ProductOut(serializers.ModelSerializer[Product]):
    suppliers = SupplierProductOut(source="supplier_products", many=True)
    substitutes = SubstituteOut(many=True)

    class Meta:
        model = Product
        fields = ["sku", "name", "category", "unit_price", "is_critical", "is_active", "suppliers", "substitutes"]


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
    queryset = Product.objects.prefetch_related(
        Prefetch("supplier_products", SupplierProduct.objects.select_related("supplier", "product").order_by("pk")),
        Prefetch("substitutes", Substitute.objects.select_related("substitute").order_by("place", "pk")),
    )
    serializer_class = ProductOut
    filterset_class = ProductFilter
    lookup_field = "sku"
    lookup_value_regex = ANY_CODE
    orderings = {"sku": ("sku", "id")}
    action_permissions = {**PERMISSIONS, "substitutes": MANAGE}

    def get_object(self) -> Product:
        self.lookup_url_kwarg, self.lookup_field = "sku", "sku__iexact"
        return super().get_object()

    @extend_schema(request=incoming.ProductIn, responses={201: ProductOut})
    def create(self, request: Request) -> Response:
        """Add a product."""
        data = validated(incoming.ProductIn, request)
        return self._shown(create_product(**data, actor=request.user, now=timezone.now()), status=201)

    @extend_schema(request=incoming.ProductChangeIn, responses=ProductOut)
    def partial_update(self, request: Request, sku: str) -> Response:
        """Change a product; its SKU stays. What waits for it is planned anew where planning looks at what changed."""
        data = validated(incoming.ProductChangeIn, request)
        return self._shown(change_product(sku, **data, actor=request.user, now=timezone.now()))

    @extend_schema(request=incoming.SubstitutesIn, responses=ProductOut)
    @action(detail=True, methods=["post"])
    def substitutes(self, request: Request, sku: str) -> Response:
        """Replace the list of what may stand in for the product."""
        data = validated(incoming.SubstitutesIn, request)
        given = [SubstituteIn(**entry) for entry in data["substitutes"]]
        change_substitutes(sku, substitutes=given, actor=request.user, now=timezone.now())
        return self._shown(self.get_object())

    def _shown(self, product: Product, status: int = 200) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=product.pk)).data, status=status)


class SupplierOut(serializers.ModelSerializer[Supplier]):
    calendar = serializers.SlugRelatedField[Calendar](slug_field="code", read_only=True)

    class Meta:
        model = Supplier
        fields = ["code", "name", "email", "is_active", "delay_p50_days", "delay_p90_days", "calendar"]


class SupplierViewSet(ReadOnlyModelViewSet[Supplier]):
    """Suppliers, with the working days that they are usually (p50) and at worst (p90) late."""

    queryset = Supplier.objects.select_related("calendar")
    serializer_class = SupplierOut
    lookup_field = "code"
    lookup_value_regex = ANY_CODE
    orderings = {"code": ("code",)}
    action_permissions = {**PERMISSIONS, "products": MANAGE}

    @extend_schema(request=incoming.SupplierIn, responses={201: SupplierOut})
    def create(self, request: Request) -> Response:
        """Add a supplier."""
        data = validated(incoming.SupplierIn, request)
        supplier = suppliers.create_supplier(**data, actor=request.user, now=timezone.now())
        return Response(SupplierOut(supplier).data, status=201)

    @extend_schema(request=incoming.SupplierChangeIn, responses=SupplierOut)
    def partial_update(self, request: Request, code: str) -> Response:
        """Change a supplier; the code stays."""
        data = validated(incoming.SupplierChangeIn, request)
        supplier = suppliers.change_supplier(code, **data, actor=request.user, now=timezone.now())
        return Response(SupplierOut(supplier).data)

    @extend_schema(request=incoming.SupplierProductIn, responses=SupplierProductOut)
    @action(detail=True, methods=["post"])
    def products(self, request: Request, code: str) -> Response:
        """Say that the supplier sells a product, and on what terms; said again, it changes them."""
        data = validated(incoming.SupplierProductIn, request)
        offer = suppliers.set_supplier_product(code, **data, actor=request.user, now=timezone.now())
        return Response(SupplierProductOut(offer).data)


class WarehouseOut(serializers.ModelSerializer[Warehouse]):
    calendar = serializers.SlugRelatedField[Calendar](slug_field="code", read_only=True)

    class Meta:
        model = Warehouse
        fields = ["code", "name", "preference", "is_active", "calendar", "handling_days"]


class WarehouseViewSet(ReadOnlyModelViewSet[Warehouse]):
    queryset = Warehouse.objects.select_related("calendar")
    serializer_class = WarehouseOut
    lookup_field = "code"
    lookup_value_regex = ANY_CODE
    orderings = {"code": ("code",)}
    action_permissions = PERMISSIONS

    @extend_schema(request=incoming.WarehouseIn, responses={201: WarehouseOut})
    def create(self, request: Request) -> Response:
        """Add a warehouse."""
        data = validated(incoming.WarehouseIn, request)
        warehouse = create_warehouse(**data, actor=request.user, now=timezone.now())
        return Response(WarehouseOut(warehouse).data, status=201)

    @extend_schema(request=incoming.WarehouseChangeIn, responses=WarehouseOut)
    def partial_update(self, request: Request, code: str) -> Response:
        """Change a warehouse. One with units on hand or on their way is not closed (409)."""
        data = validated(incoming.WarehouseChangeIn, request)
        warehouse = change_warehouse(code, **data, actor=request.user, now=timezone.now())
        return Response(WarehouseOut(warehouse).data)

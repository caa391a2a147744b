"""Products, places, suppliers, customers and stock levels of the replay, into empty tables."""

from __future__ import annotations

from datetime import datetime, timedelta

from inventory.models import (
    Calendar,
    Product,
    StockLevel,
    Substitute,
    SubstituteWhen,
    Supplier,
    SupplierProduct,
    Warehouse,
)
from orders.models import Customer
from orders.sample.copying import copy_rows, text
from orders.sample.standing_in import SampleSubstitute, find_substitutes
from orders.sample.world import WAREHOUSES, World
from orders.sample.writing_frame import Written, money

COST_SHARE = 0.55


def write_catalogue(written: Written) -> None:
    _write_products(written.world)
    _write_substitutes(written.world)
    _write_calendar()
    _write_warehouses()
    _write_suppliers(written.world)
    _write_customers(written)
    _write_stock_levels(written.world)


def _write_products(world: World) -> None:
    copy_rows(
        Product,
        ("id", "sku", "name", "category", "unit_price", "is_critical", "is_active"),
        (
            (key, text(item.sku), text(item.name), item.category, money(item.price_minor), False, True)
            for key, item in enumerate(world.products, start=1)
        ),
    )


def _write_substitutes(world: World) -> None:
    copy_rows(
        Substitute,
        ("product_id", "substitute_id", "place", "units", "per", "when", "needs_consent"),
        (
            (
                each.product + 1,
                each.substitute + 1,
                each.place,
                each.units,
                each.per,
                _when(each),
                each.needs_consent,
            )
            for each in find_substitutes(world.products)
        ),
    )


def _when(found: SampleSubstitute) -> str:
    """Let what goes without asking stand in as orders come in: of those that wait, a person swaps many at once."""
    return (SubstituteWhen.ANY if found.needs_consent else SubstituteWhen.ENTRY).value


def _write_calendar() -> None:
    """Write when the company works: an English firm on weekdays, closed on bank holidays."""
    copy_rows(
        Calendar,
        ("id", "code", "name", "country", "subdivision", "weekdays", "is_company"),
        [(1, "ENGLAND", "England and Wales", "GB", "ENG", "1111100", True)],
    )


def _write_warehouses() -> None:
    copy_rows(
        Warehouse,
        ("id", "code", "name", "preference", "is_active"),
        ((key, code, name, key, True) for key, (code, name) in enumerate(WAREHOUSES, start=1)),
    )


def _write_suppliers(world: World) -> None:
    copy_rows(
        Supplier,
        ("id", "code", "name", "email", "is_active", "delay_p50_days", "delay_p90_days"),
        (
            (key, item.code, text(item.name), item.email, True, 0, 2)
            for key, item in enumerate(world.suppliers, start=1)
        ),
    )
    copy_rows(
        SupplierProduct,
        ("supplier_id", "product_id", "lead_time_days", "min_order_qty", "unit_cost", "is_preferred"),
        (
            (
                supplier + 1,
                key,
                world.suppliers[supplier].lead_time_days,
                12,
                money(item.price_minor * COST_SHARE),
                True,
            )
            for key, (supplier, item) in enumerate(zip(world.supplier_of, world.products, strict=True), start=1)
        ),
    )


def _write_customers(written: Written) -> None:
    world = written.world
    opened = written.shift.time(world.orders[0].at - timedelta(days=30)) if world.orders else datetime.now()
    copy_rows(
        Customer,
        (
            *("id", "code", "name", "contact_name", "email", "phone", "tier", "country", "zone", "language"),
            *("wants_email", "created_at"),
        ),
        (
            (
                key,
                c.code,
                text(c.name),
                c.contact_name,
                c.email,
                c.phone,
                c.tier,
                c.country,
                c.zone,
                c.language,
                True,
                opened,
            )
            for key, c in enumerate(world.customers, start=1)
        ),
    )


def _write_stock_levels(world: World) -> None:
    levels = [
        (product + 1, warehouse + 1, qty, 0, 0)
        for product, stock in enumerate(world.stock)
        for warehouse, qty in enumerate(stock)
        if warehouse == 0 or qty or world.has_second_warehouse[product]
    ]
    copy_rows(StockLevel, ("product_id", "warehouse_id", "on_hand", "reserved", "protected"), levels)

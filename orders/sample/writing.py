"""The replayed world into empty tables."""

from __future__ import annotations

from datetime import date

from django.db import connection

from orders.sample.world import World
from orders.sample.writing_catalogue import write_catalogue
from orders.sample.writing_frame import Shift, Written
from orders.sample.writing_orders import write_orders, write_promises, write_shipments
from orders.sample.writing_supply import write_movements, write_purchases

FIRST_ORDER_REF = 100_001
FIRST_PURCHASE_REF = 100_001


def write_world(world: World, *, weeks: int, last_day: date, user_id: int, zone: str) -> None:
    """Write everything but the plan into empty tables. Needs a transaction; wall-clock times are read in ``zone``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
    written = Written(
        world=world,
        shift=Shift(weeks),
        today=last_day.toordinal() + 1,
        user_id=user_id,
        order_refs=[f"SO-{FIRST_ORDER_REF + place}" for place in range(len(world.orders))],
        purchase_refs=[f"PO-{FIRST_PURCHASE_REF + place}" for place in range(len(world.purchase_orders))],
    )
    write_catalogue(written)
    write_orders(written)
    write_purchases(written)
    write_movements(written)
    write_shipments(written)
    write_promises(written)
    _move_sequences(written)


def _move_sequences(written: Written) -> None:
    """Let new orders and purchase orders go on after the sample's numbers."""
    counters = (
        ("orders_ref_seq", FIRST_ORDER_REF, written.order_refs),
        ("inventory_po_ref_seq", FIRST_PURCHASE_REF, written.purchase_refs),
    )
    with connection.cursor() as cursor:
        for sequence, first, refs in counters:
            cursor.execute("SELECT setval(%s, %s, false)", [sequence, first + len(refs)])

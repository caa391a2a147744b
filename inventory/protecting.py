"""Units kept back: a minimum on hand of a product in a warehouse that planning gives to nobody.

Locks: the pool, then the stock level.
"""

from __future__ import annotations

from datetime import datetime

from inventory.dirty import mark_dirty
from inventory.models import StockLevel
from inventory.queries import product_by_sku, warehouse_by_code
from inventory.setup_history import check_version, record_change
from inventory.stock import open_levels
from kernel.bounds import check_qty
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.transactions import entry_verb
from notifications.outbox import record_fact

SETUP_KIND = "protected"


@entry_verb
def protect_stock(
    sku: str, *, warehouse_code: str, units: int, actor: Actor | None, now: datetime, version: int | None = None
) -> StockLevel:
    """Keep back so many units of what is on hand, now or later; 0 keeps none back. Planned anew.

    Raises Conflict where somebody changed it since ``version`` (inventory.setup_history).
    """
    check_qty(units, field="units", low=0)
    product, warehouse = product_by_sku(sku), warehouse_by_code(warehouse_code)
    mark_dirty([product.pk], cause="protected_changed", reference=product.sku)
    open_levels([(product.pk, warehouse.pk)])
    level = StockLevel.objects.select_for_update(no_key=True).get(product=product, warehouse=warehouse)
    name = name_of(product.sku, warehouse.code)
    check_version(SETUP_KIND, name, version)
    before, level.protected = level.protected, units
    level.save(update_fields=["protected"])
    record_change(SETUP_KIND, name, before={"units": before}, after={"units": units}, actor=actor, now=now)
    record_fact(
        "inventory.protected_changed",
        payload={"sku": product.sku, "warehouse": warehouse.code, "units": units, "actor": key_of(actor)},
        dedupe_key=f"protected:{level.pk}:{now.isoformat()}",
        now=now,
    )
    announce("stock", {"skus": [product.sku]})
    return level


def name_of(sku: str, warehouse_code: str) -> str:
    """Return what the history calls a product in a warehouse."""
    return f"{warehouse_code}/{sku}"

"""From which warehouses a product, or whatever goes to a country, is sent first.

Locks: the pools of what is planned anew; of two changes at once the later one stands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from inventory.dirty import mark_dirty
from inventory.models import Product, Warehouse
from inventory.queries import product_by_sku, warehouse_by_code
from inventory.setup_history import check_version, record_change
from kernel.errors import Invalid
from kernel.locks import lock_until_commit
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.outbox import record_fact
from orders.models import Customer, OrderLine, OrderStatus, SourceRule

SETUP_KIND = "sources"
_RULES_LOCK = "orders.sources"  # one change of the rules at a time


@entry_verb
def change_product_sources(
    sku: str, *, warehouses: Sequence[str], actor: Actor | None, now: datetime, version: int | None = None
) -> None:
    """Have a product sent from these warehouses first, in their order; none: from any, by their preference."""
    product = product_by_sku(sku)
    chosen = _warehouses(warehouses)
    mark_dirty([product.pk], cause="sources_changed", reference=product.sku)
    before = _replace(chosen, f"sku:{product.sku}", version, product=product, country="")
    _tell("product", f"sku:{product.sku}", before, chosen, actor, now)


@entry_verb
def change_country_sources(
    country: str, *, warehouses: Sequence[str], actor: Actor | None, now: datetime, version: int | None = None
) -> None:
    """Have whatever goes to customers of a country sent from these warehouses first; none: from any."""
    country = clean_text(country, field="country", max_length=60)
    if not Customer.objects.filter(country=country).exists():
        wrong = "Give a country that customers have."
        raise Invalid(wrong, fields={"country": wrong})
    chosen = _warehouses(warehouses)
    waiting = OrderLine.objects.filter(order__customer__country=country, order__status=OrderStatus.OPEN, open_qty__gt=0)
    mark_dirty(set(waiting.values_list("product", flat=True)), cause="sources_changed", reference=country)
    before = _replace(chosen, f"country:{country}", version, product=None, country=country)
    _tell("country", f"country:{country}", before, chosen, actor, now)


def _warehouses(codes: Collection[str]) -> list[Warehouse]:
    chosen = [warehouse_by_code(code, field=f"warehouses.{index}") for index, code in enumerate(codes)]
    if len({warehouse.pk for warehouse in chosen}) < len(chosen):
        raise Invalid("Name each warehouse once.", fields={"warehouses": "Name each warehouse once."})
    return chosen


def _replace(
    chosen: Sequence[Warehouse], name: str, version: int | None, *, product: Product | None, country: str
) -> list[str]:
    """Write the warehouses of one product or country; return the codes of those that were there."""
    lock_until_commit(_RULES_LOCK)
    check_version(SETUP_KIND, name, version)
    rules = SourceRule.objects.filter(product=product, country=country)
    before = list(rules.order_by("place").values_list("warehouse__code", flat=True))
    rules.delete()
    SourceRule.objects.bulk_create(
        SourceRule(product=product, country=country, warehouse=warehouse, place=place)
        for place, warehouse in enumerate(chosen, start=1)
    )
    return before


def _tell(
    subject: str, name: str, before: list[str], chosen: Sequence[Warehouse], actor: Actor | None, now: datetime
) -> None:
    codes = [warehouse.code for warehouse in chosen]
    record_change(SETUP_KIND, name, before={"warehouses": before}, after={"warehouses": codes}, actor=actor, now=now)
    record_fact(
        "orders.sources_changed",
        payload={subject: name.partition(":")[2], "warehouses": codes, "actor": key_of(actor)},
        dedupe_key=f"sources:{name}:{now.isoformat()}",
        now=now,
    )

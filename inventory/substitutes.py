"""Which products may stand in for another. Locks: the product, so that two changes of its list do not mix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inventory.models import Product, Substitute, SubstituteWhen
from inventory.queries import product_by_sku, products_by_sku
from inventory.setup_history import check_version, record_change
from kernel.bounds import check_qty
from kernel.errors import Invalid
from kernel.people import Actor, key_of
from kernel.transactions import entry_verb
from notifications.outbox import record_fact

SETUP_KIND = "substitutes"
MAX_SUBSTITUTES = 20
MAX_RATIO = 1000


@dataclass(frozen=True, slots=True)
class SubstituteIn:
    """``units`` of ``sku`` for each ``per`` units of the product."""

    sku: str
    units: int = 1
    per: int = 1
    when: str = SubstituteWhen.ANY
    needs_consent: bool = True


@entry_verb
def change_substitutes(
    sku: str,
    *,
    substitutes: Sequence[SubstituteIn],
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> list[Substitute]:
    """Replace the list of what may stand in for a product, the first to be tried first; raise Invalid by place.

    Raises Conflict where somebody changed the list since ``version``.
    """
    product = product_by_sku(sku)
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    check_version(SETUP_KIND, product.sku, version)
    found = _checked(product, substitutes)
    before = list_of(Substitute.objects.filter(product=product).select_related("substitute"))
    Substitute.objects.filter(product=product).delete()
    kept = Substitute.objects.bulk_create(
        Substitute(
            product=product,
            substitute=other,
            place=place,
            units=given.units,
            per=given.per,
            when=given.when,
            needs_consent=given.needs_consent,
        )
        for place, (given, other) in enumerate(zip(substitutes, found, strict=True), start=1)
    )
    record_change(SETUP_KIND, product.sku, before=before, after=list_of(kept), actor=actor, now=now)
    record_fact(
        "inventory.substitutes_changed",
        payload={"sku": product.sku, "substitutes": [other.sku for other in found], "actor": key_of(actor)},
        dedupe_key=f"substitutes:{product.pk}:{now.isoformat()}",
        now=now,
    )
    return kept


def list_of(rows: Iterable[Substitute]) -> dict[str, Any]:
    """Return one product's list as a document, the first to be tried first."""
    return {
        "substitutes": [
            {
                "sku": row.substitute.sku,
                "units": row.units,
                "per": row.per,
                "when": str(row.when),
                "needs_consent": row.needs_consent,
            }
            for row in sorted(rows, key=lambda row: row.place)
        ]
    }


def _checked(product: Product, substitutes: Sequence[SubstituteIn]) -> list[Product]:
    if len(substitutes) > MAX_SUBSTITUTES:
        wrong = f"Give at most {MAX_SUBSTITUTES}."
        raise Invalid(wrong, fields={"substitutes": wrong})
    by_sku = products_by_sku(given.sku for given in substitutes)
    found: list[Product] = []
    for index, given in enumerate(substitutes):
        place = f"substitutes.{index}"
        check_qty(given.units, field=f"{place}.units", high=MAX_RATIO)
        check_qty(given.per, field=f"{place}.per", high=MAX_RATIO)
        if given.when not in SubstituteWhen.values:
            wrong = f"Choose one of: {', '.join(SubstituteWhen.values)}."
            raise Invalid(wrong, fields={f"{place}.when": wrong})
        other = by_sku.get(given.sku.strip().upper())
        if other is None or other == product or other in found:
            wrong = "Give another product's SKU, each once."
            raise Invalid(wrong, fields={f"{place}.sku": wrong})
        found.append(other)
    return found

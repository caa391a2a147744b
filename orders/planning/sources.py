"""From which warehouses an order is sent that may not come from many. docs/planning.md, section Sources."""

from __future__ import annotations

from collections.abc import Iterable

from orders.planning.turns import Turns


def choose_sources(turns: Turns, rows: Iterable[int], most: int) -> set[int]:
    """Return at most ``most`` warehouses, one after another that which has most of what the rows still want.

    Of equals the one that the rows prefer, then the lower id. O(warehouses × products × most).
    """
    shelves = turns.shelves
    wanted: dict[int, int] = {}
    preferred: tuple[int, ...] = ()
    for row in rows:
        wanted[turns.product[row]] = wanted.get(turns.product[row], 0) + turns.need[row]
        preferred = preferred or turns.prefers(row)
    held: dict[int, dict[int, int]] = {}
    for product in wanted:
        for at in shelves.on_hand(product):
            if shelves.left[at]:
                held.setdefault(shelves.warehouse[at], {})[product] = shelves.left[at]
    places = {warehouse: place for place, warehouse in enumerate(preferred)}
    chosen: set[int] = set()
    while held and len(chosen) < most:
        units = {
            warehouse: sum(min(left, wanted[product]) for product, left in products.items())
            for warehouse, products in held.items()
        }
        best = min(held, key=lambda warehouse: (-units[warehouse], places.get(warehouse, len(places)), warehouse))
        if not units[best]:
            break
        for product, left in held.pop(best).items():
            wanted[product] -= min(left, wanted[product])
        chosen.add(best)
    return chosen

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from orders.benchmark.whole_orders import Shop, measure

_LINES = 4_000  # a shop's, roughly
_SHAPES = ((8, 3, 2), (20, 4, 3), (40, 3, 2))  # orders, products, most lines of an order


class Command(BaseCommand):
    help = "Plan contested orders by rank and by the optimiser's choice, and print what choosing wins and costs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *, json: bool, **options: Any) -> None:
        rows = [(shop, measure(shop)) for shop in _shops()]
        self.stdout.write(_as_json([asdict(shop) | asdict(won) for shop, won in rows]) if json else _as_table(rows))


def _shops() -> list[Shop]:
    return [
        Shop(_LINES * 2 // (orders * (lines + 1)), orders, products, lines, is_uneven, complete, stock)
        for complete in (1.0, 0.5)
        for is_uneven in (False, True)
        for orders, products, lines in _SHAPES
        for stock in (0.3, 0.8)
    ]


def _as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, indent=2)


def _as_table(rows: list[Any]) -> str:
    said = []
    for shop, won in rows:
        size = "uneven" if shop.is_uneven else "even"
        said.append(
            f"{shop.complete:.0%} complete, {size} sizes, {shop.orders} orders of {shop.lines} lines, "
            f"stock {shop.stock:.0%}: worth {won.worth:+.1%}, orders {won.orders:+.1%}, "
            f"units {won.units_on_hand:+.1%}, {won.seconds_chosen:.2f} s instead of {won.seconds_by_rank:.2f} s"
        )
    return "\n".join(said)

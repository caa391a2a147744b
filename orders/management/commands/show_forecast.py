from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.queries import product_by_sku
from kernel.errors import Invalid
from orders.queries.product_forecast import ProductForecast, forecast_of


class Command(BaseCommand):
    help = "Say what a product is expected to sell, week by week, and what the rules in force keep of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sku")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, sku: str, **options: Any) -> None:
        try:
            product = product_by_sku(sku)
        except Invalid as error:
            raise CommandError(error.detail) from error
        found = forecast_of(product, today=timezone.localdate())
        if found is None:
            raise CommandError(f"There is no forecast of {product.sku}. One is made every night for active products.")
        self.stdout.write(json.dumps(_as_json(product.sku, found)) if options["json"] else _as_text(found))


def _as_json(sku: str, found: ProductForecast) -> dict[str, Any]:
    return {
        "sku": sku,
        "words": found.words,
        "method": found.method,
        "made_on": found.made_on.isoformat(),
        "kept_days": found.kept_days,
        "kept": [{"class": kept.label, "units": kept.units} for kept in found.kept],
        "weeks": [
            {"week_on": week.on.isoformat(), "is_past": week.is_past, "units": week.units}
            | ({} if week.is_past else {"low": week.low, "high": week.high})
            for week in found.weeks
        ],
    }


def _as_text(found: ProductForecast) -> str:
    rows = [
        f"{week.on}  {week.units:>10,.1f}  {'ordered' if week.is_past else f'{week.low:,.0f} to {week.high:,.0f}'}"
        for week in found.weeks
    ]
    kept = [f"Kept over {found.kept_days} days for {each.label}: up to {each.units:,}" for each in found.kept]
    return "\n".join([found.words, f"{found.method}, made on {found.made_on}", *kept, *rows])

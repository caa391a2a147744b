from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.models import Product
from orders.replan import replan


class Command(BaseCommand):
    help = "Plan the whole backlog, or what hangs on some products, and print what came out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sku", nargs="+", action="extend", default=[], help="plan what hangs on these products")
        parser.add_argument("--dry-run", action="store_true", help="plan, count what would change, write nothing")

    def handle(self, *, sku: list[str], dry_run: bool, **options: Any) -> None:
        run = replan(product_ids=_find(sku) if sku else None, cause="by command", now=timezone.now(), dry_run=dry_run)
        for name, value in (run.counts | run.timings).items():
            self.stdout.write(f"{name}: {value}")


def _find(skus: list[str]) -> list[int]:
    found = {product.sku.upper(): product.pk for product in Product.objects.all().only("sku")}
    unknown = [sku for sku in skus if sku.upper() not in found]
    if unknown:
        raise CommandError(f"No such product: {', '.join(unknown)}. Check the spelling on the products page.")
    return [found[sku.upper()] for sku in skus]

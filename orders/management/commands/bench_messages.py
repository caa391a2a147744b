from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.benchmark.database import own_database
from orders.benchmark.messages import Load, measure


class Command(BaseCommand):
    help = "Measure how fast messages leave, through the mail server of development, in a database of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, default=20_000, help="how many slip; each is one delivery")
        parser.add_argument("--orders-a-customer", type=int, default=1, help="they are merged into one mail")
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *, orders: int, orders_a_customer: int, workers: int, **options: Any) -> None:
        if not (1 <= orders <= 1_000_000 and 1 <= orders_a_customer <= orders and 1 <= workers <= 16):
            raise CommandError(
                "--orders from 1 to 1,000,000, --workers from 1 to 16, a customer has at least an order."
            )
        with own_database():
            figures = measure(Load(orders, orders_a_customer, workers), lambda words: self.stderr.write(f"… {words}"))
        as_text = "\n".join(f"{name}: {figures[name]}" for name in figures)
        self.stdout.write(json.dumps(figures, indent=2) if options["json"] else as_text)

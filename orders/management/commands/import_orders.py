from __future__ import annotations

from orders.imports.command import ImportCommand
from orders.imports.customer_orders import import_orders


class Command(ImportCommand):
    help = "Take in customer orders from a CSV file, each once."
    run_import = staticmethod(import_orders)
    things = "orders"

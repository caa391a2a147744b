from __future__ import annotations

from inventory.imports.purchase_orders import import_purchase_orders
from orders.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Create purchase orders from a CSV file, each once."
    run_import = staticmethod(import_purchase_orders)
    things = "purchase orders"

from __future__ import annotations

from inventory.imports.protected import import_protected
from orders.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Keep back the units that a CSV file says: sku, warehouse, units."
    run_import = staticmethod(import_protected)
    things = "minimums"

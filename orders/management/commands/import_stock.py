from __future__ import annotations

from orders.imports.command import ImportCommand
from orders.imports.stock_counts import import_stock


class Command(ImportCommand):
    help = "Set stock on hand from a CSV file of counts."
    run_import = staticmethod(import_stock)
    things = "counts"

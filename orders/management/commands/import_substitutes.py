from __future__ import annotations

from inventory.imports.substitutes import import_substitutes
from orders.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Replace products' lists of substitutes from a CSV file: a row each, the first to be tried first."
    run_import = staticmethod(import_substitutes)
    things = "lists"

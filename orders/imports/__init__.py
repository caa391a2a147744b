"""Orders and stock counts from files (inventory.imports reads them)."""

"""One at a time: whoever gives out version numbers, switches the rules in force, or changes the guard on them."""

from __future__ import annotations

from kernel.locks import lock_until_commit

_LOCK = "orders.rules"  # taken before the row of any policy or run


def lock_rules() -> None:
    """Wait for others who change which rules are in force, and keep them out until commit."""
    lock_until_commit(_LOCK)

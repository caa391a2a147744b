"""What dividing the supply by a policy came to."""

from __future__ import annotations

from dataclasses import dataclass

from orders.planning.allocate import Claims
from orders.planning.types import Bools, Guarantees, Ints


@dataclass(frozen=True, slots=True)
class Divided:
    """The claims, and per line what the policy kept from it.

    ``limited`` marks lines that the policy lets have no more; ``kept_qty`` is the units on hand of each line's product
    that it kept for others when the line had its turn. ``guarantees`` is there where the policy has segments.
    """

    claims: Claims
    limited: Bools | None = None
    kept_qty: Ints | None = None
    guarantees: Guarantees | None = None

"""An order on its way in: what a channel, a form or a file says, before anything is checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from orders.models import ShipPolicy, SubstituteConsent


@dataclass(frozen=True, slots=True)
class CustomerIn:
    """Who orders. A known code updates what is given; what is left empty stays as it was."""

    code: str
    name: str = ""
    email: str = ""
    tier: str = ""
    contact_name: str = ""
    phone: str = ""
    country: str = ""
    zone: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class LineIn:
    """What is ordered; without a price, the product's own."""

    sku: str
    qty: int
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderIn:
    """An order as its channel sends it. ``(channel, external_id)`` names it; an empty id is never the same order."""

    channel: str
    external_id: str
    customer: CustomerIn
    lines: Sequence[LineIn]
    placed_at: datetime | None = None
    requested_on: date | None = None
    ship_policy: str = ShipPolicy.PARTIAL
    ship_to: str = ""
    substitutes: str = SubstituteConsent.ASK

"""Customers: how much they matter to us, and how they want to be told.

Locks: the customer exclusively, then the pools of what they wait for. Intake holds the customer's key while it takes an
order in, so an order is either there when its customer's tier changes, and planned anew, or comes in with the new tier.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from inventory.dirty import mark_dirty
from inventory.setup_history import check_version, record_change
from kernel.errors import Invalid, NotFound
from kernel.people import Actor, key_of
from kernel.rows import change_row, check_row, insert_row
from kernel.text import clean_code, is_plain
from kernel.transactions import entry_verb, require_transaction
from notifications.outbox import record_fact
from orders.models import Customer, OrderLine, OrderStatus, Tier

FIELDS_PLANNED = {"tier", "zone", "country"}
SETUP_KIND = "customer"
TEXTS = ("name", "contact_name", "email", "phone", "tier", "country", "zone", "language")


@entry_verb
def create_customer(
    *,
    code: str,
    name: str,
    contact_name: str = "",
    email: str = "",
    phone: str = "",
    tier: str = Tier.STANDARD,
    country: str = "",
    zone: str = "Europe/London",
    language: str = "en",
    wants_email: bool = True,
    actor: Actor | None,
    now: datetime,
) -> Customer:
    """Add a customer before their first order. Raises Conflict when the code exists."""
    customer = Customer(
        code=clean_code(code, field="code", max_length=40),
        name=name,
        contact_name=contact_name,
        email=email,
        phone=phone,
        tier=tier,
        country=country,
        zone=zone,
        language=language,
        wants_email=wants_email,
        created_at=now,
    )
    check_row(customer, TEXTS)
    _check_zone(zone)
    insert_row(customer, code="code")
    _tell(customer, {"created"}, actor, now)
    return customer


@entry_verb
def change_customer(
    code: str,
    *,
    name: str | None = None,
    contact_name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    tier: str | None = None,
    country: str | None = None,
    zone: str | None = None,
    language: str | None = None,
    wants_email: bool | None = None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Customer:
    """Change what is given; a new tier has everything that the customer waits for planned anew.

    ``version`` is that of ``inventory.setup_history``; Conflict where somebody changed the customer since.
    """
    customer = Customer.objects.select_for_update().filter(code=code).first() if is_plain(code) else None
    if customer is None:
        raise NotFound(f"There is no customer {code[:40]}.")
    check_version(SETUP_KIND, customer.code, version)
    if zone is not None:
        _check_zone(zone)
    texts = (name, contact_name, email, phone, tier, country, zone, language)
    given = {**dict(zip(TEXTS, texts, strict=True)), "wants_email": wants_email}
    before = {name: getattr(customer, name) for name in given}
    changed, waiting = update_customer(customer, given)
    mark_dirty(waiting, cause="customer_changed", reference=customer.code)
    record_change(
        SETUP_KIND,
        customer.code,
        before={name: before[name] for name in sorted(changed)},
        after={name: getattr(customer, name) for name in sorted(changed)},
        actor=actor,
        now=now,
    )
    _tell(customer, changed, actor, now)
    return customer


def update_customer(customer: Customer, given: Mapping[str, Any]) -> tuple[set[str], set[int]]:
    """Change a customer whom the caller has locked; return what changed, and the products to mark dirty for it.

    Takes part in a verb.
    """
    require_transaction()
    changed = change_row(customer, given)
    return changed, waited_for_by(customer) if changed & FIELDS_PLANNED else set()


def waited_for_by(customer: Customer) -> set[int]:
    """Return the products that a customer waits for."""
    waiting = OrderLine.objects.filter(order__customer=customer, order__status=OrderStatus.OPEN, open_qty__gt=0)
    return set(waiting.values_list("product", flat=True))


def _tell(customer: Customer, changed: set[str], actor: Actor | None, now: datetime) -> None:
    if not changed:
        return
    record_fact(
        "orders.customer_changed",
        payload={"code": customer.code, "changed": sorted(changed), "actor": key_of(actor)},
        dedupe_key=f"customer:{customer.pk}:{now.isoformat()}",
        now=now,
    )


def _check_zone(zone: str) -> None:
    if zone not in zoneinfo.available_timezones():
        wrong = "Give a time zone such as Europe/London."
        raise Invalid(wrong, fields={"zone": wrong})

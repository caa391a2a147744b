"""Orders whose customers are to be told a new date, and how an agent tells them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.core import mail
from django.test import Client
from django.utils import timezone

from notifications.delivering.sending import send_due
from notifications.dispatching import dispatch_pending
from notifications.models import Delivery
from orders.models import Order, OrderPromise
from orders.replan import replan
from tests.factories.inventory import make_product, make_purchase_order
from tests.factories.orders import make_customer, make_order

TODAY = timezone.localdate()


def slipped(name: str = "Castlegate", days: int = 7, hours_ago: int = 1, **customer: str) -> Order:
    """An order told yesterday's date, whose plan says ``days`` later since ``hours_ago``."""
    product = make_product()
    make_purchase_order([(product, 100)], expected_on=TODAY + timedelta(days=days))
    order = make_order([(product, 10)], customer=make_customer(name=name, **customer))
    replan(product_ids=None, cause="test", now=timezone.now(), quiet=True)
    OrderPromise.objects.filter(order=order).update(
        told_on=TODAY, announced_at=timezone.now() - timedelta(hours=hours_ago)
    )
    return order


def deliver() -> list[str]:
    """Let workers hand on and send, as if the hold were over; return the subjects that left."""
    mail.outbox.clear()
    for _ in range(2):  # what was sent is a fact too
        while dispatch_pending(now=timezone.now()):
            pass
        Delivery.objects.filter(state="pending").update(not_before=timezone.now())
        while send_due(now=timezone.now()):
            pass
    return [message.subject for message in mail.outbox]


def tell(client: Client, order: Order, **said: str) -> int:
    eta = order.plan.eta_p50.isoformat() if order.plan.eta_p50 else ""
    data = {"eta_on": eta, "reason": "supplier_late", "by": "mail", **said}
    return client.post(f"/eta/{order.ref}/tell/", data).status_code


def late(days: int = 7, *, quiet: bool = True) -> Order:
    """An order of £100, promised and told today, planned ``days`` later, which nobody is told when ``quiet``."""
    product = make_product()
    today = timezone.localdate()
    make_purchase_order([(product, 100)], expected_on=today + timedelta(days=days))
    order = make_order([(product, 10)])
    order.lines.update(unit_price=Decimal(10))
    OrderPromise.objects.create(order=order, promised_on=today, announced_on=today, told_on=today)
    replan(product_ids=None, cause="test", now=timezone.now(), quiet=quiet)
    return order

"""A customer who has followed the link to their order's page."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from notifications.links import make_links
from notifications.models import LinkPurpose
from orders.models import Order
from orders.replan import replan


def plan() -> None:
    replan(product_ids=None, cause="test", now=timezone.now())


def opened(order: Order) -> Client:
    """Return a browser in which the customer has followed the link."""
    [key] = make_links([(LinkPurpose.ORDER, order.ref)], now=timezone.now())
    client = Client()
    assert client.get(f"/o/{key}/").status_code == 302
    return client


def choose(client: Client, order: Order, **said: object) -> int:
    version = said.pop("version", None) or Order.objects.get(pk=order.pk).version
    return client.post(f"/my-order/{order.ref}/choose/", {"version": version, **said}).status_code

"""Rows of the board are put together in Python, so each text in them is tried with markup."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pytest
from django.test import Client

from orders.models import Customer, Order, Policy
from tests.factories.orders import make_user
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
HOSTILE = "<b onclick=\"x('&')\">"
EVERY_COLUMN = "/triage/?col=short&col=value&col=age&col=requested&col=next&col=owner&col=score"


@pytest.mark.parametrize("role", ["ops", "agent"])
def test_texts_of_a_row_are_shown_as_they_are(sign_in: SignIn, role: str) -> None:
    order, owner = planned_order(1), make_user("ops")
    owner.name = HOSTILE
    owner.save(update_fields=["name"])
    Order.objects.filter(pk=order.pk).update(ref="A&B<i>", channel="<hr>", owner=owner)
    Customer.objects.filter(pk=order.customer_id).update(name=HOSTILE)
    policy = Policy.objects.get()
    for rule in policy.rules["rules"]:
        rule["label"] = HOSTILE
    policy.save(update_fields=["rules"])

    html = sign_in(role).get(EVERY_COLUMN).content.decode()
    row = html.partition('<tr id="row-A')[2].partition("</tr>")[0]

    assert row.startswith("&amp;B&lt;i&gt;")
    assert row.count(escape(HOSTILE)) >= 4  # customer, owner with what a pointer says, and the points
    assert "&lt;hr&gt;" in row
    assert not any(raw in html for raw in (HOSTILE, "<b onclick", "<hr>", "<i>"))
    assert "/orders/A&amp;B%3Ci%3E/" in row


def test_an_order_of_nobody_without_points_or_a_day_has_a_row(sign_in: SignIn) -> None:
    order = planned_order(1)
    order.plan.eta_p50 = order.plan.promised_on = order.plan.slip_days = None
    order.plan.short_units = 0
    order.plan.save()
    order.lines.get().plan.delete()

    row = sign_in().get(EVERY_COLUMN).content.decode().partition("<tbody")[2].partition("</tbody>")[0]

    assert "no promise yet" in row
    assert "Not set" in row
    assert ">none<" in row
    assert "Owner: nobody" in row

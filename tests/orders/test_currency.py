"""Another currency than pounds is shown and said everywhere; files and the API keep plain numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from notifications.delivering.sending import send_due
from notifications.dispatching import dispatch_pending
from notifications.models import Delivery
from orders.dialogue import compensating, ladder
from orders.drafting.money import use_sign
from orders.models import CompensationKind, Order, OrderPromise
from orders.replan import replan
from orders.views.compensation import BudgetForm
from tests.factories.inventory import make_product, make_purchase_order
from tests.factories.orders import make_customer, make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()
PAGES = ("/", "/orders/{ref}/", "/eta/?ref={ref}", "/eta/compensation/", "/customers/{code}/", "/flow/", "/rules/")


@pytest.fixture
def order(settings: Settings) -> Iterator[Order]:
    """An order of 100 in euros, ten days late, of a customer who reads German."""
    settings.CURRENCY = "EUR"
    use_sign("€")
    product = make_product()
    make_purchase_order([(product, 10)], expected_on=TODAY + timedelta(days=10))
    made = make_order([(product, 10)], customer=make_customer(language="de"))
    made.lines.update(unit_price=10)
    OrderPromise.objects.create(order=made, promised_on=TODAY, announced_on=TODAY, told_on=TODAY)
    replan(product_ids=None, cause="test", now=timezone.now(), quiet=True)
    yield made
    use_sign("£")


def credit() -> Any:
    values: dict[str, Any] = {"kind": CompensationKind.CREDIT, "amount": 12, "from_days_late": 7}
    return ladder.add_step(**values, actor=make_user("admin"))


def test_the_mail_says_the_amount_as_its_reader_writes_it(order: Order) -> None:
    given = credit()

    compensating.compensate(order.ref, step_id=given.pk, actor=make_user("agent"), now=timezone.now())
    while dispatch_pending(now=timezone.now()):
        pass
    Delivery.objects.update(not_before=timezone.now())
    send_due(now=timezone.now())

    assert "ziehen wir 12,00\N{NO-BREAK SPACE}€ von" in mail.outbox[0].body
    assert "£" not in mail.outbox[0].body
    assert str(given) == "€12.00 credit"
    assert BudgetForm().fields["monthly"].label == "Budget a month, €"


def test_no_page_of_colleagues_has_pounds(client: Client, order: Order) -> None:
    credit()
    client.force_login(make_user("admin"))

    for address in PAGES:
        page = client.get(address.format(ref=order.ref, code=order.customer.code), follow=True)
        assert page.status_code == 200, address
        assert "£" not in page.content.decode(), address

    board = client.get("/triage/").content.decode()
    assert "€100" in board
    assert 'data-currency="EUR"' in board


def test_the_api_names_the_currency_and_keeps_plain_numbers(client: Client, order: Order) -> None:
    client.force_login(make_user("admin"))

    attributes = client.get("/api/v1/policies/attributes/").json()
    shown = client.get(f"/api/v1/orders/{order.ref}/").json()

    assert {row["unit"] for row in attributes if row["name"] == "order.open_value"} == {"EUR"}
    assert "€" not in str(shown)

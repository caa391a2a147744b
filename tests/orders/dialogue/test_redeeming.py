"""Codes of compensation are looked up and used once; the budget counts what they really took off."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from kernel.errors import Conflict, Invalid, NotFound
from orders.dialogue.compensating import spent_in_month, take_compensation_back
from orders.dialogue.redeeming import find_code, take_use_back, use_code
from orders.models import Compensation, CompensationStep
from tests.concurrency.race import race_same
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "ACDEF34791"
PAGE = "/eta/compensation/"


def given(kind: str = "credit", **values: Any) -> Compensation:
    cost = Decimal(25 if kind == "credit" else 0)
    step = CompensationStep.objects.create(kind=kind, amount=cost)
    said = {"days_late": 9, "cost": cost, "code": CODE, "fact_key": "orders.compensated:1:v1", **values}
    return Compensation.objects.create(order=make_order([(make_product(), 1)]), step=step, **said)


def use(**said: Any) -> Compensation:
    return use_code(said.pop("code", CODE), **{"used_for": "SO-9", "actor": None, "now": timezone.now(), **said})


def test_a_code_is_found_however_the_customer_spells_it() -> None:
    kept = given()

    assert [find_code(text) for text in (CODE, "acdef-34791", " ACDEF 34791 ")] == [kept] * 3
    assert [find_code(text) for text in ("", "ACDEF3479", "A\0", "x" * 5000)] == [None] * 4


def test_what_it_took_off_counts_in_place_of_the_most() -> None:
    given()
    assert spent_in_month(timezone.now()) == 25

    used = use(amount=Decimal("12.50"))

    assert (used.used_for, used.used_amount) == ("SO-9", Decimal("12.50"))
    assert spent_in_month(timezone.now()) == Decimal("12.50")
    take_use_back(CODE, actor=None, now=timezone.now())
    assert spent_in_month(timezone.now()) == 25
    assert Compensation.objects.get().may_be_used


def test_many_at_once_use_it_once() -> None:
    given()

    results = race_same(4, use)

    assert sum(result.refusal is None for result in results) == 1
    assert {type(result.refusal) for result in results if result.refusal} == {Conflict}


@pytest.mark.parametrize(
    ("values", "said", "refusal"),
    [
        ({}, {"code": "ACDEF34794"}, NotFound),
        ({}, {"used_for": " "}, Invalid),
        ({}, {"amount": Decimal("25.01")}, Invalid),
        ({}, {"amount": Decimal("-1")}, Invalid),
        ({"kind": "apology"}, {}, Conflict),
        ({"taken_back_at": timezone.now()}, {}, Conflict),
    ],
)
def test_what_cannot_be_used_is_refused(values: dict[str, Any], said: dict[str, Any], refusal: type[Exception]) -> None:
    given(**values)

    with pytest.raises(refusal):
        use(**said)

    assert Compensation.objects.get().used_at is None


def test_what_was_used_is_not_taken_back_and_the_database_says_so_too() -> None:
    kept = given()
    use()

    with pytest.raises(Conflict, match="used already"):
        take_compensation_back(kept.pk, actor=None, now=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Compensation.objects.update(taken_back_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Compensation.objects.update(used_amount=26)


def test_an_agent_looks_a_code_up_and_marks_it_as_used(client: Client) -> None:
    kept = given()
    client.force_login(make_user("agent"))

    assert "May be used once" in client.get(f"{PAGE}?code=acdef34791").content.decode()
    assert "Nobody was given" in client.get(f"{PAGE}?code=NOPE").content.decode()
    said = {"code": CODE, "used_for": "SO-77", "amount": "25"}
    assert client.post(f"{PAGE}use/", said).status_code == 302
    assert client.post(f"{PAGE}use/", said).status_code == 409

    page = client.get(f"{PAGE}?code={CODE}").content.decode()
    assert "Used already" in page
    assert "SO-77" in page
    history = client.get(f"/orders/{kept.order.ref}/").content.decode()
    assert "£25.00 off" in history
    assert client.post(f"{PAGE}use/take-back/?code={CODE}").status_code == 302
    assert Compensation.objects.get().used_at is None

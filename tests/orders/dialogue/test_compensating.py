"""What customers are given for a broken promise: by the ladder, within the budget, until they know of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from kernel.errors import Conflict, DomainError, Invalid
from notifications.delivering.sending import send_due
from notifications.dispatching import dispatch_pending
from notifications.models import Delivery
from orders.dialogue import compensating, ladder
from orders.models import Compensation, CompensationKind, CompensationStep, Order, OrderPromise
from tests.concurrency.race import race
from tests.factories.inventory import make_product
from tests.factories.orders import make_customer, make_order, make_order_plan, make_user

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


def late_order(days: int = 10, price: int = 10, qty: int = 10, **customer: str) -> Order:
    """An order worth £100, promised for today, planned ``days`` later."""
    order = make_order([(make_product(), qty)], customer=make_customer(**customer))
    order.lines.update(unit_price=price)
    make_order_plan(order, eta_p50=TODAY + timedelta(days=days))
    OrderPromise.objects.update_or_create(
        order=order, defaults={"promised_on": TODAY, "announced_on": TODAY, "told_on": TODAY}
    )
    return order


def step(kind: str = CompensationKind.VOUCHER, **said: Any) -> CompensationStep:
    values = {"percent": 10} if kind == CompensationKind.VOUCHER else {}
    return ladder.add_step(**{"kind": kind, "from_days_late": 7, **values, **said}, actor=make_user("admin"))


def budget(monthly: int, agent_limit: int = 50) -> None:
    ladder.change_budget(
        monthly=Decimal(monthly), agent_limit=Decimal(agent_limit), version=None, actor=make_user("admin")
    )


def give(order: Order, given: CompensationStep, role: str = "agent") -> Compensation:
    return compensating.compensate(order.ref, step_id=given.pk, actor=make_user(role), now=timezone.now())


def deliver() -> list[str]:
    mail.outbox.clear()
    while dispatch_pending(now=timezone.now()):
        pass
    Delivery.objects.filter(state="pending").update(not_before=timezone.now())
    while send_due(now=timezone.now()):
        pass
    return [message.body for message in mail.outbox]


def test_an_order_is_offered_what_it_is_late_and_worth_enough_for() -> None:
    order = late_order(days=10, tier="gold")
    fits = step()
    dear = step(CompensationKind.CREDIT, amount=Decimal(25), tier="gold")
    for wrong in ({"from_days_late": 11}, {"from_value": Decimal("100.01")}, {"tier": "platinum"}):
        step(CompensationKind.APOLOGY, **wrong)

    found = compensating.offers(order, eta_on=order.plan.eta_p50, actor=make_user("agent"), now=timezone.now())

    assert [(offer.step.pk, offer.cost) for offer in found] == [(dear.pk, Decimal(25)), (fits.pk, Decimal(10))]


def test_the_customer_reads_what_they_get_in_their_language() -> None:
    order = late_order(language="de", name="Brook")
    given = give(order, step(CompensationKind.CREDIT, amount=Decimal("12.5")))

    (body,) = deliver()
    assert "12,50\N{NO-BREAK SPACE}£" in body
    assert given.code in body
    assert Compensation.objects.get().cost == Decimal("12.50")


def test_it_goes_back_until_the_customer_knows() -> None:
    order, ten = late_order(), step()
    given = give(order, ten)

    compensating.take_compensation_back(given.pk, actor=None, now=timezone.now())

    assert deliver() == []
    assert compensating.spent_in_month(timezone.now()) == 0
    again = give(order, ten)
    assert len(deliver()) == 1
    with pytest.raises(Conflict, match="has left"):
        compensating.take_compensation_back(again.pk, actor=None, now=timezone.now())


def test_beyond_budget_and_limit_nothing_is_given() -> None:
    ten = step()
    budget(15)
    give(late_order(), ten)
    second = late_order()

    with pytest.raises(Conflict, match=r"£5\.00 of this month's budget are left"):
        give(second, ten)
    budget(1000, agent_limit=9)
    with pytest.raises(Conflict, match="Ask operations"):
        give(second, ten)
    give(second, ten, "ops")
    with pytest.raises(Conflict, match="was given this already"):
        give(second, ten, "ops")

    assert Compensation.objects.count() == 2


def test_what_does_not_fit_is_refused_in_words() -> None:
    with pytest.raises(Conflict, match="7 days late or more; this one is 3"):
        give(late_order(days=3), step())

    assert not Compensation.objects.exists()


def test_the_budget_is_kept_by_many_at_once() -> None:
    ten = step()
    budget(30)
    orders = [late_order() for _ in range(8)]
    agent = make_user("agent")

    def one(order: Order) -> None:
        compensating.compensate(order.ref, step_id=ten.pk, actor=agent, now=timezone.now())

    race([lambda order=order: one(order) for order in orders])

    assert Compensation.objects.count() == 3
    assert compensating.spent_in_month(timezone.now()) == Decimal(30)


def test_a_step_is_removed_and_brought_back() -> None:
    made = step()
    admin = make_user("admin")

    ladder.remove_step(made.pk, actor=admin, now=timezone.now())
    with pytest.raises(Invalid, match="step of the ladder"):
        give(late_order(), made)
    ladder.restore_step(made.pk, actor=admin)

    assert give(late_order(), made).step == made


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": 0},
        {"percent": 101},
        {"kind": "money"},
        {"kind": "credit", "amount": Decimal(0)},
        {"from_days_late": 366},
        {"from_value": Decimal(-1)},
        {"tier": "tin"},
    ],
)
def test_a_step_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DomainError):
        step(**wrong)

    assert not CompensationStep.objects.exists()

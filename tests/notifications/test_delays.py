"""The law of delayed orders, day by day: who is asked, who is cancelled, and when. An order was promised for Saturday
21 November 2026; the clock is London's unless a test says otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from kernel.errors import Conflict, Invalid
from notifications.dispatching import dispatch_pending
from notifications.models import Delivery, Fact
from orders.dialogue.customer_choices import Sent, choose_shipping
from orders.dialogue.delays import (
    agree_in_person,
    cancel_unanswered,
    change_delay_rules,
    delay_rules,
    end_unanswered,
    give_overdue_notices,
)
from orders.dialogue.snapshots import customer_payloads
from orders.models import Allocation, DelayNotice, Hold, Order, OrderLine, OrderPlan, OrderPromise
from tests.concurrency.race import race_same
from tests.factories import number
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_customer, make_line, make_order, make_order_plan, make_user
from tests.notifications.sending import send
from tests.notifications.smtp_server import Script, content_of

pytestmark = pytest.mark.django_db(transaction=True)

PROMISED = date(2026, 11, 21)


def nov(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def dec(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


@pytest.fixture(autouse=True)
def law() -> None:
    keep_law()


def keep_law(**changes: Any) -> None:
    rules: dict[str, Any] = {"is_on": True, "countries": [], "long_delay_days": 30, "answer_days": 7, **changes}
    change_delay_rules(**rules, version=None, actor=None)


@pytest.fixture
def order() -> Order:
    return promised()


def promised(**customer: Any) -> Order:
    mug = make_product()
    make_stock(mug, on_hand=3)
    made = make_order([(mug, 5)], customer=make_customer(**customer), placed_at=nov(2))
    OrderPromise.objects.create(
        order=made, promised_on=PROMISED, announced_on=PROMISED, told_on=PROMISED, told_kind="", told_at=None
    )
    make_order_plan(made, eta_p50=PROMISED, open_units=5, short_units=5)
    return made


def slips(order: Order, to_on: date | None, *, at: datetime, is_sent: bool = True) -> None:
    """Let the plan move the order's day, and the news of it go out a minute later."""
    order.plan.eta_p50 = to_on
    order.plan.save(update_fields=["eta_p50"])
    payload = {**customer_payloads([order.pk])[order.pk], "eta_on": to_on.isoformat() if to_on else None}
    with time_machine.travel(at, tick=False):
        Fact.objects.create(
            kind="orders.eta_slipped",
            subject=f"order:{order.pk}:promise",
            dedupe_key=f"test:{number()}",
            payload=payload,
            occurred_at=at,
            not_before=at,
        )
        dispatch_pending(now=at)
        dispatch_pending(now=at)  # the notice that the first round recorded
    if is_sent:
        goes_out(at.replace(minute=at.minute + 1))


def goes_out(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        send(at)
        dispatch_pending(now=at)


def state(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def notices(order: Order) -> list[tuple[int, date | None, bool, date, str]]:
    rows = DelayNotice.objects.filter(order=order).order_by("number")
    return list(rows.values_list("number", "to_on", "needs_consent", "answer_by_on", "outcome"))


def look(at: datetime) -> int:
    with time_machine.travel(at, tick=False):
        return cancel_unanswered(now=at)


def test_the_first_short_delay_needs_no_answer_and_tells_of_the_right_to_cancel(order: Order, server: Script) -> None:
    slips(order, date(2026, 11, 28), at=nov(16))

    assert notices(order) == [(1, date(2026, 11, 28), False, date(2026, 11, 23), "unasked")]
    [mail] = server.mails
    assert "You may cancel at any time" in content_of(mail.get_body())
    assert [look(nov(22)), look(nov(30)), look(dec(31))] == [0, 0, 0]
    assert state(order) == "open"


def test_the_second_delay_needs_consent_and_silence_cancels_with_a_message(order: Order, server: Script) -> None:
    slips(order, date(2026, 11, 28), at=nov(16))
    slips(order, date(2026, 12, 5), at=nov(25))

    # Seven days to answer end later than the day agreed to, the 28th.
    assert notices(order)[1] == (2, date(2026, 12, 5), True, date(2026, 12, 2), "open")
    assert "Please answer by Wednesday 2 December" in server.mails[1]["Subject"]
    assert look(dec(2, 23, 59)) == 0
    assert state(order) == "open"
    assert look(dec(3, 0, 0)) == 1
    assert state(order) == "cancelled"
    assert notices(order)[1][4] == "expired"
    with time_machine.travel(dec(3), tick=False):
        dispatch_pending(now=dec(3))
    goes_out(dec(3, 12, 5))
    assert "We did not hear from you by Wednesday 2 December" in content_of(server.mails[2].get_body())
    assert look(dec(4)) == 0


def test_who_knows_early_has_until_the_day_they_agreed_to(order: Order, server: Script) -> None:
    slips(order, date(2026, 11, 28), at=nov(3))
    slips(order, date(2026, 12, 20), at=nov(4))

    assert notices(order)[1][3] == date(2026, 11, 28)
    assert look(nov(28, 23, 59)) == 0
    assert look(nov(29, 0, 0)) == 1


def test_the_day_ends_where_the_customer_is(server: Script) -> None:
    there = promised(zone="America/Los_Angeles")
    slips(there, date(2026, 11, 28), at=nov(16))
    slips(there, date(2026, 12, 5), at=nov(25))

    assert look(dec(3, 7, 59)) == 0
    assert look(dec(3, 8, 0)) == 1


@pytest.mark.parametrize(("to_on", "asks"), [(date(2026, 12, 21), False), (date(2026, 12, 22), True), (None, True)])
def test_a_first_delay_beyond_thirty_days_or_without_a_day_needs_consent(
    order: Order, server: Script, to_on: date | None, asks: bool
) -> None:
    slips(order, to_on, at=nov(16))

    assert [(notice[1], notice[2]) for notice in notices(order)] == [(to_on, asks)]


def test_whoever_agrees_on_their_page_keeps_the_order_and_agrees_to_that_day_only(order: Order, server: Script) -> None:
    slips(order, date(2026, 11, 28), at=nov(16))
    slips(order, date(2026, 12, 5), at=nov(25))
    asked = DelayNotice.objects.get(number=2)

    choose_shipping(order.ref, kind="wait", sent=Sent(1, "x"), notice_id=asked.pk, now=nov(26))

    assert look(dec(3)) == 0
    slips(order, date(2026, 12, 4), at=nov(27))  # no later than agreed to: ordinary news
    assert len(notices(order)) == 2
    slips(order, date(2026, 12, 9), at=dec(1))
    assert notices(order)[2] == (3, date(2026, 12, 9), True, date(2026, 12, 8), "open")
    assert look(dec(9, 0, 0)) == 1


def test_consent_to_a_notice_that_is_over_is_refused(order: Order, server: Script) -> None:
    slips(order, date(2026, 11, 28), at=nov(16))
    slips(order, date(2026, 12, 5), at=nov(25))
    asked = DelayNotice.objects.get(number=2)
    slips(order, date(2026, 12, 12), at=nov(26))

    with pytest.raises(Conflict):
        choose_shipping(order.ref, kind="wait", sent=Sent(1, "x"), notice_id=asked.pk, now=nov(26))

    assert state(order) == "open"
    assert [notice[4] for notice in notices(order)] == ["unasked", "replaced", "open"]


def test_a_further_delay_does_not_give_more_time_to_answer(order: Order, server: Script) -> None:
    slips(order, date(2026, 11, 28), at=nov(16))
    slips(order, date(2026, 12, 5), at=nov(25))
    slips(order, date(2026, 12, 12), at=nov(30))

    assert [notice[3] for notice in notices(order)[1:]] == [date(2026, 12, 2)] * 2


def test_a_colleague_keeps_what_the_customer_said_on_the_telephone(order: Order, server: Script) -> None:
    slips(order, date(2026, 12, 30), at=nov(16))
    asked = DelayNotice.objects.get()
    agent = make_user("agent")

    agree_in_person(order.ref, notice_id=asked.pk, actor=agent, now=nov(17))

    asked.refresh_from_db()
    assert (asked.outcome, asked.ended_by_id) == ("agreed", agent.pk)
    with pytest.raises(Conflict):
        agree_in_person(order.ref, notice_id=asked.pk, actor=agent, now=nov(17))


def test_an_order_that_is_back_in_time_is_not_cancelled(order: Order, server: Script) -> None:
    slips(order, date(2026, 12, 30), at=nov(16))
    order.plan.eta_p50 = PROMISED
    order.plan.save(update_fields=["eta_p50"])

    assert look(nov(24)) == 1
    assert state(order) == "open"
    assert notices(order)[0][4] == "kept"


def test_a_notice_that_never_left_never_counts(order: Order, server: Script) -> None:
    slips(order, date(2026, 12, 30), at=nov(16), is_sent=False)
    slips(order, date(2026, 11, 21), at=nov(16, 12, 1), is_sent=False)
    goes_out(nov(16, 12, 5))

    assert notices(order) == []
    assert [each.state for each in Delivery.objects.filter(kind="orders.delay_consent")] == ["superseded"]
    assert look(dec(30)) == 0


def test_the_plain_news_is_overtaken_by_the_notice_so_that_one_mail_leaves(order: Order, server: Script) -> None:
    slips(order, date(2026, 11, 28), at=nov(16))

    assert len(server.mails) == 1
    states = dict(Delivery.objects.values_list("kind", "state"))
    assert states == {"orders.eta_slipped": "superseded", "orders.delay_notice": "sent"}


def test_whom_no_mail_reaches_is_not_cancelled(server: Script) -> None:
    silent = promised(email="")
    slips(silent, date(2026, 12, 30), at=nov(16))

    assert notices(silent) == []
    assert look(dec(31)) == 0


def test_the_law_is_kept_only_where_it_holds(server: Script) -> None:
    keep_law(countries=["USA"])
    here, there = promised(country="France"), promised(country="USA")
    for order in (here, there):
        slips(order, date(2026, 12, 30), at=nov(16))

    assert (len(notices(here)), len(notices(there))) == (0, 1)


def test_nothing_is_asked_or_cancelled_while_it_is_off(order: Order, server: Script) -> None:
    slips(order, date(2026, 12, 30), at=nov(16))
    keep_law(is_on=False)
    other = promised()
    slips(other, date(2026, 12, 30), at=nov(17))

    assert look(dec(31)) == 0
    assert state(order) == "open"
    assert notices(other) == []
    assert "New date" in server.mails[1]["Subject"]


def test_what_is_being_packed_is_left_to_people_until_it_is_put_back(order: Order, server: Script) -> None:
    slips(order, date(2026, 12, 30), at=nov(16))
    allocation = allocate(make_line(order), 3, state=2)

    assert look(nov(25)) == 0
    assert state(order) == "open"
    Allocation.objects.filter(pk=allocation.pk).update(state=0)
    assert look(nov(25)) == 1
    assert OrderLine.objects.get(order=order).cancelled_qty == 5
    assert not Allocation.objects.exists()


def test_an_order_that_was_closed_otherwise_only_ends_its_notice(order: Order, server: Script) -> None:
    slips(order, date(2026, 12, 30), at=nov(16))
    Order.objects.filter(pk=order.pk).update(status="shipped", closed_at=nov(17))

    assert look(nov(25)) == 1
    assert notices(order)[0][4] == "closed"


def test_many_workers_end_a_notice_once(order: Order, server: Script) -> None:
    slips(order, date(2026, 12, 30), at=nov(16))
    notice = DelayNotice.objects.get()

    results = race_same(8, end_unanswered, order.ref, notice_id=notice.pk, now=nov(25))

    assert sum(result.value is True for result in results) == 1
    assert Fact.objects.filter(kind="orders.cancelled_unanswered").count() == 1


def test_who_was_promised_a_day_that_passed_without_another_is_asked_once(server: Script) -> None:
    late, held, dated = promised(), promised(), promised()
    Hold.objects.create(order=held, kind="address", placed_at=nov(16))
    OrderPlan.objects.filter(order__in=[late, held]).update(eta_p50=None)

    for at in (nov(21), nov(22, 1), nov(22, 2)):
        with time_machine.travel(at, tick=False):
            give_overdue_notices(now=at)
            dispatch_pending(now=at)
        goes_out(at.replace(minute=1))

    assert notices(late) == [(1, None, True, date(2026, 11, 29), "open")]
    assert (notices(held), notices(dated)) == ([], [])
    assert len(server.mails) == 1
    assert look(nov(30, 0, 0)) == 1
    assert state(late) == "cancelled"


@pytest.mark.parametrize(
    "changes", [{"answer_days": 0}, {"answer_days": 91}, {"long_delay_days": -1}, {"countries": ["a\0b"]}]
)
def test_rules_that_make_no_sense_are_refused(changes: dict[str, object]) -> None:
    before = delay_rules().version

    with pytest.raises(Invalid):
        keep_law(**changes)

    assert delay_rules().version == before

"""Suppliers slip by ten days: on the whole sample, through plan, facts and a real mail server, up to the sum."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db.models import Exists, OuterRef
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from time_machine import Traveller, travel

from inventory.models import PurchaseOrder, PurchaseOrderLine
from inventory.purchasing import redate_purchase_order
from notifications.delivering.sending import send_due
from notifications.dispatching import dispatch_pending
from notifications.integrity import fact_counts, message_drift
from notifications.models import Delivery, MessageRules
from orders.models import Order, OrderPlan, OrderPromise, Peg
from orders.planning.types import Reason
from orders.replanning.queue import plan_due_marks
from tests.factories.orders import make_user
from tests.notifications.smtp_server import Script, parts_of

# Committed: else each statement looks through the checks that the load left for the end of the transaction.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1200)]

LONDON = ZoneInfo("Europe/London")
THRESHOLD_DAYS, UNSUPPLIED_THRESHOLD_DAYS, SLIP_DAYS, ENOUGH_ORDERS = 3, 7, 10, 300
FATES = ("sent", "pending", "sending", "superseded", "suppressed", "failed", "uncertain", "proposed")

Days = dict[int, date]


def test_suppliers_slip_by_ten_days_and_exactly_the_affected_customers_hear_of_it_once(
    server: Script, settings: Settings
) -> None:
    """In the evening, half past eight in London and half past nine in Paris; tomorrow's, since PostgreSQL goes by the
    true clock."""
    settings.SLIP_THRESHOLD_DAYS = THRESHOLD_DAYS
    evening = datetime.combine(timezone.localdate() + timedelta(days=1), time(20, 30), LONDON)
    with travel(evening, tick=True) as clock:
        call_command("load_sample", stdout=StringIO())
        MessageRules.objects.create(quiet_from=time(21), quiet_to=time(8), storm_messages=100_000)
        late, told = _purchase_orders_that_many_wait_for(), _told()
        before = _days(late)
        small, after = (
            {ref: day + timedelta(days=days) for ref, day in before.items()} for days in (THRESHOLD_DAYS - 1, SLIP_DAYS)
        )

        _slip_and_move_back_before_anything_is_sent(small, before, told, clock, settings)
        _slip_and_move_back_before_anything_is_sent(after, before, told, clock, settings)
        assert server.mails == []

        clock.move_to(evening + timedelta(minutes=15))
        _redate(after)
        later, sooner, under = _moved(told)
        assert len(later) >= ENOUGH_ORDERS
        assert sooner, "some get what the late ones leave to them, but not before it has come"
        _let_all_leave(clock)
        asleep, awake = _by_clock(later)
        assert _told_by_mail(server) == awake, "each customer's orders in one mail, and nobody else's"
        assert _why_waiting(asleep) == {"It is night where the customer is"}
        _check_sum()

        clock.move_to(evening + timedelta(hours=11, minutes=31))
        server.mails.clear()
        _let_all_leave(clock)
        assert _told_by_mail(server) == asleep
        counts = _check_sum()
        assert counts["pending"] == 0
        print(
            f"\n{len(late)} purchase orders {SLIP_DAYS} days later: {len(later)} orders moved back by {THRESHOLD_DAYS}"
            f" days or more, {len(sooner)} forward, not told yet, {len(under)} by less; {len(awake)} customers told in"
            f" the evening, {len(asleep)} in the morning; {counts}"
        )


def _slip_and_move_back_before_anything_is_sent(
    after: dict[str, date], before: dict[str, date], told: Days, clock: Traveller, settings: Settings
) -> None:
    """Plan the slip, announce it, take it back within the hold; what is left when the hold is over is nothing."""
    hold, settings.MESSAGE_HOLD_SECONDS = settings.MESSAGE_HOLD_SECONDS, 24 * 3600  # two plans take a while
    _redate(after)
    later, _, under = _moved(told)
    _dispatch()
    announced = set(Delivery.objects.filter(state="pending").values_list("order_ref", flat=True))
    assert announced == _writable(later), "each order that moved far enough, and none under the threshold"
    assert len(later | under) >= ENOUGH_ORDERS, "how many of them moved far enough hangs on the weekday"
    _redate(before)
    settings.MESSAGE_HOLD_SECONDS = hold
    Delivery.objects.update(not_before=timezone.now())
    _let_all_leave(clock)
    counts = _check_sum()
    assert counts["sent"] == counts["pending"] == 0


def _purchase_orders_that_many_wait_for() -> list[str]:
    """Return what is still to come from the suppliers whom most orders wait for last, until that is enough orders."""
    purchase_order = "purchase_order_line__purchase_order"
    coming = Peg.objects.filter(
        **{f"{purchase_order}__status": "open", f"{purchase_order}__expected_on__gte": timezone.localdate()}
    )
    last = coming.order_by("line__order", "-purchase_order_line__expected_on").distinct("line__order")
    waiting = Counter(last.values_list(f"{purchase_order}__supplier", flat=True))
    chosen: list[int] = []
    for supplier, _ in sorted(waiting.items(), key=lambda item: (-item[1], item[0])):
        if sum(waiting[each] for each in chosen) < 1.5 * ENOUGH_ORDERS:
            chosen.append(supplier)
    late = PurchaseOrder.objects.filter(supplier__in=chosen, status="open", expected_on__gte=timezone.localdate())
    other_days = PurchaseOrderLine.objects.filter(purchase_order=OuterRef("pk"), outstanding_qty__gt=0)
    late = late.exclude(Exists(other_days.exclude(expected_on=OuterRef("expected_on"))))  # one day can be given back
    return list(late.order_by("ref").values_list("ref", flat=True))


def _days(refs: Collection[str]) -> dict[str, date]:
    return dict(PurchaseOrder.objects.filter(ref__in=refs).values_list("ref", "expected_on"))


def _redate(days: dict[str, date]) -> None:
    for ref, day in days.items():
        redate_purchase_order(ref, expected_on=day, actor=None, now=timezone.now())
    while plan_due_marks(timezone.now):
        pass


def _told() -> Days:
    return dict(OrderPromise.objects.filter(told_on__isnull=False).values_list("order_id", "told_on"))


def _moved(told: Days) -> tuple[set[int], set[int], set[int]]:
    """Return the waiting orders whose day moved far enough to hear of it, back and forward, and those that moved less.

    Those that moved forward are told when their units are there. Who waits for a late part leaves the early supply of
    its others to those behind. Worked out from the plan alone.
    """
    later, sooner, under = set(), set(), set()
    planned = OrderPlan.objects.filter(short_units__gt=0, eta_p50__isnull=False, order__in=told)
    for order, day, reason in planned.values_list("order_id", "eta_p50", "reason"):
        days = (day - told[order]).days
        if abs(days) >= (UNSUPPLIED_THRESHOLD_DAYS if reason == Reason.STOCK_SHORT else THRESHOLD_DAYS):
            (later if days > 0 else sooner).add(order)
        elif days:
            under.add(order)
    return later, sooner, under


def _dispatch() -> None:
    while dispatch_pending(now=timezone.now()):
        pass


def _let_all_leave(clock: Traveller) -> None:
    """Hand the facts on, wait until the messages may leave, and send until nothing is due."""
    _dispatch()
    clock.shift(timedelta(seconds=60))
    while send_due(now=timezone.now()):
        pass
    _dispatch()


def _writable(orders: Collection[int]) -> set[str]:
    """Return the numbers of those orders whose customers can be written to."""
    ours = Order.objects.filter(pk__in=orders, customer__wants_email=True).exclude(customer__email="")
    return set(ours.values_list("ref", flat=True))


def _by_clock(orders: Collection[int]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return the order numbers by address: of customers who sleep now, and of the others."""
    asleep: dict[str, set[str]] = defaultdict(set)
    awake: dict[str, set[str]] = defaultdict(set)
    for order in Order.objects.filter(pk__in=orders, customer__wants_email=True).select_related("customer"):
        if order.customer.email:
            clock = timezone.localtime(timezone.now(), ZoneInfo(order.customer.zone)).time()
            sleeps = clock >= time(21) or clock < time(8)
            (asleep if sleeps else awake)[order.customer.email].add(order.ref)
    return asleep, awake


def _told_by_mail(server: Script) -> dict[str, set[str]]:
    """Return the order numbers that each address was told of; fails when one got two mails."""
    told: dict[str, set[str]] = {}
    for mail in server.mails:
        assert mail["To"] not in told, f"{mail['To']} got two mails"
        assert mail["List-Unsubscribe"].startswith("<http")
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        text, _ = parts_of(mail)
        told[mail["To"]] = set(re.findall(r"SO-[0-9]+", f"{mail['Subject']} {text}"))
    return told


def _why_waiting(asleep: dict[str, set[str]]) -> set[str]:
    """Return why the news of those who sleep waits; each until eight o'clock by their own clock."""
    waiting = Delivery.objects.filter(state="pending").select_related("fact")
    assert {row.order_ref for row in waiting} == set().union(*asleep.values())
    for row in waiting:
        local = timezone.localtime(row.not_before, ZoneInfo(row.fact.payload["customer"]["zone"]))
        assert local.time() == time(8)
    return {row.state_reason for row in waiting}


def _check_sum() -> dict[str, int]:
    counts = fact_counts()
    assert counts["facts"] == sum(counts.get(fate, 0) for fate in FATES) + counts["unheard"] + counts["quarantined"]
    assert message_drift() == []
    page = Client()
    page.force_login(make_user("admin"))
    shown = page.get("/messages/rules/").context
    assert shown["facts"] == counts["facts"] == sum(count for _, count in shown["stands"])
    return counts

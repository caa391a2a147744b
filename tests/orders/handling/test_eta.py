from __future__ import annotations

from datetime import date, timedelta

import pytest

from inventory.models import DirtyMark
from kernel.errors import Conflict, Forbidden, Invalid
from orders.handling.eta import change_eta, take_back_eta
from orders.models import EtaRevision, EtaRevisionKind, Order
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_order_plan, make_user

pytestmark = pytest.mark.django_db

PLANNED = TODAY + timedelta(days=10)


@pytest.fixture
def order() -> Order:
    order = make_order([(make_product(), 8)], ref="SO-1")
    make_order_plan(order, eta_p50=PLANNED)
    return order


def days_later(days: int) -> date:
    return PLANNED + timedelta(days=days)


def test_operations_set_any_date_and_the_ledger_keeps_it(order: Order) -> None:
    user = make_user("ops")

    changed = change_eta("SO-1", eta_on=TODAY, reason="van today", actor=user, now=NOW)

    assert (changed.eta_by_hand_on, changed.eta_by_hand_reason, changed.version) == (TODAY, "van today", 2)
    revision = EtaRevision.objects.get()
    assert (revision.kind, revision.old_on, revision.new_on) == (EtaRevisionKind.BY_HAND, PLANNED, TODAY)
    assert (revision.actor_id, revision.note, revision.at) == (user.pk, "van today", NOW)
    assert DirtyMark.objects.get().cause == "eta_by_hand"


def test_the_date_goes_back_to_the_plan(order: Order) -> None:
    change_eta("SO-1", eta_on=TODAY, reason="van", actor=None, now=NOW)

    changed = change_eta("SO-1", eta_on=None, actor=None, now=NOW)

    assert (changed.eta_by_hand_on, changed.eta_by_hand_reason) == (None, "")
    assert EtaRevision.objects.latest("id").new_on is None


def test_an_agent_postpones_by_fourteen_days_in_all(order: Order) -> None:
    agent = make_user("agent")

    change_eta("SO-1", eta_on=days_later(10), reason="holiday", actor=agent, now=NOW)
    change_eta("SO-1", eta_on=days_later(14), reason="holiday", actor=agent, now=NOW)

    with pytest.raises(Forbidden, match="at most"):
        change_eta("SO-1", eta_on=days_later(15), reason="holiday", actor=agent, now=NOW)


@pytest.mark.parametrize("days", [-1, 0, 15])
def test_an_agent_neither_promises_earlier_nor_much_later(order: Order, days: int) -> None:
    with pytest.raises(Forbidden, match="Ask operations"):
        change_eta("SO-1", eta_on=days_later(days), reason="hope", actor=make_user("agent"), now=NOW)

    assert not EtaRevision.objects.exists()


def test_an_agent_does_not_take_a_date_back(order: Order) -> None:
    change_eta("SO-1", eta_on=days_later(1), reason="van", actor=None, now=NOW)

    with pytest.raises(Forbidden):
        change_eta("SO-1", eta_on=None, actor=make_user("agent"), now=NOW)


def test_ones_own_change_is_taken_back_to_what_held_before(order: Order) -> None:
    ops = make_user("ops")
    change_eta("SO-1", eta_on=days_later(3), reason="van", actor=None, now=NOW)
    change_eta("SO-1", eta_on=days_later(9), reason="strike", actor=ops, now=NOW)

    changed = take_back_eta("SO-1", actor=ops, now=NOW)

    assert (changed.eta_by_hand_on, changed.eta_by_hand_reason) == (days_later(3), "van")
    assert EtaRevision.objects.latest("id").new_on == days_later(3)


def test_an_agent_takes_their_own_change_back_to_the_plan(order: Order) -> None:
    agent = make_user("agent")
    change_eta("SO-1", eta_on=days_later(3), reason="holiday", actor=agent, now=NOW)

    changed = take_back_eta("SO-1", actor=agent, now=NOW)

    assert (changed.eta_by_hand_on, changed.eta_by_hand_reason) == (None, "")


def test_nobody_takes_back_what_somebody_else_did_or_nobody(order: Order) -> None:
    agent, ops = make_user("agent"), make_user("ops")
    with pytest.raises(Conflict, match="not yours"):
        take_back_eta("SO-1", actor=agent, now=NOW)
    change_eta("SO-1", eta_on=days_later(3), reason="holiday", actor=agent, now=NOW)
    change_eta("SO-1", eta_on=days_later(9), reason="strike", actor=ops, now=NOW)

    with pytest.raises(Conflict, match="not yours"):
        take_back_eta("SO-1", actor=agent, now=NOW)

    assert Order.objects.get(ref="SO-1").eta_by_hand_on == days_later(9)


@pytest.mark.parametrize(
    ("eta_on", "reason", "field"),
    [
        (TODAY - timedelta(days=1), "late", "eta_on"),
        (date(2101, 1, 1), "late", "eta_on"),
        (TODAY, "", "reason"),
        (TODAY, "x" * 201, "reason"),
    ],
)
def test_a_wrong_date_is_refused(order: Order, eta_on: date, reason: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        change_eta("SO-1", eta_on=eta_on, reason=reason, actor=None, now=NOW)

    assert field in refusal.value.fields
    assert not EtaRevision.objects.exists()


def test_an_eta_is_not_before_the_order() -> None:
    make_order([(make_product(), 8)], ref="SO-2", placed_at=NOW + timedelta(days=1))

    with pytest.raises(Invalid):
        change_eta("SO-2", eta_on=TODAY, reason="now", actor=None, now=NOW)


def test_the_same_date_again_is_refused(order: Order) -> None:
    change_eta("SO-1", eta_on=TODAY, reason="van", actor=None, now=NOW)

    with pytest.raises(Conflict, match="has that date already"):
        change_eta("SO-1", eta_on=TODAY, reason="van", actor=None, now=NOW)

"""Some messages wait for an agent, as the admins' rules say; what overtakes them or takes too long settles them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from kernel.errors import Conflict, DomainError, Invalid
from notifications.delivering.sending import send_due
from notifications.dispatching import dispatch_pending
from notifications.integrity import fact_counts, message_drift
from notifications.models import Delivery, DeliveryState, Fact, SendMode, SendRule
from notifications.rules import approving, send_rules
from notifications.rules.proposing import let_proposals_lapse
from tests.factories import number
from tests.factories.messages import make_fact
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def rule(kind: str = "", *, tier: str = "", channel: str = "", from_days: int = 0, mode: str = "proposed") -> SendRule:
    return send_rules.add_send_rule(
        kind=kind, tier=tier, channel=channel, from_days=from_days, mode=mode, actor=make_user("admin")
    )


def announced(**fields: Any) -> Delivery:
    fact = make_fact(now=timezone.now() - timedelta(minutes=5), **fields)
    while dispatch_pending(now=timezone.now()):
        pass
    return Delivery.objects.get(fact=fact)


def drain() -> list[str]:
    mail.outbox.clear()
    Delivery.objects.filter(state="pending").update(not_before=timezone.now())
    while send_due(now=timezone.now()):
        pass
    return [message.body for message in mail.outbox]


def state(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def test_without_rules_all_leaves_by_itself() -> None:
    assert announced().state == DeliveryState.PENDING


def test_the_first_rule_that_fits_decides() -> None:
    rule(tier="gold")
    rule("orders.eta_slipped", tier="gold", mode="automatic")
    rule("orders.shipped", mode="never")
    rule(from_days=5)

    assert announced(tier="gold").state == DeliveryState.PENDING, "the narrower rule is asked first"
    assert announced(kind="orders.backordered", tier="gold").state == DeliveryState.PROPOSED
    assert announced(kind="orders.shipped").state == DeliveryState.SUPPRESSED
    assert announced().state == DeliveryState.PROPOSED, "it moves by a week"
    assert announced(eta_on="2026-11-24").state == DeliveryState.PENDING


def test_what_a_colleague_wrote_needs_no_approval() -> None:
    rule()

    assert announced(by_colleague=True).state == DeliveryState.PENDING


def test_an_approved_message_leaves_in_the_agents_words_and_all_adds_up() -> None:
    rule()
    proposed, other = announced(), announced()
    assert drain() == []
    agent = make_user("agent")

    approving.approve([proposed.pk], reason="stock_short", note="We called you.", actor=agent, now=timezone.now())

    (body,) = drain()
    assert "we are ordering more" in body
    assert "We called you." in body
    assert state(proposed) == DeliveryState.SENT
    assert (proposed.decided_by, state(other)) == (agent, DeliveryState.PROPOSED)
    counts = fact_counts()
    assert counts["facts"] == sum(count for name, count in counts.items() if name != "facts")
    assert message_drift() == []


def test_many_are_approved_at_once_and_it_can_be_thought_over() -> None:
    rule()
    proposals = [announced() for _ in range(3)]
    agent = make_user("agent")
    keys = [each.pk for each in proposals]

    assert len(approving.approve(keys, actor=agent, now=timezone.now())) == 3
    assert len(approving.think_again(keys, actor=agent, now=timezone.now())) == 3
    assert {state(each) for each in proposals} == {DeliveryState.PROPOSED}
    assert drain() == []

    approving.approve(keys[:1], actor=agent, now=timezone.now())
    drain()
    with pytest.raises(Conflict, match="have left"):
        approving.think_again(keys[:1], actor=agent, now=timezone.now())


def test_a_rejected_message_says_who_and_why() -> None:
    rule()
    proposal = announced()

    with pytest.raises(Invalid, match="Say why"):
        approving.reject([proposal.pk], reason=" ", actor=None, now=timezone.now())
    approving.reject([proposal.pk], reason="They know", actor=make_user("agent"), now=timezone.now())

    assert (state(proposal), proposal.state_reason) == (DeliveryState.SUPPRESSED, "Rejected: They know")
    with pytest.raises(Conflict):
        approving.approve([proposal.pk], actor=None, now=timezone.now())


def test_newer_news_overtakes_a_proposal() -> None:
    rule()
    old = announced(order_id=7)
    new = announced(order_id=7, eta_on="2026-12-05")

    assert (state(old), state(new)) == (DeliveryState.SUPERSEDED, DeliveryState.PROPOSED)


def test_a_proposal_that_was_overtaken_meanwhile_is_not_approved() -> None:
    rule()
    proposal = announced(order_id=7)
    make_fact("orders.cancelled", order_id=7, now=timezone.now())

    assert approving.approve([proposal.pk], actor=None, now=timezone.now()) == []
    assert state(proposal) == DeliveryState.SUPERSEDED


def test_proposals_lapse_and_facts_without_messages_overtake_them() -> None:
    rule()
    old, overtaken, fresh = announced(), announced(order_id=9), announced()
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=49))
    Fact.objects.create(kind="orders.told_by_phone", subject="order:9:promise", dedupe_key=f"test:{number()}")

    assert let_proposals_lapse(now=timezone.now()) == 2

    assert state(old) == DeliveryState.SUPPRESSED
    assert "Nobody approved it within 48 hours" in old.state_reason
    assert (state(overtaken), state(fresh)) == (DeliveryState.SUPERSEDED, DeliveryState.PROPOSED)


def test_rules_are_ordered_changed_removed_and_brought_back() -> None:
    broad, narrow = rule(), rule("orders.shipped", tier="gold")
    admin = make_user("admin")

    def order() -> list[int]:
        return list(SendRule.objects.filter(removed_at=None).order_by("position").values_list("pk", flat=True))

    assert order() == [narrow.pk, broad.pk]
    send_rules.move_send_rule(narrow.pk, up=False, actor=admin)
    assert order() == [broad.pk, narrow.pk]
    with pytest.raises(Conflict, match="first"):
        send_rules.move_send_rule(broad.pk, up=True, actor=admin)
    assert send_rules.change_send_rule(broad.pk, mode="never", actor=admin).mode == SendMode.NEVER
    send_rules.remove_send_rule(broad.pk, actor=admin, now=timezone.now())
    assert order() == [narrow.pk]
    send_rules.restore_send_rule(broad.pk, actor=admin)
    assert order() == [broad.pk, narrow.pk]


@pytest.mark.parametrize(
    "wrong", [{"kind": "orders.gone"}, {"tier": "tin"}, {"channel": "fax"}, {"mode": "maybe"}, {"from_days": 366}]
)
def test_a_rule_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        rule(**wrong)

    assert not SendRule.objects.exists()


def test_there_is_one_rule_for_the_same_messages() -> None:
    rule("orders.shipped")

    with pytest.raises(DomainError, match="Change that one"):
        rule("orders.shipped", mode="never")

"""The pages of a plan run: held, released, withdrawn, and compared with the one before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import Order, PlanRun, PlanRunStatus, PolicyStatus
from orders.planning.presets import FIFO
from orders.replan import finish_full_runs, replan
from orders.rules import policies
from orders.rules.guarding import change_guard
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import make_customer, make_order, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def backlog() -> Order:
    product, now = make_product("MUG"), timezone.now()
    make_stock(product, on_hand=1)
    make_purchase_order([(product, 5)], expected_on=timezone.localdate() + timedelta(days=20))
    old = make_order([(product, 1)], placed_at=now - timedelta(days=2))
    make_order([(product, 1)], placed_at=now - timedelta(days=1), customer=make_customer(tier="platinum"))
    replan(product_ids=None, cause="test", now=now)
    return old


@pytest.fixture
def held(backlog: Order) -> PlanRun:
    change_guard(changes={"slipped_orders": 0}, actor=None)
    draft = policies.create_draft(name="Oldest first", rules=FIFO, note="", actor=None, now=timezone.now())
    policies.publish(draft.pk, actor=None, now=timezone.now())
    finish_full_runs(now=timezone.now())
    return PlanRun.objects.get(status=PlanRunStatus.HELD)


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_held_run_says_what_it_would_break_and_who_may_decide(held: PlanRun) -> None:
    seen_by_ops = signed_in("ops").get(f"/plan-runs/{held.pk}/").content.decode()
    seen_by_agent = signed_in("agent").get(f"/plan-runs/{held.pk}/").content.decode()

    assert "1 order would slip; 0 may." in seen_by_ops
    assert f"/plan-runs/{held.pk}/release/" in seen_by_ops
    assert "1 order would slip; 0 may." in seen_by_agent
    assert "Falls back 1 place: others take its units" in seen_by_agent
    assert f"/plan-runs/{held.pk}/release/" not in seen_by_agent
    assert "Held" in signed_in("agent").get("/plan-runs/").content.decode()


def test_a_held_run_is_released_with_a_reason(held: PlanRun) -> None:
    ops = signed_in("ops")

    refused = ops.post(f"/plan-runs/{held.pk}/release/", {"note": ""})
    released = ops.post(f"/plan-runs/{held.pk}/release/", {"note": "Wanted"})
    finish_full_runs(now=timezone.now())

    assert (refused.status_code, "Say why" in refused.content.decode()) == (409, True)
    assert (released.status_code, released["Location"]) == (302, f"/plan-runs/{held.pk}/")
    held.refresh_from_db()
    assert held.status == PlanRunStatus.DONE
    assert "Wanted" in ops.get(f"/plan-runs/{held.pk}/").content.decode()


def test_a_held_run_is_withdrawn(held: PlanRun) -> None:
    ops = signed_in("ops")

    ops.post(f"/plan-runs/{held.pk}/withdraw/", {"note": "Too much"})

    held.refresh_from_db()
    assert held.policy is not None
    assert (held.status, held.policy.status) == (PlanRunStatus.DROPPED, PolicyStatus.DRAFT)
    assert "nothing of it was written" in ops.get(f"/plan-runs/{held.pk}/").content.decode()


def test_agents_decide_nothing(held: PlanRun) -> None:
    assert signed_in("agent").post(f"/plan-runs/{held.pk}/release/", {"note": "Go"}).status_code == 403
    held.refresh_from_db()
    assert held.status == PlanRunStatus.HELD


def test_a_run_is_compared_with_the_full_run_before(backlog: Order) -> None:
    first = PlanRun.objects.get()
    client = signed_in("agent")
    assert client.get(f"/plan-runs/{first.pk}/changes/").status_code == 404
    Order.objects.filter(pk=backlog.pk).update(is_expedited=True)
    last = replan(product_ids=None, cause="test", now=timezone.now())

    page = client.get(f"/plan-runs/{last.pk}/changes/").content.decode()

    assert f"Since run {first.pk}" in page
    assert backlog.ref in page
    assert f"/plan-runs/{last.pk}/changes/" in client.get(f"/plan-runs/{last.pk}/").content.decode()
    for named in (str(first.pk), "²"):
        assert client.get(f"/plan-runs/{last.pk}/changes/?with={named}").status_code == 200


def test_a_held_run_shows_what_customers_would_be_told(held: PlanRun) -> None:
    agent = signed_in("agent")
    assert f"/plan-runs/{held.pk}/messages/" in agent.get(f"/plan-runs/{held.pk}/").content.decode()

    page = agent.get(f"/plan-runs/{held.pk}/messages/")

    counts, told = page.context["counts"], page.context["told"]
    assert dict(counts)["eta_slipped"] > 0
    assert told[0].ref in told[0].mail.subject_line
    assert agent.get("/plan-runs/987654321/messages/").status_code == 404

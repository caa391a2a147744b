"""The guard, held runs and approvals over REST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from orders.models import Order, PlanRun, Policy
from orders.planning.presets import FIFO
from orders.replan import finish_full_runs, replan
from tests.api.conftest import Api
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import make_customer, make_order


@pytest.fixture
def backlog(db: None) -> None:
    product = make_product("MUG")
    make_stock(product, on_hand=1)
    make_purchase_order([(product, 5)], expected_on=timezone.localdate() + timedelta(days=20))
    now = timezone.now()
    make_order([(product, 1)], placed_at=now - timedelta(days=2))
    make_order([(product, 1)], placed_at=now - timedelta(days=1), customer=make_customer(tier="platinum"))
    replan(product_ids=None, cause="test", now=now)


def test_a_release_is_held_shown_and_released(api: Api, backlog: None) -> None:
    assert api.get("guard/").json()["messages"] is None
    assert api.post("guard/", {"slipped_orders": 0, "edits": 0}).json()["slipped_orders"] == 0
    assert api.post("guard/", {"slipped_orders": 3, "edits": 0}).status_code == 409
    seen = api.post("policies/preview/", {"rules": FIFO}).json()["guard"]
    assert (seen["is_held"], seen["breaches"][0]["words"]) == (True, "1 order would slip; 0 may.")
    pk = api.post("policies/", {"name": "Plain", "rules": FIFO}).json()["id"]

    assert api.post(f"policies/{pk}/publish/").json()["status"] == "releasing"
    finish_full_runs(now=timezone.now())
    run = api.get("plan-runs/?status=held").json()["results"][0]
    assert run["verdict"]["breaches"][0]["limit"] == "slipped_orders"
    assert api.post(f"plan-runs/{run['id']}/release/", {"note": ""}).status_code == 409
    assert api.post(f"plan-runs/{run['id']}/release/", {"note": "Wanted"}).json()["status"] == "running"
    finish_full_runs(now=timezone.now())

    assert api.get(f"plan-runs/{run['id']}/").json()["status"] == "done"
    assert api.get(f"policies/{pk}/").json()["status"] == "published"


def test_a_held_release_is_withdrawn(api: Api, backlog: None) -> None:
    api.post("guard/", {"slipped_orders": 0})
    pk = api.post("policies/", {"name": "Plain", "rules": FIFO}).json()["id"]
    api.post(f"policies/{pk}/publish/")
    finish_full_runs(now=timezone.now())
    run = PlanRun.objects.get(status="held")

    assert api.post(f"plan-runs/{run.pk}/withdraw/", {"note": "Later"}).json()["status"] == "dropped"
    assert api.get(f"policies/{pk}/").json()["status"] == "draft"
    assert api.post(f"plan-runs/{run.pk}/withdraw/").status_code == 409


def test_a_draft_is_changed_only_by_whoever_saw_it(api: Api) -> None:
    draft = api.post("policies/", {"name": "Plain", "rules": FIFO}).json()

    changed = api.patch(f"policies/{draft['id']}/", {"name": "Plainer", "revision": draft["revision"]})
    stale = api.patch(f"policies/{draft['id']}/", {"name": "Plainest", "revision": draft["revision"]})

    assert (changed.status_code, changed.json()["name"], stale.status_code) == (200, "Plainer", 409)
    assert Policy.objects.get(pk=draft["id"]).name == "Plainer"


def test_two_people_put_rules_in_force(api_as: Callable[..., Api]) -> None:
    admin, ops = api_as("admin"), api_as("ops")
    admin.post("guard/", {"four_eyes": True})
    pk = ops.post("policies/", {"name": "Plain", "rules": FIFO}).json()["id"]

    assert admin.post(f"policies/{pk}/publish/").json()["code"] == "needs_second_person"
    assert ops.post(f"policies/{pk}/submit/", {"note": "Simpler"}).json()["status"] == "submitted"
    assert ops.post(f"policies/{pk}/approve/").status_code == 403
    assert admin.post(f"policies/{pk}/send-back/", {"note": "Why?"}).json()["status"] == "draft"
    ops.post(f"policies/{pk}/submit/")

    assert admin.post(f"policies/{pk}/approve/").json()["status"] == "published"


def test_ops_do_not_set_the_guard(api_as: Callable[..., Api]) -> None:
    assert api_as("ops").post("guard/", {"messages": 1}).status_code == 403
    assert api_as("agent").get("guard/").status_code == 200


def test_wrong_limits_are_refused(api: Api) -> None:
    assert set(api.post("guard/", {"messages": -1, "rank_churn_percent": 101}).json()["fields"]) == {
        "messages", "rank_churn_percent"
    }  # fmt: skip


def test_two_runs_are_compared_over_all_and_for_one_order(api: Api, backlog: None) -> None:
    now = timezone.now()
    first, order = PlanRun.objects.get(), Order.objects.order_by("pk")[0]
    Order.objects.filter(pk=order.pk).update(is_expedited=True)
    last = replan(product_ids=None, cause="test", now=now)

    found = api.get(f"plan-runs/{last.pk}/compare/?with={first.pk}").json()
    one = api.get(f"plan-runs/{last.pk}/compare-order/?with={first.pk}&order={order.ref}").json()

    assert (found["before"], found["after"], found["sooner"], found["later"]) == (first.pk, last.pk, 1, 1)
    assert found["replayed"]["winners"][0]["ref"] == order.ref
    assert (one["before_run"], one["after_run"]) == (first.pk, last.pk)
    assert (one["before"]["rank"], one["after"]["rank"], len(one["changes"])) == (2, 1, 1)
    assert api.get(f"plan-runs/{last.pk}/compare/?with={last.pk}").status_code == 404
    assert api.get(f"plan-runs/{last.pk}/compare/?with=x").status_code == 422
    assert api.get(f"plan-runs/{last.pk}/compare/").status_code == 422
    assert api.get(f"plan-runs/{last.pk}/compare-order/?with={first.pk}&order=NONE").status_code == 404

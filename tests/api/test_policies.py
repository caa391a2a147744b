from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inventory.models import DirtyMark
from orders.models import OrderPlan, PlanRun, Policy
from orders.planning.attributes import CATALOGUE
from orders.planning.grammar import parse_policy
from orders.planning.presets import BALANCED_PRIORITY, FIFO, PRESETS
from orders.planning.schema import SCHEMA
from orders.replan import replan
from tests.api.conftest import Api
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_order


@pytest.fixture
def backlog(db: None) -> dict[str, str]:
    """A standard customer's older order and a platinum one's younger, one unit between them, planned by the preset."""
    product = make_product("MUG")
    make_stock(product, on_hand=1)
    now = timezone.now()
    old = make_order([(product, 1)], placed_at=now - timedelta(days=2))
    young = make_order([(product, 1)], placed_at=now - timedelta(days=1), customer=make_customer(tier="platinum"))
    replan(product_ids=None, cause="test", now=now)
    return {"old": old.ref, "young": young.ref}


def _ranked(api: Api) -> list[str]:
    return [order["ref"] for order in api.get("orders/?ordering=rank").json()["results"]]


def test_a_draft_is_kept_previewed_published_and_rolled_back(api: Api, backlog: dict[str, str]) -> None:
    assert _ranked(api) == [backlog["young"], backlog["old"]]
    first = api.get("policies/?status=published").json()["results"][0]

    draft = api.post("policies/", {"name": "Plain", "rules": FIFO, "note": "try"})
    assert (draft.status_code, draft.json()["status"]) == (201, "draft")
    pk = draft.json()["id"]

    seen = api.post(f"policies/{pk}/preview/").json()
    assert (seen["orders"], seen["up"], seen["down"]) == (2, 1, 1)
    assert seen["biggest"][0]["ref"] in backlog.values()
    assert Policy.objects.get(pk=pk).status == "draft"
    assert _ranked(api) == [backlog["young"], backlog["old"]]

    assert api.post(f"policies/{pk}/publish/", {"note": "go"}).json()["status"] == "published"
    assert api.post(f"policies/{pk}/publish/").status_code == 409
    replan(product_ids=None, cause="test", now=timezone.now())
    assert _ranked(api) == [backlog["old"], backlog["young"]]

    assert api.post(f"policies/{first['id']}/rollback/").json()["status"] == "published"
    assert Policy.objects.filter(status="published").count() == 1


def test_a_preview_of_the_policy_in_force_moves_nobody(api: Api, backlog: dict[str, str]) -> None:
    pk = Policy.objects.get(status="published").pk

    seen = api.post(f"policies/{pk}/preview/").json()

    assert (seen["up"], seen["down"], seen["sooner"], seen["later"], seen["biggest"]) == (0, 0, 0, 0, [])


def test_rules_that_nobody_saved_are_previewed(api: Api, backlog: dict[str, str]) -> None:
    versions = Policy.objects.count()

    seen = api.post("policies/preview/", {"rules": FIFO}).json()

    assert (seen["orders"], seen["up"], seen["down"], seen["sample"]) == (2, 1, 1, None)
    (winner,), (loser,) = seen["winners"], seen["losers"]
    assert (winner["ref"], winner["eta_before"], loser["ref"], loser["eta_after"]) == (
        backlog["old"], None, backlog["young"], None
    )  # fmt: skip
    assert "others take its units" in loser["why"]
    assert seen["before"]["units_ready"] == seen["after"]["units_ready"] == 1
    assert sum(bucket["orders"] for bucket in seen["rank_distribution"]) == 2
    assert seen["guard"]["is_held"] is False
    assert Policy.objects.count() == versions


def test_wrong_rules_are_not_previewed(api: Api) -> None:
    response = api.post("policies/preview/", {"rules": {"version": 1, "strategy": "magic", "rules": []}})

    assert (response.status_code, list(response.json()["fields"])) == (422, ["strategy"])


def test_wrong_rules_are_named_by_place(api: Api) -> None:
    rules: dict[str, Any] = {**BALANCED_PRIORITY, "rules": [{"id": "x", "attribute": "order.magic", "points": {}}]}

    response = api.post("policies/", {"name": "Bad", "rules": rules})

    assert response.status_code == 422
    assert all(path.startswith("rules") for path in response.json()["fields"])
    assert not Policy.objects.exists()


def test_of_two_problems_at_one_place_the_cause_is_named(api: Api) -> None:
    capped = {"id": "x", "label": "X", "attribute": "order.age_days"}
    capped |= {"points": {"type": "linear", "per_unit": 1, "cap": None}}

    response = api.post("policies/", {"name": "Bad", "rules": {**BALANCED_PRIORITY, "rules": [capped]}})

    assert response.json()["fields"] == {"rules[0].points.cap": "must be a number, not null"}


def test_doubtful_rules_are_kept_with_findings(api: Api, backlog: dict[str, str]) -> None:
    first, *rest = BALANCED_PRIORITY["rules"]
    rules = {**BALANCED_PRIORITY, "rules": [first, {**first, "id": "again"}, *rest]}

    draft = api.post("policies/", {"name": "Twice", "rules": rules}).json()

    assert [(finding["place"], finding["kind"]) for finding in draft["findings"]] == [("rules[1]", "shadowed")]
    assert all(finding["message"] and finding["advice"] for finding in draft["findings"])
    assert api.post(f"policies/{draft['id']}/preview/").json()["findings"] == draft["findings"]


def test_rules_without_doubts_have_no_findings(api: Api) -> None:
    assert api.post("policies/", {"name": "Plain", "rules": FIFO}).json()["findings"] == []


def test_a_draft_tells_what_it_changes_and_is_put_away_and_taken_out_again(api: Api) -> None:
    draft = api.post("policies/", {"name": "Plain", "rules": BALANCED_PRIORITY}).json()
    rules = {
        **BALANCED_PRIORITY,
        "rules": [{**BALANCED_PRIORITY["rules"][0], "off": True}, *BALANCED_PRIORITY["rules"][1:]],
    }
    api.patch(f"policies/{draft['id']}/", {"rules": rules, "revision": 1})

    found = api.get(f"policies/{draft['id']}/changes/").json()
    assert [(one["kind"], one["entry"], one["what"]) for one in found["differences"]] == [
        ("off", "expedited", "switched off")
    ]
    assert [state["revision"] for state in found["states"]] == [2, 1]

    assert api.post(f"policies/{draft['id']}/discard/").json()["status"] == "discarded"
    assert api.post(f"policies/{draft['id']}/publish/").status_code == 409
    assert api.post(f"policies/{draft['id']}/restore/").json()["status"] == "draft"


def test_the_grammar_is_published_as_json_schema(api: Api) -> None:
    assert api.get("policies/schema/").json() == SCHEMA


def test_presets_are_listed_as_documents_to_start_from(api: Api) -> None:
    presets = api.get("policies/presets/").json()

    assert [preset["name"] for preset in presets] == list(PRESETS)
    assert [preset["strategy"] for preset in presets] == [parse_policy(preset["rules"]).strategy for preset in presets]


def test_what_rules_may_read_is_listed(api: Api) -> None:
    found = {row["name"]: row for row in api.get("policies/attributes/").json()}

    assert list(found) == list(CATALOGUE)
    assert found["customer.tier"]["choices"] == ["platinum", "gold", "silver", "standard"]
    assert found["product.days_of_cover"] == {
        "name": "product.days_of_cover", "kind": "number", "label": "Days until the product runs short",
        "unit": "days", "choices": [], "source": "forecast", "is_always_known": False, "is_known_at_entry": False,
        "lowest": 0, "highest": None, "is_same_for_all": False,
    }  # fmt: skip
    days = found["time.days_to_month_end"]
    assert (days["lowest"], days["highest"], days["source"], days["is_same_for_all"]) == (0, 30, "order_book", True)


def test_criteria_one_after_another_rank_the_backlog(api: Api, backlog: dict[str, str]) -> None:
    criteria = [
        {"id": "rush", "label": "Rush", "when": {"attribute": "order.expedited", "op": "eq", "value": True}},
        {"id": "tier", "label": "Tier", "attribute": "customer.tier", "values": ["standard", "platinum"]},
    ]
    rules = {"version": 1, "strategy": "lexicographic", "rules": criteria}
    draft = api.post("policies/", {"name": "Criteria", "rules": rules}).json()
    assert (draft["strategy"], draft["findings"]) == ("lexicographic", [])

    api.post(f"policies/{draft['id']}/publish/")
    replan(product_ids=None, cause="test", now=timezone.now())

    assert _ranked(api) == [backlog["old"], backlog["young"]]
    parts = api.get(f"orders/{backlog['old']}/").json()["lines"][0]["score_parts"]
    assert [part["rule"] for part in parts] == ["Rush", "Tier"]
    assert replan(product_ids=None, cause="test", now=timezone.now()).counts["rows_written"] == 0


def test_only_admins_publish(api_as: Callable[..., Api]) -> None:
    ops = api_as("ops")
    pk = ops.post("policies/", {"name": "Plain", "rules": FIFO}).json()["id"]

    assert ops.post(f"policies/{pk}/publish/").status_code == 403
    assert api_as("agent").post("policies/", {"name": "Plain", "rules": FIFO}).status_code == 403
    assert Policy.objects.get().status == "draft"


def test_a_full_run_is_left_to_the_workers(api: Api, backlog: dict[str, str], kicks: list[str]) -> None:
    kicks.clear()

    run = api.post("plan-runs/").json()

    assert (run["kind"], run["status"]) == ("full", "running")
    assert api.get(f"plan-runs/{run['id']}/").json()["cause"] == "Asked for through the API"


def test_named_products_are_planned_before_the_answer(api: Api, backlog: dict[str, str]) -> None:
    OrderPlan.objects.update(score=0)

    run = api.post("plan-runs/", {"skus": ["mug"]})

    assert (run.status_code, run.json()["kind"], run.json()["status"]) == (201, "event", "done")
    assert run.json()["counts"]["lines"] == 2
    assert api.get("plan-runs/?kind=event").json()["results"][0]["id"] == run.json()["id"]


def test_a_dry_run_writes_nothing(api: Api, backlog: dict[str, str]) -> None:
    runs = PlanRun.objects.count()

    run = api.post("plan-runs/", {"dry_run": True})

    assert (run.status_code, run.json()["id"], run.json()["counts"]["lines"]) == (200, None, 2)
    assert PlanRun.objects.count() == runs


def test_an_unknown_product_starts_no_run(api: Api, backlog: dict[str, str]) -> None:
    runs = PlanRun.objects.count()

    response = api.post("plan-runs/", {"skus": ["MUG", "NONE"]})

    assert (response.status_code, set(response.json()["fields"])) == (422, {"skus.1"})
    assert PlanRun.objects.count() == runs


def test_agents_start_no_run(api_as: Callable[..., Api]) -> None:
    assert api_as("agent").post("plan-runs/").status_code == 403
    assert not PlanRun.objects.exists()


def test_the_backlog_in_numbers(api: Api, backlog: dict[str, str]) -> None:
    DirtyMark.objects.all().delete()

    totals = api.get("metrics/backlog/").json()

    as_of = totals.pop("as_of")
    assert as_of.endswith("Z")
    assert totals == {
        "open_orders": 2, "open_lines": 2, "open_value": "5.00", "late_orders": 0, "allocated_units": 1,
        "backordered_units": 1, "revenue_at_risk": "0.00", "unplanned_changes": 0,
    }  # fmt: skip
    api.post("stock/receipts/", {"sku": "MUG", "warehouse": "MAIN", "qty": 1})
    assert api.get("metrics/backlog/").json()["unplanned_changes"] == 1

from __future__ import annotations

from typing import Any

import pytest

from orders.bulk.working import work_jobs
from orders.models import BulkJob, Order
from tests.api.conftest import Api
from tests.factories import NOW
from tests.factories.orders import make_user
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db


def expedited() -> set[str]:
    return set(Order.objects.filter(is_expedited=True).values_list("ref", flat=True))


def test_named_orders_are_changed_and_a_job_says_what_could_not_be() -> None:
    api = Api(make_user("ops"))
    free, held = planned_order(2), planned_order(1, held="credit")

    body = {"action": "hold", "orders": [free.ref, held.ref], "params": {"kind": "credit", "reason": "limit"}}
    started = api.post("bulk-actions/", body)
    work_jobs(lambda: NOW)
    job = api.get(f"bulk-actions/{started.json()['id']}/").json()

    assert started.status_code == 202
    assert (job["status"], job["total"], job["done"], job["failed"]) == ("done", 2, 1, 1)
    assert job["failures"] == [{"order": held.ref, "why": "On hold (credit) already."}]
    assert [row["id"] for row in api.get("bulk-actions/").json()["results"]] == [job["id"]]


def test_a_filter_of_the_board_chooses_and_the_undo_takes_back() -> None:
    api = Api(make_user("ops"))
    late = planned_order(9, slip_days=6)
    planned_order(8)

    job = api.post("bulk-actions/", {"action": "expedite", "filter": "view=late"}).json()
    work_jobs(lambda: NOW)
    assert expedited() == {late.ref}
    back = api.post(f"bulk-actions/{job['id']}/undo/")
    work_jobs(lambda: NOW)

    assert (back.status_code, back.json()["undoes"]) == (202, job["id"])
    assert expedited() == set()
    assert api.post(f"bulk-actions/{job['id']}/undo/").status_code == 409


def test_the_same_key_starts_one_job() -> None:
    api, order = Api(make_user("ops")), planned_order(1)
    body = {"action": "expedite", "orders": [order.ref]}

    first, second = (api.post("bulk-actions/", body, key="k1") for _ in range(2))

    assert first.json()["id"] == second.json()["id"]
    assert BulkJob.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {"action": "explode", "orders": ["SO-1"]},
        {"action": "expedite"},
        {"action": "expedite", "orders": ["SO-1"], "filter": "view=late"},
        {"action": "expedite", "orders": ["SO-NONE"]},
        {"action": "expedite", "filter": "tier=tin"},
        {"action": "hold", "filter": "view=all", "params": {"kind": "mood"}},
        {"action": "eta", "filter": "view=all", "params": {"days": 0, "reason": "x"}},
        {"action": "cancel", "filter": "view=all"},
        {"action": "expedite", "filter": "view=all", "colour": "red"},
    ],
)
def test_a_wrong_request_is_refused_by_name(body: dict[str, Any]) -> None:
    planned_order(1)

    assert Api(make_user("ops")).post("bulk-actions/", body).status_code == 422
    assert not BulkJob.objects.exists()


def test_an_agent_may_note_but_not_expedite() -> None:
    api, order = Api(make_user("agent")), planned_order(1)

    assert api.post("bulk-actions/", {"action": "expedite", "orders": [order.ref]}).status_code == 403
    note = {"action": "note", "orders": [order.ref], "params": {"body": "Called.\nCalls back."}}
    assert api.post("bulk-actions/", note).status_code == 202

"""Questions to our own records: asked over REST, answered by a worker, refused by place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kernel.leases import MAX_ATTEMPTS
from orders.models import RiskVersion, Study, StudyKind
from orders.planning.presets import FIFO
from orders.replan import replan
from orders.rules.policies import create_draft
from orders.studying.studies import KEPT, MOST_WAITING, answer_waiting
from orders.studying.study_kinds import KINDS
from tests.api.conftest import Api
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def backlog(db: None) -> None:
    product = make_product("MUG")
    make_stock(product, on_hand=3)
    make_order([(product, 2)])


def answered(api: Api, **asked: Any) -> Any:
    """Ask, let a worker answer, and return the study as it is then."""
    response = api.post("studies/", asked)
    assert (response.status_code, response.json()["status"], response.json()["result"]) == (201, "waiting", {})
    assert answer_waiting(timezone.now)
    return api.get(f"studies/{response.json()['id']}/").json()


def test_strategies_are_compared_over_the_past(api: Api, backlog: None) -> None:
    version = create_draft(name="Mine", rules=FIFO, actor=None, now=timezone.now()).version

    done = answered(api, kind="backtest_policies", weeks=2, policies=[version])

    assert (done["status"], done["step"], done["error"]) == ("done", "Done", "")
    assert done["asked"] == {"weeks": 2, "supply": 1.0, "together": 0.0, "policies": [version]}
    assert {"fifo", "automated", f"v{version} Mine"} <= set(done["result"]["strategies"])
    assert [row["id"] for row in api.get("studies/?kind=backtest_policies&status=done").json()["results"]] == [
        done["id"]
    ]


def test_a_model_is_trained(api: Api, backlog: None) -> None:
    done = answered(api, kind="train_late_risk")

    assert done["status"] == "done"
    assert done["result"]["version"] == RiskVersion.objects.get().pk
    assert "are needed" in done["result"]["refusal"]


def test_a_run_is_planned_again(api: Api, backlog: None) -> None:
    run = replan(product_ids=None, cause="test", now=timezone.now())

    assert answered(api, kind="replay_run", run=run.pk)["result"]["is_same"] is True
    assert api.post("studies/", {"kind": "replay_run", "run": run.pk + 1}).status_code == 404


def test_counters_are_computed_again(api: Api, backlog: None) -> None:
    replan(product_ids=None, cause="test", now=timezone.now())

    assert answered(api, kind="check_integrity")["result"] == {"drifts": []}


def test_what_cannot_be_answered_says_why(api: Api, backlog: None) -> None:
    done = answered(api, kind="calibrate_chances")

    assert (done["status"], done["error"]) == ("failed", "There are too few receipts to judge by.")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"kind"}),
        ({"kind": "guess"}, {"kind"}),
        ({"kind": "backtest_policies", "weeks": 53}, {"weeks"}),
        ({"kind": "backtest_policies", "supply": 2, "together": "all"}, {"supply", "together"}),
        ({"kind": "backtest_policies", "policies": [987_654]}, {"policies"}),
        ({"kind": "backtest_forecast", "weeks": 27}, {"weeks"}),
        ({"kind": "train_late_risk", "weeks": 3}, {"weeks"}),
        ({"kind": "replay_run"}, {"run"}),
    ],
)
def test_what_cannot_be_asked_is_named(api: Api, body: Any, fields: set[str]) -> None:
    response = api.post("studies/", body)

    assert (response.status_code, set(response.json()["fields"])) == (422, fields)
    assert not Study.objects.exists()


def test_agents_see_studies_and_ask_none(api_as: Callable[..., Api]) -> None:
    agent = api_as("agent")

    assert agent.get("studies/").status_code == 200
    assert agent.post("studies/", {"kind": "check_integrity"}).status_code == 403


def test_no_more_wait_than_workers_can_hope_to_answer(api: Api) -> None:
    codes = [api.post("studies/", {"kind": "check_integrity"}).status_code for _ in range(MOST_WAITING + 1)]

    assert codes == [201] * MOST_WAITING + [409]


def test_a_study_whose_workers_died_is_given_up_and_old_ones_are_forgotten(api: Api) -> None:
    now = timezone.now()
    for _ in range(2):
        api.post("studies/", {"kind": "check_integrity"})
    dead, old = Study.objects.order_by("pk")
    Study.objects.filter(pk=dead.pk).update(attempts=MAX_ATTEMPTS, lease_until=now - timedelta(seconds=1))
    Study.objects.filter(pk=old.pk).update(expires_at=now - timedelta(seconds=1))

    assert not answer_waiting(timezone.now)

    study = Study.objects.get()
    assert (study.status, study.last_error) == ("failed", "Its workers died. Ask for less, or ask again.")
    assert study.expires_at - study.created_at == KEPT


def test_every_kind_has_an_answer() -> None:
    assert set(KINDS) == set(StudyKind)

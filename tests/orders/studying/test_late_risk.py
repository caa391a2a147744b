from __future__ import annotations

import json
from dataclasses import fields
from datetime import timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command

from orders.learning.risk import RiskModel
from orders.models import LinePlan, PlanRun, PlanRunKind, PlanRunStatus, RiskVersion
from orders.replan import replan
from orders.replanning.learned import read_version
from orders.rules import policies
from orders.studying import late_risk
from orders.studying.late_risk import is_due
from orders.tasks import train_late_risk_nightly
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_order
from tests.orders.learning.models import model_of
from tests.orders.studying.versions import NOW, keep

AUTOMATED = {
    "version": 1,
    "strategy": "automated",
    "rules": [
        {
            "id": "tier",
            "label": "Customer tier",
            "attribute": "customer.tier",
            "points": {"type": "by_value", "values": {"platinum": 50}},
        }
    ],
}


def publish(document: dict[str, object]) -> None:
    draft = policies.create_draft(name="Learned", rules=document, actor=None, now=NOW)
    policies.publish(draft.pk, actor=None, now=NOW)


def scores() -> dict[int, float]:
    return dict(LinePlan.objects.values_list("line_id", "score"))


@pytest.mark.django_db(transaction=True)
def test_the_written_rules_decide_until_there_is_a_model() -> None:
    product = make_product()
    make_stock(product, on_hand=5)
    make_order([(product, 5)], customer=make_customer(tier="platinum"), placed_at=NOW)
    make_order([(product, 5)], customer=make_customer(tier="gold"), placed_at=NOW)
    publish(AUTOMATED)

    replan(product_ids=None, cause="test", now=NOW)

    assert sorted(scores().values()) == [0.0, 50.0]
    refused = keep(None, "Too little history: 3 cases, 1000 are needed.")
    replan(product_ids=None, cause="test", now=NOW)
    assert sorted(scores().values()) == [0.0, 50.0]
    assert not refused.is_usable


@pytest.mark.django_db(transaction=True)
def test_an_event_run_gives_the_learned_scores_of_the_full_run() -> None:
    first, second = make_product(unit_price=4), make_product(unit_price=9)
    make_stock(first, on_hand=50)
    make_stock(second, on_hand=50)
    for place in range(6):
        make_order([(first, 2), (second, 1 + place)], placed_at=NOW - timedelta(days=place))
    replan(product_ids=None, cause="promises", now=NOW)  # gives every order a promised day
    keep(model_of(slack_on_stock=-0.2, slack_on_lacking=-0.2, pressure=0.4))
    publish(AUTOMATED)
    full = replan(product_ids=None, cause="test", now=NOW)
    before = scores()

    assert len(set(before.values())) > 1
    assert all(score > 0 for score in before.values())
    event = replan(product_ids=[second.pk], cause="test", now=NOW)
    assert scores() == before
    assert event.counts["rows_written"] == 0
    assert full.counts["lines"] == 12


@pytest.mark.django_db(transaction=True)
def test_a_new_version_has_the_backlog_planned_anew_and_changes_what_runs_are_hashed_by() -> None:
    make_order([(make_product(), 5)], placed_at=NOW)
    replan(product_ids=None, cause="promises", now=NOW)
    keep(model_of(tier=0.1))
    assert not PlanRun.objects.filter(kind=PlanRunKind.FULL, status=PlanRunStatus.RUNNING).exists()
    publish(AUTOMATED)
    first = replan(product_ids=None, cause="test", now=NOW)

    version = keep(model_of(tier=0.1))

    waiting = PlanRun.objects.filter(kind=PlanRunKind.FULL, status=PlanRunStatus.RUNNING)
    assert [run.cause for run in waiting] == [f"Risk of lateness, version {version.pk}"]
    second = replan(product_ids=None, cause="test", now=NOW)
    again = replan(product_ids=None, cause="test", now=NOW)
    assert first.inputs_hash != second.inputs_hash == again.inputs_hash


@pytest.mark.django_db
def test_a_version_of_another_program_is_not_used() -> None:
    version = keep(model_of(tier=0.1))
    del version.model["parts"]["tier"]
    version.save()
    read_version.cache_clear()
    assert read_version(version.pk) is None


@pytest.mark.django_db
def test_training_is_due_once_a_night() -> None:
    assert is_due(NOW)
    keep(None, "Too little history: 3 cases, 1000 are needed.")

    assert not is_due(NOW)
    assert is_due(NOW + timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_the_task_and_the_command_say_why_a_model_is_not_used() -> None:
    make_order([(make_product(), 5)])

    train_late_risk_nightly()
    train_late_risk_nightly()

    assert RiskVersion.objects.count() == 1
    out = StringIO()
    call_command("train_late_risk", "--json", stdout=out, stderr=StringIO())
    said = json.loads(out.getvalue())
    assert (said["is_usable"], said["cases"]) == (False, 0)
    assert "are needed" in said["refusal"]
    assert RiskVersion.objects.count() == 2


@pytest.mark.django_db
def test_old_versions_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_risk, "VERSIONS_KEPT", 2)
    kept = [keep(model_of()).pk for _ in range(4)]

    assert sorted(RiskVersion.objects.values_list("pk", flat=True)) == kept[2:]


def test_a_stored_model_is_made_of_arrays_alone() -> None:
    model = model_of()

    assert all(isinstance(getattr(model, each.name), np.ndarray) for each in fields(RiskModel))


@pytest.mark.django_db(transaction=True)
def test_a_policy_says_what_lateness_costs() -> None:
    product = make_product(unit_price=10)
    make_stock(product, on_hand=50)
    make_order([(product, 2)], customer=make_customer(tier="gold"), placed_at=NOW)
    replan(product_ids=None, cause="promises", now=NOW)
    keep(model_of())  # every risk is a half
    publish(AUTOMATED)
    replan(product_ids=None, cause="test", now=NOW)
    assert list(scores().values()) == [pytest.approx(0.5 * 10 * 0.03)]

    publish(AUTOMATED | {"lateness_costs": {"gold": 20}})
    replan(product_ids=None, cause="test", now=NOW)

    assert list(scores().values()) == [pytest.approx(0.5 * 10 * 0.2)]

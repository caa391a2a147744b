"""Simulations as jobs: asked for, worked off, given up, published, forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from backlog.accounts.models import User
from kernel.errors import Conflict, Invalid
from kernel.leases import MAX_ATTEMPTS
from orders.models import Policy, PolicyStatus, Simulation, SimulationStatus
from orders.planning.presets import FIFO
from orders.rules.guarding import change_guard
from orders.rules.policies import create_draft, published
from orders.simulation import simulations
from orders.simulation.simulations import ask, publish_scenario, run_waiting
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db

MORE = {"name": "More demand", "changes": [{"type": "demand", "percent": 50}]}
OLDEST = {"name": "Oldest first", "changes": [{"type": "policy", "rules": FIFO}]}


@pytest.fixture
def admin() -> User:
    return make_user("admin")


@pytest.fixture(autouse=True)
def backlog() -> None:
    product = make_product("MUG")
    make_stock(product, on_hand=3)
    make_order([(product, 2)])


def asked(*scenarios: dict[str, Any], now: datetime = NOW) -> Simulation:
    return ask(name="What if", scenarios=list(scenarios), actor=None, now=now)


def test_a_worker_plans_what_was_asked_for() -> None:
    simulation = asked(MORE, OLDEST)

    assert run_waiting(lambda: NOW)
    assert not run_waiting(lambda: NOW)

    simulation.refresh_from_db()
    assert (simulation.status, simulation.steps_done, simulation.steps_total) == (SimulationStatus.DONE, 4, 4)
    assert simulation.baseline["units_short"] == 0
    more, oldest = simulation.scenarios.all()
    assert more.result["figures"]["orders"] == 1
    assert oldest.result["differences"]["orders"] == 1


def test_progress_is_seen_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    simulation = asked(MORE)
    seen: list[tuple[str, str]] = []

    def watched(scenarios: Any, *, today: Any, on_progress: Any) -> Any:
        on_progress("Planning More demand", 2, 3)
        simulation.refresh_from_db()
        seen.append((simulation.status, simulation.step))
        raise RuntimeError("broken")

    monkeypatch.setattr(simulations, "simulate", watched)
    run_waiting(lambda: NOW)

    assert seen == [(SimulationStatus.RUNNING, "Planning More demand")]


def test_what_fails_is_kept_with_its_reason_and_not_tried_again() -> None:
    draft = create_draft(name="Gone", rules=FIFO, actor=None, now=NOW)
    simulation = asked({"name": "Gone", "changes": [{"type": "stock", "sku": "MUG", "set": 0}]})
    simulation.scenarios.update(changes=[{"type": "stock", "sku": "GONE", "set": 0}])

    assert run_waiting(lambda: NOW)
    assert not run_waiting(lambda: NOW + timedelta(days=1))

    simulation.refresh_from_db()
    assert simulation.status == SimulationStatus.FAILED
    assert "does not exist" in simulation.last_error
    assert draft.status == PolicyStatus.DRAFT


def test_a_worker_that_died_is_followed_by_another_but_not_for_ever() -> None:
    simulation = asked(MORE)
    lapsed = NOW + simulations.LEASE + timedelta(seconds=1)
    Simulation.objects.update(status="running", attempts=1, lease_until=NOW + simulations.LEASE)
    assert not run_waiting(lambda: NOW)

    assert run_waiting(lambda: lapsed)
    simulation.refresh_from_db()
    assert simulation.status == SimulationStatus.DONE

    Simulation.objects.update(status="running", attempts=MAX_ATTEMPTS, lease_until=NOW)
    assert not run_waiting(lambda: lapsed)
    simulation.refresh_from_db()
    assert simulation.status == SimulationStatus.FAILED


def test_simulations_are_forgotten_after_a_while() -> None:
    asked(MORE)
    run_waiting(lambda: NOW)

    run_waiting(lambda: NOW + simulations.KEPT + timedelta(days=1))

    assert not Simulation.objects.exists()


def test_wrong_rules_are_refused_with_their_place() -> None:
    wrong = {"version": 1, "strategy": "magic", "rules": []}

    with pytest.raises(Invalid) as refusal:
        asked(MORE, {"name": "Magic", "changes": [{"type": "policy", "rules": wrong}]})

    assert list(refusal.value.fields) == ["scenarios.1.changes.0.rules.strategy"]
    assert not Simulation.objects.exists()


def test_only_so_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulations, "MOST_WAITING", 2)
    asked(MORE)
    asked(MORE)

    with pytest.raises(Conflict, match="wait already"):
        asked(MORE)


def test_rules_of_a_scenario_are_published(admin: User) -> None:
    simulation = asked(MORE, OLDEST)
    with pytest.raises(Conflict, match="done"):
        publish_scenario(simulation.pk, position=1, actor=admin, now=NOW)
    run_waiting(lambda: NOW)

    policy = publish_scenario(simulation.pk, position=1, note="Simulated", actor=admin, now=NOW)

    assert (policy.status, policy.name, policy.rules, policy.note) == ("published", "Oldest first", FIFO, "Simulated")
    assert published() == policy
    with pytest.raises(Conflict, match="in force already"):
        publish_scenario(simulation.pk, position=1, actor=admin, now=NOW)
    with pytest.raises(Conflict, match="changes no rules"):
        publish_scenario(simulation.pk, position=0, actor=admin, now=NOW)


def test_a_draft_that_was_simulated_is_published_as_it_is(admin: User) -> None:
    draft = create_draft(name="Plain", rules=FIFO, actor=admin, now=NOW)
    simulation = asked({"name": "Plain", "changes": [{"type": "policy", "policy": draft.pk}]})
    run_waiting(lambda: NOW)

    assert publish_scenario(simulation.pk, position=0, actor=admin, now=NOW).pk == draft.pk
    assert Policy.objects.filter(name="Plain").count() == 1


def test_where_rules_need_a_second_person_a_scenario_is_submitted(admin: User) -> None:
    change_guard(changes={"four_eyes": True}, actor=None)
    simulation = asked(OLDEST)
    run_waiting(lambda: NOW)

    policy = publish_scenario(simulation.pk, position=0, actor=admin, now=NOW)

    assert (policy.status, policy.submitted_by) == (PolicyStatus.SUBMITTED, admin)

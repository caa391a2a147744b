"""Simulations as jobs: asked for, planned by a worker, kept for a while, published where they are rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from kernel.errors import Conflict, Invalid, NotFound
from kernel.kick import kick
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from kernel.walls import Failed, attempt
from orders.jobs import refuse_crowd, take_next
from orders.models import Policy, Simulation, SimulationScenario, SimulationStatus
from orders.rules import policies
from orders.rules.approvals import submit_draft
from orders.rules.guarding import guard
from orders.simulation.running import Outcome, as_json, check, rules_of, simulate
from orders.simulation.scenarios import Scenario, read_scenarios

SIMULATE_TASK = "orders.tasks.run_simulations"
KEPT = timedelta(days=30)
LEASE = timedelta(minutes=10)  # longer than one scenario of a million lines takes; every step renews it
MOST_WAITING = 20


@entry_verb
def ask(*, name: str, scenarios: object, actor: Actor | None, now: datetime) -> Simulation:
    """Leave scenarios for a worker; they are checked now, and again when they are planned.

    Raises Invalid naming each place, Conflict while too many wait.
    """
    cleaned = clean_text(name, field="name", max_length=100)
    if not cleaned:
        raise Invalid("Give the simulation a name.", fields={"name": "Give the simulation a name."})
    read = read_scenarios(scenarios)
    check(read)
    refuse_crowd(Simulation.objects.all(), most=MOST_WAITING, name="simulations")
    simulation = Simulation.objects.create(
        name=cleaned,
        created_at=now,
        not_before=now,
        created_by_id=key_of(actor),
        expires_at=now + KEPT,
        steps_total=len(read) + 2,
    )
    SimulationScenario.objects.bulk_create(
        SimulationScenario(
            simulation=simulation,
            position=position,
            name=scenario.name,
            changes=_raw(scenarios, position),
            policy_id=scenario.policy.policy if scenario.policy else None,
        )
        for position, scenario in enumerate(read)
    )
    kick(SIMULATE_TASK)
    return simulation


@entry_verb
def publish_scenario(
    simulation_id: int, *, position: int, note: str = "", actor: Actor | None, now: datetime
) -> Policy:
    """Put the rules of a scenario in force, as publishing a draft does; where rules need a second person, submit them.

    Rules that were written into the scenario become a draft first.
    """
    row = SimulationScenario.objects.select_related("simulation").filter(simulation=simulation_id, position=position)
    found = row.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound("There is no such scenario.")
    scenario = read_row(found)
    if scenario.policy is None:
        raise Conflict("This scenario changes no rules: there is nothing to publish.", code="nothing_to_publish")
    if found.simulation.status != SimulationStatus.DONE:
        raise Conflict("Publish a scenario when its simulation is done.", code="not_done")
    if found.policy_id is None:
        draft = policies.add_draft(name=found.name, rules=rules_of(scenario), note=note, actor=actor, now=now)
        SimulationScenario.objects.filter(pk=found.pk).update(policy=draft)
        found.policy_id = draft.pk
    verb = submit_draft if guard().four_eyes else policies.publish_draft
    return verb(found.policy_id, note=note, actor=actor, now=now)


def run_waiting(clock: Callable[[], datetime]) -> bool:
    """Plan the simulation that has waited longest; return whether there may be more. Any number of workers may."""
    ours = take_next(Simulation.objects.all(), now=clock(), lease=LEASE, advice="Try fewer or smaller scenarios.")
    if ours is not None:
        _run(ours, clock)
    return ours is not None


def read_row(row: SimulationScenario) -> Scenario:
    """Return a kept scenario as it was read when it came in."""
    return read_scenarios([{"name": row.name, "changes": row.changes}])[0]


def _run(ours: Any, clock: Callable[[], datetime]) -> None:
    """Plan a claimed simulation; ``ours`` selects it for as long as the claim holds."""

    def report(step: str, done: int, total: int) -> None:
        moment = clock()
        ours.update(
            status=SimulationStatus.RUNNING, step=step[:120], steps_done=done, steps_total=total,
            lease_until=moment + LEASE,
        )  # fmt: skip

    rows = list(SimulationScenario.objects.filter(simulation__in=ours).order_by("position"))
    today = timezone.localdate(clock())
    outcome = attempt(
        lambda: simulate([read_row(row) for row in rows], today=today, on_progress=report), what="a simulation"
    )
    if isinstance(outcome, Failed):
        ours.update(
            status=SimulationStatus.FAILED, finished_at=clock(), last_error=outcome.words,
            lease_token=None, lease_until=None,
        )  # fmt: skip
    else:
        _finish(ours, rows, outcome, now=clock())


@entry_verb
def _finish(ours: Any, rows: list[SimulationScenario], outcome: Outcome, *, now: datetime) -> None:
    done = ours.update(
        status=SimulationStatus.DONE, finished_at=now, baseline=as_json(outcome.baseline), step="Done",
        steps_done=F("steps_total"), lease_token=None, lease_until=None,
    )  # fmt: skip
    if not done:
        return
    for row, result in zip(rows, outcome.results, strict=True):
        row.result = as_json(result)
    SimulationScenario.objects.bulk_update(rows, ["result"])


def _raw(scenarios: Any, position: int) -> Any:
    return scenarios[position]["changes"]

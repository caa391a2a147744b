"""Simulations on their screens: built without scripts, watched, compared, published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from inventory.models import Supplier
from orders.models import Policy, PolicyStatus, Simulation, SimulationStatus
from orders.planning.presets import FIFO
from orders.replan import replan
from orders.rules import policies
from orders.simulation import simulations
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def backlog() -> None:
    product = make_product("MUG")
    make_stock(product, on_hand=5)
    for _ in range(3):
        make_order([(product, 3)])
    policies.published()
    replan(product_ids=None, cause="test", now=NOW)


def scenario(i: int, name: str, **change: str) -> dict[str, str]:
    return {f"s.{i}.name": name, **{f"s.{i}.c.0.{member}": value for member, value in change.items()}}


def test_scenarios_are_built_press_by_press_and_nothing_is_kept_until_run(sign_in: SignIn) -> None:
    client = sign_in()
    sent = {"name": "Slip", **scenario(0, "Late", type="delay", whose="supplier", who="S-1", days="12")}

    grown = client.post("/simulations/new/", {**sent, "do": "change:0.stock"}).content.decode()

    assert 'value="S-1"' in grown
    assert 'name="s.0.c.1.sku"' in grown
    assert not Simulation.objects.exists()


def test_what_is_wrong_is_named_and_what_was_typed_stays(sign_in: SignIn) -> None:
    client = sign_in()
    sent = {"name": "Slip", **scenario(0, "Late", type="delay", whose="supplier", who="NOBODY", days="soon")}

    response = client.post("/simulations/new/", {**sent, "do": "run"})
    page = response.content.decode()

    assert response.status_code == 422
    assert "Scenario 1, change 1, days" in page
    change = page[page.index('<fieldset class="change"') :]
    assert "A supplier slips</legend>" in change
    assert change.index('class="err"') < change.index("Days: ") < change.index("</fieldset>")
    assert 'value="soon"' in page


@pytest.mark.usefixtures("backlog")
def test_a_warehouse_that_picks_less_is_simulated_by_clicking(sign_in: SignIn) -> None:
    client = sign_in()
    grown = client.post("/simulations/new/", {"name": "", "s.0.name": "Ill", "do": "change:0.capacity"})
    sent = {"name": "Flu", **scenario(0, "Ill", type="capacity", warehouse="MAIN", units="2")}

    copied = client.post("/simulations/new/", {**sent, "do": "add"}).content.decode()
    response = client.post("/simulations/new/", {**sent, "do": "run"})
    simulations.run_waiting(timezone.now)
    page = client.get(response["Location"]).content.decode()

    assert 'name="s.0.c.0.units"' in grown.content.decode()
    assert 'name="s.0.c.0.units" inputmode="numeric" value="2"' in copied
    assert "MAIN picks 2 units on each working day" in page
    assert Simulation.objects.get().status == SimulationStatus.DONE


@pytest.mark.usefixtures("backlog")
def test_a_simulation_is_asked_for_planned_compared_and_its_rules_published(sign_in: SignIn) -> None:
    client = sign_in("admin")
    draft = policies.create_draft(name="Oldest first", rules=FIFO, actor=None, now=NOW)
    sent = {
        "name": "What if",
        **scenario(0, "A big order", type="order", lines="MUG 4", tier="platinum"),
        **scenario(1, "Oldest first", type="policy", policy=str(draft.pk)),
    }

    url = client.post("/simulations/new/", {**sent, "do": "run"}).headers["Location"]
    waiting = client.get(url).content.decode()
    assert 'hx-trigger="every' in waiting
    assert simulations.run_waiting(timezone.now)
    done = client.get(url).content.decode()

    assert "hx-trigger" not in done.partition('id="simulation-live"')[2].partition(">")[0]
    assert "A new order of 4 units in 1 line" in done
    assert "The new order would be" in done
    assert "Rules of v2 Oldest first" in done
    assert done.count("Publish these rules") == 1
    assert "What if" in client.get("/simulations/").content.decode()

    client.post(f"{url}1/publish/", {"note": "Simulated"})
    assert policies.published().pk == draft.pk
    after = client.get(url).content.decode()
    assert "These rules are in force" in after
    assert "Publish these rules" not in after
    refused = client.post(f"{url}0/publish/", follow=True).content.decode()
    assert "changes no rules" in refused


def test_a_supplier_is_called_by_code_name_or_a_part_that_only_it_has(sign_in: SignIn) -> None:
    for code, name in (("S-9", "Northline Ltd"), ("S-8", "Southline Ltd"), ("north", "Aspen Stationery")):
        Supplier.objects.create(code=code, name=name)
    client = sign_in()

    def asked_for(called: str) -> int:
        sent = {"name": "Slip", **scenario(0, "Late", type="delay", whose="supplier", who=called, days="12")}
        return client.post("/simulations/new/", {**sent, "do": "run"}).status_code

    meant = {"S-9": "S-9", "northline ltd": "S-9", "Southl": "S-8", "Aspen": "north", "north": "north"}
    assert {called: asked_for(called) for called in meant} == dict.fromkeys(meant, 302)
    asked = Simulation.objects.order_by("pk").prefetch_related("scenarios")
    assert [one.scenarios.get().changes[0]["supplier"] for one in asked] == list(meant.values())
    assert {called: asked_for(called) for called in ("line ltd", "Westline")} == {"line ltd": 422, "Westline": 422}


def test_a_simulation_is_changed_and_run_again(sign_in: SignIn) -> None:
    Supplier.objects.create(code="S-9", name="Northline")
    client = sign_in()
    change = {"type": "delay", "supplier": "S-9", "days": 9}
    asked = simulations.ask(
        name="Slip", scenarios=[{"name": "Late", "changes": [change]}], actor=None, now=timezone.now()
    )

    page = client.get(f"/simulations/new/?again={asked.pk}").content.decode()
    version = policies.published()
    rules = client.get(f"/simulations/new/?policy={version.version}").content.decode()

    assert 'value="S-9"' in page
    assert f'<option value="{version.pk}" selected>' in rules


def test_a_simulation_that_failed_says_why(sign_in: SignIn) -> None:
    now = timezone.now()
    failed = Simulation.objects.create(
        name="Broken", status=SimulationStatus.FAILED, last_error="No memory", not_before=now,
        expires_at=now + timedelta(days=1),
    )  # fmt: skip

    assert "No memory" in sign_in().get(f"/simulations/{failed.pk}/").content.decode()


def test_who_may_only_read_builds_nothing(sign_in: SignIn) -> None:
    client = sign_in("agent")

    assert client.get("/simulations/").status_code == 200
    assert "New simulation" not in client.get("/simulations/").content.decode()
    assert client.post("/simulations/new/", {"do": "run"}).status_code == 403
    assert Policy.objects.filter(status=PolicyStatus.DRAFT).count() == 0

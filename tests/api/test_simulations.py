from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from orders.models import Simulation
from orders.planning.presets import FIFO
from orders.simulation.simulations import run_waiting
from tests.api.conftest import Api
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_order

LATE = {"name": "Late", "changes": [{"type": "delay", "supplier": "SLOW", "days": 10}]}
OLDEST = {"name": "Oldest first", "changes": [{"type": "policy", "rules": FIFO}]}


@pytest.fixture
def backlog(db: None) -> None:
    product = make_product("MUG")
    make_stock(product, on_hand=1)
    make_purchase_order([(product, 5)], supplier=make_supplier("SLOW"))
    make_order([(product, 1)], is_expedited=True)
    make_order([(product, 2)], ref="SO-WAITS")


def test_scenarios_are_asked_for_planned_and_published(api: Api, backlog: None) -> None:
    asked = api.post("simulations/", {"name": "Autumn", "scenarios": [LATE, OLDEST]})
    assert (asked.status_code, asked.json()["status"], asked.json()["baseline"]) == (201, "waiting", None)
    pk = asked.json()["id"]

    run_waiting(timezone.now)
    done = api.get(f"simulations/{pk}/").json()

    assert (done["status"], done["steps_done"], done["steps_total"]) == ("done", 4, 4)
    late, oldest = done["scenarios"]
    assert late["result"]["differences"]["later"] == 1
    assert late["result"]["differences"]["losers"][0]["ref"] == "SO-WAITS"
    assert late["result"]["differences"]["losers"][0]["days_later"] >= 10
    assert done["baseline"]["orders"] == late["result"]["figures"]["orders"] == 2
    assert (late["is_publishable"], oldest["is_publishable"]) == (False, True)
    assert [row["id"] for row in api.get("simulations/?status=done").json()["results"]] == [pk]
    assert api.post(f"simulations/{pk}/publish/", {"position": 0}).status_code == 409
    assert api.post(f"simulations/{pk}/publish/", {"position": 1}).json()["status"] == "published"


def test_wrong_scenarios_are_refused_by_place(api: Api, backlog: None) -> None:
    changes = [{"type": "delay", "supplier": "NOBODY", "days": 3}, {"type": "stock", "sku": "MUG"}]

    shape = api.post("simulations/", {"name": "x", "scenarios": [{"name": "y", "changes": changes}]})
    name = api.post("simulations/", {"name": "x", "scenarios": [{"name": "y", "changes": changes[:1]}]})

    assert (shape.status_code, list(shape.json()["fields"])) == (422, ["scenarios.0.changes.1"])
    assert (name.status_code, list(name.json()["fields"])) == (422, ["scenarios.0.changes.0.supplier"])
    assert not Simulation.objects.exists()


def test_agents_look_and_do_not_ask(api_as: Callable[..., Api], backlog: None) -> None:
    agent, ops = api_as("agent"), api_as("ops")
    pk = ops.post("simulations/", {"name": "x", "scenarios": [OLDEST]}).json()["id"]
    run_waiting(timezone.now)

    assert agent.post("simulations/", {"name": "x", "scenarios": [OLDEST]}).status_code == 403
    assert agent.get(f"simulations/{pk}/").status_code == 200
    assert ops.post(f"simulations/{pk}/publish/", {"position": 0}).status_code == 403


def test_the_command_prints_scenarios_side_by_side(backlog: None, tmp_path: Path) -> None:
    file, out = tmp_path / "autumn.json", StringIO()
    file.write_text(json.dumps({"scenarios": [LATE, OLDEST]}))

    call_command("simulate", str(file), stdout=out, stderr=StringIO())
    table = out.getvalue()
    out.seek(0)
    call_command("simulate", str(file), "--json", stdout=out, stderr=StringIO())

    assert table.splitlines()[0].split("  ")[-1] == "Oldest first"
    assert "Late: 0 orders sooner, 1 later" in table
    found = json.loads(out.getvalue())
    assert [scenario["name"] for scenario in found["scenarios"]] == ["Late", "Oldest first"]
    assert not Simulation.objects.exists()


def test_the_command_names_what_is_wrong(backlog: None, tmp_path: Path) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps([{"name": "x", "changes": [{"type": "delay", "supplier": "NOBODY", "days": 1}]}]))

    with pytest.raises(CommandError, match=r"changes\.0\.supplier: There is no supplier NOBODY"):
        call_command("simulate", str(file))

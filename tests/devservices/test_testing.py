from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from backlog.devservices import browser, testing
from backlog.devservices.errors import SetupError
from backlog.devservices.home import ROOT
from backlog.devservices.stopping import StopFlag


def test_machine_without_a_browser_runs_everything_else() -> None:
    checks = testing.checks_to_run(with_browser=False)

    assert checks.keys() == testing.checks_to_run(with_browser=True).keys()
    assert checks["tests"][-1] == "(not serial) and not browser"
    assert checks["serial tests"][-1] == "(serial) and not browser"
    assert checks["types"] == testing.CHECKS["types"]


def test_whoever_ends_the_checks_ends_all_of_them(capfd: pytest.CaptureFixture[str]) -> None:
    checks = {"first": ["-c", "import os; os.kill(os.getppid(), 15)"], "second": ["-c", "print('reached')"]}

    code = testing.run_all(Path(sys.executable), checks, dict(os.environ), StopFlag())

    assert code == testing.INTERRUPTED
    assert "reached" not in capfd.readouterr().out


def make_python(place: Path, script: str) -> Path:
    """Write what is run instead of Python."""
    python = place / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    return python


def test_databases_made_later_are_born_migrated(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    python = make_python(tmp_path, 'echo "$2 $DATABASE_URL"')

    testing.migrate_template(python, {"DATABASE_URL": "postgres://backlog:secret@localhost:5432/backlog"}, StopFlag())

    assert capfd.readouterr().out == "migrate postgres://backlog:secret@localhost:5432/template1\n"


def test_migrations_that_do_not_run_end_the_checks(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="migrations do not run"):
        testing.migrate_template(make_python(tmp_path, "exit 1"), {"DATABASE_URL": "postgres://h/d"}, StopFlag())


def test_missing_browser_is_named_with_a_way_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CHROMIUM", raising=False)

    assert "apt install chromium" in (browser.ensure() or "")
    assert browser.environment() == {}


def test_paths_are_the_callers_and_options_stay() -> None:
    caller = ROOT / "tests"

    arguments = testing.from_root(["-x", "devservices/test_up.py::test_a", "-k", "word"], caller)

    assert arguments == ["-x", f"{caller}/devservices/test_up.py::test_a", "-k", "word"]


def test_paths_of_the_root_win(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()

    assert testing.from_root(["tests"], tmp_path) == ["tests"]

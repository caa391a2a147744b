"""`bin/test`: every check of the product, on fresh servers that are gone afterwards."""

import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from backlog.devservices import browser, environment, placement, services, venv
from backlog.devservices.errors import SetupError
from backlog.devservices.home import PASS_THROUGH, ROOT, Home
from backlog.devservices.manage import foreground
from backlog.devservices.stopping import StopFlag
from backlog.devservices.venv import Purpose

INTERRUPTED = 130
# What PostgreSQL copies for each database that is made without naming another.
TEMPLATE = "template1"

CHECKS: dict[str, list[str]] = {
    "lint": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "import contracts": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    "types": ["-m", "mypy"],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    # Whoever is done first takes over what the other has not begun; neighbours share what is costly to set up.
    "tests": ["-m", "pytest", "-q", "-rs", "--durations", "10", "-n", "2", "--dist", "worksteal", "-m", "not serial"],
    # Tests that need the machine for themselves run after the crowd.
    "serial tests": ["-m", "pytest", "-q", "-rs", "-m", "serial"],
}


def run(arguments: list[str]) -> int:
    """Run every check, or pytest alone with `arguments`; return the exit code."""
    caller = Path.cwd()
    python = venv.ensure(Purpose.TESTS)
    missing = browser.ensure()
    stop = StopFlag()
    stop.install()
    directory = Path(tempfile.mkdtemp(prefix="backlog-test-"))
    # Our own directory: PostgreSQL's user has to pass through it.
    directory.chmod(PASS_THROUGH)
    try:
        with services.running(directory, durable=False, check=stop.check) as service_env:
            env = environment.build(Home(directory), service_env, mail_port=None) | browser.environment()
            if arguments:
                code = foreground([str(python), "-m", "pytest", *from_root(arguments, caller)], env, ROOT)
            else:
                if not environment.outside("DATABASE_URL"):
                    migrate_template(python, env, stop)
                code = run_all(python, checks_to_run(with_browser=missing is None), env, stop)
    finally:
        placement.forget(Home(directory))
        shutil.rmtree(directory, ignore_errors=True)
    if missing:
        print(f"\nNOT RUN: browser tests. {missing}", flush=True)
    return code


def from_root(arguments: list[str], caller: Path) -> list[str]:
    """Return `arguments` with the paths that the caller meant made absolute: pytest runs at the root."""
    return [_absolute(argument, caller) for argument in arguments]


def _absolute(argument: str, caller: Path) -> str:
    path, separator, node = argument.partition("::")
    if path and not path.startswith("-") and (caller / path).exists() and not (ROOT / path).exists():
        return f"{caller / path}{separator}{node}"
    return argument


def checks_to_run(*, with_browser: bool) -> dict[str, list[str]]:
    """Return the checks by name, without the tests that would miss a browser."""
    if with_browser:
        return CHECKS
    return {
        name: [*command[:-1], f"({command[-1]}) and not browser"] if "pytest" in command else command
        for name, command in CHECKS.items()
    }


def migrate_template(python: Path, env: Mapping[str, str], stop: StopFlag) -> None:
    """Give every database that is made on our server from now on its tables: a copy takes a hundredth of the time.

    Raises:
        SetupError: the migrations do not run.
        StoppedError: somebody asked us to stop.
    """
    template = urlsplit(env["DATABASE_URL"])._replace(path=f"/{TEMPLATE}").geturl()
    code = foreground(
        [str(python), "manage.py", "migrate", "--verbosity", "0"], {**env, "DATABASE_URL": template}, ROOT, stop=stop
    )
    stop.check()
    if code:
        raise SetupError("the migrations do not run on an empty database.")


def run_all(python: Path, checks: Mapping[str, list[str]], env: Mapping[str, str], stop: StopFlag) -> int:
    """Run checks one after the other, whether they pass or not, until somebody stops one; return the exit code."""
    failed = []
    for name, command in checks.items():
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        code = foreground([str(python), *command], env, ROOT, stop=stop)
        if stop.raised or code == INTERRUPTED:
            print("\nstopped before the end", flush=True)
            return INTERRUPTED
        print(f"-- {name}: {'FAILED' if code else 'passed'} in {time.monotonic() - began:.0f} s", flush=True)
        if code:
            failed.append(name)
    print(f"\n{'FAILED: ' + ', '.join(failed) if failed else 'Everything passed.'}", flush=True)
    return 1 if failed else 0

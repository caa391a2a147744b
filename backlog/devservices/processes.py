"""Starting, recognising and stopping processes, and outliving none of them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypedDict

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Account:
    """The user that a server runs as when we ourselves are root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """A command to keep running.

    `log` takes the output; without it the output comes back on a pipe. `stdin`
    is fed to the program and is therefore invisible to `ps`. `stop_signal` asks
    it to end, and also reaches it when we are killed ourselves.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path | None = None
    stdin: str = ""
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the program as the leader of a process group of its own."""
        if self.log is None:
            return self._open(subprocess.PIPE)
        with self.log.open("ab") as output:
            return self._open(output)

    def _open(self, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            self.command,
            env=self.env,
            cwd=self.cwd,
            stdin=subprocess.PIPE if self.stdin else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=ends_with_parent(self.stop_signal),
            **as_account(self.account),
        )
        if child.stdin:
            child.stdin.write(self.stdin.encode())
            child.stdin.close()
        return child


class AccountArguments(TypedDict, total=False):
    """The arguments of `subprocess` that change user."""

    user: int
    group: int
    extra_groups: list[int]


def as_account(account: Account | None) -> AccountArguments:
    """Return the arguments that run a command as `account`, none to stay who we are."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def run_as(
    account: Account | None,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = Path("/"),
) -> subprocess.CompletedProcess[str]:
    """Run a short command as `account` and return what it said, its failure included."""
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False, **as_account(account))


def ends_with_parent(signum: signal.Signals) -> Callable[[], None] | None:
    """Return a `preexec_fn` by which the child gets `signum` when its parent dies.

    Linux only; elsewhere the next start finds the orphan by its record.
    """
    if not sys.platform.startswith("linux"):
        return None
    # Looked up before the fork: a forked child must not load libraries.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def started_at(pid: int) -> str | None:
    """Return when process `pid` began, in the system's own notation; None if it is gone.

    A process id together with its start is never given out twice.
    """
    if sys.platform.startswith("linux"):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return None
        # The name may hold spaces and brackets, so count from its closing one.
        fields = stat[stat.rindex(")") + 2 :].split()
        return None if fields[0] in "ZX" else fields[19]
    listing = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listing.stdout.strip() or None


def command_line(pid: int) -> str:
    """Return the command that process `pid` was started with, empty if it is gone."""
    if sys.platform.startswith("linux"):
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            return ""
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listing.stdout.strip()


def stop_children(children: Iterable[tuple[Program, subprocess.Popen[bytes]]], *, grace_seconds: float) -> list[str]:
    """Ask `children` to end, kill what has not after `grace_seconds`; return those names.

    Every member of a child's process group is gone afterwards, or about to be.
    """
    pending = list(children)
    for program, child in pending:
        if child.poll() is None:
            child.send_signal(program.stop_signal)
    deadline = time.monotonic() + grace_seconds
    killed = []
    for program, child in pending:
        try:
            child.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            killed.append(program.name)
        signal_group(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdout:
            child.stdout.close()
    return killed


def stop_stranger(pid: int, signals: Sequence[signal.Signals], *, seconds_each: float) -> None:
    """End a process group that is not our child, by ever harder `signals`."""
    began = started_at(pid)
    for signum in signals:
        signal_group(pid, signum)
        deadline = time.monotonic() + seconds_each
        while time.monotonic() < deadline:
            leader_gone = began is None or started_at(pid) != began
            if leader_gone and not signal_group(pid, 0):
                return
            time.sleep(POLL_SECONDS)


def signal_group(pgid: int, signum: int) -> bool:
    """Send `signum` to a process group; return whether it had any member left."""
    try:
        os.killpg(pgid, signum)
    except (ProcessLookupError, PermissionError):
        return False
    return True

"""What the processes print: prefixed on the terminal, whole in one log file each."""

import os
import selectors
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import BinaryIO

from backlog.devservices.console import show

CHUNK = 65536
LOG_BYTES = 10_000_000


@dataclass(slots=True)
class LogFile:
    """A log that starts anew, keeping one predecessor, when it has grown large."""

    path: Path
    _file: BinaryIO | None = None

    def write(self, data: bytes) -> None:
        if self._file is None:
            self._file = self.path.open("ab", buffering=0)
        self._file.write(data)
        if self._file.tell() > LOG_BYTES:
            self._file.close()
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))
            self._file = None


@dataclass(slots=True)
class Stream:
    """One process's output, and the unfinished line at its end."""

    name: str
    log: LogFile
    rest: bytes = b""


@dataclass(slots=True)
class Output:
    """Reads many processes' pipes in one thread: a thread would not survive our forks safely."""

    directory: Path
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _logs: dict[str, LogFile] = field(default_factory=dict)

    def add(self, name: str, child: Popen[bytes]) -> None:
        """Follow the output of `child`."""
        if child.stdout is None:
            return
        os.set_blocking(child.stdout.fileno(), False)
        log = self._logs.setdefault(name, LogFile(self.directory / f"{name}.log"))
        self._selector.register(child.stdout, selectors.EVENT_READ, Stream(name, log))

    def pump(self, seconds: float) -> None:
        """Pass on what arrives within `seconds`, returning early once something has."""
        for key, _ in self._selector.select(seconds):
            stream: Stream = key.data
            data = os.read(key.fd, CHUNK)
            if not data:
                self._selector.unregister(key.fileobj)
            self._pass_on(stream, data)

    def _pass_on(self, stream: Stream, data: bytes) -> None:
        stream.log.write(data)
        *lines, stream.rest = (stream.rest + data).split(b"\n")
        if not data and stream.rest:
            lines, stream.rest = [*lines, stream.rest], b""
        for line in lines:
            show(stream.name, line.decode(errors="replace").rstrip("\r"))

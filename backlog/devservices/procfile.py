"""The Procfile: which processes make up the product, for `bin/up` and for containers."""

import os
from pathlib import Path
from typing import NoReturn

from backlog.devservices.errors import SetupError
from backlog.devservices.home import ROOT

PROCFILE = ROOT / "Procfile"


def read(path: Path = PROCFILE) -> dict[str, str]:
    """Return the commands by name, in the order of the file."""
    commands = {}
    for line in path.read_text().splitlines():
        name, separator, command = line.partition(":")
        if separator and not name.startswith("#"):
            commands[name.strip()] = command.strip()
    return commands


def shell_command(command: str) -> list[str]:
    """Return the arguments that run a line; `exec` leaves no shell between us and it."""
    return ["/bin/sh", "-c", f"exec {command}"]


def become(name: str) -> NoReturn:
    """Replace this process by the program called `name`."""
    commands = read()
    if name not in commands:
        raise SetupError(f"the Procfile has no {name!r}; it has {', '.join(commands)}.")
    arguments = shell_command(commands[name])
    os.execv(arguments[0], arguments)

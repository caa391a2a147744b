"""Loopback ports."""

import socket

from backlog.devservices.errors import SetupError

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def require_free(port: int) -> None:
    """Raise `SetupError` when somebody else listens on `port`."""
    with socket.socket() as probe:
        # As servers do: connections that linger after a restart are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError as error:
            raise SetupError(
                f"Port {port} cannot be used ({error.strerror}). Stop the program that listens"
                f" there, or choose another port: PORT={port + 1} bin/up"
            ) from error

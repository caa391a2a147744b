"""Where a webhook may go: https, to an address in the open internet. Checked when it is made and at every sending."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from kernel.errors import Invalid
from kernel.text import is_plain

MAX_URL = 500


@dataclass(frozen=True, slots=True)
class Target:
    """A checked place to connect to: ``ip`` is one address of ``host``, so that nobody can rename it in between."""

    host: str
    ip: str
    port: int
    path: str
    is_secure: bool


def check_url(url: str) -> str:
    """Return the address if it may be used at all; raise Invalid saying what is wrong. Does not look up names."""
    parts = urlsplit(url) if is_plain(url) and len(url) <= MAX_URL and " " not in url else None
    schemes = ("https", "http") if settings.WEBHOOKS_MAY_STAY_INSIDE else ("https",)
    if parts is None or parts.scheme not in schemes or not parts.hostname or parts.username or parts.password:
        words = "Give an address such as https://example.com/hooks, without a name or password in it."
        raise Invalid(words, fields={"url": words})
    try:
        port, literal = parts.port, ipaddress.ip_address(parts.hostname)
    except ValueError:
        try:
            port = parts.port
        except ValueError as error:
            raise Invalid("The port is not one.", fields={"url": "The port is not one."}) from error
        literal = None
    if (literal is not None and not _is_allowed(str(literal))) or port == 0:
        raise Invalid(_INSIDE, fields={"url": _INSIDE})
    return url


def find_target(url: str) -> Target:
    """Look the name up and return where to connect. Raises OSError when it has no address, or one inside a network."""
    parts = urlsplit(url)
    host, is_secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(_is_allowed(ip) for ip in found):
        raise OSError(_INSIDE)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, found[0], port, path, is_secure)


_INSIDE = "This address is inside a network. Webhooks go to the open internet only."


def _is_allowed(ip: str) -> bool:
    address = ipaddress.ip_address(ip.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    return settings.WEBHOOKS_MAY_STAY_INSIDE or (mapped.is_global and not mapped.is_multicast)

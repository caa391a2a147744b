"""Who carries the short messages of each channel: by the environment, else as an admin has set it up."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from notifications.models import Channel, Gateway

SHORT_CHANNELS = (Channel.SMS, Channel.CHAT, Channel.PUSH)
PLACE = "{to}"


@dataclass(frozen=True, slots=True)
class Carriers:
    """The addresses of the gateways in use, by channel, and the channels that stand in for e-mail, the first first."""

    urls: Mapping[str, str]
    fallbacks: tuple[str, ...]


def carriers() -> Carriers:
    """Return the gateways in use; one query."""
    rows = {row.channel: row for row in Gateway.objects.all()}
    urls = {str(channel): url for channel in SHORT_CHANNELS if (url := url_of(channel, rows.get(channel)))}
    stand_in = tuple(channel for channel in urls if channel in rows and rows[channel].is_fallback)
    return Carriers(urls, stand_in)


def url_of(channel: str, row: Gateway | None) -> str:
    """Return the address of a channel's gateway in use, empty when there is none; the environment's wins."""
    if row and not row.is_active:
        return ""
    return settings.GATEWAYS.get(channel, "") or (unseal(row.sealed_url) if row else "")


def seal(url: str) -> str:
    """Encrypt an address, which has passwords in it, for keeping."""
    return _cipher(settings.SECRET_KEY).encrypt(url.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed; empty when it cannot be read, such as after a change of SECRET_KEY."""
    try:
        return _cipher(settings.SECRET_KEY).decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return ""


@cache
def _cipher(secret: str) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=b"notifications.gateway").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))

"""Read a mail as it came: who wrote, in answer to what, and which of its words are their own.

A mail comes from anybody. Whatever is broken in it is left out; nothing in it makes reading fail.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from email.utils import parseaddr

from imap_tools import MailMessage
from inscriptis import get_text
from lxml.etree import LxmlError
from quotequail import quote

from kernel.text import without_invisible

log = logging.getLogger(__name__)

MAX_TEXT = 20_000
MAX_ATTACHMENTS = 20
ADDRESS_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,300}>")


@dataclass(frozen=True, slots=True)
class Read:
    """A mail that came in. ``key`` is the same each time this mail comes; ``own_words`` lack what they quote."""

    key: str
    message_id: str
    answers: tuple[str, ...]
    addressed_to: tuple[str, ...]
    sender: str
    sender_name: str
    subject_line: str
    own_words: str
    whole_text: str
    attachments: tuple[str, ...]
    is_automatic: bool


def read_mail(raw: bytes) -> Read:
    """Read the bytes of a mail (RFC 5322)."""
    mail = MailMessage.from_bytes(raw)
    headers = {name.lower(): " ".join(values) for name, values in mail.headers.items()}
    name, sender = parseaddr(headers.get("from", ""))
    message_id = "".join(_MESSAGE_ID.findall(headers.get("message-id", ""))[:1])
    whole = _text_of(mail)
    return Read(
        key=hashlib.sha256(f"{message_id} {sender}".encode(errors="replace") if message_id else raw).hexdigest(),
        message_id=message_id,
        answers=tuple(_MESSAGE_ID.findall(f"{headers.get('in-reply-to', '')} {headers.get('references', '')}")),
        addressed_to=tuple(headers[each] for each in ADDRESS_HEADERS if each in headers),
        sender=_line(sender, 254),
        sender_name=_line(mail.from_values.name if mail.from_values else name, 200),
        subject_line=_line(mail.subject, 300),
        own_words=_own_words(whole),
        whole_text=whole,
        attachments=tuple(_line(each.filename or "unnamed", 200) for each in mail.attachments[:MAX_ATTACHMENTS]),
        is_automatic=_is_automatic(headers),
    )


def _text_of(mail: MailMessage) -> str:
    text = mail.text
    if not text.strip() and mail.html:
        try:
            text = get_text(mail.html)
        except (LxmlError, ValueError) as error:  # what lxml calls unreadable
            log.info("a reply's HTML cannot be read: %s", error)
    return without_invisible(text).strip()[:MAX_TEXT]


def _own_words(text: str) -> str:
    parts = quote(text, limit=MAX_TEXT, quote_intro_line=True)
    return "\n".join(part for is_own, part in parts if is_own).strip() or text


def _is_automatic(headers: dict[str, str]) -> bool:
    """Tell whether a machine wrote it: an absence note, a bounce, a list (RFC 3834 and what came before it)."""
    return (
        headers.get("auto-submitted", "no").strip().lower() != "no"
        or headers.get("precedence", "").strip().lower() in {"auto_reply", "bulk", "junk", "list"}
        or headers.get("content-type", "").lower().startswith("multipart/report")
        or headers.get("return-path", "").strip() == "<>"
        or "x-autoreply" in headers
        or "x-autorespond" in headers
    )


def _line(text: str, length: int) -> str:
    return " ".join(without_invisible(text).split())[:length]

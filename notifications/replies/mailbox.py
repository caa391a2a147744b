"""Fetch replies from a mailbox over IMAP. A mail is marked as seen after it is kept: one that comes again is known."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags

from notifications.replies.keeping import keep_reply

log = logging.getLogger(__name__)

BATCH = 50
TIMEOUT_SECONDS = 20


def fetch_replies(url: str, clock: Callable[[], datetime]) -> int:
    """Keep up to 50 unseen mails of ``imaps://user:password@host/folder``; return how many were fetched.

    Raises OSError or imap_tools' and imaplib's errors when the mailbox cannot be used.
    """
    with _open(url) as box:
        uids = box.uids("UNSEEN")[:BATCH]
        if not uids:
            return 0
        for mail in box.fetch(AND(uid=uids), mark_seen=False):
            keep_reply(mail.obj.as_bytes(), now=clock())
            box.flag(mail.uid or "", [MailMessageFlags.SEEN], True)
    return len(uids)


def _open(url: str) -> BaseMailBox:
    parts = urlsplit(url)
    kind = MailBox if parts.scheme == "imaps" else MailBoxUnencrypted
    box = kind(parts.hostname or "", parts.port or (993 if parts.scheme == "imaps" else 143), timeout=TIMEOUT_SECONDS)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    return box.login(unquote(parts.username or ""), unquote(parts.password or ""), initial_folder=folder)

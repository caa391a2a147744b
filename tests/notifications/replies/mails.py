"""Mails as customers' programs write them."""

from __future__ import annotations

from email.message import EmailMessage

QUOTED = """
On Fri, 20 Nov 2026 at 10:11, Backlog <orders@backlog.example> wrote:
> We now expect to send your order on Saturday.
"""


def mail(
    text: str = "Please cancel the lamps.\n",
    *,
    to: str = "replies@backlog.example",
    sender: str = "Jo Park <jo@example.com>",
    message_id: str = "<one@mail.example>",
    **headers: str,
) -> EmailMessage:
    """Return a mail; headers by name with ``_`` for ``-``."""
    built = EmailMessage()
    built["From"], built["To"], built["Subject"] = sender, to, "Re: New date"
    built["Message-ID"] = message_id
    for name, value in headers.items():
        built[name.replace("_", "-")] = value
    built.set_content(text)
    return built

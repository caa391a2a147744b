"""Who has to hear what after a change of plan, worked out from the plan before and after it, not from the facts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage

from tests.browser.stack import Stack

STOCK_SHORT, SET_BY_HAND = 6, 8
WITHOUT_SUPPLY_DAYS = 7


@dataclass(frozen=True)
class Standing:
    """What the plan and the promises say of one open order."""

    ref: str
    recipient: str
    language: str
    eta_on: date | None
    told_on: date | None
    reason: int
    short_units: int
    held: bool

    @property
    def is_ready(self) -> bool:
        return self.short_units == 0 and not self.held


def standings(stack: Stack) -> dict[str, Standing]:
    """Return every open order by its number."""
    rows = stack.rows(
        "SELECT o.ref, c.email AS recipient, c.language, p.eta_p50 AS eta_on, r.told_on, p.reason, p.short_units,"
        " EXISTS (SELECT 1 FROM orders_hold h WHERE h.order_id = o.id AND h.released_at IS NULL) AS held"
        " FROM orders_orderplan p JOIN orders_order o ON o.id = p.order_id"
        " JOIN orders_customer c ON c.id = o.customer_id"
        " LEFT JOIN orders_orderpromise r ON r.order_id = o.id"
    )
    return {row["ref"]: Standing(**row) for row in rows}


def should_hear(before: dict[str, Standing], after: dict[str, Standing]) -> dict[str, str]:
    """Return by order number why its customer has to hear of the change."""
    news = {}
    for ref, now in after.items():
        was = before[ref]
        if was == now or was.told_on is None or now.eta_on is None:
            continue
        days = (now.eta_on - was.told_on).days
        threshold = WITHOUT_SUPPLY_DAYS if now.reason == STOCK_SHORT else 1
        if now.is_ready:
            if not was.is_ready:
                news[ref] = "orders.line_allocated"
        elif days < 0 and now.short_units and now.reason != SET_BY_HAND:
            continue  # an earlier day is told when the units are there
        elif abs(days) >= threshold:
            news[ref] = "orders.eta_slipped" if days > 0 else "orders.eta_improved"
    return news


def told(mails: list[EmailMessage]) -> Counter[tuple[str, str]]:
    """Count the news in mails by recipient and order: a summary tells of several."""
    return Counter((str(mail["X-Envelope-To"]), ref) for mail in mails for ref in orders_of(mail))


def to_tell(before: dict[str, Standing], news: dict[str, str]) -> Counter[tuple[str, str]]:
    """Return what ``told`` has to count: each order once, for customers who have an address."""
    return Counter((before[ref].recipient, ref) for ref in news if before[ref].recipient)


def orders_of(mail: EmailMessage) -> list[str]:
    """Return the order that the subject names, or in a summary those that its lines begin with."""
    in_subject = [word.strip(":,.") for word in str(mail["Subject"]).split() if word.startswith("SO-")]
    return in_subject or re.findall(r"^  (SO-\d+):", text_of_mail(mail), re.MULTILINE)


def text_of_mail(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())

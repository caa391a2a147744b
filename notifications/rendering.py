"""Turn a fact into a mail: subject, plain text and simple HTML.

The words of each kind are a file under templates/notifications/mail/ (its first line is the subject), unless an active
Template row of that kind and language replaces them. Both are placeholders only (notifications.placeholders); the HTML
is made from the same paragraphs, so that the two parts never say different things.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from notifications.models import Template, TemplateStatus
from notifications.placeholders import MessageLine, check_placeholders, fill, lines_of, order_news, values_of

WORDS_DIR = Path(settings.BASE_DIR) / "templates" / "notifications" / "mail"
UNDATED = "undated"
_BLANK_LINES = re.compile(r"\n{3,}")
SUMMARY = "summary"
KINDS = ("backordered", "eta_slipped", "eta_improved", "line_allocated", "shipped", "cancelled", UNDATED)
NEEDS_DATE = {"backordered", "eta_slipped", "eta_improved"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one kind of message, with placeholders. Without ``body_html`` the HTML follows the text."""

    subject_line: str
    body_text: str
    body_html: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as it is sent."""

    subject_line: str
    body_text: str
    body_html: str


def render(kind: str, payload: Mapping[str, Any], *, language: str, told_on: date | None, today: date) -> Mail:
    """Render the message of ``kind`` (without its app's prefix) for the payload of an order's fact.

    ``told_on`` is the day the customer last got, which the snapshot may not know yet. Raises Invalid when the words
    name a placeholder that does not exist.
    """
    words = words_of(UNDATED if kind in NEEDS_DATE and not payload["eta_on"] else kind, language=language)
    for field, text in (("subject_line", words.subject_line), ("body_text", words.body_text)):
        check_placeholders(text, field=field)
    check_placeholders(words.body_html, field="body_html")
    values = values_of(payload, told_on=told_on, today=today)
    lines, more = lines_of(payload, today=today), payload.get("more_lines", 0)
    subject = " ".join(fill(words.subject_line, {**values, "lines": ""}).split())
    text = fill(words.body_text, {**values, "lines": _lines_text(lines, more)})
    return Mail(subject, _BLANK_LINES.sub("\n\n", text), _html(words, values, lines, more))


@dataclass(frozen=True, slots=True)
class OrderNews:
    """News of one order in a summary: its kind, the fact's payload, the day the customer was last told."""

    kind: str
    payload: Mapping[str, Any]
    told_on: date | None


def render_summary(news: Sequence[OrderNews], *, language: str, today: date) -> Mail:
    """Render one message for the news of several orders of a customer. Raises Invalid as ``render`` does."""
    words = words_of(SUMMARY, language=language)
    for field, text in (("subject_line", words.subject_line), ("body_text", words.body_text)):
        check_placeholders(text, field=field)
    values = {**values_of(news[0].payload, told_on=None, today=today), "orders": str(len(news))}
    said = [order_news(each.kind, each.payload, told_on=each.told_on, today=today) for each in news]
    subject = " ".join(fill(words.subject_line, {**values, "lines": ""}).split())
    listed = "\n\n".join(f"  {order.ref}: {order.said}\n  {order.link}" for order in said)
    text = fill(words.body_text, {**values, "lines": listed})
    table = render_to_string("notifications/mail/orders.html", {"orders": said})
    return Mail(subject, _BLANK_LINES.sub("\n\n", text), _laid_out(words, {**values, "lines": mark_safe(table)}))


def words_of(kind: str, *, language: str) -> Words:
    """Return the active words of a kind: the Template row of this language, of English, or the file."""
    rows = Template.objects.filter(kind=kind, channel="email", status=TemplateStatus.ACTIVE)
    by_language = {row.language: row for row in rows.filter(language__in=[language, "en"])}
    row = by_language.get(language) or by_language.get("en")
    return Words(row.subject_line, row.body_text, row.body_html) if row else words_in_file(kind)


@cache
def words_in_file(kind: str) -> Words:
    """Return the words that we ship: the first line of the file is the subject."""
    subject, _, body = (WORDS_DIR / f"{kind}.txt").read_text(encoding="utf-8").partition("\n")
    return Words(subject.removeprefix("Subject: "), body.strip() + "\n")


def _lines_text(lines: Sequence[MessageLine], more: int) -> str:
    rows = [f"  {line.qty} × {line.name} ({line.sku}): {line.when}" for line in lines]
    return "\n".join([*rows, f"  and {more} more"] if more else rows)


def _html(words: Words, values: Mapping[str, str], lines: Sequence[MessageLine], more: int) -> str:
    table = render_to_string("notifications/mail/lines.html", {"lines": lines, "more": more}) if lines else ""
    quoted = {**values, "lines": mark_safe(table)}  # its own template has escaped it
    if words.body_html:
        return fill(words.body_html, quoted, quote=conditional_escape)
    return _laid_out(words, quoted)


def _laid_out(words: Words, quoted: Mapping[str, str]) -> str:
    paragraphs = [_paragraph(text.strip(), quoted) for text in words.body_text.strip().split("\n\n")]
    label = "Your orders" if quoted["orders"] != "1" else f"Order {quoted['order_ref']}"
    return render_to_string("notifications/mail/layout.html", {"paragraphs": paragraphs, "label": label})


def _paragraph(text: str, quoted: Mapping[str, str]) -> tuple[str, SafeString]:
    """Return what the paragraph is, lines, link or text, and its HTML. The words themselves are escaped too."""
    kind = {"{lines}": "lines", "{order_link}": "link"}.get(text, "text")
    return kind, mark_safe(fill(str(conditional_escape(text)), quoted, quote=conditional_escape))

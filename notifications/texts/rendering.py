"""Turn a fact into a mail: subject, plain text and simple HTML, in the customer's language.

Words are placeholders only (``placeholders``). The HTML is made from the same paragraphs as the text, so that
the two parts never say different things.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from notifications.texts.languages import language_of
from notifications.texts.placeholders import SaidOfOrder, fill, lines_of, order_news, values_of
from notifications.texts.words import CHOICE_WANTED, PART_SHIPPED, SUMMARY, UNDATED, Words, words_of

NEEDS_DATE = {"backordered", "eta_slipped", "eta_improved", "follow_up"}
# The page that these lead to has nothing to choose, or a question to answer.
BUTTONS = {"shipped": "look", "feedback_wanted": "look", "answered": "look", "hold_question": "answer"}
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as it is sent."""

    subject_line: str
    body_text: str
    body_html: str
    words_version: int = 0


@dataclass(frozen=True, slots=True)
class OrderNews:
    """News of one order in a summary: its kind, the fact's payload, the day the customer was last told."""

    kind: str
    payload: Mapping[str, Any]
    told_on: date | None


def words_kind(kind: str, payload: Mapping[str, Any]) -> str:
    """Return the kind whose words a message has: news without a date, that asks for a choice, or of a parcel after
    which something still waits, has its own."""
    if kind == "shipped" and payload["lines"]:
        return PART_SHIPPED
    if kind not in NEEDS_DATE:
        return kind
    if not payload["eta_on"]:
        return UNDATED
    return CHOICE_WANTED if payload.get("asks") else kind


def render(
    kind: str,
    payload: Mapping[str, Any],
    *,
    language: str,
    told_on: date | None,
    today: date,
    words: Words | None = None,
) -> Mail:
    """Render the message of ``kind`` (without its app's prefix) for the payload of an order's fact.

    ``told_on`` is the day the customer last got, which the snapshot may not know yet; ``words`` are others than those
    in force, to look at. Raises Invalid when the words name a placeholder that does not exist.
    """
    spoken = language_of(language)
    words = words or words_of(words_kind(kind, payload), spoken)
    values = values_of(payload, language=spoken, told_on=told_on, today=today)
    lines, more = lines_of(payload, language=spoken, today=today), payload.get("more_lines", 0)
    rest = spoken.say("more", count=spoken.number(more)) if more else ""
    listed = "\n".join([*(f"  {line.qty} × {line.name} ({line.sku}): {line.when}" for line in lines), *_row(rest)])
    table = render_to_string("notifications/mail/lines.html", {"lines": lines, "rest": rest}) if lines else ""
    label = spoken.say("order", ref=values["order_ref"])
    button = spoken.say(BUTTONS.get(words_kind(kind, payload), "button"))
    given = payload.get("compensation") or {}
    if given and "{compensation}" not in words.body_text:  # whoever is given something has to read of it
        words = replace(words, body_text=f"{words.body_text.rstrip()}\n\n{{compensation}}\n")
    how = {"label": label, "button": button, "code": spoken.code, "to_quote": given.get("code", "")}
    return _mail(words, values, listed=listed, table=table, **how)


def render_summary(news: Sequence[OrderNews], *, language: str, today: date, words: Words | None = None) -> Mail:
    """Render one message for the news of several orders of a customer. Raises Invalid as ``render`` does."""
    spoken = language_of(language)
    first = values_of(news[0].payload, language=spoken, told_on=None, today=today)
    values = {**first, "orders": spoken.number(len(news))}
    said = [order_news(each.kind, each.payload, language=spoken, told_on=each.told_on, today=today) for each in news]
    listed = "\n\n".join(_order_text(order) for order in said)
    table = render_to_string("notifications/mail/orders.html", {"orders": said, "link": spoken.say("link")})
    words = words or words_of(SUMMARY, spoken)
    label, button = spoken.say("your_orders"), spoken.say("button")
    return _mail(words, values, listed=listed, table=table, label=label, button=button, code=spoken.code)


def _order_text(order: SaidOfOrder) -> str:
    parts = (f"{order.ref}: {order.said}", *order.note.splitlines(), order.link)
    return "\n".join(f"  {part}" for part in parts)


def _row(rest: str) -> list[str]:
    return [f"  {rest}"] if rest else []


def _mail(
    words: Words,
    values: Mapping[str, str],
    *,
    listed: str,
    table: str,
    label: str,
    button: str,
    code: str,
    to_quote: str = "",
) -> Mail:
    subject = " ".join(fill(words.subject_line, {**values, "lines": ""}).split())
    text = fill(words.body_text, {**values, "lines": listed})
    unbroken = format_html('<span style="white-space:nowrap">{}</span>', values["order_ref"])
    quoted = {**values, "order_ref": unbroken, "lines": mark_safe(table)}  # its own template has escaped it
    quoted["when"] = _with(values["when"], values["order_ref"], unbroken)
    if to_quote:
        strong = '<strong style="white-space:nowrap;letter-spacing:.04em">{}</strong>'
        quoted["compensation"] = _with(values["compensation"], to_quote, format_html(strong, to_quote))
    if words.body_html:
        html = fill(words.body_html, quoted, quote=conditional_escape)
    else:
        paragraphs = [_paragraph(part.strip(), quoted) for part in words.body_text.strip().split("\n\n")]
        context = {"paragraphs": paragraphs, "label": label, "button": button, "code": code}
        html = render_to_string("notifications/mail/layout.html", context)
    return Mail(subject, _BLANK_LINES.sub("\n\n", text), html, words.version)


def _with(text: str, piece: str, shown: SafeString) -> SafeString:
    """Return a sentence as HTML in which a piece of it looks as shown."""
    return mark_safe(str(conditional_escape(text)).replace(str(conditional_escape(piece)), shown))


def _paragraph(text: str, quoted: Mapping[str, str]) -> tuple[str, SafeString]:
    """Return what the paragraph is, lines, link or text, and its HTML. The words themselves are escaped too."""
    kind = {"{lines}": "lines", "{order_link}": "link"}.get(text, "text")
    return kind, mark_safe(fill(str(conditional_escape(text)), quoted, quote=conditional_escape))

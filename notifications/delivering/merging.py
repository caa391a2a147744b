"""One message for all the news that a customer is due: who travels together, and in which words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from notifications.channels.short import render_short, render_short_summary
from notifications.delivering.relevance import Verdict
from notifications.models import Channel, Delivery, MessageRules
from notifications.texts.rendering import Mail, OrderNews, render, render_summary

# What is said of an order's date. That goods left, or will not come, deserves a message of its own.
MERGED = {"backordered", "eta_slipped", "eta_improved", "line_allocated", "follow_up", "back_in_stock"}


@dataclass(frozen=True, slots=True)
class News:
    """A delivery that is to be sent, with what was decided about it."""

    delivery: Delivery
    verdict: Verdict


def travel_together(news: Sequence[News], rules: MessageRules) -> list[list[News]]:
    """Return the messages that this news makes: what may be merged and goes to one customer's address is one of them,
    its oldest delivery first."""
    messages: dict[tuple[object, ...], list[News]] = defaultdict(list)
    for each in news:
        row = each.delivery
        alone = () if rules.merges and each.verdict.kind in MERGED else (row.pk,)
        messages[row.channel, row.recipient, row.customer_code, *alone].append(each)
    return list(messages.values())


def words_for(news: Sequence[News], *, today: date) -> Mail:
    """Return the message of a single piece of news, or the summary of several. Raises Invalid for words that fail."""
    first, is_mail = news[0].delivery, news[0].delivery.channel == Channel.EMAIL
    if len(news) == 1:
        verdict, speak = news[0].verdict, render if is_mail else render_short
        return speak(verdict.kind, first.said, language=first.language, told_on=verdict.told_on, today=today)
    told = [OrderNews(each.verdict.kind, each.delivery.said, each.verdict.told_on) for each in news]
    sum_up = render_summary if is_mail else render_short_summary
    return sum_up(told, language=first.language, today=today)

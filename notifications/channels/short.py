"""The short version of a message, for SMS, chat and push: one sentence and a link, in few characters.

An SMS of GSM 03.38's letters has room for 160 of them, or 153 in each of several that are joined; a single letter
outside of them leaves room for 70, or 67. So letters that the alphabet lacks are written by their nearest.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from notifications.texts.languages import language_of
from notifications.texts.placeholders import fill, given_in, order_news, values_of
from notifications.texts.rendering import Mail, OrderNews, words_kind
from notifications.texts.words import SMS, SUMMARY, Words, words_of

MOST_ORDERS = 3
MAX_LETTERS = 1000  # what chats and push take anywhere
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")  # these take the room of two
_NEAREST = str.maketrans({"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "})


def render_short(
    kind: str,
    payload: Mapping[str, Any],
    *,
    language: str,
    told_on: date | None,
    today: date,
    words: Words | None = None,
) -> Mail:
    """Render the short message of ``kind`` for the payload of an order's fact. The subject line names it in lists and
    heads it where a channel has headings; ``words`` are others than those in force, to look at. Raises Invalid when the
    words name a placeholder that does not exist."""
    spoken = language_of(language)
    words = words or words_of(words_kind(kind, payload), spoken, channel=SMS)
    values = values_of(payload, language=spoken, told_on=told_on, today=today)
    heading = spoken.say("order", ref=values["order_ref"])
    text = fill(words.body_text, {**values, "lines": ""})
    if "{compensation}" not in words.body_text:  # else nobody would tell the customer what they were given
        text = f"{text} {values['compensation']}"
    return Mail(heading, short(text), "", words.version)


def render_short_summary(news: Sequence[OrderNews], *, language: str, today: date, words: Words | None = None) -> Mail:
    """Render one short message for the news of several orders of a customer, the first of them by name and with the
    link of the first. Raises Invalid as ``render_short`` does."""
    spoken = language_of(language)
    words = words or words_of(SUMMARY, spoken, channel=SMS)
    said = [
        order_news(each.kind, each.payload, language=spoken, told_on=each.told_on, today=today)
        for each in news[:MOST_ORDERS]
    ]
    more = [spoken.say("more", count=len(news) - MOST_ORDERS)] if len(news) > MOST_ORDERS else []
    listed = "; ".join([*(f"{order.ref} {order.said}" for order in said), *more])
    values = values_of(news[0].payload, language=spoken, told_on=None, today=today)
    text = fill(words.body_text, {**values, "orders": str(len(news)), "lines": f"{listed}. {said[0].link}"})
    given = (given_in(each.payload, spoken) for each in news)
    return Mail(spoken.say("your_orders"), short(" ".join([text, *filter(None, given)])), "", words.version)


def short(text: str) -> str:
    """Return one line of at most ``MAX_LETTERS``, in the letters of an SMS where that loses nothing."""
    line = " ".join(text.split())[:MAX_LETTERS]
    return "".join(_nearest(letter) for letter in line.translate(_NEAREST))


def sms_parts(text: str) -> int:
    """Return how many messages a text is when sent by SMS."""
    if all(letter in _BASIC or letter in _EXTENDED for letter in text):
        length, alone, joined = sum(1 + (letter in _EXTENDED) for letter in text), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)


def _nearest(letter: str) -> str:
    if letter in _BASIC or letter in _EXTENDED:
        return letter
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base in _BASIC and unicodedata.category(letter).startswith("L") else letter

"""What the words of a message may name: a closed list of placeholders, and their values for one fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from django.conf import settings

from kernel.errors import Invalid
from notifications.texts.languages import Language

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

PLACEHOLDERS: dict[str, str] = {
    "order_ref": "the order's number",
    "customer_name": "whom we write to",
    "placed_date": "the day the order was placed",
    "new_date": "the day the plan says now",
    "safe_date": "the day that nine in ten orders keep",
    "previous_date": "the day the customer was last told",
    "promised_date": "the day we first committed to",
    "reason": "why, in a sentence a customer understands",
    "note": "what a colleague wrote to this customer, if anything",
    "compensation": "what the customer is given as an apology, if anything",
    "when": "a sentence with the day that the plan says now, or that nobody can name one",
    "answer_by_date": "of a delay that the customer has to agree to: the last day to say so",
    "choices": "what the customer may choose, within a sentence: wait, … or cancel",
    "question": "of an order on hold: what the customer has to answer",
    "lines": "what still waits and when it comes, as a list",
    "order_link": "the address of the order's own page, where the customer chooses",
    "orders": "in a summary: how many orders it tells of",
}
_ORDER = ("order_ref", "customer_name", "placed_date", "lines", "order_link")
# Kinds that may name fewer than all; what a kind cannot fill in would be an empty place in a sentence.
OF_KIND: dict[str, tuple[str, ...]] = {
    "backordered": (*_ORDER, "new_date", "safe_date", "reason"),
    "line_allocated": (*_ORDER, "new_date", "previous_date", "promised_date"),
    "shipped": _ORDER,
    "part_shipped": (*_ORDER, "new_date"),
    "cancelled": _ORDER,
    "answered": ("order_ref", "customer_name", "note", "order_link"),
    "compensated": (*_ORDER, "when", "new_date", "promised_date", "previous_date", "reason", "note", "compensation"),
    "follow_up": (*_ORDER, "new_date", "safe_date", "promised_date", "previous_date", "reason", "note", "compensation"),
    "feedback_wanted": ("order_ref", "customer_name", "placed_date", "order_link"),
    "back_in_stock": (*_ORDER, "new_date", "safe_date"),
    "hold_question": (*_ORDER, "question"),
    "delay_notice": (*_ORDER, "new_date", "previous_date", "promised_date", "reason", "note", "compensation"),
    "delay_consent": (
        *(*_ORDER, "new_date", "previous_date", "promised_date", "reason", "note", "compensation"),
        *("when", "answer_by_date"),
    ),
    "cancelled_unanswered": (*_ORDER, "answer_by_date"),
    "choice_wanted": (
        *(*_ORDER, "new_date", "safe_date", "previous_date", "promised_date", "reason", "note", "compensation"),
        "choices",
    ),
    "undated": (*_ORDER, "previous_date", "promised_date", "reason", "note"),
    "summary": ("orders", "customer_name", "lines"),
}


_OF_FEW = ("orders", "question", "choices", "when", "answer_by_date")
# Holds that only the customer can answer; each has a question in every language.
QUESTIONS = ("address", "payment", "customer")


@dataclass(frozen=True, slots=True)
class SaidOfOrder:
    """One order in a summary, as a customer reads it."""

    ref: str
    said: str
    note: str
    link: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One line of an order as a customer reads it."""

    sku: str
    name: str
    qty: str
    when: str


def placeholders_of(kind: str) -> Sequence[str]:
    """Return what the words of a kind may name."""
    return OF_KIND.get(kind) or [name for name in PLACEHOLDERS if name not in _OF_FEW]


def check_placeholders(text: str, *, field: str, kind: str = "") -> None:
    """Raise Invalid naming ``field`` and the line when ``text`` has a placeholder that ``kind`` does not know (without
    one: that no kind knows), or a stray brace."""
    known = placeholders_of(kind) if kind else list(PLACEHOLDERS)
    wrong = [words for number, line in enumerate(text.splitlines(), 1) for words in _wrong_in(line, number, known)]
    if wrong:
        names = ", ".join(f"{{{name}}}" for name in known)
        raise Invalid(f"{' '.join(wrong)} Use {names}.", fields={field: " ".join(wrong)})


def _wrong_in(line: str, number: int, known: Sequence[str]) -> list[str]:
    unknown = [name for name in _PLACEHOLDER.findall(line) if name not in known]
    wrong = [f"Line {number}: {{{name}}} is not a placeholder{_meant(name, known)}" for name in dict.fromkeys(unknown)]
    if set("{}") & set(_PLACEHOLDER.sub("", line)):
        wrong.append(f"Line {number}: a single brace is not a placeholder.")
    return wrong


def _meant(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {{{close[0]}}}?" if close else "."


def fill(text: str, values: Mapping[str, str], *, quote: Callable[[str], str] = str) -> str:
    """Put ``values`` in place of placeholders, each through ``quote``; values are never looked at for placeholders."""
    return _PLACEHOLDER.sub(lambda match: quote(values[match.group(1)]), text)


def values_of(payload: Mapping[str, Any], *, language: Language, told_on: date | None, today: date) -> dict[str, str]:
    """Return the value of every placeholder except ``lines`` for the payload of an order's fact."""
    order, customer = payload["order"], payload["customer"]
    return {
        "order_ref": order["ref"],
        "customer_name": customer["contact_name"] or customer["name"],
        "placed_date": language.day(parsed_date(order["placed_on"]), today=today),
        "new_date": language.day(parsed_date(payload["eta_on"]), today=today),
        "safe_date": language.day(parsed_date(payload["eta_p90_on"]), today=today),
        "previous_date": language.day(told_on, today=today),
        "promised_date": language.day(parsed_date(payload["promised_on"]), today=today),
        "reason": language.reason(payload["reason"]),
        "note": payload.get("note", ""),
        "compensation": given_in(payload, language),
        "when": _when(payload, language, told_on=told_on, today=today),
        "answer_by_date": language.day(_answer_by(payload), today=today),
        "choices": _choices(payload.get("asks", ()), language),
        "question": _question(payload.get("hold"), language),
        "orders": "1",
        "order_link": hidden_link(order["ref"]),
    }


def lines_of(payload: Mapping[str, Any], *, language: Language, today: date) -> list[MessageLine]:
    """Return the payload's lines in words: what has just left first, then what is set aside or expected."""
    gone = language.say("on_its_way")
    left = [
        MessageLine(line["sku"], line["name"], language.number(line["qty"]), gone)
        for line in payload.get("shipped", ())
    ]
    waiting = [
        MessageLine(line["sku"], line["name"], language.number(line["open_qty"]), _line_when(line, language, today))
        for line in payload["lines"]
    ]
    return left + waiting


def order_news(
    kind: str, payload: Mapping[str, Any], *, language: Language, told_on: date | None, today: date
) -> SaidOfOrder:
    """Return the news of one order as a line of a summary."""
    day, ref = parsed_date(payload["eta_on"]), payload["order"]["ref"]
    new, old = language.day(day, today=today), language.day(told_on, today=today)
    if day is None:
        name = "news_stock_undated" if kind == "back_in_stock" else "news_undated"
    elif kind == "line_allocated":
        name = "news_complete"
    elif kind == "back_in_stock":
        name = "news_stock"
    elif kind == "follow_up":
        name = "news_still"
    elif kind == "backordered" or told_on is None:
        name = "news_waits"
    else:
        name = "news_moved"
    asked = _choices(payload.get("asks", ()), language)
    question = language.say("please_choose", choices=asked) if asked else ""
    given = given_in(payload, language)
    note = "\n".join(filter(None, (given, payload.get("note", ""), question)))
    return SaidOfOrder(ref, language.say(name, day=new, old=old), note, hidden_link(ref))


def hidden_link(order_ref: str) -> str:
    """Return what stands for the address with its key, which only the mail has: what we keep of it opens nothing."""
    return f"{settings.BASE_URL}/o/only-in-the-mail/{order_ref}/"


def given_in(payload: Mapping[str, Any], language: Language) -> str:
    """Say what a fact gives the customer, ``{"kind", "percent", "amount", "code"}``; nothing where nothing is given."""
    given = payload.get("compensation")
    if not given:
        return ""
    return language.say(f"given_{given['kind']}", **{**given, "amount": language.amount(given["amount"])})


def _when(payload: Mapping[str, Any], language: Language, *, told_on: date | None, today: date) -> str:
    """Say the day as a whole sentence, since where there is none no sentence that names it reads well."""
    day, ref = parsed_date(payload["eta_on"]), payload["order"]["ref"]
    if day is None:
        return language.say("when_unknown", ref=ref)
    if told_on is None or told_on == day:
        return language.say("when_known", ref=ref, day=language.day(day, today=today))
    return language.say(
        "when_moved", ref=ref, day=language.day(day, today=today), old=language.day(told_on, today=today)
    )


def _answer_by(payload: Mapping[str, Any]) -> date | None:
    return parsed_date(payload.get("notice", payload).get("answer_by_on"))


def _choices(kinds: Sequence[str], language: Language) -> str:
    """Say what there is to choose from as part of a sentence: ``wait, … or cancel``; nothing without any."""
    said = [language.say(f"choose_{kind}") for kind in kinds]
    return language.say("or", before=", ".join(said[:-1]), last=said[-1]) if said[1:] else "".join(said)


def _question(hold: str | None, language: Language) -> str:
    return language.say(f"question_{hold}") if hold in QUESTIONS else ""


def parsed_date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _line_when(line: Mapping[str, Any], language: Language, today: date) -> str:
    if line["allocated_qty"] >= line["open_qty"]:
        return language.say("set_aside")
    day = parsed_date(line["eta_on"])
    return language.say("expected", day=language.day(day, today=today)) if day else language.say("no_day")

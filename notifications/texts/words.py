"""The words of each kind of message: an active Template row of that kind and language, else the file that we ship."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from notifications.models import Template, TemplateStatus
from notifications.texts.languages import DEFAULT, MAIL_DIR, Language
from notifications.texts.placeholders import check_placeholders

UNDATED = "undated"
SUMMARY = "summary"
CHOICE_WANTED = "choice_wanted"
PART_SHIPPED = "part_shipped"
KINDS = (
    *("backordered", "eta_slipped", "eta_improved", "line_allocated", "shipped", "cancelled", "answered"),
    *("compensated", "follow_up", "feedback_wanted", "back_in_stock", "hold_question"),
    *("delay_notice", "delay_consent", "cancelled_unanswered"),
    CHOICE_WANTED,
    PART_SHIPPED,
    UNDATED,
)
EMAIL, SMS = "email", "sms"
SUFFIXES = {EMAIL: ".txt", SMS: ".sms.txt"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one kind of message, with placeholders. Without ``body_html`` the HTML follows the text.

    ``version`` is that of the template, 0 for the file that we ship.
    """

    subject_line: str
    body_text: str
    body_html: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """Where words belong: a kind of message on a channel in a language."""

    kind: str
    channel: str
    language: str


_once: ContextVar[dict[Slot, Words] | None] = ContextVar("words_read_once", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Read the templates in force once for all messages that are rendered inside, such as those of one batch."""
    token = _once.set({_slot_of(row): _words_in_row(row) for row in _in_force()})
    try:
        yield
    finally:
        _once.reset(token)


def words_of(kind: str, language: Language, *, channel: str = EMAIL) -> Words:
    """Return the words in force. Raises Invalid when they name a placeholder that does not exist."""
    slot = Slot(kind, channel, language.code)
    read = _once.get()
    words = _in_row(slot) if read is None else read.get(slot)
    words = words or words_in_file(kind, language.code, channel)
    for field in ("subject_line", "body_text", "body_html"):
        check_placeholders(getattr(words, field), field=field)
    return words


@cache
def words_in_file(kind: str, code: str = DEFAULT, channel: str = EMAIL) -> Words:
    """Return the words that we ship: the first line of a mail's file is the subject. A language that lacks the file
    has the English one."""
    path = file_of(Slot(kind, channel, code))
    path = path if path.exists() else file_of(Slot(kind, channel, DEFAULT))
    text = path.read_text(encoding="utf-8")
    if channel != EMAIL:
        return Words("", text.strip() + "\n")
    subject, _, body = text.partition("\n")
    return Words(subject.removeprefix("Subject: "), body.strip() + "\n")


def file_of(slot: Slot) -> Path:
    """Return where the words that we ship would be; a language need not have them."""
    return MAIL_DIR / slot.language / f"{slot.kind}{SUFFIXES[slot.channel]}"


def channels_of(kind: str) -> tuple[str, ...]:
    """Return the channels that we ship words of this kind for."""
    return tuple(channel for channel in SUFFIXES if file_of(Slot(kind, channel, DEFAULT)).exists())


def _in_force() -> list[Template]:
    return list(Template.objects.filter(status=TemplateStatus.ACTIVE))


def _in_row(slot: Slot) -> Words | None:
    row = Template.objects.filter(
        kind=slot.kind, channel=slot.channel, language=slot.language, status=TemplateStatus.ACTIVE
    ).first()
    return _words_in_row(row) if row else None


def _slot_of(row: Template) -> Slot:
    return Slot(row.kind, row.channel, row.language)


def _words_in_row(row: Template) -> Words:
    return Words(row.subject_line, row.body_text, row.body_html, row.version)

"""The words of each kind of message: an active Template row of that kind and language, else the file that we ship."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from notifications.languages import DEFAULT, MAIL_DIR, Language
from notifications.models import Template, TemplateStatus
from notifications.placeholders import check_placeholders

UNDATED = "undated"
SUMMARY = "summary"
KINDS = ("backordered", "eta_slipped", "eta_improved", "line_allocated", "shipped", "cancelled", UNDATED)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one kind of message, with placeholders. Without ``body_html`` the HTML follows the text."""

    subject_line: str
    body_text: str
    body_html: str = ""


def words_of(kind: str, language: Language) -> Words:
    """Return the words in force. Raises Invalid when they name a placeholder that does not exist."""
    row = Template.objects.filter(
        kind=kind, channel="email", status=TemplateStatus.ACTIVE, language=language.code
    ).first()
    words = Words(row.subject_line, row.body_text, row.body_html) if row else words_in_file(kind, language.code)
    for field in ("subject_line", "body_text", "body_html"):
        check_placeholders(getattr(words, field), field=field)
    return words


@cache
def words_in_file(kind: str, code: str = DEFAULT) -> Words:
    """Return the words that we ship: the first line of the file is the subject."""
    subject, _, body = (MAIL_DIR / code / f"{kind}.txt").read_text(encoding="utf-8").partition("\n")
    return Words(subject.removeprefix("Subject: "), body.strip() + "\n")

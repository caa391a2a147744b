"""Message templates for their screens: what is in force where, one slot with its versions and what each changed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language_info

from kernel.errors import NotFound
from notifications.models import Template, TemplateStatus
from notifications.models.delivery import KIND_LABELS
from notifications.texts.languages import DEFAULT, codes
from notifications.texts.placeholders import PLACEHOLDERS, placeholders_of
from notifications.texts.word_differences import Piece, differences
from notifications.texts.wording import ALL_KINDS
from notifications.texts.words import SUFFIXES, Slot, Words, channels_of, file_of, words_in_file

LABELS = {
    "undated": "No date yet",
    "choice_wanted": "Customer to choose",
    "part_shipped": "Part of it sent",
    "summary": "Several orders",
}
CHANNELS = {"email": "E-mail", "sms": "Text message"}
OPEN = (TemplateStatus.ACTIVE, TemplateStatus.DRAFT)
MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """One slot in the table: ``active`` 0 is the standard; ``speaks`` is the language that is really sent."""

    slot: Slot
    active: int
    draft: int
    speaks: str

    @property
    def falls_back(self) -> bool:
        return self.speaks != self.slot.language


@dataclass(frozen=True, slots=True)
class Shown:
    """The words on the screen; ``row`` is None for those that we ship."""

    words: Words
    row: Template | None

    @property
    def version(self) -> int:
        return self.row.version if self.row else 0

    @property
    def revision(self) -> int:
        return self.row.revision if self.row else 0


@dataclass(frozen=True, slots=True)
class Version:
    """One version with what it changed against the one in force before it (against the standard, for the first)."""

    row: Template
    subject: list[Piece]
    body: list[Piece]


def table() -> list[tuple[str, list[str], list[tuple[str, list[Cell]]]]]:
    """Return each channel's label, its languages' names, and its kinds with a cell a language. One query."""
    rows = Template.objects.filter(status__in=OPEN).values_list("kind", "channel", "language", "status", "version")
    found = {(Slot(kind, channel, code), status): version for kind, channel, code, status, version in rows}
    names = [language_name(code) for code in _languages()]
    return [
        (CHANNELS[channel], names, [(kind_label(kind), _cells(kind, channel, found)) for kind in kinds])
        for channel in SUFFIXES
        if (kinds := [kind for kind in ALL_KINDS if channel in channels_of(kind)])
    ]


def slot_facts(slot: Slot) -> dict[str, object]:
    """Return what a slot is called, which placeholders it knows, and which language stands in for a missing one."""
    return {
        "kind": kind_label(slot.kind),
        "channel": CHANNELS[slot.channel],
        "language": language_name(slot.language),
        "placeholders": [(f"{{{name}}}", PLACEHOLDERS[name]) for name in placeholders_of(slot.kind)],
        "falls_back_to": "" if file_of(slot).exists() else language_name(DEFAULT),
    }


def find_shown(slot: Slot, *, version: int | None) -> Shown:
    """Return a version (0: the standard), or without one the draft, else what is in force. Raises NotFound."""
    rows = Template.objects.filter(kind=slot.kind, channel=slot.channel, language=slot.language)
    if version == 0:
        return Shown(words_in_file(slot.kind, slot.language, slot.channel), None)
    if version is not None:
        row = rows.filter(version=version).first()
        if row is None:
            raise NotFound(f"There is no version {version}.")
    else:
        row = rows.filter(status__in=OPEN).order_by("-status").first()  # a draft before what is active
    if row is None:
        return Shown(words_in_file(slot.kind, slot.language, slot.channel), None)
    return Shown(Words(row.subject_line, row.body_text, row.body_html, row.version), row)


def history_of(slot: Slot) -> list[Version]:
    """Return the newest versions, the newest first, with what each changed. One query."""
    rows = Template.objects.filter(kind=slot.kind, channel=slot.channel, language=slot.language)
    newest = list(rows.select_related("created_by", "edited_by", "activated_by").order_by("-version")[:MOST_VERSIONS])
    shipped = words_in_file(slot.kind, slot.language, slot.channel)
    return [_version(row, newest[place + 1 :], shipped) for place, row in enumerate(newest)]


def kind_label(kind: str) -> str:
    return LABELS.get(kind) or KIND_LABELS.get(f"orders.{kind}", kind.replace("_", " ").capitalize())


def language_name(code: str) -> str:
    """Return a language's name in English, or its code where nobody knows it."""
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code


def _languages() -> list[str]:
    """Return the languages, first the one that stands in for the others."""
    return sorted(codes(), key=lambda code: (code != DEFAULT, language_name(code)))


def _cells(kind: str, channel: str, found: dict[tuple[Slot, str], int]) -> list[Cell]:
    return [_cell(Slot(kind, channel, code), found) for code in _languages()]


def _cell(slot: Slot, found: dict[tuple[Slot, str], int]) -> Cell:
    active = found.get((slot, TemplateStatus.ACTIVE), 0)
    speaks = slot.language if active or file_of(slot).exists() else DEFAULT
    return Cell(slot, active, found.get((slot, TemplateStatus.DRAFT), 0), speaks)


def _version(row: Template, older: list[Template], shipped: Words) -> Version:
    before = next((other for other in older if other.activated_at), None)
    old = Words(before.subject_line, before.body_text) if before else shipped
    return Version(row, differences(old.subject_line, row.subject_line), differences(old.body_text, row.body_text))

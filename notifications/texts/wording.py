"""Other words than those we ship: drafted, put in force, replaced, taken back. What was once in force never changes.

Locks: the rows of the slot, by version. The database holds one draft and one version in force a slot.
"""

from __future__ import annotations

from datetime import datetime

from kernel.errors import Conflict, Invalid, NotFound
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.models import Template, TemplateStatus
from notifications.texts.languages import codes, language_of
from notifications.texts.placeholders import check_placeholders
from notifications.texts.words import EMAIL, KINDS, SUMMARY, Slot, channels_of, words_of

MAX_SUBJECT, MAX_BODY = 300, 10_000
ALL_KINDS = (*KINDS, SUMMARY)


def check_slot(slot: Slot) -> None:
    """Raise NotFound unless we write messages of this kind on this channel in this language."""
    if slot.kind not in ALL_KINDS or slot.channel not in channels_of(slot.kind) or slot.language not in codes():
        raise NotFound("There are no such messages.")


@entry_verb
def start(slot: Slot, *, actor: Actor | None, now: datetime) -> Template:
    """Return the slot's draft; without one, make it from the words in force."""
    check_slot(slot)
    rows = _locked(slot)
    # Whoever starts at the same time gets the same draft.
    Template.objects.bulk_create([_first(slot, rows, actor, now)], ignore_conflicts=True)
    return _draft_in(_locked(slot))


@entry_verb
def edit(
    slot: Slot, *, subject_line: str, body_text: str, revision: int, actor: Actor | None, now: datetime
) -> Template:
    """Change the draft. Raises Invalid naming field and line, Conflict when somebody else changed it meanwhile."""
    check_slot(slot)
    subject_line, body_text = _cleaned(slot, subject_line, body_text)
    draft = _draft_in(_locked(slot))
    if (draft.subject_line, draft.body_text) == (subject_line, body_text):
        return draft
    _refuse_stale(draft, revision)
    return _put(draft, subject_line, body_text, actor, now)


@entry_verb
def write(slot: Slot, *, subject_line: str, body_text: str, actor: Actor | None, now: datetime) -> Template:
    """Make these words the slot's draft, in place of what a draft said before: for programs, which saw none."""
    check_slot(slot)
    subject_line, body_text = _cleaned(slot, subject_line, body_text)
    rows = _locked(slot)
    Template.objects.bulk_create([_first(slot, rows, actor, now)], ignore_conflicts=True)
    return _put(_draft_in(_locked(slot)), subject_line, body_text, actor, now)


@entry_verb
def discard(slot: Slot, *, actor: Actor | None, now: datetime) -> Template:
    """Put the draft aside; ``restore`` brings it back."""
    check_slot(slot)
    draft = _draft_in(_locked(slot))
    draft.status, draft.edited_at, draft.edited_by_id = TemplateStatus.DISCARDED, now, key_of(actor)
    draft.save(update_fields=["status", "edited_at", "edited_by"])
    return draft


@entry_verb
def restore(slot: Slot, *, version: int, actor: Actor | None, now: datetime) -> Template:
    """Make a discarded version the draft again. Raises Conflict when another draft was started since."""
    check_slot(slot)
    rows = _locked(slot)
    row = _version_in(rows, version)
    if row.status != TemplateStatus.DISCARDED:
        raise Conflict(f"Version {version} was not discarded.", code="no_change")
    if any(other.status == TemplateStatus.DRAFT for other in rows):
        raise Conflict("There is another draft by now. Discard it first.", code="drafted")
    row.status, row.edited_at, row.edited_by_id = TemplateStatus.DRAFT, now, key_of(actor)
    row.save(update_fields=["status", "edited_at", "edited_by"])
    return row


@entry_verb
def activate(
    slot: Slot, *, version: int, revision: int | None = None, actor: Actor | None, now: datetime
) -> Template | None:
    """Put the draft, or an earlier version, in force; messages that are sent from now on have its words.

    Returns the version that it replaces, None when those were the words we ship.
    """
    check_slot(slot)
    rows = _locked(slot)
    row = _version_in(rows, version)
    if row.status not in (TemplateStatus.DRAFT, TemplateStatus.ARCHIVED):
        raise Conflict(f"Version {version} is {row.get_status_display().lower()}.", code="no_change")
    if revision is not None and row.status == TemplateStatus.DRAFT:
        _refuse_stale(row, revision)
    _check_words(slot, row.subject_line, row.body_text)
    replaced = _archive(rows)
    row.status, row.activated_at, row.activated_by_id = TemplateStatus.ACTIVE, now, key_of(actor)
    row.save(update_fields=["status", "activated_at", "activated_by"])
    return replaced


@entry_verb
def use_shipped(slot: Slot, *, actor: Actor | None, now: datetime) -> Template:
    """Go back to the words that we ship; return the version that was in force."""
    check_slot(slot)
    replaced = _archive(_locked(slot))
    if replaced is None:
        raise Conflict("The words that we ship are in force already.", code="no_change")
    replaced.edited_at, replaced.edited_by_id = now, key_of(actor)
    replaced.save(update_fields=["edited_at", "edited_by"])
    return replaced


def _locked(slot: Slot) -> list[Template]:
    rows = Template.objects.filter(**_named(slot)).order_by("version")
    return list(rows.select_for_update(of=("self",), no_key=True))


def _first(slot: Slot, rows: list[Template], actor: Actor | None, now: datetime) -> Template:
    """Return a new draft with the words in force."""
    words = words_of(slot.kind, language_of(slot.language), channel=slot.channel)
    return Template(
        **_named(slot),
        version=1 + max((row.version for row in rows), default=0),
        subject_line=words.subject_line,
        body_text=words.body_text,
        body_html=words.body_html,
        created_at=now,
        created_by_id=key_of(actor),
    )


def _put(draft: Template, subject_line: str, body_text: str, actor: Actor | None, now: datetime) -> Template:
    draft.subject_line, draft.body_text, draft.body_html = subject_line, body_text, ""
    draft.revision += 1
    draft.edited_at, draft.edited_by_id = now, key_of(actor)
    draft.save()
    return draft


def _cleaned(slot: Slot, subject_line: str, body_text: str) -> tuple[str, str]:
    subject_line = clean_text(subject_line, field="subject_line", max_length=MAX_SUBJECT)
    body_text = clean_text(body_text, field="body_text", max_length=MAX_BODY, multiline=True) + "\n"
    _check_words(slot, subject_line, body_text)
    return subject_line, body_text


def _named(slot: Slot) -> dict[str, str]:
    return {"kind": slot.kind, "channel": slot.channel, "language": slot.language}


def _draft_in(rows: list[Template]) -> Template:
    draft = next((row for row in rows if row.status == TemplateStatus.DRAFT), None)
    if draft is None:
        raise Conflict("There is no draft any more. Start a new one.", code="no_draft")
    return draft


def _version_in(rows: list[Template], version: int) -> Template:
    row = next((row for row in rows if row.version == version), None)
    if row is None:
        raise NotFound(f"There is no version {version}.")
    return row


def _refuse_stale(draft: Template, revision: int) -> None:
    if draft.revision != revision:
        raise Conflict("Somebody else changed the draft meanwhile. Look at it again.", code="stale")


def _archive(rows: list[Template]) -> Template | None:
    active = next((row for row in rows if row.status == TemplateStatus.ACTIVE), None)
    if active is not None:
        active.status = TemplateStatus.ARCHIVED
        active.save(update_fields=["status"])
    return active


def _check_words(slot: Slot, subject_line: str, body_text: str) -> None:
    if slot.channel == EMAIL and not subject_line:
        raise Invalid("Give a subject.", fields={"subject_line": "Give a subject."})
    if not body_text.strip():
        raise Invalid("Write something.", fields={"body_text": "Write something."})
    check_placeholders(subject_line, field="subject_line", kind=slot.kind)
    check_placeholders(body_text, field="body_text", kind=slot.kind)

"""Words of one's own: drafted, put in force, rolled back; what is sent says which version it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.errors import Conflict, Invalid, NotFound
from notifications.models import Template, TemplateStatus
from notifications.texts import wording
from notifications.texts.languages import codes
from notifications.texts.placeholders import check_placeholders
from notifications.texts.wording import ALL_KINDS
from notifications.texts.words import Slot, channels_of, file_of, words_in_file
from tests.concurrency.race import granted, race_same
from tests.factories import NOW
from tests.factories.orders import make_user
from tests.notifications.sending import due, send
from tests.notifications.smtp_server import Script

pytestmark = pytest.mark.django_db(transaction=True)

SHIPPED = Slot("shipped", "email", "en")


def draft(slot: Slot = SHIPPED, text: str = "Gone: {order_ref}.") -> Template:
    actor = make_user("admin")
    made = wording.start(slot, actor=actor, now=NOW)
    return wording.edit(
        slot, subject_line="Off {order_ref}", body_text=text, revision=made.revision, actor=actor, now=NOW
    )


def put_in_force(row: Template, slot: Slot = SHIPPED) -> Template | None:
    return wording.activate(slot, version=row.version, revision=row.revision, actor=make_user("admin"), now=NOW)


def test_a_draft_begins_with_the_words_in_force_and_counts_for_nothing_yet(server: Script) -> None:
    made = wording.start(SHIPPED, actor=None, now=NOW)

    assert made.body_text == words_in_file("shipped").body_text
    draft()
    due(kind="orders.shipped")
    send()
    assert "is on its way" in server.mails[0]["Subject"]


def test_the_version_in_force_is_sent_and_the_delivery_remembers_it(server: Script) -> None:
    put_in_force(draft())
    first = due(kind="orders.shipped", lines=[])
    send()
    put_in_force(draft(text="Gone again."))
    second = due(kind="orders.shipped", lines=[])
    send()
    wording.use_shipped(SHIPPED, actor=None, now=NOW)
    third = due(kind="orders.shipped", lines=[])
    send()

    for delivery, version in ((first, 1), (second, 2), (third, 0)):
        delivery.refresh_from_db()
        assert delivery.words_version == version
    assert second.body_text == "Gone again.\n"
    assert [mail["Subject"][:3] for mail in server.mails] == ["Off", "Off", "You"]


def test_rolling_back_puts_an_earlier_version_in_force_again() -> None:
    first = draft()
    assert put_in_force(first) is None
    replaced = put_in_force(draft(text="Second."))

    assert replaced is not None
    assert replaced.version == first.version
    again = wording.activate(SHIPPED, version=first.version, actor=None, now=NOW)
    assert again is not None
    assert again.version == 2
    states = Template.objects.order_by("version").values_list("status", flat=True)
    assert list(states) == [TemplateStatus.ACTIVE, TemplateStatus.ARCHIVED]


def test_what_is_in_force_is_not_edited_but_followed() -> None:
    row = draft()
    put_in_force(row)

    with pytest.raises(Conflict):
        wording.edit(SHIPPED, subject_line="x", body_text="x", revision=row.revision, actor=None, now=NOW)

    assert wording.start(SHIPPED, actor=None, now=NOW).version == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("One.\n\nTwo {new_date}.", "Line 3: {new_date} is not a placeholder"),
        ("{order_reff}", "Line 1: {order_reff} is not a placeholder; did you mean {order_ref}?"),
        ("{order.delete}", "Line 1: {order.delete} is not a placeholder"),
        ("{{ settings.SECRET_KEY }}", "Line 1: a single brace is not a placeholder"),
        ("a {", "Line 1: a single brace is not a placeholder"),
        ("", "Write something"),
        ("a\0b", "invisible"),
        ("x" * 10_001, "At most 10000"),
    ],
)
def test_words_that_could_not_be_filled_in_are_refused_with_their_place(text: str, said: str) -> None:
    made = wording.start(SHIPPED, actor=None, now=NOW)

    with pytest.raises(Invalid) as refusal:
        wording.edit(SHIPPED, subject_line="S", body_text=text, revision=1, actor=None, now=NOW)

    assert said in refusal.value.fields["body_text"]
    made.refresh_from_db()
    assert made.revision == 1


def test_two_people_do_not_overwrite_each_other_unseen() -> None:
    made = draft()

    with pytest.raises(Conflict, match="Somebody else"):
        wording.edit(SHIPPED, subject_line="S", body_text="Other.", revision=1, actor=None, now=NOW)
    with pytest.raises(Conflict, match="Somebody else"):
        wording.activate(SHIPPED, version=made.version, revision=1, actor=None, now=NOW)

    again = wording.edit(
        SHIPPED, subject_line=made.subject_line, body_text=made.body_text, revision=1, actor=None, now=NOW
    )
    assert again.revision == made.revision  # a form sent twice


def test_a_discarded_draft_comes_back_unless_another_was_started() -> None:
    made = draft()
    wording.discard(SHIPPED, actor=None, now=NOW)
    assert wording.restore(SHIPPED, version=made.version, actor=None, now=NOW).status == TemplateStatus.DRAFT
    wording.discard(SHIPPED, actor=None, now=NOW + timedelta(minutes=1))

    wording.start(SHIPPED, actor=None, now=NOW)

    with pytest.raises(Conflict, match="another draft"):
        wording.restore(SHIPPED, version=made.version, actor=None, now=NOW)


@pytest.mark.parametrize(
    "slot", [Slot("nothing", "email", "en"), Slot("shipped", "fax", "en"), Slot("shipped", "email", "tlh")]
)
def test_there_are_only_the_slots_that_we_write(slot: Slot) -> None:
    with pytest.raises(NotFound):
        wording.start(slot, actor=None, now=NOW)


def test_everything_that_we_ship_keeps_to_the_placeholders_of_its_kind() -> None:
    for kind in ALL_KINDS:
        for channel in channels_of(kind):
            for code in codes():
                words = words_in_file(kind, code, channel)
                assert file_of(Slot(kind, channel, code)).exists()
                check_placeholders(words.subject_line + words.body_text, field="body_text", kind=kind)


def test_starting_and_activating_at_the_same_time_leaves_one_draft_and_one_in_force() -> None:
    race_same(8, wording.start, SHIPPED, actor=None, now=NOW)
    assert Template.objects.count() == 1
    row = Template.objects.get()

    results = race_same(8, wording.activate, SHIPPED, version=row.version, actor=None, now=NOW)

    assert granted(results) == 1
    assert Template.objects.get().status == TemplateStatus.ACTIVE

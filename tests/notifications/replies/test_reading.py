"""Mails of strangers: whatever is in them, reading gives words and never fails."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.replies.reading import MAX_TEXT, read_mail
from tests.notifications.replies.mails import QUOTED, mail


def test_own_words_stop_where_the_quotation_begins() -> None:
    read = read_mail(mail(f"Please cancel the lamps.\n\nJo\n{QUOTED}").as_bytes())

    assert read.own_words == "Please cancel the lamps.\n\nJo"
    assert "Saturday" in read.whole_text
    assert (read.sender, read.sender_name) == ("jo@example.com", "Jo Park")
    assert read.subject_line == "Re: New date"
    assert not read.is_automatic


@pytest.mark.parametrize(
    "intro",
    [
        "Am Fr., 20. Nov. 2026 um 10:11 Uhr schrieb Backlog <orders@backlog.example>:",
        "Le ven. 20 nov. 2026 à 10:11, Backlog <orders@backlog.example> a écrit :",
        "El vie, 20 nov 2026 a las 10:11, Backlog (<orders@backlog.example>) escribió:",
    ],
)
def test_quotations_are_known_in_every_language_we_write(intro: str) -> None:
    assert read_mail(mail(f"Gracias, danke, merci.\n\n{intro}\n> x\n").as_bytes()).own_words == "Gracias, danke, merci."


def test_a_mail_that_is_html_only_is_read_as_text() -> None:
    written = mail()
    written.clear_content()
    written.set_content("<p>Send <b>what is ready</b>.</p><script>alert(1)</script>", subtype="html")

    assert read_mail(written.as_bytes()).own_words == "Send what is ready."


def test_attachments_are_named_and_bidi_tricks_removed() -> None:
    written = mail("Hello\u202e there\n")
    written.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="order\u202efdp.exe")

    read = read_mail(written.as_bytes())

    assert read.own_words == "Hello there"
    assert read.attachments == ("orderfdp.exe",)


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"}, {"X_Autoreply": "yes"}],
)
def test_what_a_machine_wrote_is_known_as_such(headers: dict[str, str]) -> None:
    assert read_mail(mail("I am away until Monday.", **headers).as_bytes()).is_automatic


def test_the_same_mail_has_the_same_key_whichever_way_it_comes() -> None:
    direct, forwarded = mail(), mail(Received="from relay.example", Delivered_To="somebody@example.com")

    assert read_mail(direct.as_bytes()).key == read_mail(forwarded.as_bytes()).key
    assert read_mail(direct.as_bytes()).key != read_mail(mail(message_id="<two@mail.example>").as_bytes()).key
    assert read_mail(b"From: a@example.com\n\none").key != read_mail(b"From: a@example.com\n\ntwo").key


@pytest.mark.parametrize("text", ["\n" * 100_000, "On Fri " * 20_000, "> " * 50_000, "From: a\n" * 20_000])
def test_text_made_to_be_slow_is_read_at_once(text: str) -> None:
    started = time.monotonic()

    assert len(read_mail(mail(f"Hi{text}").as_bytes()).whole_text) <= MAX_TEXT
    assert time.monotonic() - started < 5


@given(
    st.binary(max_size=2000) | st.text(max_size=500).map(lambda text: f"From: {text}\n{text}".encode(errors="ignore"))
)
def test_any_bytes_are_read(raw: bytes) -> None:
    read = read_mail(raw)

    assert "\0" not in "".join((read.sender, read.sender_name, read.subject_line, read.whole_text, read.message_id))

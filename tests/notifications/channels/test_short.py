"""The short version of messages."""

from __future__ import annotations

from datetime import date

import pytest

from notifications.channels.short import render_short, render_short_summary, short, sms_parts
from notifications.texts.languages import codes
from notifications.texts.rendering import OrderNews
from notifications.texts.words import KINDS
from tests.factories.messages import make_payload

TODAY, TOLD = date(2026, 11, 16), date(2026, 11, 21)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
    ],
)
def test_parts_are_counted_as_networks_do(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


def test_letters_that_sms_lacks_are_written_by_their_nearest() -> None:
    assert short("Prévu — “bientôt”, ça ira…\nà Łódź") == 'Prévu - "bientot", ca ira... à Łodz'


@pytest.mark.parametrize("language", codes())
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_short_in_every_language(kind: str, language: str) -> None:
    mail = render_short(kind, make_payload(note="On Friday."), language=language, told_on=TOLD, today=TODAY)

    assert sms_parts(mail.body_text) <= 2
    assert "\n" not in mail.body_text
    assert mail.body_html == ""


def test_a_summary_names_three_orders_and_counts_the_rest() -> None:
    news = [OrderNews("eta_slipped", make_payload(number), TOLD) for number in range(1, 6)]

    text = render_short_summary(news, language="en", today=TODAY).body_text

    assert text.startswith("News of 5 of your orders: SO-100001 now expected on Saturday 28 November")
    assert "SO-100003" in text
    assert "SO-100004" not in text
    assert "and 2 more" in text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("fr", "le samedi 28 novembre au lieu du samedi 21 novembre"),
        ("es", "el sabado 28 de noviembre en lugar del sabado 21 de noviembre"),
    ],
)
def test_days_have_their_article_in_short_messages_too(code: str, words: str) -> None:
    for kind in ("eta_slipped", "eta_improved"):
        text = render_short(kind, make_payload(17), language=code, told_on=TOLD, today=TODAY)
        assert words in text.body_text


GIVEN = {"kind": "credit", "percent": 0, "amount": "12.50", "code": "AC7DK9LMNP"}


@pytest.mark.parametrize("language", codes())
@pytest.mark.parametrize("kind", ["eta_slipped", "eta_improved", "follow_up", "delay_consent", "compensated"])
def test_what_is_given_is_said_once_with_its_code(kind: str, language: str) -> None:
    payload = make_payload(compensation=GIVEN, notice={"answer_by_on": "2026-12-02"})

    text = render_short(kind, payload, language=language, told_on=TOLD, today=TODAY).body_text

    assert text.count("AC7DK9LMNP") == 1
    assert sms_parts(text) <= 3


def test_a_summary_says_what_is_given_with_any_of_its_orders() -> None:
    plain, given = make_payload(1), make_payload(4, compensation=GIVEN)
    news = [OrderNews("eta_slipped", each, TOLD) for each in (plain, plain, plain, given)]

    text = render_short_summary(news, language="en", today=TODAY).body_text

    assert "we take £12.50 off your next order. Quote the code AC7DK9LMNP" in text

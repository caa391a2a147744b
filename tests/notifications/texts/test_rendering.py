from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from kernel.errors import Invalid
from notifications.channels.short import render_short
from notifications.models import Template
from notifications.texts.languages import codes, language_of
from notifications.texts.placeholders import check_placeholders
from notifications.texts.rendering import Mail, OrderNews, render, render_summary
from notifications.texts.words import KINDS, SUMMARY, words_in_file
from orders.planning.types import Reason
from tests.factories.messages import make_payload

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 16)


def rendered(kind: str, **fields: Any) -> Mail:
    return render(kind, make_payload(17, **fields), language="en", told_on=date(2026, 11, 21), today=TODAY)


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_every_kind_are_plain_and_complete(kind: str) -> None:
    words = words_in_file(kind)
    check_placeholders(words.subject_line + words.body_text, field="body_text")

    mail = rendered(kind)

    assert "SO-100017" in mail.subject_line
    assert "{" not in mail.subject_line + mail.body_text
    assert not re.search(r"\{\w*\}", mail.body_html)
    assert mail.body_html.count("<h1") == 1
    assert "unforeseen" not in mail.body_text


def test_a_delay_says_the_date_then_why_then_the_choice_then_one_apology() -> None:
    text = rendered("eta_slipped").body_text

    parts = ["Saturday 28 November", "Our supplier", "Heart holder", "or cancel", "/o/only-in-the-mail/", "sorry"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert text.lower().count("sorry") == 1


@pytest.mark.parametrize(
    ("kind", "button"),
    [
        ("eta_slipped", "See your order and choose"),
        ("feedback_wanted", "See your order<"),
        ("hold_question", "Answer the question<"),
    ],
)
def test_the_button_offers_a_choice_only_where_there_is_one(kind: str, button: str) -> None:
    assert button in rendered(kind).body_html


def test_an_unknown_date_has_words_of_its_own() -> None:
    mail = rendered("backordered", eta_on=None, eta_p90_on=None)

    assert mail.subject_line == "Your order SO-100017: no date yet"


def test_names_are_escaped_in_html_and_left_alone_in_text() -> None:
    lines = [{"sku": "X", "name": "<img src=x> {reason}", "open_qty": 1, "allocated_qty": 1, "eta_on": None}]

    mail = rendered("eta_slipped", lines=lines, more_lines=3)

    assert "<img src=x> {reason}" in mail.body_text
    assert "<img" not in mail.body_html
    assert "&lt;img src=x&gt; {reason}" in mail.body_html
    assert "and 3 more" in mail.body_text
    assert "and 3 more" in mail.body_html


def test_a_parcel_after_which_something_waits_says_so() -> None:
    left = [{"sku": "MUG", "name": "Mug", "qty": 2}]

    assert rendered("shipped", shipped=left).subject_line == "Part of your order SO-100017 is on its way"
    assert rendered("shipped", shipped=left, lines=[]).subject_line == "Your order SO-100017 is on its way"


def test_a_subject_never_has_a_line_break() -> None:
    payload = make_payload(17)
    payload["order"]["ref"] = "SO-1\nBcc: all@example.com"

    mail = render("shipped", payload, language="en", told_on=None, today=TODAY)

    assert "\n" not in mail.subject_line


def test_an_active_template_replaces_the_file_and_is_escaped() -> None:
    Template.objects.create(
        kind="shipped", status="active", subject_line="Gone: {order_ref}", body_text="Off it <went>, {customer_name}."
    )

    mail = rendered("shipped", lines=[])

    assert mail.subject_line == "Gone: SO-100017"
    assert mail.body_text == "Off it <went>, Ann Brook."
    assert "Off it &lt;went&gt;, Ann Brook." in mail.body_html


@pytest.mark.parametrize(
    "text", ["{order.cancel}", "{}", "{ order_ref }", "{order_ref", "{{order_ref}}", "{__class__}"]
)
def test_only_the_closed_list_of_placeholders_is_taken(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_placeholders(text, field="body_text")

    assert "body_text" in refusal.value.fields


def test_dates_name_the_weekday_and_the_year_only_when_it_differs() -> None:
    assert language_of("en").day(date(2026, 11, 28), today=TODAY) == "Saturday 28 November"
    assert language_of("en").day(date(2027, 1, 4), today=TODAY) == "Monday 4 January 2027"


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("de", "Samstag, 28. November"),
        ("fr", "samedi 28 novembre"),
        ("es", "sábado 28 de noviembre"),
        ("de-AT", "Samstag, 28. November"),
        ("pt", "Saturday 28 November"),
        ("", "Saturday 28 November"),
    ],
)
def test_customers_read_their_own_language_or_english(code: str, day: str) -> None:
    mail = render("eta_slipped", make_payload(17), language=code, told_on=date(2026, 11, 21), today=TODAY)

    assert day in mail.subject_line
    assert f'<html lang="{language_of(code).code}">' in mail.body_html
    assert "/o/only-in-the-mail/SO-100017/" in mail.body_text


@pytest.mark.parametrize("code", ["de", "es", "fr"])
def test_every_language_says_everything_that_english_says(code: str) -> None:
    english, other = language_of("en"), language_of(code)

    assert other.phrases.keys() == english.phrases.keys()
    assert other.reasons.keys() == english.reasons.keys() >= {reason.name.lower() for reason in Reason}
    for kind in (*KINDS, SUMMARY):
        words, model = words_in_file(kind, code), words_in_file(kind, "en")
        check_placeholders(words.subject_line + words.body_text, field="body_text")
        for name in ("{reason}", "{lines}", "{note}", "{order_link}", "{new_date}", "{customer_name}"):
            assert (name in words.body_text) == (name in model.body_text), f"{kind}: {name}"
        assert words.body_text != model.body_text


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("kind", ["compensated", "delay_consent"])
def test_a_message_without_a_day_names_none(kind: str, code: str) -> None:
    unknown = language_of(code).phrases["unknown_day"]
    fields: dict[str, Any] = {"eta_on": None, "eta_p90_on": None, "notice": {"answer_by_on": "2026-11-23"}}

    mail = render(kind, make_payload(17, **fields), language=code, told_on=date(2026, 11, 21), today=TODAY)
    text = render_short(kind, make_payload(17, **fields), language=code, told_on=date(2026, 11, 21), today=TODAY)

    assert unknown not in mail.subject_line + mail.body_text + text.body_text
    assert language_of(code).say("when_unknown", ref="SO-100017") in mail.body_text


@pytest.mark.parametrize(
    ("code", "qty", "day"),
    [
        ("en", "1,250 ×", "Tuesday 1 December"),
        ("de", "1.250 ×", "Dienstag, 1. Dezember"),
        ("fr", "1\xa0250 ×", "mardi 1er décembre"),
        ("es", "1\xa0250 ×", "martes 1 de diciembre"),
    ],
)
def test_numbers_and_days_are_written_as_the_language_does(code: str, qty: str, day: str) -> None:
    line = {"sku": "X", "name": "Mug", "open_qty": 1250, "allocated_qty": 0, "eta_on": "2026-12-01"}

    mail = render("eta_slipped", make_payload(17, lines=[line]), language=code, told_on=None, today=TODAY)

    for part in (mail.body_text, mail.body_html):
        assert qty in part
        assert day in part


def test_what_has_all_left_promises_nothing_more() -> None:
    left = [{"sku": "MUG", "name": "Mug", "qty": 2}]

    text = rendered("shipped", shipped=left, lines=[]).body_text

    assert "still waits" not in text
    assert "how we did" in text


def test_every_line_of_a_note_stands_under_its_order_in_a_summary() -> None:
    news = [OrderNews("eta_slipped", make_payload(17, note="It is on the ship.\nSam"), None)]

    text = render_summary(news, language="en", today=TODAY).body_text

    assert "  It is on the ship.\n  Sam\n  http" in text


def test_a_summary_speaks_the_customer_s_language_too() -> None:
    news = [OrderNews("eta_slipped", make_payload(order), date(2026, 11, 21)) for order in (1, 2)]

    mail = render_summary(news, language="fr", today=TODAY)

    assert mail.subject_line == "Des nouvelles de 2 de vos commandes"
    assert "maintenant prévue le samedi 28 novembre au lieu du samedi 21 novembre" in mail.body_text
    assert "Voir et choisir" in mail.body_html


def test_there_are_the_languages_that_the_folders_say() -> None:
    assert codes() == ("de", "en", "es", "fr")


class _Balance(HTMLParser):
    """Finds tags that are not closed in order, and whatever would be fetched from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br", "!doctype"):
            self.open.append(tag)
        self.wrong += [f"{tag} {name}" for name, _ in attrs if name in ("src", "background", "srcset", "onclick")]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


@pytest.mark.parametrize("code", ["de", "en", "es", "fr"])
@pytest.mark.parametrize("kind", [*KINDS, SUMMARY])
def test_the_html_of_every_mail_is_well_formed_and_fetches_nothing(kind: str, code: str) -> None:
    payload = make_payload(17, more_lines=3, note="<b>Hers & mine</b>")
    if kind == SUMMARY:
        news = [OrderNews("eta_slipped", payload, date(2026, 11, 21))] * 2
        html = render_summary(news, language=code, today=TODAY).body_html
    else:
        html = render(kind, payload, language=code, told_on=date(2026, 11, 21), today=TODAY).body_html
    parser = _Balance()

    parser.feed(html)

    assert (parser.wrong, parser.open) == ([], [])
    assert "<b>Hers" not in html
    assert len(html) < 20_000  # Gmail cuts at 102 kB; a mail is no catalogue


def test_the_code_that_a_customer_has_to_quote_stands_out() -> None:
    given = {"kind": "credit", "percent": 0, "amount": "12.50", "code": "AC7DK9LMNP"}
    mail = render(
        "compensated", make_payload(17, compensation=given), language="en", told_on=date(2026, 11, 21), today=TODAY
    )

    assert re.search(r"code <strong[^>]*>AC7DK9LMNP</strong> when", mail.body_html)
    assert "code AC7DK9LMNP when" in mail.body_text


def test_words_that_leave_a_compensation_out_do_not_keep_it_from_the_customer() -> None:
    given = {"kind": "shipping", "percent": 0, "amount": "4.95", "code": "AC7DK9LMNP"}
    payload = make_payload(17, compensation=given, eta_on=None)

    mail = render("eta_slipped", payload, language="en", told_on=date(2026, 11, 21), today=TODAY)

    assert mail.body_text.endswith("is free. Quote the code AC7DK9LMNP when you order.\n")
    assert ">AC7DK9LMNP</strong>" in mail.body_html

"""A template's way on the screen: a draft, its mail beside it, in force, and back, by keyboard where it is quicker."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import ComeIn
from tests.browser.stack import Stack

URL = "/messages/templates/email/eta_slipped/fr/"


def test_words_are_drafted_seen_put_in_force_and_taken_back(come_in: ComeIn, stack: Stack) -> None:
    admin = come_in("admin")
    admin.expects(422)
    page = admin.see(URL)
    mail = page.frame_locator(".words-frame")
    expect(mail.locator("h1")).to_contain_text("Nous pensons maintenant envoyer votre commande")

    page.get_by_role("button", name="Edit a copy").click()
    page.get_by_label("Text", exact=True).fill("Bonjour {customer}.")
    page.get_by_role("button", name="Save and look").click()
    expect(page.locator("main")).to_contain_text("Line 1: {customer} is not a placeholder; did you mean")
    expect(page.get_by_role("button", name="Put in force")).to_be_disabled()
    page.get_by_label("Text", exact=True).fill("Bonjour {customer_name} <b>!\n\n{lines}\n\n{order_link}")
    page.get_by_role("button", name="Save and look").click()
    expect(mail.locator("h1")).to_contain_text("<b>!")
    expect(mail.locator("h1 b")).to_have_count(0)

    page.get_by_role("link", name="Phone").click()
    expect(page.locator(".words-frame[data-look=phone]")).to_be_visible()
    page.get_by_role("button", name="Put in force").click()
    expect(page.locator("#toasts")).to_contain_text("v1 is in force from the next message on")
    found = stack.rows("SELECT status, version FROM notifications_template WHERE language = 'fr'")
    assert found == [{"status": "active", "version": 1}]
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("The standard words are in force again")
    found = stack.rows("SELECT status FROM notifications_template WHERE language = 'fr'")
    assert found == [{"status": "archived"}]


def test_words_that_are_not_saved_are_neither_tested_nor_put_in_force_nor_lost(come_in: ComeIn) -> None:
    page = come_in("admin").see(URL.replace("/fr/", "/de/"))
    page.get_by_role("button", name="Edit a copy").click()
    text = page.get_by_label("Text", exact=True)
    text.fill("Hallo {customer_name}.\n\n{order_link}")

    for name in ("Put in force", "Send me a test"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    page.get_by_role("link", name="Phone").click()
    expect(page.locator(".words-frame[data-look=phone]")).to_be_visible()
    expect(text).to_have_value("Hallo {customer_name}.\n\n{order_link}")
    expect(page.get_by_role("button", name="Put in force")).to_be_disabled()

    page.get_by_role("button", name="Save and look").click()
    expect(page.frame_locator(".words-frame").locator("h1")).to_contain_text("Hallo")
    for name in ("Put in force", "Send me a test"):
        expect(page.get_by_role("button", name=name)).to_be_enabled()
    expect(page.get_by_text("Not saved yet.")).to_be_hidden()
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#toasts")).to_contain_text("discarded")


def test_a_template_is_written_and_activated_without_scripts(come_in: ComeIn, stack: Stack) -> None:
    page = come_in("admin", java_script_enabled=False).page
    page.goto(URL.replace("/fr/", "/es/"))

    page.get_by_role("button", name="Edit a copy").click()
    page.get_by_label("Subject", exact=True).fill("Hola {order_ref}")
    page.get_by_role("button", name="Save and look").click()
    page.get_by_role("button", name="Put in force").click()

    found = stack.rows("SELECT status, subject_line FROM notifications_template WHERE language = 'es'")
    assert found == [{"status": "active", "subject_line": "Hola {order_ref}"}]

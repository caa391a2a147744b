"""What customers read on pages is there in every language, and compiled as it is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backlog.devservices.catalogues import catalogue, compiled, messages, paths, untranslated
from notifications.texts.languages import codes
from notifications.texts.spoken import page_codes

NAMES = re.compile(r"%\((\w+)\)s")


def test_pages_speak_the_languages_that_mails_speak() -> None:
    assert set(page_codes()) == set(codes())


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.parent.parent.name)
def test_every_catalogue_says_what_the_pages_say_and_nothing_else(path: Path) -> None:
    found = catalogue(path)

    assert untranslated(found) == []
    assert {str(message.id) for message in found} == {str(message.id) for message in messages()}


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.parent.parent.name)
def test_no_translation_loses_or_invents_a_value(path: Path) -> None:
    for message in catalogue(path):
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        for string in strings if message.id else ():
            assert set(NAMES.findall(string)) == set(NAMES.findall(ids[-1])), string


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.parent.parent.name)
def test_what_is_compiled_is_what_is_written(path: Path) -> None:
    written = catalogue(path)

    assert path.with_suffix(".mo").read_bytes() == compiled(written)
